"""Demand: the list, one line with what covers it, forms."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from p2p.core.access import may
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from planning import filters, forms, selectors, words
from planning.models import Demand
from planning.services import demand as service
from planning.views.proposals import supply_rows

PLANNER = ("planner",)
CORRECTORS = ("supervisor", "buyer")


def cancel_many(*, records: QuerySet[Demand], by: Any) -> str:
    done = service.cancel_demand(demands=list(records), by=by)
    return ngettext("{count} line cancelled.", "{count} lines cancelled.", len(done)).format(count=len(done))


def wanted(row: Demand) -> str:
    """The versions a line names."""
    return words.versions(row.bom_version, row.route_version)


class DemandList(ListPage):
    model, title, section, slot = Demand, _("Demand"), "planning", "demand"
    filterset_class = filters.DemandFilter
    search = ("number", "item__number", "item__name", "customer__name")
    order = ("due_on", "number", "line")
    columns = (
        Column("number", _("Number"), link=True, width=104),
        Column("line", _("Line"), kind="number", width=56),
        Column("item.number", _("Item"), kind="code", width=116),
        Column("item.name", _("Name")),
        Column("customer.name", _("Customer"), width=160),
        Column("state", _("State"), kind="state"),
        Column("quantity", _("Quantity"), kind="quantity", unit="unit.code", total=True),
        Column("delivered_quantity", _("Delivered"), kind="quantity", hidden=True),
        Column("ordered_on", _("Ordered"), kind="date", width=106),
        Column("due_on", _("Due"), kind="date", width=106),
        Column("promised_on", _("Promised"), kind="date", hidden=True),
        Column("priority", _("Priority"), kind="number", width=72),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display(), hidden=True),
        Column("wanted", _("Version wanted"), value=wanted, order="", hidden=True),
    )
    tabs = (
        Tab("open", _("Open"), "state=open", counted=True),
        Tab("forecast", _("Forecast"), "kind=forecast"),
    )
    bulk = (
        Bulk(
            "cancel",
            _("Cancel"),
            act=cancel_many,
            roles=PLANNER,
            danger=True,
            confirm=_("Cancel these lines?"),
        ),
    )
    empty_title = _("No demand yet")
    empty_text = _("Sales lines and forecasts come in by import, through the API, or are entered here.")
    empty_action = (_("Enter demand"), "planning:demand-new")

    def rows(self) -> QuerySet[Any]:
        return selectors.demands(self.request.user)

    def record_url(self, record: Any) -> str:
        return reverse("planning:demand", args=[record.pk])


class DemandPage(RecordPage):
    model, lookup, slot, section = Demand, "pk", "demand-line", "planning"
    list_url, list_title = "planning:demands", _("Demand")
    annex = ("journal", "talk", "files")

    def rows(self) -> QuerySet[Any]:
        return selectors.demands(self.request.user).select_related("bom_version__item", "route_version__item")

    def heading(self) -> str:
        return str(self.record)

    def subtitle(self) -> Any:
        return f"{self.record.item.number} {self.record.item.name}"

    def facts(self) -> list[Said]:
        row = self.record
        return [
            Said(_("Quantity"), f"{formats.number(row.quantity)} {row.unit.code}"),
            Said(_("Delivered"), formats.number(row.delivered_quantity)),
            Said(_("Ordered"), formats.day(row.ordered_on)),
            Said(_("Due"), formats.day(row.due_on)),
            Said(_("Promised"), formats.day(row.promised_on)),
            Said(_("Priority"), row.priority),
            Said(_("Customer"), row.customer or formats.NONE),
            *(
                Said(title, f"v{version.version}", url=version.get_absolute_url())
                for title, version in (
                    (_("BOM wanted"), row.bom_version),
                    (_("Route wanted"), row.route_version),
                )
                if version
            ),
            *(
                Said(_("Made for it"), supply.number, url=words.address(supply))
                for supply, _unit in selectors.own_supplies(demand=row)
            ),
        ]

    def tabs(self) -> list[RecordTab]:
        return [
            RecordTab("supply", _("What covers it"), "planning/demand_supply.html"),
            RecordTab("deliveries", _("Deliveries"), "planning/demand_deliveries.html"),
        ]

    def extra(self) -> dict[str, Any]:
        plan = selectors.latest_plan(site=self.record.site)
        found = selectors.supplies_of(self.record, plan) if plan else []
        return {
            "plan": plan,
            "rows": supply_rows(found, 1, wanted(self.record)),
            "wanted": wanted(self.record),
            "deliveries": selectors.deliveries().filter(demand=self.record).order_by("pk"),
            "corrects": may(self.request.user, *CORRECTORS, site=self.record.site),
        }


class DemandNew(ActionForm):
    title, submit, section, roles = _("Enter demand"), _("Enter"), "planning", PLANNER
    form_class = forms.DemandForm

    def act(self, form: Any) -> Any:
        row = service.create_demand(**form.cleaned_data, by=who(self.request))
        return reverse("planning:demand", args=[row.pk])


class DemandChange(ActionForm):
    model, title, submit, section, roles = Demand, _("Change demand"), _("Change"), "planning", PLANNER
    form_class = forms.DemandChangeForm

    def form_kwargs(self) -> dict[str, Any]:
        return {"demand": self.record}

    def initial(self) -> dict[str, Any]:
        row = self.record
        return {
            "quantity": row.quantity.normalize(),
            "due_on": row.due_on,
            "priority": row.priority,
            "bom_version": row.bom_version.version if row.bom_version else None,
            "route_version": row.route_version.version if row.route_version else None,
        }

    def act(self, form: Any) -> Any:
        service.change_demand(demand=self.record, **form.cleaned_data, by=who(self.request))
        return reverse("planning:demand", args=[self.record.pk])
