"""An item through time: its moves, each with the balance after it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from p2p.inventory.models import Balance, Move
from strategies.models import Item, Location

ZERO = Decimal(0)


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
