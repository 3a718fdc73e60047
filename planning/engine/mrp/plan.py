"""One material plan: level by level, then delays, then the answer in the caller's terms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from planning.engine.mrp.book import ORDER, SAFETY, STOCK, Book
from planning.engine.mrp.delays import late_messages, postpone_messages
from planning.engine.mrp.model import (
    Demand,
    Key,
    Kind,
    Need,
    NeedKind,
    Peg,
    Plan,
    PlannedOrder,
    Problem,
    SupplyKind,
)
from planning.engine.mrp.netting import net
from strategies.engine.collection import uncollected

GoOn = Callable[[int, int], None]
"""Told (items done, items in all) from time to time; raises to stop the run."""

KINDS: tuple[Kind, ...] = ("independent", "dependent", "both", "stock")
NEEDS: tuple[NeedKind, ...] = ("demand", "order", "demand", "safety_stock")
SUPPLIES: tuple[SupplyKind, ...] = ("stock", "receipt", "order")
EVERY = 256


def plan(problem: Problem, *, go_on: GoOn | None = None) -> Plan:
    """Plan all items by low-level code on one ledger for each, netted by the day of need.

    See the package docstring for shapes and rules. Raises ValueError naming the row for input that makes no
    sense (negative lot sizes, more decimals than the item has); everything else becomes a message.
    """
    with uncollected():
        return _planned(problem, go_on)


def _planned(problem: Problem, go_on: GoOn | None) -> Plan:
    book = Book(problem)
    top_down = book.structure.top_down
    for done, item in enumerate(top_down):
        if go_on is not None and done % EVERY == 0:
            go_on(done, len(top_down))
        net(book, item)
    if go_on is not None:
        go_on(len(top_down), len(top_down))
    messages = book.messages
    if problem.settings.lead_times:
        messages += late_messages(book)
    if problem.settings.netting:
        messages += postpone_messages(book)
    return _answer(book)


class _Decimals:
    """Integers back into decimals, each value made once: plans repeat the same few quantities endlessly."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        self.known: dict[tuple[int, int], Decimal] = {}

    def of(self, steps: int, places: int) -> Decimal:
        value = self.known.get((steps, places))
        if value is None:
            value = self.known[steps, places] = Decimal(steps).scaleb(-places)
        return value


def _answer(book: Book) -> Plan:
    decimals = _Decimals()
    days: dict[int, date] = {}
    for order in book.orders:
        for day in order[3:6]:
            if day not in days:
                days[day] = date.fromordinal(day)
    for peg in book.pegs:
        if peg[6] not in days:
            days[peg[6]] = date.fromordinal(peg[6])
    levels = {item.id: level for item, level in zip(book.items, book.structure.level, strict=True)}
    return Plan(
        orders=_orders(book, decimals, days),
        pegs=_pegs(book, decimals, days),
        needs=_needs(book, decimals, days),
        messages=book.messages,
        levels=levels,
    )


def _orders(book: Book, decimals: _Decimals, days: dict[int, date]) -> list[PlannedOrder]:
    items, levels = book.items, book.structure.level
    answer = []
    for number, order in enumerate(book.orders, 1):
        position, launch, good, start, due, need_on, group, priority = order
        item = items[position]
        answer.append(
            PlannedOrder(
                number,
                item.id,
                item.source,
                decimals.of(launch, item.places),
                decimals.of(good, item.places),
                days[start],
                days[due],
                days[need_on],
                KINDS[group],
                levels[position],
                priority,
            )
        )
    return answer


def _pegs(book: Book, decimals: _Decimals, days: dict[int, date]) -> list[Peg]:
    items, demands, receipts = book.items, book.problem.demands, book.problem.receipts
    answer = []
    for position, supply_kind, supply, need_kind, need, quantity, day in book.pegs:
        item = items[position]
        if supply_kind == STOCK:
            source: Key | None = None
        else:
            source = supply if SUPPLIES[supply_kind] == "order" else receipts[supply].id
        answer.append(
            Peg(
                item.id,
                SUPPLIES[supply_kind],
                source,
                NEEDS[need_kind],
                _need_key(need_kind, need, demands),
                decimals.of(quantity, item.places),
                days[day],
            )
        )
    return answer


def _need_key(kind: int, reference: int, demands: Sequence[Demand]) -> Key | None:
    if kind == ORDER:
        return reference
    return None if kind == SAFETY else demands[reference].id


def _needs(book: Book, decimals: _Decimals, days: dict[int, date]) -> list[Need]:
    demands = book.problem.demands
    answer = []
    for item, rows in zip(book.items, book.needs, strict=True):
        if item.phantom:
            continue
        for day, _, kind, reference, quantity in rows:
            if day not in days:
                days[day] = date.fromordinal(day)
            key = _need_key(kind, reference, demands)
            answer.append(Need(item.id, NEEDS[kind], key, decimals.of(quantity, item.places), days[day]))
    return answer
