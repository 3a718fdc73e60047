"""What becomes of each line when one component takes the place of another, from a day on or at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

Fate: TypeAlias = Literal["ends", "swaps", "loop", "conversion", "already", "ended", "small", "weighed"]
"""ends: the old line ends the day before and a new one follows; swaps: the line itself changes; the rest: why
it is left alone."""

DONE: tuple[Fate, ...] = ("ends", "swaps")
PLACES = Decimal(1).scaleb(-12)
MOST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that takes the old component, with the days of its bill; `has_new`: the bill takes the new one on
    some of the days that count. `least` and `most`: ratios of its alternates. `phantom`: it takes a phantom."""

    line: int
    bom: int
    item: int
    position: int
    unit: str
    quantity: Decimal
    percent: Decimal | None
    first: date | None
    last: date | None
    bom_first: date | None
    bom_last: date | None
    has_new: bool
    least: Decimal | None = None
    most: Decimal | None = None
    phantom: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """The new component `ratio` times (above 0), from `day` on, or at once without one. `today` tells what has
    ended; what is `weighed` beside being counted is no phantom."""

    ratio: Fraction
    day: date | None
    today: date
    weighed: bool = False


def fate(line: Candidate, wish: Wish, *, above_new: Collection[int], leads: Callable[[str], bool]) -> Fate:
    """What becomes of one line. `above_new`: the new component and every item below it; a bill of one of these
    would go into itself. `leads(unit)`: whether the line's unit leads to the new component's."""
    day = wish.day or wish.today
    if _before(line.last, day) or _before(line.bom_last, day):
        return "ended"
    if line.item in above_new:
        return "loop"
    if line.has_new:
        return "already"
    if line.phantom and wish.weighed:
        return "weighed"
    if not leads(line.unit):
        return "conversion"
    if not _fits(line, wish.ratio):
        return "small"
    if wish.day is None or _from(line.first, wish.day) or _from(line.bom_first, wish.day):
        return "swaps"
    return "ends"


def _before(last: date | None, day: date) -> bool:
    return last is not None and last < day


def _from(first: date | None, day: date) -> bool:
    return first is not None and first >= day


def _fits(line: Candidate, ratio: Fraction) -> bool:
    # The percents of a bill make 100 %: what one line takes more of, others would have to take less of.
    if line.percent is not None and ratio != 1:
        return False
    if line.least is not None and Fraction(line.least) / ratio < Fraction(PLACES):
        return False
    if line.most is not None and Fraction(line.most) / ratio >= Fraction(MOST):
        return False
    return Fraction(PLACES) <= Fraction(line.quantity) * ratio < Fraction(MOST)
