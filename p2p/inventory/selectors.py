"""Every read of stock that more than one edge needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Case, DecimalField, Exists, F, OuterRef, Q, QuerySet, Sum, When

from p2p.inventory.models import Balance, Hold, Lot, Move
from strategies.models import Item, Location, Site

ZERO = Decimal(0)


def held_stock() -> Exists:
    """Whether an open hold covers a balance row."""
    return Exists(
        Hold.objects.filter(
            Q(lot__isnull=True) | Q(lot=OuterRef("lot")),
            Q(serial__isnull=True) | Q(serial=OuterRef("serial")),
            Q(location__isnull=True) | Q(location=OuterRef("location")),
            item=OuterRef("item"),
            released_at__isnull=True,
        )
    )


def balances() -> QuerySet[Balance]:
    """What lies where, rows of nothing left out, with `held` and `available` (free for anybody)."""
    free = Case(When(held=True, then=ZERO), default=F("quantity") - F("reserved"), output_field=_quantity())
    return (
        Balance.objects.exclude(quantity=0, reserved=0)
        .annotate(held=held_stock())
        .annotate(available=free)
        .select_related("item__unit", "location__site", "lot", "serial", "handling_unit")
        .order_by("item__number", "location__code", "id")
    )


def _quantity() -> DecimalField[Decimal, Decimal]:
    return DecimalField(max_digits=24, decimal_places=12)


def _nettable(site: Site, item_ids: Iterable[int] | None) -> QuerySet[Balance]:
    rows = Balance.objects.filter(location__site=site, location__nettable=True)
    return rows if item_ids is None else rows.filter(item_id__in=list(item_ids))


def on_hand(site: Site, item_ids: Iterable[int] | None = None) -> dict[int, Decimal]:
    """Item id -> what lies at the site's nettable places, reserved and held stock included; in the item's
    unit.
    """
    rows = (
        _nettable(site, item_ids).values_list("item_id").annotate(total=Sum("quantity")).order_by("item_id")
    )
    return {item: total for item, total in rows if total}


def available(site: Site, item_ids: Iterable[int] | None = None) -> dict[int, Decimal]:
    """Item id -> what is neither reserved nor held at nettable places. Items without any are left out."""
    rows = (
        _nettable(site, item_ids)
        .filter(~held_stock())
        .values_list("item_id")
        .annotate(total=Sum(F("quantity") - F("reserved")))
        .order_by("item_id")
    )
    return {item: total for item, total in rows if total}


def stock_by_place(item: Item) -> QuerySet[Balance]:
    """Where the item lies: place, lot, serial, quantity, reserved, held, available."""
    return balances().filter(item=item)


@dataclass(frozen=True)
class Totals:
    """Of one item, over all places that hold stock."""

    on_hand: Decimal
    reserved: Decimal
    held: Decimal
    available: Decimal


def totals(item: Item) -> Totals:
    """How much there is of the item, and how much of it is promised, held and free."""
    rows = Balance.objects.filter(item=item)
    every = rows.aggregate(quantity=Sum("quantity"), reserved=Sum("reserved"))
    kept = rows.filter(held_stock()).aggregate(quantity=Sum("quantity"), reserved=Sum("reserved"))
    there, reserved = every["quantity"] or ZERO, every["reserved"] or ZERO
    held, both = kept["quantity"] or ZERO, kept["reserved"] or ZERO
    return Totals(on_hand=there, reserved=reserved, held=held, available=there - reserved - held + both)


@dataclass(frozen=True)
class CardLine:
    """One move of the item as the stock card shows it: what it changed, and what there was after it."""

    move: Move
    change: Decimal
    balance: Decimal


def moves() -> QuerySet[Move]:
    """The ledger, newest first, with what a list shows."""
    return Move.objects.select_related(
        "item__unit", "source__site", "target__site", "lot", "serial", "reason", "by", "reverses"
    ).order_by("-id")


def stock_card(
    item: Item, *, location: Location | None = None, before: int | None = None, limit: int = 50
) -> list[CardLine]:
    """The item's last `limit` moves (older than move `before`), newest first, each with the balance after it.

    Counts all places that hold stock, or `location` alone. Two queries, however long the ledger is.
    """
    rows = moves().filter(item=item)
    if location is not None:
        rows = rows.filter(Q(source=location) | Q(target=location))
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[:limit])
    if not found:
        return []
    balance = _balance_after(item, location, found[0].pk)
    lines = []
    for move in found:
        change = _change(move, location)
        lines.append(CardLine(move, change, balance))
        balance -= change
    return lines


def _counts(place: Location, location: Location | None) -> bool:
    return place.holds_stock if location is None else place.pk == location.pk


def _change(move: Move, location: Location | None) -> Decimal:
    gained = move.quantity if _counts(move.target, location) else ZERO
    lost = move.quantity if _counts(move.source, location) else ZERO
    return gained - lost


def _balance_after(item: Item, location: Location | None, last: int) -> Decimal:
    """Today's balance less what came after `last`: cheap for the newest page, which is the one people
    open.
    """
    stock = Balance.objects.filter(item=item)
    stock = stock if location is None else stock.filter(location=location)
    now_there = stock.aggregate(total=Sum("quantity"))["total"] or ZERO
    later = Move.objects.filter(item=item, id__gt=last)
    inside = Q(target=location) if location else ~Q(target__kind__in=Location.OUTSIDE)
    outside = Q(source=location) if location else ~Q(source__kind__in=Location.OUTSIDE)
    since = later.aggregate(came=Sum("quantity", filter=inside), went=Sum("quantity", filter=outside))
    return now_there - (since["came"] or ZERO) + (since["went"] or ZERO)


def holds() -> QuerySet[Hold]:
    """Holds, newest first, with what a list shows."""
    related = ("item__unit", "lot", "serial", "location__site", "reason", "placed_by", "released_by")
    return Hold.objects.select_related(*related).order_by("-id")


@dataclass(frozen=True)
class TraceLine:
    """A move found on the way, `depth` steps from where the trace began; `via` is the step before."""

    depth: int
    move: int
    via: int
    item: int
    lot: int | None
    quantity: Decimal
    reference: str
    at: datetime


# An edge whose issue or receipt was reversed never happened. A receipt may hand its lot on through
# transfers, so a step goes from a receipt to every issue of the same item and lot; untracked stock is traced
# by its own edges only.
_TRACE = """
    WITH RECURSIVE alive AS (
        SELECT c.issue_id, c.receipt_id, c.quantity FROM inventory_consumed c
        WHERE NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id IN (c.issue_id, c.receipt_id))
    ), walk(depth, from_id, to_id, quantity) AS (
        SELECT 1, e.{near}, e.{far}, e.quantity FROM alive e WHERE e.{near} = ANY(%(starts)s)
        UNION
        SELECT w.depth + 1, e.{near}, e.{far}, e.quantity
        FROM walk w
        JOIN inventory_move reached ON reached.id = w.to_id
            AND (reached.lot_id IS NOT NULL OR reached.serial_id IS NOT NULL)
        JOIN inventory_move again ON again.item_id = reached.item_id
            AND again.lot_id IS NOT DISTINCT FROM reached.lot_id
            AND again.serial_id IS NOT DISTINCT FROM reached.serial_id
        JOIN alive e ON e.{near} = again.id
        WHERE w.depth < 50
    )
    SELECT DISTINCT ON (w.to_id)
        w.depth, m.id, w.from_id, m.item_id, m.lot_id, w.quantity, m.reference, m.effective_at
    FROM walk w JOIN inventory_move m ON m.id = w.to_id
    ORDER BY w.to_id, w.depth
"""


def _trace(near: str, far: str, start: Move | Lot) -> list[TraceLine]:
    if isinstance(start, Lot):
        same = Move.objects.filter(lot=start)
    elif start.lot or start.serial:
        same = Move.objects.filter(item=start.item, lot=start.lot, serial=start.serial)
    else:
        same = Move.objects.filter(pk=start.pk)
    starts = list(same.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_TRACE.format(near=near, far=far), {"starts": starts})
        lines = [TraceLine(*row) for row in cursor.fetchall()]
    return sorted(lines, key=lambda line: (line.depth, line.move))


def trace_up(start: Move | Lot) -> list[TraceLine]:
    """Where it went: the receipts that this issue (or any issue of this lot) became part of, and theirs.
    One query.
    """
    return _trace("issue_id", "receipt_id", start)


def trace_down(start: Move | Lot) -> list[TraceLine]:
    """What it was made of: the issues behind this receipt (or any receipt of this lot), and theirs. One
    query.
    """
    return _trace("receipt_id", "issue_id", start)


def items_of(lines: Sequence[TraceLine]) -> dict[int, Item]:
    """The items a trace speaks of."""
    return Item.objects.select_related("unit").in_bulk({line.item for line in lines})
