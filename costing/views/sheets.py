"""Standards and cost sheets: of items, and of an order while it lives."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from costing import selectors
from costing.models import (
    CostVersion,
    RollupWarning,
)
from costing.words import warning_words
from p2p.core.access import MONEY_ROLES, at_sites
from p2p.core.web import plots
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage
from p2p.core.web.page import Page
from p2p.core.web.records import RecordPage, RecordTab
from planning.models import ProductionOrder
from strategies.models import Item


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
            [(warning_words(note), note.code == RollupWarning.INCOMPLETE) for note in sheet.notes],
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
