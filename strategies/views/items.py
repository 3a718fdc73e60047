"""The page of an item and the forms of items and their order settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import MONEY_ROLES, Role, may
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies import forms
from strategies.engine.settings import Why
from strategies.models import Item, ItemPolicy, Site
from strategies.selectors import bom as bills
from strategies.selectors import items as selectors
from strategies.selectors import lists
from strategies.selectors.halves import left_by
from strategies.selectors.routes import operations_of
from strategies.selectors.settings import explained
from strategies.services.items import change_item, create_item, delete_item
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
            RecordTab("overview", _("Overview"), "strategies/item_overview.html"),
            RecordTab("where", _("Where used"), "strategies/item_where_used.html"),
            RecordTab("supply", _("Supply"), "strategies/item_supply.html"),
            RecordTab("about", _("About"), "strategies/item_about.html"),
        ]
        if item.has_route:
            shown.insert(1, RecordTab("route", _("Route"), "strategies/item_route.html"))
        if item.has_bill or item.supply == ItemPolicy.Supply.MAKE:
            shown.insert(1, RecordTab("bom", _("Bill of material"), "strategies/item_bom.html"))
        return shown

    def extra(self) -> dict[str, Any]:
        # Only what the tab that is looked at shows is read.
        tab = self.tab
        read = {
            "overview": self._overview,
            "bom": self._bill,
            "where": self._where_used,
            "route": self._route,
            "supply": self._supply,
            "about": self._about,
        }.get(tab)
        return read() if read else {}

    def _overview(self) -> dict[str, Any]:
        """Everything at a glance: at the site asked for, at home, or at the first."""
        today, sites = clock.today(), list(Site.objects.filter(active=True).order_by("code"))
        wanted = self.request.GET.get("site") or getattr(self.request.user, "default_scope", "")
        site = next((one for one in sites if one.code == wanted), sites[0] if sites else None)
        used = bills.where_used(self.record, day=today)
        return {
            **self._bill(),
            **self._route(),
            **self._supply(site),
            "site": site,
            "sites": sites,
            "direct": [row for row in used if row.direct][:8],
            "left_by": left_by(self.record, day=today)[:8],
            "used_count": len(used),
            "bom_versions": selectors.bom_versions(self.record)[:5],
            "route_versions": selectors.route_versions(self.record)[:5],
            "conversions": selectors.conversions_of(self.record),
            "variants": list(self.record.variants.select_related("unit").order_by("number")[:12]),
        }

    def _bill(self) -> dict[str, Any]:
        today = clock.today()
        bom = bills.bill_of(self.record, day=today)
        versions = selectors.bom_versions(self.record)
        shown = branches_of(bom, day=today) if bom else []
        return {"bom": bom, "branches": shown, "versions": versions, "day": today}

    def _where_used(self) -> dict[str, Any]:
        today = clock.today()
        used = bills.where_used(self.record, day=today)
        halves = {"left_by": left_by(self.record, day=today)[:500]}
        return {
            **halves,
            "used": used,
            "tops": sum(row.item.kind == Item.Kind.PRODUCT for row in used),
            "day": today,
        }

    def _route(self) -> dict[str, Any]:
        route = selectors.route_of(self.record, day=clock.today())
        operations = operations_of(route) if route else []
        return {"route": route, "operations": operations, "versions": selectors.route_versions(self.record)}

    def _supply(self, site: Site | None = None) -> dict[str, Any]:
        seen = may(self.request.user, *MONEY_ROLES)
        site = site or Site.objects.filter(active=True).order_by("code").first()
        told = explained(self.record, site)
        return {
            "site": site,
            "settings": told,
            "in_force": told[0].rule.kept if told and told[0].why == Why.WINS else None,
            "prices": selectors.prices_of(self.record) if seen else [],
            "sees_money": seen,
            "buys": may(self.request.user, Role.BUYER, Role.ENGINEER),
            "engineers": may(self.request.user, Role.ENGINEER),
            "outsourcing": selectors.outsourcing_of(self.record, clock.today()),
        }

    def _about(self) -> dict[str, Any]:
        return {
            "attributes": sorted(self.record.attributes.items()),
            "conversions": selectors.conversions_of(self.record),
            "variants": list(self.record.variants.select_related("unit").order_by("number")),
            "engineers": may(self.request.user, Role.ENGINEER),
        }


class _ItemForm(ActionForm):
    form_class, section, roles = forms.ItemForm, "strategies", ENGINEER


class NewItem(_ItemForm):
    title, submit = _("New item"), _("Create item")

    def act(self, form: Any) -> Any:
        return create_item(**form.cleaned_data, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("{item} created.").format(item=result.number)


class EditItem(_ItemForm):
    """With the revision that was read: of two people, the later one is told."""

    form_class = forms.ChangeItemForm
    model, lookup, title, submit = Item, "number", _("Edit item"), _("Save")

    def initial(self) -> dict[str, Any]:
        item = self.record
        shown = {name: getattr(item, name) for name in forms.ChangeItemForm.base_fields}
        return {**shown, "list_price": None if item.list_price is None else plain(item.list_price)}

    def act(self, form: Any) -> Any:
        return change_item(item=self.record, **form.cleaned_data, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("{item} saved.").format(item=result.number)


class DeleteItem(ActionForm):
    model, lookup, form_class, section, roles = Item, "pk", forms.NothingForm, "strategies", ENGINEER
    title, submit, danger = _("Delete item"), _("Delete"), True
    text = _("Only an item that nothing refers to can be deleted; others are taken out of use.")

    def act(self, form: Any) -> Any:
        delete_item(item=self.record, by=who(self.request))
        return reverse("strategies:items")

    def said(self, result: Any) -> Any:
        return _("{item} deleted.").format(item=self.record.number)
