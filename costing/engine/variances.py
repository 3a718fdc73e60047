"""Why an order cost what it did: named differences that add up to actual minus standard, exactly.

Positive is unfavourable. With g good and s scrapped pieces, lot L, and per component or operation
p (per piece), c (once per order), u (standard price of one unit or hour):

    usage, efficiency = (actual - p (g + s) - c) u      what was used beyond what the pieces started allow
    scrap             = p s u                           what went into pieces that were scrapped
    lot size          = c (1 - g / L) u                 the standard spreads c over L pieces, the order made g
    rate, price       = booked amount - actual u        a rate or price other than the standard, of an operation all
                                                        its parts (setup, run, pieces) under one element together
    outside           = booked amount - fee x g
    beside            = (expected - came - scrapped) v  co- and by-products beside the pieces, of standard value v
    substitution      = what the standard's structure and the order's own copy do not have in common

The names are those of Dynamics 365 (lot size, quantity, price, substitution) and of AIAG/CIMA practice (rate,
efficiency); Microsoft publishes sources, not formulas, so these are ours and stand here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from p2p.core.numbers import Exact, rounded

Part: TypeAlias = Literal["run", "setup", "pieces"]


@dataclass(frozen=True, slots=True)
class Consumed:
    """One component of the order: what went in, what the order's own copy allows, its standard price.

    `prices` is element -> money per unit; `booked` element -> money that the ledger has for it, in `postings`
    entries, each rounded to the minor unit.
    """

    item: int
    quantity: Exact
    per_piece: Exact
    per_order: Exact
    prices: Mapping[int, Decimal]
    booked: Mapping[int, Decimal]
    planned: bool = True
    postings: int = 1


@dataclass(frozen=True, slots=True)
class Worked:
    """One part of an operation of the order: hours booked and allowed (of the part "pieces" the pieces themselves), its
    standard rate, the money in the ledger, all of which may stand with one part of several under the same element."""

    operation: int
    element: int
    hours: Exact
    hours_per_piece: Exact
    hours_per_order: Exact
    per_hour: Decimal
    booked: Decimal
    part: Part = "run"


@dataclass(frozen=True, slots=True)
class Outside:
    """A vendor's work on one operation: what it cost, and the standard fee per good piece."""

    operation: int
    element: int
    booked: Decimal
    per_piece: Exact


