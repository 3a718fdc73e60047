"""The page of an item, the page of a vendor, and the forms of items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import MONEY_ROLES, Role, may
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies import forms
from strategies.models import Item, ItemPolicy, Vendor
from strategies.selectors import bom as bills
from strategies.selectors import items as selectors
from strategies.selectors import lists
from strategies.selectors.routes import operations_of
from strategies.services.items import PolicyInput, change_item, create_item, set_policy
from strategies.views.tree import branches_of

ENGINEER = (Role.ENGINEER,)


class ItemPage(RecordPage):
    """An item from all sides: what goes into it, where it goes, how it is made, bought and planned."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = Item, "number", "item", "strategies"
    list_url, list_title = "strategies:items", _("Items")

    def rows(self) -> QuerySet[Any]:
        return lists.items()

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.number

    def badges(self) -> list[tuple[str, Any]]:
        return [("active", _("In use"))] if self.record.active else [("retired", _("Not in use"))]

    def facts(self) -> list[Said]:
        item = self.record
        supply = dict(ItemPolicy.Supply.choices).get(item.supply)
        said = [Said(_("Supply"), supply or formats.NONE)]
        if item.supply:
            said.append(Said(_("Lead time"), _("{days} d").format(days=item.lead_time)))
            said.append(Said(_("Safety stock"), f"{formats.number(item.safety)} {item.unit.code}"))
        said += [Said(_("Unit"), item.unit.code), Said(_("Group"), item.group or formats.NONE)]
        if item.list_price is not None:
            said.append(Said(_("List price"), formats.number(item.list_price, 2)))
        if item.supply == ItemPolicy.Supply.MAKE and not item.has_bill:
            said.append(Said(_("BOM"), _("missing"), "bad"))
        if item.supply == ItemPolicy.Supply.MAKE and not item.has_route:
            said.append(Said(_("Route"), _("missing"), "warn"))
        return said

    def tabs(self) -> Sequence[RecordTab]:
        item = self.record
        shown = [
            RecordTab("where", _("Where used"), "strategies/item_where_used.html"),
            RecordTab("supply", _("Supply"), "strategies/item_supply.html"),
            RecordTab("about", _("About"), "strategies/item_about.html"),
        ]
        if item.has_route:
            shown.insert(0, RecordTab("route", _("Route"), "strategies/item_route.html"))
        if item.has_bill or item.supply == ItemPolicy.Supply.MAKE:
            shown.insert(0, RecordTab("bom", _("Bill of material"), "strategies/item_bom.html"))
        return shown

    def extra(self) -> dict[str, Any]:
        # Only what the tab that is looked at shows is read.
        tab = self.request.GET.get("tab") or self.tabs()[0].key
        read = {
            "bom": self._bill,
            "where": self._where_used,
            "route": self._route,
            "supply": self._supply,
            "about": self._about,
        }.get(tab)
        return read() if read else {}

    def _bill(self) -> dict[str, Any]:
        today = clock.now().date()
        bom = bills.bill_of(self.record, day=today)
        versions = selectors.bom_versions(self.record)
        shown = branches_of(bom, day=today) if bom else []
        return {"bom": bom, "branches": shown, "versions": versions, "day": today}

    def _where_used(self) -> dict[str, Any]:
        today = clock.now().date()
        used = bills.where_used(self.record, day=today)
        return {"used": used, "tops": sum(row.item.kind == Item.Kind.PRODUCT for row in used), "day": today}

    def _route(self) -> dict[str, Any]:
        route = selectors.route_of(self.record, day=clock.now().date())
        operations = operations_of(route) if route else []
        return {"route": route, "operations": operations, "versions": selectors.route_versions(self.record)}

    def _supply(self) -> dict[str, Any]:
        seen = may(self.request.user, *MONEY_ROLES)
        return {
            "policies": selectors.policies_of(self.record),
            "prices": selectors.prices_of(self.record) if seen else [],
            "sees_money": seen,
            "outsourcing": selectors.outsourcing_of(self.record),
        }

    def _about(self) -> dict[str, Any]:
        return {"attributes": sorted(self.record.attributes.items())}


class _ItemForm(ActionForm):
    form_class, section, roles = forms.ItemForm, "strategies", ENGINEER


class NewItem(_ItemForm):
    title, submit = _("New item"), _("Create item")

    def act(self, form: Any) -> Any:
        return create_item(**form.cleaned_data, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("{item} created.").format(item=result.number)


class EditItem(_ItemForm):
    model, lookup, title, submit = Item, "number", _("Edit item"), _("Save")

    def initial(self) -> dict[str, Any]:
        item = self.record
        shown = {name: getattr(item, name) for name in forms.ItemForm.base_fields}
        return {**shown, "list_price": None if item.list_price is None else plain(item.list_price)}

    def act(self, form: Any) -> Any:
        return change_item(item=self.record, **form.cleaned_data, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("{item} saved.").format(item=result.number)


class EditPolicy(ActionForm):
    """Default order settings, for all sites or one."""

    model, lookup, form_class, section, roles = Item, "number", forms.PolicyForm, "strategies", ENGINEER
    title, submit = _("Order settings"), _("Save")

    def initial(self) -> dict[str, Any]:
        policy = selectors.policies_of(self.record)[:1]
        if not policy:
            return {}
        shown = {name: getattr(policy[0], name) for name in forms.PolicyForm.base_fields}
        numbers = ("fixed_quantity", "minimum_quantity", "maximum_quantity", "multiple_quantity")
        for name in (*numbers, "safety_stock", "reorder_point"):
            shown[name] = None if shown[name] is None else plain(shown[name])
        return shown

    def act(self, form: Any) -> Any:
        given = dict(form.cleaned_data)
        site = given.pop("site")
        return set_policy(item=self.record, site=site, policy=PolicyInput(**given), by=who(self.request)).item

    def said(self, result: Any) -> Any:
        return _("Order settings of {item} saved.").format(item=result.number)


class VendorPage(RecordPage):
    """A vendor and what it asks."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = Vendor, "number", "vendor", "strategies"
    list_url, list_title = "strategies:vendors", _("Vendors")

    def rows(self) -> QuerySet[Any]:
        return lists.vendors()

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.number

    def badges(self) -> list[tuple[str, Any]]:
        vendor = self.record
        said = [("active", _("In use"))] if vendor.active else [("retired", _("Not in use"))]
        said += [("released", _("Preferred"))] if vendor.preferred else []
        return said + ([("outside", _("Works for us"))] if vendor.subcontractor else [])

    def facts(self) -> list[Said]:
        vendor = self.record
        return [
            Said(_("Currency"), vendor.currency.code),
            Said(_("Offers"), formats.number(vendor.offer_count)),
            Said(_("Mail"), vendor.email or formats.NONE),
        ]

    def tabs(self) -> Sequence[RecordTab]:
        return [
            RecordTab("prices", _("Prices"), "strategies/vendor_prices.html", count=self.record.offer_count)
        ]

    def extra(self) -> dict[str, Any]:
        seen = may(self.request.user, *MONEY_ROLES)
        return {"prices": selectors.prices_from(self.record) if seen else [], "sees_money": seen}
