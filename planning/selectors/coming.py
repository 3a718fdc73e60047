"""What planning knows of what is to come of an item: purchases, transfers on paper and on the road, production."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _

from p2p.core.access import at_sites
from p2p.inventory.models import Lot, Reservation
from p2p.inventory.trace_facts import Expecting, OnOrder
from planning.models import Output, ProductionOrder, ReplenishmentOrder
from planning.services.travelling import travelling

ZERO = Decimal(0)


def on_order(asked: Expecting) -> list[OnOrder]:
    """Open purchases, transfers and production orders of these items. At most ten queries."""
    return [*_replenishing(asked), *_made(asked)]


def _seen(rows: QuerySet[Any], asked: Expecting, path: str, *also: str) -> QuerySet[Any]:
    return rows if asked.user is None else at_sites(rows, asked.user, path=path, also=also)


# ---- purchases and transfers


def _replenishing(asked: Expecting) -> Iterator[OnOrder]:
    rows = ReplenishmentOrder.objects.filter(item__in=asked.items, state__in=ReplenishmentOrder.OPEN)
    orders = list(
        _seen(rows, asked, "site__code", *ReplenishmentOrder.seen_at)
        .annotate(
            left=F("quantity") - F("received_quantity"), day=Coalesce(TruncDate("promised_at"), "due_on")
        )
        .filter(left__gt=0)
        .select_related("site", "vendor", "from_location__site")
        .order_by("pk")
    )
    moving = [order for order in orders if order.kind == ReplenishmentOrder.Kind.TRANSFER]
    road, kept = travelling(moving), _kept(moving)
    for order in orders:
        if order.kind == ReplenishmentOrder.Kind.PURCHASE:
            yield _line(order, order.left, _("Purchase"), party=order.vendor.name if order.vendor else "")
        else:
            yield from _of_transfer(order, road.get(order.number, ()), kept.get(order.number, ()))


def _of_transfer(order: Any, road: Sequence[list[Any]], kept: Sequence[Any]) -> Iterator[OnOrder]:
    """What of it travels, lot by lot; what is kept for it and has not left; the rest."""
    left = order.left
    for taken, travels in road:
        quantity = min(travels, left)
        if quantity > 0:
            left -= quantity
            note = _("on the road, at {place}").format(place=taken.place.code)
            yield _line(order, quantity, _("Transfer"), lot=taken.lot, serial=taken.serial, note=note)
    for row in kept:
        quantity = min(row.quantity, left)
        if quantity > 0:
            left -= quantity
            note = _("kept for it at {place}, not shipped yet").format(place=row.location.code)
            yield _line(order, quantity, _("Transfer"), lot=row.lot, serial=row.serial, note=note)
    if left > 0:
        yield _line(order, left, _("Transfer"), note=_("not shipped yet"))


def _kept(orders: Sequence[Any]) -> dict[str, list[Reservation]]:
    """Transfer order -> what of named lots and pieces is reserved for it. One query."""
    found: dict[str, list[Reservation]] = defaultdict(list)
    numbers = [order.number for order in orders]
    rows = Reservation.objects.filter(reference__in=numbers).exclude(location__kind="transit")
    for row in rows.select_related("lot", "serial", "location").order_by("pk") if numbers else ():
        found[row.reference].append(row)
    return found


def _line(
    order: Any,
    quantity: Decimal,
    what: str,
    *,
    party: str = "",
    lot: Any = None,
    serial: Any = None,
    note: str = "",
) -> OnOrder:
    source = order.from_location
    return OnOrder(
        item=order.item_id,
        quantity=quantity,
        what=what,
        document=order.number,
        site=order.site.code,
        due_on=order.day,
        party=party or (_("from {site}").format(site=source.site.code) if source else ""),
        lot=lot.pk if lot else None,
        serial=serial.pk if serial else None,
        number=str((serial or lot).number) if serial or lot else "",
        note=note,
        url=reverse("planning:replenishment", args=[order.number]),
    )


# ---- production


def _products(asked: Expecting) -> list[Any]:
    """(item, left, day, order, state, site) of what open orders are still to make. One query."""
    rows = ProductionOrder.objects.filter(item__in=asked.items, state__in=ProductionOrder.OPEN)
    left = F("quantity") - F("good_quantity") - F("scrap_quantity")
    seen = _seen(rows, asked, "site__code").annotate(left=left, day=Coalesce(TruncDate("ends_at"), "due_on"))
    columns = ("item", "left", "day", "number", "state", "site__code")
    return list(seen.filter(left__gt=0).order_by("pk").values_list(*columns))


def _beside(asked: Expecting) -> list[Any]:
    """The same of co- and by-products of orders of other items. One query."""
    rows = Output.objects.filter(
        item__in=asked.items, order__state__in=ProductionOrder.OPEN, quantity__gt=F("received_quantity")
    ).exclude(kind=Output.Kind.MAIN)
    seen = _seen(rows, asked, "order__site__code").annotate(
        left=F("quantity") - F("received_quantity"),
        day=Coalesce(TruncDate("order__ends_at"), "order__due_on"),
    )
    columns = ("item", "left", "day", "order__number", "order__state", "order__site__code")
    return list(seen.order_by("pk").values_list(*columns))


def _made(asked: Expecting) -> Iterator[OnOrder]:
    """What open orders are still to make, and what comes out beside it."""
    products, more = _products(asked), _beside(asked)
    lots = _own_lots({row[3] for row in (*products, *more)}, asked)
    for rows, what in ((products, _("Production order")), (more, _("Beside a production order"))):
        for item, quantity, day, number, state, site in rows:
            order: Any = ProductionOrder(number=number)
            yield OnOrder(
                item=item,
                quantity=quantity,
                what=what,
                document=number,
                site=site,
                due_on=day,
                lot=lots.get((item, number)),
                number=number if (item, number) in lots else "",
                note=str(ProductionOrder.State(state).label),
                url=order.get_absolute_url(),
            )


def _own_lots(numbers: set[str], asked: Expecting) -> dict[tuple[int, str], int]:
    """(item, order) -> the lot that bears the order's number and grows with each report. One query."""
    rows = Lot.objects.filter(item__in=asked.items, number__in=numbers) if numbers else Lot.objects.none()
    return {(item, number): key for item, number, key in rows.values_list("item", "number", "pk")}
