"""Carries delays up through all levels at once, and says for each late demand what it waits for."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from planning.engine.mrp.book import MATERIAL, ORDER, PLANNED, RECEIPT, SAFETY, Book, Peg
from planning.engine.mrp.model import Key, Message

Cause = tuple[int, int]
"""Kind of supply and its reference; (STOCK, -1) where the chain ends."""

END: Cause = (-1, -1)


def late_messages(book: Book) -> list[Message]:
    """A message for every demand that cannot be met on its day, with the chain of supplies down to the cause.

    An order is ready when it is due, or its lead time after the last of its components is ready, if that is
    later. Orders are numbered parents before children, so one pass from the last to the first is enough.
    """
    feeding: dict[int, list[Peg]] = defaultdict(list)
    final: dict[int, list[Peg]] = defaultdict(list)
    for peg in book.pegs:
        if peg[3] == ORDER:
            feeding[peg[4]].append(peg)
        elif peg[3] not in (SAFETY, MATERIAL):
            final[peg[4]].append(peg)
    ready: list[int] = [0] * (len(book.orders) + 1)
    because: list[Cause] = [END] * (len(book.orders) + 1)
    for number in range(len(book.orders), 0, -1):
        order = book.orders[number - 1]
        material, cause = _latest(book, feeding.get(number, []), ready)
        if material > order[3]:
            ready[number] = max(order[4], material + book.items[order[0]].lead_days)
            because[number] = cause
        else:
            ready[number] = order[4]
    messages = []
    for position in sorted(final):
        demand = book.problem.demands[position]
        day, cause = _latest(book, final[position], ready)
        wanted = max(demand.day.toordinal(), book.first)
        if day > wanted:
            path = _path(book, cause, because)
            messages.append(
                Message(
                    "late", demand.item, demand.id, demand.quantity, day - wanted, date.fromordinal(day), path
                )
            )
    return messages


def _latest(book: Book, pegs: list[Peg], ready: list[int]) -> tuple[int, Cause]:
    latest, cause = 0, END
    for peg in pegs:
        if peg[1] == PLANNED:
            day = ready[peg[2]]
        elif peg[1] == RECEIPT:
            day = max(book.problem.receipts[peg[2]].day.toordinal(), book.first)
        else:
            continue
        if day > latest:
            latest, cause = day, (peg[1], peg[2])
    return latest, cause


def _path(book: Book, cause: Cause, because: list[Cause]) -> tuple[str, ...]:
    steps = []
    while cause != END:
        kind, reference = cause
        if kind == PLANNED:
            steps.append(f"order:{reference}")
            cause = because[reference]
        else:
            steps.append(f"receipt:{book.problem.receipts[reference].id}")
            cause = END
    return tuple(steps)


def postpone_messages(book: Book) -> list[Message]:
    """Receipts that come before anything needs them, with the days they could be moved out by. One that is in parts
    for several items moves as a whole."""
    receipts = book.problem.receipts
    earliest: dict[Key, int] = {}
    served: dict[Key, int] = {}
    for peg in book.pegs:
        if peg[1] == RECEIPT:
            key = receipts[peg[2]].id
            wanted = 0 if peg[3] == SAFETY else peg[6]
            earliest[key] = min(wanted, earliest.get(key, wanted))
            served[key] = min(peg[2], served.get(key, peg[2]))
    messages = []
    for key, position in sorted(served.items(), key=lambda pair: pair[1]):
        receipt, day = receipts[position], earliest[key]
        arrival = receipt.day.toordinal()
        if day > arrival and not receipt.firm:
            messages.append(
                Message(
                    "postpone",
                    receipt.item,
                    receipt.id,
                    receipt.quantity,
                    day - arrival,
                    date.fromordinal(day),
                )
            )
    return messages
