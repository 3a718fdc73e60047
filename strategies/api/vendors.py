"""Vendors, what they ask, what goes to them."""

from __future__ import annotations

from typing import Any

from p2p.core.access import MONEY_ROLES
from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import BUYERS, SheetViewSet
from strategies.models import OutsourcingPolicy, Vendor, VendorPrice
from strategies.services.outsourcing import add_outsourcing, change_outsourcing, remove_outsourcing
from strategies.services.vendors import (
    add_price,
    change_price,
    change_vendor,
    create_vendor,
    delete_vendor,
    remove_price,
    restore_vendor,
    retire_vendor,
)


class Vendors(SheetViewSet):
    """Who supplies us and works for us."""

    queryset, serializer_class, sheet = Vendor.objects.all(), shapes.VendorRecord, "vendors"
    write_roles = BUYERS
    filters = {"active": "active", "preferred": "preferred", "subcontractor": "subcontractor"}
    searches, order = ("number", "name"), ("number",)
    adds, changes = staticmethod(create_vendor), staticmethod(change_vendor)
    removes = staticmethod(delete_vendor)

    @verb(roles=BUYERS)
    def retire(self, vendor: Vendor, by: Any) -> Vendor:
        """Not to be ordered from any more."""
        return retire_vendor(vendor=vendor, by=by)

    @verb(roles=BUYERS)
    def restore(self, vendor: Vendor, by: Any) -> Vendor:
        """Back in use."""
        return restore_vendor(vendor=vendor, by=by)


class Prices(SheetViewSet):
    """What vendors ask, by unit, quantity and day."""

    queryset, serializer_class, sheet = VendorPrice.objects.all(), shapes.VendorPriceRecord, "vendor_prices"
    read_roles, write_roles = (*MONEY_ROLES, *BUYERS), BUYERS
    filters = {"item": "item__number", "vendor": "vendor__number", "unit": "unit__code"}
    order = ("id",)
    adds, changes = staticmethod(add_price), staticmethod(change_price)
    removes, record_name = staticmethod(remove_price), "vendor_price"

    def get_serializer_class(self) -> Any:
        return shapes.VendorPriceChange if self.action == "partial_update" else self.serializer_class


class Outsourcing(SheetViewSet):
    """When operations go to vendors."""

    queryset, serializer_class = OutsourcingPolicy.objects.all(), shapes.OutsourcingRecord
    sheet, write_roles = "outsourcing_policies", BUYERS
    site_path = "site__code"
    filters = {"site": "site__code", "item": "item__number", "vendor": "vendor__number", "rule": "rule"}
    order = ("id",)
    adds, changes = staticmethod(add_outsourcing), staticmethod(change_outsourcing)
    removes, record_name = staticmethod(remove_outsourcing), "policy"

    def get_serializer_class(self) -> Any:
        return shapes.OutsourcingChange if self.action == "partial_update" else self.serializer_class
