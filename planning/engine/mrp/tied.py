"""Needs that are tied to supply of their own: each is served by what was made for it, and by nothing else."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from planning.engine.mrp.book import DEMAND, ORDER, PLANNED, STOCK, Book, Coming, Need
from planning.engine.mrp.lots import cut
from planning.engine.mrp.structure import scaled

INDEPENDENT, DEPENDENT = 0, 1
"""Groups of needs as orders say them."""


def serve_alone(book: Book, item: int, needs: Sequence[Need]) -> None:
    """Serve each need of an item by itself: from the stock that is kept for it, from receipts that are made for it
    (late ones, too: they are its own), and what lacks from orders of its own, cut by the item's lot sizes.

    What these bring beyond their need is supply of `Item.rest`, which is netted later, from the day of the need on;
    so are receipts of which the plan has no need. Quantities are integers in steps of the item's smallest one.
    """
    desk = _Desk(book, item)
    for need in needs:
        desk.serve(need)
    rest = book.items[item].rest
    if rest is not None and rest in book.structure.index:
        book.receipts[book.structure.index[rest]] += [*desk.over, *desk.unclaimed()]


class _Desk:
    """What is there and coming for each need of one item, and what came of it."""

    __slots__ = ("book", "coming", "item", "kept", "over", "rule")

    def __init__(self, book: Book, item: int) -> None:
        self.book, self.item, self.rule = book, item, book.items[item]
        self.kept: dict[int, int] = {}
        """Demand (its position) -> what is left of the stock kept for it."""
        self.coming = {need: deque(sorted(rows)) for need, rows in book.made_for.get(item, {}).items()}
        self.over: list[Coming] = []

    def serve(self, need: Need) -> None:
        left = need[4]
        if need[2] != ORDER:
            left = self._receive(need, self._from_stock(need, left))
        if not left:
            return
        if self.rule.source and self.rule.coverage != "manual":
            self._order(need, left)
        else:
            self.book.report_short(self.item, need, left)

    def unclaimed(self) -> list[Coming]:
        return [row for rows in self.coming.values() for row in rows]

    def _from_stock(self, need: Need, left: int) -> int:
        demand = self.book.problem.demands[need[3]]
        if not demand.kept or demand.item != self.rule.id:
            return left
        there = self.kept.get(need[3])
        if there is None:
            there = scaled(demand.kept, self.rule.places)
        used = min(there, left)
        self.kept[need[3]] = there - used
        self._peg(STOCK, -1, need, used)
        return left - used

    def _receive(self, need: Need, left: int) -> int:
        rows = self.coming.get(self.book.problem.demands[need[3]].id)
        while left and rows:
            day, kind, reference, quantity = rows.popleft()
            used = min(quantity, left)
            self._peg(kind, reference, need, used)
            left -= used
            if quantity > used:
                rows.appendleft((day, kind, reference, quantity - used))
        return left

    def _order(self, need: Need, left: int) -> None:
        """Orders for this need alone; lot sizes hold."""
        group = INDEPENDENT if need[2] == DEMAND else DEPENDENT
        lots = self.book.lots[self.item]
        for launch in cut(left, lots):
            number = self.book.place(self.item, need[0], launch, group, need[1])
            good = lots.good(launch)
            used = min(good, left)
            self._peg(PLANNED, number, need, used)
            left -= used
            if good > used:
                self.over.append((need[0], PLANNED, number, good - used))

    def _peg(self, kind: int, reference: int, need: Need, quantity: int) -> None:
        if quantity:
            self.book.pegs.append((self.item, kind, reference, need[2], need[3], quantity, need[0]))
