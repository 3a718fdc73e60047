"""Pages of costing: standards, versions, work in process, settlements, the ledger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from costing import selectors
from costing.models import (
    CostRate,
    CostVersion,
    Entry,
    ItemPrice,
    Posting,
    RollupRun,
    RollupWarning,
    Settlement,
)
from costing.services.rollup import roll
from costing.services.version import activate
from costing.words import warning_words
from p2p.core.access import MONEY_ROLES, Role, at_sites
from p2p.core.web import formats, plots
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.core.web.runs import run_url
from planning.models import ProductionOrder
from strategies.models import Item

ACCOUNTANT = (Role.COST_ACCOUNTANT,)


class Standards(ListPage):
    """What every item costs in the active version, by where the cost arises."""

    model = Item
    title, section, slot, roles = _("Standard costs"), "costing", "costs", MONEY_ROLES
    page_key = "costing.standards"
    search = ("number", "name")
    order = ("number",)
    columns = (
        Column("number", _("Item"), kind="code", link=True, width=120),
        Column("name", _("Name")),
        Column("this_level", _("This level"), kind="money", places=4),
        Column("lower_level", _("From components"), kind="money", places=4, width=130),
        Column("standard", _("Standard cost"), kind="money", places=4),
        Column("unit.code", _("per"), width=56),
        Column("lot", _("Costing lot"), kind="quantity", width=104),
    )
    empty_title = _("No standard cost yet")
    empty_text = _("Open a cost version, enter prices and rates, roll it up and activate it.")
    empty_action = (_("Cost versions"), "costing:versions")

    def rows(self) -> QuerySet[Any]:
        return selectors.items_with_standard()

    def record_url(self, record: Any) -> str:
        return reverse("costing:sheet", args=[record.number])


class SheetPage(RecordPage):
    """The cost sheet of one item."""

    model, lookup, slot, section, roles = Item, "number", "costsheet", "costing", MONEY_ROLES
    list_url, list_title = "costing:costs", _("Standard costs")

    def rows(self) -> QuerySet[Any]:
        return Item.objects.select_related("unit")

    def subtitle(self) -> Any:
        return self.record.name

    def tabs(self) -> list[RecordTab]:
        return [RecordTab("sheet", _("Cost sheet"), "costing/sheet.html")]

    def extra(self) -> dict[str, Any]:
        return sheet_context(self.record)


def sheet_context(item: Item) -> dict[str, Any]:
    """The item's sheet in every active standard version, with its bars."""
    versions = CostVersion.objects.filter(kind="standard", state="active").select_related("site__currency")
    sheets = [sheet for sheet in (selectors.sheet_of(item, version) for version in versions) if sheet]
    drawn = [
        (
            sheet,
            plots.bars(
                [(line.element, line.total) for line in sheet.lines],
                title=_("Standard cost by element, {currency}").format(
                    currency=sheet.version.site.currency.code
                ),
                places=2,
            ),
        )
        for sheet in sheets
    ]
    return {"item": item, "sheets": drawn}


class ItemCostPanel(Page):
    """The cost tab of an item's page."""

    roles = MONEY_ROLES

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        item = get_object_or_404(Item.objects.select_related("unit"), pk=pk)
        return render(request, "costing/sheet.html", sheet_context(item))


class OrderCostPanel(Page):
    """The cost tab of an order's page: live until it is settled."""

    roles = MONEY_ROLES

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        orders = at_sites(
            ProductionOrder.objects.select_related("site__currency", "item", "unit"), request.user
        )
        order = get_object_or_404(orders, pk=pk)
        cost = selectors.order_cost(order)
        plot = None
        if cost.actual or cost.standard:
            plot = plots.waterfall(
                (_("Standard"), cost.standard),
                cost.differences,
                (_("Actual"), cost.actual),
                title=_("From standard to actual, {currency}").format(currency=order.site.currency.code),
                width=520,
            )
        context = {"order": order, "cost": cost, "plot": plot, "entries": selectors.entries_of(order)[:50]}
        return render(request, "costing/order_cost.html", context)


