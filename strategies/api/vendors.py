"""Vendors, what they ask, what goes to them."""

from __future__ import annotations

from p2p.core.access import MONEY_ROLES
from strategies import serializers as shapes
from strategies.api.base import BUYERS, SheetViewSet
from strategies.models import OutsourcingPolicy, Vendor, VendorPrice


class Vendors(SheetViewSet):
    """Who supplies us and works for us."""

    queryset, serializer_class, sheet = Vendor.objects.all(), shapes.VendorRecord, "vendors"
    write_roles = BUYERS
    filters = {"active": "active", "preferred": "preferred", "subcontractor": "subcontractor"}
    searches, order = ("number", "name"), ("number",)


class Prices(SheetViewSet):
    """What vendors ask, by unit, quantity and day."""

    queryset, serializer_class, sheet = VendorPrice.objects.all(), shapes.VendorPriceRecord, "vendor_prices"
    read_roles, write_roles = (*MONEY_ROLES, *BUYERS), BUYERS
    filters = {"item": "item__number", "vendor": "vendor__number", "unit": "unit__code"}
    order = ("id",)


class Outsourcing(SheetViewSet):
    """When operations go to vendors."""

    queryset, serializer_class = OutsourcingPolicy.objects.all(), shapes.OutsourcingRecord
    sheet, write_roles = "outsourcing_policies", BUYERS
    site_path = "site__code"
    filters = {"site": "site__code", "item": "item__number", "vendor": "vendor__number", "rule": "rule"}
    order = ("id",)
