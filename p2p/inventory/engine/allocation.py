"""Sharing out free stock among needs: first come first served, in the order of the item's picking rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from p2p.inventory.engine.fitting import Reason, fits, why

ZERO = Decimal(0)
FEFO, FIFO, LIFO = "fefo", "fifo", "lifo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pile:
    """Stock of one item at one place, of one lot and serial at most; `free` is what nobody has reserved.

    `until` is the last day it may be used; `since` when it came; `blocked` the purposes that holds forbid ("use" is
    every one); `counts`: it is part of what soft reservations have claimed.
    """

    key: int
    item: int
    location: int
    lot: int | None
    serial: int | None
    unit: int | None
    free: Decimal
    expires: date | None = None
    since: datetime | None = None
    blocked: frozenset[str] = frozenset()
    attributes: Mapping[str, object] = field(default_factory=dict)
    counts: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Want:
    """`quantity` of `item` for `purpose`; from `location`, `lot` or `units` only, when named; from `first_from` before
    elsewhere. `wanted` is what a lot must have, `use_by` the day on which it must still be usable, `owner` whose
    claims it may use up.
    """

    item: int
    quantity: Decimal
    location: int | None = None
    lot: int | None = None
    units: frozenset[int] | None = None
    first_from: int | None = None
    purpose: str = "production"
    use_by: date | None = None
    wanted: Mapping[str, object] = field(default_factory=dict)
    same_lot: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """So much of an item (of one lot, when named) is softly reserved for `owner`."""

    item: int
    lot: int | None
    owner: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """So much of the pile for the want with this index."""

    want: int
    pile: Pile
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Allocation:
    """Shares; per want what is missing (0 when covered) and why."""

    shares: list[Share]
    missing: list[Decimal]
    reasons: dict[int, Reason]


def allocate(
    wants: Sequence[Want],
    piles: Iterable[Pile],
    *,
    picking: Mapping[int, str] | None = None,
    claims: Sequence[Claim] = (),
) -> Allocation:
    """Serve the wants in their order from the piles of one site; nothing is shared out twice.

    `picking` says per item: first expired (then first in; the default), first in, or last in. What `claims` promise
    to others is left for them. Quantities in the item's unit. O(wants + piles) where wants name nothing special,
    O(wants x piles of the item) at worst.
    """
    stacks = _stacks(piles, picking or {})
    promised = _Promised(claims, stacks)
    shares: list[Share] = []
    missing: list[Decimal] = []
    reasons: dict[int, Reason] = {}
    for index, want in enumerate(wants):
        stack = stacks.get(want.item)
        lacking = want.quantity if stack is None else _serve(index, want, stack, promised, shares)
        missing.append(lacking)
        if lacking > 0:
            reasons[index] = why(want, stack.piles if stack else ())
    return Allocation(shares, missing, reasons)


class _Stack:
    """The piles of one item in picking order, and what is left of each."""

    def __init__(self, piles: list[Pile], picking: str) -> None:
        self.piles = sorted(piles, key=_ORDER[picking])
        if picking == LIFO:
            self.piles.reverse()
        self.left = {pile.key: pile.free for pile in self.piles}
        self.first = 0
        self._by: dict[str, dict[int | None, list[Pile]]] = {}

    def of(self, name: str, value: int | None) -> list[Pile]:
        """Piles whose `name` (location, lot) is `value`, in picking order."""
        if name not in self._by:
            groups: dict[int | None, list[Pile]] = defaultdict(list)
            for pile in self.piles:
                groups[getattr(pile, name)].append(pile)
            self._by[name] = groups
        return self._by[name].get(value, [])

    def ahead(self) -> int:
        """Where the first pile lies that is not used up."""
        while self.first < len(self.piles) and self.left[self.piles[self.first].key] <= 0:
            self.first += 1
        return self.first


_LONG_AGO = datetime.min
_ORDER = {
    FEFO: lambda pile: (pile.expires or date.max, _came(pile), pile.key),
    FIFO: lambda pile: (_came(pile), pile.key),
    LIFO: lambda pile: (_came(pile), pile.key),
}


def _came(pile: Pile) -> datetime:
    return pile.since.replace(tzinfo=None) if pile.since else _LONG_AGO


def _stacks(piles: Iterable[Pile], picking: Mapping[int, str]) -> dict[int, _Stack]:
    by_item: dict[int, list[Pile]] = defaultdict(list)
    for pile in piles:
        if pile.free > 0:
            by_item[pile.item].append(pile)
    return {item: _Stack(group, picking.get(item) or FEFO) for item, group in by_item.items()}


class _Promised:
    """What others may not take: the claims on an item, and on a lot of it. A want uses up its own claims first."""

    def __init__(self, claims: Sequence[Claim], stacks: Mapping[int, _Stack]) -> None:
        self.own: dict[tuple[int, int | None, str], Decimal] = defaultdict(Decimal)
        self.spare: dict[tuple[int, int | None], Decimal] = {}
        for claim in claims:
            self.own[claim.item, None, claim.owner] += claim.quantity
            self._narrow(claim, None, stacks)
            if claim.lot is not None:
                self.own[claim.item, claim.lot, claim.owner] += claim.quantity
                self._narrow(claim, claim.lot, stacks)

    def _narrow(self, claim: Claim, lot: int | None, stacks: Mapping[int, _Stack]) -> None:
        key = (claim.item, lot)
        if key not in self.spare:
            stack = stacks.get(claim.item)
            piles = () if stack is None else stack.piles if lot is None else stack.of("lot", lot)
            self.spare[key] = sum((pile.free for pile in piles if pile.counts), ZERO)
        self.spare[key] -= claim.quantity

    def allowed(self, want: Want, pile: Pile) -> Decimal | None:
        """At most so much of the pile; None: nobody else has claimed any."""
        if not self.spare or not pile.counts:
            return None
        limits = [
            max(ZERO, self.spare[key]) + self.own.get((*key, want.owner), ZERO)
            for key in self._keys(pile)
            if key in self.spare
        ]
        return min(limits) if limits else None

    def take(self, want: Want, pile: Pile, quantity: Decimal) -> None:
        if not self.spare or not pile.counts:
            return
        for key in self._keys(pile):
            if key in self.spare:
                mine = (*key, want.owner)
                used = min(quantity, self.own.get(mine, ZERO))
                if used:
                    self.own[mine] -= used
                self.spare[key] -= quantity - used

    @staticmethod
    def _keys(pile: Pile) -> Sequence[tuple[int, int | None]]:
        return ((pile.item, None),) if pile.lot is None else ((pile.item, None), (pile.item, pile.lot))


def _serve(index: int, want: Want, stack: _Stack, promised: _Promised, shares: list[Share]) -> Decimal:
    """Take what fits; what is still missing."""
    lacking = want.quantity
    candidates = _candidates(want, stack)
    if want.same_lot:
        candidates = _one_lot(want, stack, promised, candidates)
    for pile in candidates:
        if lacking <= 0:
            break
        taken = min(lacking, stack.left[pile.key])
        if taken <= 0 or not fits(want, pile):
            continue
        limit = promised.allowed(want, pile)
        if limit is not None:
            taken = min(taken, limit)
        if taken > 0:
            stack.left[pile.key] -= taken
            promised.take(want, pile, taken)
            lacking -= taken
            shares.append(Share(index, pile, taken))
    return lacking


def _candidates(want: Want, stack: _Stack) -> Iterable[Pile]:
    if want.lot is not None:
        return stack.of("lot", want.lot)
    if want.location is not None:
        return stack.of("location", want.location)
    if want.units is not None:
        return stack.piles
    rest = stack.piles[stack.ahead() :] if stack.ahead() else stack.piles
    if want.first_from is None:
        return rest
    near = stack.of("location", want.first_from)
    return [*near, *(pile for pile in rest if pile.location != want.first_from)] if near else rest


def _one_lot(want: Want, stack: _Stack, promised: _Promised, piles: Iterable[Pile]) -> list[Pile]:
    """The piles of the first lot that covers the want alone; none when no lot does."""
    lots: dict[int | None, list[Pile]] = defaultdict(list)
    for pile in piles:
        if fits(want, pile):
            lots[pile.lot].append(pile)
    for group in lots.values():
        there = sum((stack.left[pile.key] for pile in group), ZERO)
        limits = [limit for pile in group for limit in [promised.allowed(want, pile)] if limit is not None]
        if min([there, *limits]) >= want.quantity:
            return group
    return []