class Versions(ListPage):
    """Every cost version."""

    model = CostVersion
    title, section, slot, roles = _("Cost versions"), "costing", "costversions", MONEY_ROLES
    search = ("code", "name")
    order = ("-valid_from", "code")
    columns = (
        Column("code", _("Version"), link=True, width=140),
        Column("name", _("Name")),
        Column("state", _("State"), kind="state"),
        Column("kind", _("Kind"), value=lambda version: version.get_kind_display(), width=104),
        Column("site.code", _("Site"), width=104),
        Column("valid_from", _("From"), kind="date"),
        Column("activated_at", _("Activated"), kind="time"),
    )
    empty_title = _("No cost version yet")
    empty_text = _(
        "A version holds prices and rates; rolled up and activated it is the standard of its site."
    )

    def rows(self) -> QuerySet[Any]:
        return at_sites(CostVersion.objects.select_related("site"), self.request.user)

    def record_url(self, record: Any) -> str:
        return reverse("costing:version", args=[record.code])


class VersionPage(RecordPage):
    """A version: its rates, what the last roll-up could not know, its prices."""

    model, lookup, slot, section, roles = CostVersion, "code", "costversion", "costing", MONEY_ROLES
    list_url, list_title = "costing:versions", _("Cost versions")

    def rows(self) -> QuerySet[Any]:
        return at_sites(CostVersion.objects.select_related("site__currency"), self.request.user)

    def heading(self) -> str:
        return str(self.record.code)

    def subtitle(self) -> Any:
        return self.record.name

    def facts(self) -> list[Said]:
        return [
            Said(_("Site"), self.record.site.name),
            Said(_("Currency"), self.record.site.currency.code),
            Said(_("From"), formats.day(self.record.valid_from)),
            Said(_("Prices"), formats.number(self.record.prices.count())),
            Said(_("Costed items"), formats.number(self.record.costs.values("item").distinct().count())),
        ]

    def tabs(self) -> list[RecordTab]:
        return [
            RecordTab("rates", _("Rates"), "costing/version_rates.html"),
            RecordTab(
                "warnings", _("Warnings"), "costing/version_warnings.html", count=len(self._warnings())
            ),
            RecordTab("prices", _("Prices"), "costing/version_prices.html"),
        ]

    def _warnings(self) -> list[tuple[RollupWarning, str]]:
        run = RollupRun.objects.filter(version=self.record, state="done").order_by("-pk").first()
        if run is None:
            return []
        rows = RollupWarning.objects.filter(run=run).select_related("item").order_by("code", "item__number")
        return [(row, warning_words(row)) for row in rows]

    def extra(self) -> dict[str, Any]:
        rates = CostRate.objects.filter(version=self.record).select_related("element", "category", "base")
        prices = (
            ItemPrice.objects.filter(version=self.record)
            .select_related("item__unit")
            .order_by("item__number")
        )
        return {"rates": rates, "prices": prices[:500], "warnings": self._warnings()}


class RollUp(ActionForm):
    """Start a roll-up of a pending version."""

    model, lookup, form_class = CostVersion, "pk", forms.Form
    title, submit, roles, section = _("Roll up costs"), _("Roll up"), ACCOUNTANT, "costing"
    text = _("All standard costs of the version are calculated anew from its prices, rates, BOMs and routes.")

    def act(self, form: forms.Form) -> Any:
        return run_url(roll(version=self.record, by=who(self.request)))


class Activate(ActionForm):
    """Make a version the standard of its site."""

    model, lookup, form_class = CostVersion, "pk", forms.Form
    title, submit, roles, section = _("Activate version"), _("Activate"), ACCOUNTANT, "costing"
    text = _("Every posting from now on is valued at this version; the one before is retired.")

    def act(self, form: forms.Form) -> Any:
        version = activate(version=self.record, by=who(self.request))
        return reverse("costing:version", args=[version.code])

    def said(self, result: Any) -> Any:
        return _("{version} is the standard now.").format(version=self.record.code)


