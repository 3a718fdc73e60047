"""The working sheet of a run: needs and receipts by item, orders and pegs as they arise, all in integers."""

from __future__ import annotations

from decimal import Decimal

from planning.engine.mrp.lots import Lots, lots_of
from planning.engine.mrp.model import Item, Key, Message, Problem
from planning.engine.mrp.structure import Structure, build, scaled

DEMAND, ORDER, MATERIAL, SAFETY = range(4)
"""Kinds of need: from outside, from a planned order, remaining material of an open order, safety stock."""

STOCK, RECEIPT, PLANNED = range(3)
"""Kinds of supply."""

LAST_PRIORITY = 1_000_000_000

Need = tuple[int, int, int, int, int]
"""Day, priority, kind, reference (demand position or order number), quantity: sorts as it is served."""

Order = tuple[int, int, int, int, int, int, int, int]
"""Item, launched, good, start, due, day of need, group of needs, priority. Order n is orders[n - 1]."""

Coming = tuple[int, int, int, int]
"""Day, kind of supply, its reference, quantity: sorts as it is taken."""

Peg = tuple[int, int, int, int, int, int, int]
"""Item, kind of supply, its reference, kind of need, its reference, quantity, day of need."""


class Book:
    """Collects what the levels hand down to each other. Items are positions, days are ordinals."""

    __slots__ = (
        "first", "items", "lots", "made_for", "messages", "needs", "orders", "pegs", "planned", "problem",
        "receipts", "rules", "structure",
    )  # fmt: skip

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.rules = problem.settings
        self.first = problem.settings.first.toordinal()
        self.structure: Structure = build(problem)
        self.items = problem.items
        self.messages: list[Message] = list(self.structure.messages)
        self.lots: list[Lots] = [lots_of(item, limits=self.rules.lots) for item in problem.items]
        self.planned = [self._is_planned(item) for item in problem.items]
        self.needs: list[list[Need]] = [[] for _ in problem.items]
        self.receipts: list[list[Coming]] = [[] for _ in problem.items]
        self.made_for: dict[int, dict[Key | None, list[Coming]]] = {}
        """Of items whose needs are served alone: demand -> its receipts."""
        self.orders: list[Order] = []
        self.pegs: list[Peg] = []
        self._enter_demands()
        if self.rules.netting:
            self._enter_receipts()

    def _is_planned(self, item: Item) -> bool:
        return self.rules.bought or item.phantom or item.source in ("make", "subcontract")

    def _enter_demands(self) -> None:
        index, last = self.structure.index, self.rules.last.toordinal()
        for position, demand in enumerate(self.problem.demands):
            day = demand.day.toordinal()
            if day > last or (day < self.first and not self.rules.overdue):
                continue
            item = index.get(demand.item)
            if item is None:
                self.messages.append(Message("unknown_item", demand.item, demand.id, demand.quantity))
                continue
            if demand.quantity <= 0:
                raise ValueError(f"demand {demand.id}: the quantity must be above 0")
            if day < self.first and demand.order is None:
                late = self.first - day
                self.messages.append(
                    Message("demand_overdue", demand.item, demand.id, demand.quantity, late, demand.day)
                )
            if self.planned[item]:
                kind = DEMAND if demand.order is None else MATERIAL
                quantity = scaled(demand.quantity, self.items[item].places)
                self.needs[item].append((day, demand.priority, kind, position, quantity))

    def _enter_receipts(self) -> None:
        index = self.structure.index
        for position, receipt in enumerate(self.problem.receipts):
            item = index.get(receipt.item)
            if item is None:
                self.messages.append(Message("unknown_item", receipt.item, receipt.id, receipt.quantity))
                continue
            if receipt.quantity > 0:
                quantity = scaled(receipt.quantity, self.items[item].places)
                coming = (receipt.day.toordinal(), RECEIPT, position, quantity)
                if self.items[item].alone:
                    self.made_for.setdefault(item, {}).setdefault(receipt.made_for, []).append(coming)
                else:
                    self.receipts[item].append(coming)

    def place(self, item: int, need_on: int, launch: int, group: int, priority: int) -> int:
        """Enter an order for a day of need, hand its components' needs down, and return its number."""
        rules = self.rules
        if not rules.lead_times:
            start, due = need_on, need_on + rules.flat_days
        else:
            lead = self.items[item].lead_days
            start, due = need_on - lead, need_on
            if start < self.first:
                self._overdue(item, self.first - start, launch)
                if rules.past == "move":
                    start, due = self.first, self.first + lead
        good = self.lots[item].good(launch)
        self.orders.append((item, launch, good, start, due, need_on, group, priority))
        number = len(self.orders)
        for component, num, den, constant in self.structure.of(item, start):
            if self.planned[component]:
                quantity = -(-(launch * num + constant) // den)
                if quantity:
                    self.needs[component].append((start, priority, ORDER, number, quantity))
        if item in self.structure.uneven:
            for component, quantity in self.structure.uneven_needs(item, start, launch, self.items):
                if self.planned[component]:
                    self.needs[component].append((start, priority, ORDER, number, quantity))
        return number

    def _overdue(self, item: int, days: int, launch: int) -> None:
        rule = self.items[item]
        quantity = Decimal(launch).scaleb(-rule.places)
        self.messages.append(Message("start_overdue", rule.id, len(self.orders) + 1, quantity, days))

    def report_short(self, item: int, need: Need, left: int) -> None:
        """Nothing covers so much of a need."""
        if need[2] == SAFETY:
            return
        subject: Key = need[3] if need[2] == ORDER else self.problem.demands[need[3]].id
        path = ("order",) if need[2] == ORDER else ("demand",)
        rule = self.items[item]
        self.messages.append(
            Message("short", rule.id, subject, Decimal(left).scaleb(-rule.places), path=path)
        )
