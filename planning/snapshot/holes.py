"""Phantoms that bills take on days on which no bill of theirs counts: nobody stocks them, so no order can be made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from planning.engine.mrp import PlannedOrder
from planning.snapshot.keys import made_from
from planning.snapshot.notices import Notice
from strategies.models import BomVersion, Item
from strategies.selectors.versions import Versions

Key = int | str
DAY = timedelta(days=1)


class Hole(NamedTuple):
    """Days, both inclusive, on which a phantom is taken that has no bill; or the version named may not be used."""

    first: date
    last: date
    phantom: int
    named: int | None = None


class Holes:
    """Read with the lines of a plan; asked once its orders are known."""

    def __init__(self, boms: Versions, usable: tuple[str, ...]) -> None:
        self._boms, self._usable = boms, usable
        self._own: dict[Key, set[Hole]] = defaultdict(set)
        self._below: dict[Key, set[tuple[Key, date, date]]] = defaultdict(set)
        self._found: dict[Key, set[Hole]] = {}

    def look(
        self, parent: Key, below: Key, phantom: int, named: int | None, days: tuple[date, date], read: bool
    ) -> None:
        """A line of `parent` takes a phantom on these days; `below`: what stands for it in the plan; read: the version
        that is named has lines."""
        first, last = days
        self._below[parent].add((below, first, last))
        if named and not read:
            self._own[parent].add(Hole(first, last, phantom, named))
        elif not named:
            self._own[parent].update(Hole(*gap, phantom) for gap in self._gaps(phantom, first, last))

    def _gaps(self, phantom: int, first: date, last: date) -> Iterator[tuple[date, date]]:
        for window in self._boms.windows(phantom):
            if first > last or window.first > last:
                break
            if window.first > first:
                yield first, window.first - DAY
            if window.last >= last:
                return
            first = max(first, window.last + DAY)
        if first <= last:
            yield first, last

    def said(self, orders: Sequence[PlannedOrder]) -> list[Notice]:
        """For each item that is to be made of such a phantom, the first day on which an order of it starts. Two
        queries at most, none without a hole."""
        if not any(self._own.values()):
            return []
        self._drop_usable()
        first: dict[tuple[int, int], date] = {}
        for order in orders:
            if order.source not in ("make", "subcontract"):
                continue
            item = made_from(order.item)[0]
            for hole in self._of(order.item, frozenset()):
                if hole.first <= order.start <= hole.last:
                    spot = (item, hole.phantom)
                    first[spot] = min(order.start, first.get(spot, order.start))
        phantoms = {phantom for _item, phantom in first}
        numbers = dict(Item.objects.filter(pk__in=phantoms).values_list("pk", "number")) if first else {}
        return [
            Notice("no_phantom_bom", item, {"component": numbers[phantom], "day": day.isoformat()})
            for (item, phantom), day in sorted(first.items())
        ]

    def _drop_usable(self) -> None:
        """A version without lines may be used all the same."""
        named = {hole.named for each in self._own.values() for hole in each if hole.named}
        if not named:
            return
        usable = BomVersion.objects.filter(pk__in=named, state__in=self._usable)
        good = set(usable.values_list("pk", flat=True))
        for each in self._own.values():
            each -= {hole for hole in each if hole.named in good}

    def _of(self, parent: Key, above: frozenset[Key]) -> set[Hole]:
        """Its own and those of the phantoms in it, cut to their lines' days. Every parent once: no paths."""
        known = self._found.get(parent)
        if known is not None or parent in above:
            return known or set()
        found = set(self._own.get(parent, ()))
        for below, first, last in self._below.get(parent, ()):
            for hole in self._of(below, above | {parent}):
                cut = hole._replace(first=max(first, hole.first), last=min(last, hole.last))
                if cut.first <= cut.last:
                    found.add(cut)
        self._found[parent] = found
        return found
