"""Nets one item: serves its needs in turn from stock and receipts, and orders what is missing."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from decimal import Decimal

from planning.engine.mrp.book import (
    DEMAND,
    LAST_PRIORITY,
    MATERIAL,
    ORDER,
    PLANNED,
    RECEIPT,
    SAFETY,
    STOCK,
    Book,
    Need,
)
from planning.engine.mrp.lots import cut, fill
from planning.engine.mrp.model import ZERO, Message
from planning.engine.mrp.structure import EVER, scaled
from planning.engine.mrp.tied import serve_alone

Short = tuple[Need, int]
"""A need and the part of it that nothing covers yet."""

GROUPS = {DEMAND: 0, ORDER: 1, MATERIAL: 1, SAFETY: 3}
"""Kinds of need that one order may serve together: independent 0, dependent 1; 2 is both; 3 is stock."""
BOTH, STOCK_GROUP = 2, 3


def net(book: Book, item: int) -> None:
    """Serve all needs of one item. Its parents must have been netted before, so that all needs are known."""
    needs = book.needs[item]
    needs.sort()
    rule = book.items[item]
    if rule.phantom:
        _pass_on(book, item, needs)
        if item in book.structure.uneven:
            _pass_on_uneven(book, item, needs)
        return
    if not book.planned[item] or not (needs or book.rules.netting):
        return
    ordered, told = len(book.orders), len(book.messages)
    if rule.alone:
        serve_alone(book, item, needs)
    elif not book.rules.netting and not book.rules.lots and rule.source:
        _explode(book, item, needs)
    else:
        _Walk(book, item).all(needs)
    if len(book.orders) > ordered:
        if rule.source == "make" and not book.structure.uses[item]:
            book.messages.append(Message("no_bom", rule.id))
        if book.lots[item].conflict:
            book.messages.append(Message("lot_conflict", rule.id))
    elif not rule.source and any(message.code == "short" for message in book.messages[told:]):
        book.messages.append(Message("stopped" if rule.stopped else "no_source", rule.id))


def _pass_on(book: Book, item: int, needs: list[Need]) -> None:
    """A phantom hands each need to its components, with the need's own name on it."""
    for day, priority, kind, reference, quantity in needs:
        for component, num, den, constant in book.structure.of(item, day):
            required = -(-(quantity * num + constant) // den)
            if required and book.planned[component]:
                book.needs[component].append((day, priority, kind, reference, required))


def _pass_on_uneven(book: Book, item: int, needs: list[Need]) -> None:
    for day, priority, kind, reference, quantity in needs:
        for component, required in book.structure.uneven_needs(item, day, quantity, book.items):
            if book.planned[component]:
                book.needs[component].append((day, priority, kind, reference, required))


def _explode(book: Book, item: int, needs: list[Need]) -> None:
    """Lot for lot without netting: one order for each need, day, or day and kind of need."""
    combine = book.rules.combine
    groups: dict[tuple[int, int], list[Need]] = {}
    for position, need in enumerate(needs):
        part = position if combine == "need" else GROUPS[need[2]] if combine == "day_and_kind" else 0
        groups.setdefault((need[0], part), []).append(need)
    pegs = book.pegs
    lots = book.lots[item]
    for (day, _), together in groups.items():
        total = sum(need[4] for need in together)
        priority = min(need[1] for need in together)
        number = book.place(item, day, lots.launch_for(total), group_of(together), priority)
        for _, _, kind, reference, quantity in together:
            pegs.append((item, PLANNED, number, kind, reference, quantity, day))


def group_of(needs: list[Need]) -> int:
    """0 independent, 1 dependent, 2 both, 3 stock; stock counts only when nothing else is served."""
    groups = {GROUPS[need[2]] for need in needs}
    if len(groups) > 1:
        groups.discard(STOCK_GROUP)
    return groups.pop() if len(groups) == 1 else BOTH


class _Walk:
    """Goes through the needs of one item day by day, with the supply that is there by then."""

    __slots__ = ("book", "coming", "item", "lots", "opened", "ready", "rule", "source", "windows")

    def __init__(self, book: Book, item: int) -> None:
        self.book = book
        self.item = item
        self.rule = book.items[item]
        self.lots = book.lots[item]
        self.source = bool(self.rule.source) and self.rule.coverage != "manual"
        self.coming = deque(sorted(book.receipts[item]))
        self.ready: deque[tuple[int, int, int]] = deque()
        self.windows: dict[int, tuple[int, int, list[Short]]] = {}
        self.opened: list[int] = []

    def all(self, needs: list[Need]) -> None:
        """Serve every need, then settle what is still open and say what the receipts are good for."""
        book, rules = self.book, self.book.rules
        if rules.netting and self.rule.on_hand > 0:
            self.ready.append((STOCK, -1, scaled(self.rule.on_hand, self.rule.places)))
        if rules.netting:
            needs = sorted([*needs, *self._owed(), *self._safety()])
        day = min(book.first, needs[0][0]) if needs else book.first
        self._arrive(day)
        for need in needs:
            if need[0] > day:
                self._end_of_days(day, need[0])
                day = need[0]
            self._arrive(day)
            self._serve(need)
        self._end_of_days(day, None)
        if rules.netting:
            self._advise()

    def _owed(self) -> list[Need]:
        """Stock below zero: more was issued than booked in, which the first supply has to make good."""
        owed = -scaled(min(self.rule.on_hand, ZERO), self.rule.places)
        return [(self.book.first, -1, SAFETY, -1, owed)] if owed else []

    def _safety(self) -> list[Need]:
        """Safety stock, a need of the lowest rank; unless needs may dip into it, stock covers it first."""
        rules = self.book.rules
        left = scaled(self.rule.safety_stock, self.rule.places) if rules.safety_stock else 0
        if left and not rules.dip and self.ready:
            kind, reference, quantity = self.ready.popleft()
            held = min(left, quantity)
            left -= held
            self.book.pegs.append((self.item, kind, reference, SAFETY, -1, held, self.book.first))
            if quantity > held:
                self.ready.appendleft((kind, reference, quantity - held))
        day = self.book.first + (self.rule.lead_days if rules.lead_times else 0)
        return [(day, LAST_PRIORITY, SAFETY, -1, left)] if left else []

    def _arrive(self, day: int) -> None:
        while self.coming and self.coming[0][0] <= day:
            self.ready.append(self.coming.popleft()[1:])

    def _serve(self, need: Need) -> None:
        left = self._take(self.ready, need, need[4])
        if left and self.coming:
            left = self._take_late(need, left)
        if not left:
            return
        if not self.source:
            self.book.report_short(self.item, need, left)
            return
        combine = self.book.rules.combine
        part = GROUPS[need[2]] if combine == "day_and_kind" else 0
        if self.rule.coverage == "min_max" or not self.book.rules.lots or self.rule.coverage != "period":
            until = need[0] + 1
        else:
            until = need[0] + self.rule.period_days
        self.windows.setdefault(part, (until, need[0], []))[2].append((need, left))
        if combine == "need" and self.rule.coverage == "requirement":
            self._close(part)

    def _take(self, pool: deque[tuple[int, int, int]], need: Need, left: int) -> int:
        pegs = self.book.pegs
        while left and pool:
            kind, reference, quantity = pool.popleft()
            used = quantity if quantity <= left else left
            pegs.append((self.item, kind, reference, need[2], need[3], used, need[0]))
            left -= used
            if quantity > used:
                pool.appendleft((kind, reference, quantity - used))
        return left

    def _take_late(self, need: Need, left: int) -> int:
        """Wait for a receipt that comes no later than a new order would, or that is tolerated to be late.

        Delay tolerance = max(earliest replenishment, due) - due + negative days (Dynamics 365). What cannot be
        ordered waits for any receipt.
        """
        rules = self.book.rules
        until = max(need[0], self.book.first) if rules.past == "move" else need[0]
        if rules.lead_times and rules.past == "move":
            until = max(until, self.book.first + self.rule.lead_days)
        until = until + rules.late_days if self.source else EVER
        while left and self.coming and self.coming[0][0] <= until:
            self.ready.append(self.coming.popleft()[1:])
            left = self._take(self.ready, need, left)
        return left

    def _end_of_days(self, day: int, following: int | None) -> None:
        """Nothing more is needed until the following day: order for the windows that have closed by then."""
        if self.rule.coverage == "min_max" and self.source and self.book.rules.lots:
            self._top_up(max(day, self.book.first))
        due = [part for part, window in self.windows.items() if following is None or window[0] <= following]
        for part in sorted(due, key=lambda part: self.windows[part][:2]):
            self._close(part)

    def _close(self, part: int) -> None:
        _, day, shorts = self.windows.pop(part)
        self._order(day, shorts, sum(left for _, left in shorts))

    def _top_up(self, day: int) -> None:
        shorts = [short for window in self.windows.values() for short in window[2]]
        self.windows.clear()
        missing = sum(left for _, left in shorts)
        places = self.rule.places
        quantity = fill(
            sum(supply[2] for supply in self.ready) - missing,
            scaled(self.rule.minimum_stock, places),
            scaled(self.rule.maximum_stock, places),
            self.lots.multiple,
        )
        if not shorts and self.book.rules.lead_times:
            day = max(day, self.book.first + self.rule.lead_days)
        if max(quantity, missing):
            self._order(shorts[0][0][0] if shorts else day, shorts, max(quantity, missing))

    def _order(self, day: int, shorts: list[Short], quantity: int) -> None:
        """Cut a shortage into lots, peg them to their needs in turn, keep what is over for later needs."""
        group = group_of([need for need, _ in shorts]) if shorts else STOCK_GROUP
        priority = min((need[1] for need, _ in shorts), default=LAST_PRIORITY)
        made: deque[tuple[int, int, int]] = deque()
        for launch in cut(quantity, self.lots):
            number = self.book.place(self.item, day, launch, group, priority)
            made.append((PLANNED, number, self.lots.good(launch)))
            self.opened.append(day)
        for need, left in shorts:
            self._take(made, need, left)
        self.ready.extend(made)

    def _advise(self) -> None:
        """Receipts that nobody needs: pull them before a proposal they could replace, else cancel."""
        opened = sorted(self.opened)
        left_over = [supply for supply in self.ready if supply[0] == RECEIPT]
        left_over += [supply[1:] for supply in self.coming if supply[1] == RECEIPT]
        for _, reference, left in left_over:
            receipt = self.book.problem.receipts[reference]
            if receipt.firm:
                continue
            quantity = Decimal(left).scaleb(-self.rule.places)
            arrival = receipt.day.toordinal()
            before = bisect_left(opened, arrival)
            if not before:
                message = Message("cancel", self.rule.id, receipt.id, quantity)
            else:
                wanted = max(opened[before - 1], self.book.first)
                message = Message(
                    "advance",
                    self.rule.id,
                    receipt.id,
                    quantity,
                    arrival - wanted,
                    receipt.day.fromordinal(wanted),
                )
            self.book.messages.append(message)