@dataclass(frozen=True, slots=True)
class Beside:
    """A co- or by-product: what should have come with the good pieces, what did, and what of it was scrapped;
    `prices` is element -> its standard value of one unit."""

    item: int
    expected: Exact
    came: Exact
    scrap: Exact
    prices: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Case:
    """One order: pieces, costing lot, what happened, what WIP holds and what its output was credited at."""

    good: Exact
    scrap: Exact
    lot: Exact
    consumed: tuple[Consumed, ...]
    worked: tuple[Worked, ...]
    outside: tuple[Outside, ...]
    actual: Mapping[int | None, Decimal]
    """Element -> all debits of the order."""
    standard: Mapping[int | None, Decimal]
    """Element -> what its output took out again, at standard."""
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One named part of the variance, in whole minor units."""

    kind: str
    element: int | None
    amount: Decimal
    item: int | None = None
    operation: int | None = None
    because: tuple[tuple[str, str], ...] = ()


def explain(case: Case, minor: Decimal) -> list[Difference]:
    """Split actual - standard of a case into named differences whose sum is exactly that.

    Every difference is rounded half up to `minor`; what rounding leaves over (a few minor units an element)
    is the difference "rounding", anything larger is "substitution": the standard was rolled up from another
    structure than the order's own.
    """
    found = [one for part in case.consumed for one in _of_component(part, case, minor)]
    found += [one for work in case.worked for one in _of_operation(work, case, minor)]
    found += _rates(case, minor)
    found += [one for work in case.outside for one in _of_vendor(work, case, minor)]
    found += [one for part in case.beside for one in _of_beside(part, minor)]
    return [one for one in found + _rest(found, case, minor) if one.amount]


def _of_component(part: Consumed, case: Case, minor: Decimal) -> Iterable[Difference]:
    quantity, per_piece, per_order = _exact(part.quantity, part.per_piece, part.per_order)
    good, scrap, lot = _exact(case.good, case.scrap, case.lot)
    words = (
        ("quantity", _text(quantity)),
        ("per_piece", _text(per_piece)),
        ("per_order", _text(per_order)),
        ("good", _text(good)),
        ("scrap", _text(scrap)),
    )
    for element in sorted({*part.prices, *part.booked}):
        price = Fraction(part.prices.get(element, 0))
        told = (*words, ("price", _text(price)))
        priced = Fraction(part.booked.get(element, 0)) - quantity * price
        # Half a minor unit for each posting is rounding, and is called so below.
        if abs(priced) > Fraction(minor) * part.postings / 2:
            yield Difference("price", element, rounded(priced, minor), part.item, None, told)
        if not part.planned:
            yield Difference("substitution", element, rounded(quantity * price, minor), part.item, None, told)
            continue
        usage = (quantity - per_piece * (good + scrap) - per_order) * price
        yield Difference("usage", element, rounded(usage, minor), part.item, None, told)
        yield Difference("scrap", element, rounded(per_piece * scrap * price, minor), part.item, None, told)
        spread = per_order * (1 - good / lot) * price
        yield Difference("lot_size", element, rounded(spread, minor), part.item, None, told)


def _of_operation(work: Worked, case: Case, minor: Decimal) -> Iterable[Difference]:
    hours, per_piece, per_order = _exact(work.hours, work.hours_per_piece, work.hours_per_order)
    good, scrap, lot, rate = _exact(case.good, case.scrap, case.lot, work.per_hour)
    told = _told(work, case)
    parts = (
        ("efficiency", (hours - per_piece * (good + scrap) - per_order) * rate),
        ("scrap", per_piece * scrap * rate),
        ("lot_size", per_order * (1 - good / lot) * rate),
    )
    for kind, amount in parts:
        yield Difference(kind, work.element, rounded(amount, minor), None, work.operation, told)


def _told(work: Worked, case: Case) -> tuple[tuple[str, str], ...]:
    """The figures of its formulas; those of setup and pieces say so, since a rate may rest on several parts."""
    hours, per_piece, per_order, rate = _exact(
        work.hours, work.hours_per_piece, work.hours_per_order, work.per_hour
    )
    before = "setup_" if work.part == "setup" else ""
    own: tuple[tuple[str, str], ...]
    if work.part == "pieces":
        own = (("pieces", _text(hours)), ("pieces_allowed", _text(per_piece)), ("per_piece", _text(rate)))
    else:
        own = (
            (f"{before}hours", _text(hours)),
            (f"{before}hours_per_piece", _text(per_piece)),
            (f"{before}hours_per_order", _text(per_order)),
            (f"{before}per_hour", _text(rate)),
        )
    good, scrap = _exact(case.good, case.scrap)
    return (*own, ("good", _text(good)), ("scrap", _text(scrap)))


def _rates(case: Case, minor: Decimal) -> Iterable[Difference]:
    """Booked - hours x rate, of each operation under each element."""
    together: dict[tuple[int, int], list[Worked]] = {}
    for work in case.worked:
        together.setdefault((work.operation, work.element), []).append(work)
    for (operation, element), works in together.items():
        reckoned = sum((Fraction(one.hours) * Fraction(one.per_hour) for one in works), Fraction(0))
        booked = sum((Fraction(one.booked) for one in works), Fraction(0))
        told = dict(pair for one in works for pair in _told(one, case))
        amount = rounded(booked - reckoned, minor)
        yield Difference("rate", element, amount, None, operation, tuple(told.items()))


def _of_vendor(work: Outside, case: Case, minor: Decimal) -> Iterable[Difference]:
    allowed = Fraction(work.per_piece) * Fraction(case.good)
    told = (("per_piece", _text(Fraction(work.per_piece))), ("good", _text(Fraction(case.good))))
    amount = rounded(Fraction(work.booked) - allowed, minor)
    yield Difference("outside", work.element, amount, None, work.operation, told)


def _of_beside(part: Beside, minor: Decimal) -> Iterable[Difference]:
    expected, came, scrap = _exact(part.expected, part.came, part.scrap)
    for element in sorted(part.prices):
        price = Fraction(part.prices[element])
        told = (
            ("expected", _text(expected)),
            ("came", _text(came)),
            ("scrap", _text(scrap)),
            ("price", _text(price)),
        )
        yield Difference("scrap", element, rounded(scrap * price, minor), part.item, None, told)
        less = (expected - came - scrap) * price
        yield Difference("beside", element, rounded(less, minor), part.item, None, told)


def _rest(found: Iterable[Difference], case: Case, minor: Decimal) -> list[Difference]:
    """Per element, what the named parts leave of actual - standard."""
    named: dict[int | None, Decimal] = {}
    counted: dict[int | None, int] = {}
    for one in found:
        named[one.element] = named.get(one.element, Decimal(0)) + one.amount
        counted[one.element] = counted.get(one.element, 0) + 1
    postings = sum(part.postings for part in case.consumed) + len(case.worked)
    rest = []
    for element in sorted({*case.actual, *case.standard, *named}, key=lambda key: (key is None, key or 0)):
        total = case.actual.get(element, Decimal(0)) - case.standard.get(element, Decimal(0))
        left = total - named.get(element, Decimal(0))
        # Each rounded part, and each posting behind it, is off by half a minor unit at most.
        small = abs(left) <= minor * (counted.get(element, 0) + postings + 1)
        rest.append(Difference("rounding" if small else "substitution", element, left))
    return rest


def _exact(*values: Exact) -> list[Fraction]:
    return [Fraction(value) for value in values]


def _text(value: Fraction) -> str:
    """A figure of the formula for the screen: exact where it has an end, else a fraction."""
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
