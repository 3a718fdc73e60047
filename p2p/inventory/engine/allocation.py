"""Sharing out free stock among needs, first come first served, oldest or first-to-expire stock first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Pile:
    """Stock of one item at one place, of one lot and serial at most; `free` is what nobody has reserved."""

    key: int
    item: int
    location: int
    lot: int | None
    serial: int | None
    unit: int | None
    free: Decimal
    expires: date | None = None


@dataclass(frozen=True, kw_only=True)
class Want:
    """`quantity` of `item`; from `location` or `lot` only, when named; from `first_from` before elsewhere."""

    item: int
    quantity: Decimal
    location: int | None = None
    lot: int | None = None
    first_from: int | None = None


@dataclass(frozen=True)
class Share:
    """So much of the pile for the want with this index."""

    want: int
    pile: Pile
    quantity: Decimal


def allocate(wants: Sequence[Want], piles: Iterable[Pile]) -> tuple[list[Share], list[Decimal]]:
    """Shares, and per want what is missing (0 when covered). Nothing is shared out twice.

    Wants are served in their order; within an item, stock that expires first goes first (FEFO), then the
    older pile (FIFO by key). Quantities in the item's unit. O(wants x piles of the item) at worst.
    """
    by_item: dict[int, list[Pile]] = defaultdict(list)
    for pile in piles:
        if pile.free > 0:
            by_item[pile.item].append(pile)
    for group in by_item.values():
        group.sort(key=lambda one: (one.expires or date.max, one.key))
    left = {pile.key: pile.free for group in by_item.values() for pile in group}
    shares: list[Share] = []
    missing: list[Decimal] = []
    for index, want in enumerate(wants):
        open_quantity = want.quantity
        for pile in _candidates(want, by_item[want.item]):
            if open_quantity <= 0:
                break
            taken = min(open_quantity, left[pile.key])
            if taken > 0:
                left[pile.key] -= taken
                open_quantity -= taken
                shares.append(Share(index, pile, taken))
        missing.append(open_quantity)
    return shares, missing


def _candidates(want: Want, piles: list[Pile]) -> list[Pile]:
    fitting = [
        pile for pile in piles if want.location in (None, pile.location) and want.lot in (None, pile.lot)
    ]
    if want.first_from is None:
        return fitting
    return sorted(fitting, key=lambda pile: pile.location != want.first_from)