class WorkInProcess(ListPage):
    """Orders with money in process, most first."""

    model = ProductionOrder
    title, section, slot, roles = _("Work in process"), "costing", "wip", MONEY_ROLES
    page_key = "costing.wip"
    search = ("number", "item__number", "item__name")
    order = ("-wip", "number")
    columns = (
        Column("number", _("Order"), kind="code", link=True, width=120),
        Column("item.number", _("Item"), kind="code", width=120),
        Column("item.name", _("Name")),
        Column("state", _("State"), kind="state"),
        Column("quantity", _("Quantity"), kind="quantity"),
        Column("good_quantity", _("Good"), kind="quantity"),
        Column("wip", _("In process"), kind="money", total=True),
        Column("site.currency.code", "", width=56),
    )
    empty_title = _("Nothing in process")
    empty_text = _(
        "Orders appear here when material or time is booked to them and leave when they are settled."
    )

    def rows(self) -> QuerySet[Any]:
        orders = at_sites(ProductionOrder.objects.select_related("item", "site__currency"), self.request.user)
        return selectors.orders_with_wip(orders)

    def record_url(self, record: Any) -> str:
        return str(record.get_absolute_url()) if hasattr(record, "get_absolute_url") else ""


class Settlements(ListPage):
    """Ended orders and how far they were off."""

    model = Settlement
    title, section, slot, roles = _("Settlements"), "costing", "settlements", MONEY_ROLES
    search = ("order__number", "order__item__number", "order__item__name")
    order = ("-settled_at", "-pk")
    columns = (
        Column("order.number", _("Order"), kind="code", width=120),
        Column("order.item.number", _("Item"), kind="code", width=120),
        Column("order.item.name", _("Name")),
        Column("good_quantity", _("Good"), kind="quantity"),
        Column("standard", _("Standard"), kind="money", total=True),
        Column("actual", _("Actual"), kind="money", total=True),
        Column(
            "difference",
            _("Variance"),
            kind="money",
            total=True,
            order="",
            value=lambda one: one.actual - one.standard,
            tone=lambda one: "bad" if one.actual > one.standard else "good",
        ),
        Column("settled_at", _("Settled"), kind="time"),
    )
    empty_title = _("No order was settled yet")
    empty_text = _("A finished order is settled when a supervisor ends it.")

    def rows(self) -> QuerySet[Any]:
        rows = Settlement.objects.select_related("order__item", "order__site")
        return at_sites(rows, self.request.user, path="order__site__code")


class Entries(ListPage):
    """The cost ledger, entry by entry."""

    model = Entry
    title, section, slot, roles = _("Cost ledger"), "costing", "entries", MONEY_ROLES
    search = ("reference", "order__number")
    order = ("-id",)
    columns = (
        Column("id", _("Entry"), kind="number", width=88),
        Column("kind", _("Kind"), value=lambda one: one.get_kind_display(), width=168),
        Column("order.number", _("Order"), kind="code", width=120),
        Column("reference", _("Document")),
        Column("amount", _("Amount"), kind="money", order=""),
        Column("posted_on", _("Day"), kind="date"),
        Column("effective_at", _("Happened"), kind="time"),
    )
    empty_title = _("The ledger is empty")
    empty_text = _("Entries are written when material moves, time is reported or orders end.")

    def rows(self) -> QuerySet[Any]:
        entries = at_sites(Entry.objects.select_related("order"), self.request.user)
        return entries.annotate(amount=Sum("postings__amount", filter=Q(postings__amount__gt=0)))


class TrialBalance(Page):
    """Every account with its balance."""

    roles, section, title = MONEY_ROLES, "costing", _("Trial balance")

    def get(self, request: HttpRequest) -> HttpResponse:
        lines = selectors.trial_balance()
        total = Posting.objects.aggregate(total=Sum("amount"))["total"] or 0
        return render(request, "costing/trial_balance.html", {"page": self, "lines": lines, "total": total})
