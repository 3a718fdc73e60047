"""What is to come for one item: open demand and supply by day, and the stock they leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce, TruncDate

from p2p.core.access import at_sites
from p2p.inventory.selectors import available, on_hand
from planning.models import Demand, Material, Output, ProductionOrder, ReplenishmentOrder
from strategies.models import Item, Site

SHOWN = 8
ZERO = Decimal(0)


@dataclass(frozen=True)
class Change:
    """What documents of one kind do to the stock of a day."""

    day: date
    quantity: Decimal


@dataclass(frozen=True)
class Line:
    """One open document, as a list shows it; `quantity` is positive for what comes."""

    day: date
    what: Any
    quantity: Decimal


@dataclass(frozen=True)
class Outlook:
    """`points` are (day, stock at its end), the first is today's; the totals are of everything open."""

    on_hand: Decimal
    free: Decimal
    demand: Decimal
    supply: Decimal
    points: list[tuple[date, Decimal]]
    demands: list[Line]
    supplies: list[Line]

    @property
    def lowest(self) -> tuple[date, Decimal]:
        """The day with the least stock."""
        return min(self.points, key=lambda point: (point[1], point[0]))


def outlook(item: Item, user: Any, today: date) -> Outlook:
    """The item at the sites a person may see. Fourteen queries, whatever is open; one more pair for each site."""
    needs, draws = _demands(item, user), _draws(item, user)
    orders, beside, buys = _orders(item, user), _beside(item, user), _buys(item, user)
    changes = [*_by_day(needs, -1), *_by_day(draws, -1)]
    changes += [*_by_day(orders, 1), *_by_day(beside, 1), *_by_day(buys, 1)]
    there, free = ZERO, ZERO
    for site in at_sites(Site.objects.filter(active=True), user, path="code"):
        there += on_hand(site, [item.pk]).get(item.pk, ZERO)
        free += available(site, [item.pk]).get(item.pk, ZERO)
    demands = [*_lines(needs, -1), *_lines(draws.select_related("order"), -1, "order")]
    supplies = [*_lines(orders, 1), *_lines(beside.select_related("order"), 1, "order"), *_lines(buys, 1)]
    return Outlook(
        on_hand=there,
        free=free,
        demand=-sum((each.quantity for each in changes if each.quantity < 0), ZERO),
        supply=sum((each.quantity for each in changes if each.quantity > 0), ZERO),
        points=_points(there, changes, today),
        demands=sorted(demands, key=lambda line: line.day)[:SHOWN],
        supplies=sorted(supplies, key=lambda line: line.day)[:SHOWN],
    )


def _demands(item: Item, user: Any) -> Any:
    rows = Demand.objects.filter(
        item=item, state="open", quantity__gt=F("delivered_quantity"), unit=item.unit_id
    )
    return at_sites(rows, user).annotate(left=F("quantity") - F("delivered_quantity"), day=F("due_on"))


def _draws(item: Item, user: Any) -> Any:
    rows = Material.objects.filter(
        item=item, order__state__in=ProductionOrder.OPEN, quantity__gt=F("issued_quantity")
    ).exclude(kind="vendor")
    rows = at_sites(rows, user, path="order__site__code")
    return rows.annotate(left=F("quantity") - F("issued_quantity"), day=F("order__start_on"))


def _orders(item: Item, user: Any) -> Any:
    rows = at_sites(ProductionOrder.objects.filter(item=item, state__in=ProductionOrder.OPEN), user)
    left = F("quantity") - F("good_quantity") - F("scrap_quantity")
    return rows.annotate(left=left, day=Coalesce(TruncDate("ends_at"), "due_on")).filter(left__gt=0)


def _beside(item: Item, user: Any) -> Any:
    """Co- and by-products of orders of other items."""
    rows = Output.objects.filter(
        item=item, order__state__in=ProductionOrder.OPEN, quantity__gt=F("received_quantity")
    ).exclude(kind=Output.Kind.MAIN)
    rows = at_sites(rows, user, path="order__site__code")
    day = Coalesce(TruncDate("order__ends_at"), "order__due_on")
    return rows.annotate(left=F("quantity") - F("received_quantity"), day=day)


def _buys(item: Item, user: Any) -> Any:
    rows = ReplenishmentOrder.objects.filter(item=item, state__in=ReplenishmentOrder.OPEN)
    left = F("quantity") - F("received_quantity")
    day = Coalesce(TruncDate("promised_at"), "due_on")
    return at_sites(rows, user).annotate(left=left, day=day).filter(left__gt=0)


def _by_day(rows: Any, sign: int) -> Iterator[Change]:
    found = rows.order_by().values("day").annotate(sum_=Sum("left"), many=Count("pk")).order_by("day")
    for row in found:
        yield Change(row["day"], sign * row["sum_"])


def _lines(rows: Any, sign: int, of: str = "") -> list[Line]:
    return [
        Line(row.day, getattr(row, of) if of else row, sign * row.left)
        for row in rows.order_by("day", "pk")[:SHOWN]
    ]


def _points(there: Decimal, changes: list[Change], today: date) -> list[tuple[date, Decimal]]:
    by_day: dict[date, Decimal] = {today: ZERO}
    for each in changes:
        day = max(each.day, today)
        by_day[day] = by_day.get(day, ZERO) + each.quantity
    points, level = [], there
    for day in sorted(by_day):
        level += by_day[day]
        points.append((day, level))
    return points
