"""Going live, seen from planning: the sheets of open purchases and past sales, and what is there afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.facts import Refused
from planning.models import Customer, Demand, ProductionOrder, ReplenishmentOrder
from planning.models.made_for import NEED
from planning.services import need
from planning.services.takeover import OpenPurchase, Sold, take_history, take_purchases
from planning.services.tie import tie
from strategies.facts import Figure, MeasuringCutOver, NamingMeasures
from strategies.models import Currency, Item, Location, Site, Vendor
from strategies.services.importer import (
    Column,
    Day,
    Number,
    Problem,
    Reference,
    Row,
    Sheet,
    Tally,
    Text,
    Whole,
    register_sheet,
)
from strategies.services.importer.sheets import Settle

if TYPE_CHECKING:
    from p2p.core.models import User

ABOVE = Number(above=Decimal(0))
SITE = Reference("site", Site, ("site",), ("code",), required=True, example="BOTHELL")
ITEM = Reference("item", Item, ("item",), ("number",), required=True, example="HL-U509")


def records(rows: Sequence[Row], field: str, found: Any) -> dict[int, Any]:
    """The records that one column of the rows names, by key. One query."""
    return dict(found.in_bulk({row.values[field] for row in rows if row.values[field]}))


def _left(row: Row) -> Iterator[tuple[str, str]]:
    if (row.values["received"] or 0) >= row.values["quantity"]:
        yield "received", _("All of it has been received: leave it out.")
    if row.values["due_on"] < row.values["ordered_on"]:
        yield "due_on", _("It is due before it was ordered.")
    if bool(row.values["vendor"]) == bool(row.values["from_location"]):
        yield "vendor", _("Name a vendor to buy from, or a place to transfer from.")


def _store_purchases(rows: Sequence[Row], by: User | None) -> Tally:
    sites, items = records(rows, "site", Site.objects), records(rows, "item", Item.objects)
    vendors = records(rows, "vendor", Vendor.objects.select_related("currency"))
    places = records(rows, "from_location", Location.objects)
    currencies = records(rows, "currency", Currency.objects)
    made = take_purchases(
        purchases=[
            OpenPurchase(
                number=row.values["number"],
                site=sites[row.values["site"]],
                item=items[row.values["item"]],
                vendor=vendors.get(row.values["vendor"]),
                from_location=places.get(row.values["from_location"]),
                quantity=row.values["quantity"] - (row.values["received"] or Decimal(0)),
                price=row.values["price"],
                currency=currencies.get(row.values["currency"]),
                ordered_on=row.values["ordered_on"],
                due_on=row.values["due_on"],
                promised_on=row.values["promised_on"],
            )
            for row in rows
        ],
        by=by,
    )
    return Tally(created=len(made), unchanged=len(rows) - len(made))


MADE_FOR = Column(
    "made_for",
    Text(70),
    help=gettext_lazy("The one need it is for, as MO-43659, 20 or SO-43659/1; empty: everybody."),
)


def for_their_needs(sheet: str, model: type[ProductionOrder] | type[ReplenishmentOrder]) -> Settle:
    """When everything is in: who is made or bought for one need is tied to it."""

    def settle(rows: Sequence[Row], by: User | None) -> Iterator[Problem]:
        texts = {row.values["number"]: (row.values["made_for"], row.line) for row in rows}
        named = [number for number, (text, _line) in texts.items() if text]
        related = ("site", "item__unit", *NEED)
        for supply in model._default_manager.filter(number__in=named).select_related(*related).order_by("pk"):
            text, line = texts[supply.number]
            try:
                wanted = need.named(text, item=supply.item, site=supply.site)
                if need.words(wanted) != supply.need_words:
                    tie(supply=supply, made_for=wanted, by=by)
            except Refused as no:
                yield Problem(sheet, str(no), line, "made_for", code=no.code)

    return settle


OPEN_PURCHASES = Sheet(
    opens=True,
    name="open_purchases",
    title=gettext_lazy("Open purchases"),
    about=gettext_lazy("What is on order on the day of the cut-over; what came of it lies in opening stock."),
    model=ReplenishmentOrder,
    key=("number",),
    after=("items", "vendors", "locations"),
    checks=(_left,),
    store=_store_purchases,
    settle=(for_their_needs("open_purchases", ReplenishmentOrder),),
    fields=(
        Column("number", Text(40), required=True, example="PO-4011"),
        SITE,
        ITEM,
        Reference("vendor", Vendor, ("vendor",), ("number",), example="ADVANCED0001"),
        Reference("from_location", Location, ("from_site", "from_location"), ("site__code", "code")),
        Column("quantity", ABOVE, required=True, example="550"),
        Column("received", Number(at_least=Decimal(0)), example="0"),
        Column("price", Number(at_least=Decimal(0), places=8), example="25.58"),
        Reference("currency", Currency, ("currency",), ("code",)),
        Column("ordered_on", Day(), required=True, example="2026-06-12"),
        Column("due_on", Day(), required=True, example="2026-07-06"),
        Column("promised_on", Day()),
        MADE_FOR,
    ),
)


def _store_history(rows: Sequence[Row], by: User | None) -> Tally:
    sites, items = records(rows, "site", Site.objects), records(rows, "item", Item.objects)
    customers = records(rows, "customer", Customer.objects)
    new = take_history(
        sales=[
            Sold(
                number=row.values["number"],
                line=row.values["line"] or 1,
                site=sites[row.values["site"]],
                item=items[row.values["item"]],
                quantity=row.values["quantity"],
                day=row.values["ordered_on"],
                customer=customers.get(row.values["customer"]),
            )
            for row in rows
        ],
        by=by,
    )
    return Tally(created=new, unchanged=len(rows) - new)


SALES_HISTORY = Sheet(
    opens=True,
    name="sales_history",
    title=gettext_lazy("Past sales"),
    about=gettext_lazy("What was sold and delivered before the cut-over: history for forecasts."),
    model=Demand,
    key=("number", "line"),
    after=("items", "customers"),
    store=_store_history,
    fields=(
        Column("number", Text(40), required=True, example="SO43659"),
        Column("line", Whole(1), example="1"),
        SITE,
        ITEM,
        Column("quantity", ABOVE, required=True, example="3"),
        Column("day", Day(), field="ordered_on", required=True, example="2025-06-30"),
        Reference("customer", Customer, ("customer",), ("number",), example="29825"),
    ),
)


def measures(asked: NamingMeasures) -> tuple[str, ...]:
    """What `figures` knows."""
    return (
        "orders.count",
        "orders.quantity",
        "purchases.count",
        "purchases.value",
        "purchases.quantity",
        "transfers.count",
        "transfers.quantity",
        "demand.count",
        "history.quantity",
    )


def figures(asked: MeasuringCutOver) -> list[Figure]:
    """Open orders, open purchases, transfers and demand of the site. A fixed number of queries."""
    return [*_orders(asked.site), *_purchases(asked.site), *_demand(asked.site)]


def _orders(site: Site) -> Iterator[Figure]:
    rows = ProductionOrder.objects.filter(site=site, state__in=ProductionOrder.OPEN)
    yield Figure("orders.count", _("Open production orders"), "", Decimal(rows.count()))
    sums = rows.values_list("item__number").annotate(whole=Sum("quantity")).order_by("item__number")
    for item, whole in sums:
        yield Figure("orders.quantity", _("Pieces in open orders"), item, whole)


def _purchases(site: Site) -> Iterator[Figure]:
    opened = ReplenishmentOrder.objects.filter(site=site, state__in=ReplenishmentOrder.OPEN)
    rows = opened.filter(kind=ReplenishmentOrder.Kind.PURCHASE)
    left = F("quantity") - F("received_quantity")
    whole = rows.aggregate(count=Count("pk"), money=Sum(left * F("price")))
    yield Figure("purchases.count", _("Open purchases"), "", Decimal(whole["count"]))
    yield Figure("purchases.value", _("Value on order"), "", whole["money"] or Decimal(0))
    sums = rows.values_list("item__number").annotate(whole=Sum(left)).order_by("item__number")
    for item, quantity in sums:
        yield Figure("purchases.quantity", _("On order"), item, quantity)
    moved = opened.filter(kind=ReplenishmentOrder.Kind.TRANSFER)
    yield Figure("transfers.count", _("Open transfers"), "", Decimal(moved.count()))
    sums = moved.values_list("item__number").annotate(whole=Sum(left)).order_by("item__number")
    for item, quantity in sums:
        yield Figure("transfers.quantity", _("To come by transfer"), item, quantity)


def _demand(site: Site) -> Iterator[Figure]:
    rows = Demand.objects.filter(site=site)
    waiting = rows.filter(state=Demand.State.OPEN)
    yield Figure("demand.count", _("Open demand lines"), "", Decimal(waiting.count()))
    sold = rows.filter(state=Demand.State.DELIVERED).annotate(month=TruncMonth("ordered_on"))
    for month, quantity in sold.values_list("month").annotate(whole=Sum("quantity")).order_by("month"):
        yield Figure("history.quantity", _("Sold in the month"), f"{month:%Y-%m}", quantity)


def register() -> None:
    """Called once, when apps are ready."""
    register_sheet(OPEN_PURCHASES)
    register_sheet(SALES_HISTORY)
