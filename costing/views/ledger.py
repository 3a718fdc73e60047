"""Work in process, settlements and the ledger behind them."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from costing import selectors
from costing.filters import EntryFilter
from costing.models import (
    Entry,
    Posting,
    Settlement,
)
from p2p.core.access import MONEY_ROLES, at_sites
from p2p.core.templatetags.p2p import tone
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage
from p2p.core.web.page import Page
from planning.models import ProductionOrder


def _order_cost(entry: Any) -> str:
    return f"{entry.order.get_absolute_url()}?tab=cost" if entry.order else ""


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
        Column("site.currency.code", _("Currency"), width=84),
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
        Column("order.number", _("Order"), link=True, width=120),
        Column("order.item.number", _("Item"), kind="code", width=120),
        Column("order.item.name", _("Name")),
        Column("good_quantity", _("Good"), kind="quantity", unit="order.unit.code"),
        Column("standard", _("Standard"), kind="money", total=True),
        Column("actual", _("Actual"), kind="money", total=True),
        Column(
            "difference",
            _("Variance"),
            kind="money",
            total=True,
            order="",
            value=lambda one: one.actual - one.standard,
            signed=True,
            tone=lambda one: tone(one.actual - one.standard),
        ),
        Column("settled_at", _("Settled"), kind="time"),
    )
    empty_title = _("No order was settled yet")
    empty_text = _("A finished order is settled when a supervisor ends it.")

    def rows(self) -> QuerySet[Any]:
        rows = Settlement.objects.select_related("order__item", "order__site", "order__unit")
        return at_sites(rows, self.request.user, path="order__site__code")

    def record_url(self, record: Any) -> str:
        return f"{record.order.get_absolute_url()}?tab=cost"


class Entries(ListPage):
    """The cost ledger, entry by entry."""

    model = Entry
    title, section, slot, roles = _("Cost ledger"), "costing", "entries", MONEY_ROLES
    search = ("reference", "order__number")
    order = ("-id",)
    filterset_class = EntryFilter
    columns = (
        Column("id", _("Entry"), kind="code", width=88),
        Column("kind", _("Kind"), value=lambda one: one.get_kind_display(), width=168),
        Column("order.number", _("Order"), width=120, href=_order_cost),
        Column("reference", _("Document")),
        Column("amount", _("Amount"), kind="money", order=""),
        Column("ledger_account", _("Ledger account"), kind="code", order="", width=130),
        Column("posted_on", _("Day"), kind="date"),
        Column("effective_at", _("Happened"), kind="time"),
        Column("why", _("Why"), value=lambda one: one.get_why_display(), width=150),
    )
    empty_title = _("The ledger is empty")
    empty_text = _("Entries are written when material moves, time is reported or orders end.")

    def rows(self) -> QuerySet[Any]:
        entries = at_sites(Entry.objects.select_related("order"), self.request.user)
        # One entry absorbs the work of one resource.
        return entries.annotate(
            amount=Sum("postings__amount", filter=Q(postings__amount__gt=0)),
            ledger_account=Max("postings__ledger_account"),
        )


class TrialBalance(Page):
    """Every account with its balance, at the sites of the user, each currency by itself."""

    roles, section, title = MONEY_ROLES, "costing", _("Trial balance")

    def get(self, request: HttpRequest) -> HttpResponse:
        postings = at_sites(Posting.objects.all(), request.user, path="entry__site__code")
        sheets = [
            (currency, lines, sum((line.amount for line in lines), Decimal(0)))
            for currency, found in groupby(selectors.trial_balance(postings), key=lambda line: line.currency)
            for lines in [list(found)]
        ]
        return render(request, "costing/trial_balance.html", {"page": self, "sheets": sheets})
