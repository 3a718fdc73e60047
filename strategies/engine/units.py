"""Exact conversions between units, general and for one item; `p2p.core.numbers` rounds at the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias


class MissingConversion(ValueError):
    """Nothing leads from one unit to the other; never taken as one to one."""

    def __init__(self, source: str, target: str, item: str) -> None:
        suffix = f" for item {item}" if item else ""
        super().__init__(f"no conversion from {source} to {target}{suffix}")
        self.source, self.target, self.item = source, target, item


class Contradiction(ValueError):
    """A way round several units does not lead back to one: `path` names the units, first and last the same."""

    def __init__(self, path: tuple[str, ...], product: Fraction, item: str) -> None:
        suffix = f" for item {item}" if item else ""
        super().__init__(f"1 {path[0]} comes back as {product} by {' → '.join(path)}{suffix}")
        self.path, self.product, self.item = path, product, item


MOST = 2**63 - 1
"""What the two halves of a stored factor may reach."""


def exact(text: str) -> Fraction:
    """A factor as people type it: "12", "1/3" or "0.453592292", kept exactly. ValueError with the reason for
    anything else, for what is not above 0, and for more digits than can be stored."""
    words = text.strip().replace(" ", "")
    try:
        value = Fraction(words)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{text!r} is no number like 12, 1/3 or 0.453592292") from None
    if value <= 0:
        raise ValueError(f"{text!r} is not above 0")
    if value.numerator > MOST or value.denominator > MOST:
        raise ValueError(f"{text!r} has too many digits")
    return value


@dataclass(frozen=True, slots=True)
class Conversion:
    """One `source` is `factor` `target`; for one item if it names one. The way back is the exact inverse."""

    source: str
    target: str
    factor: Fraction
    item: str = ""


Steps: TypeAlias = dict[str, dict[str, Fraction]]


class Conversions:
    """All known conversions; the way from unit to unit is the shortest, an item's own steps first.

    Between two units that an item has its own step for, the general step does not count for that item.
    """

    __slots__ = ("_general", "_known", "_own")

    def __init__(self, conversions: Iterable[Conversion]) -> None:
        self._general: Steps = {}
        self._own: dict[str, Steps] = {}
        self._known: dict[tuple[str, str, str], tuple[Fraction, tuple[str, ...]]] = {}
        for each in conversions:
            if each.factor <= 0:
                raise ValueError(f"the factor from {each.source} to {each.target} must be above 0")
            table = self._own.setdefault(each.item, {}) if each.item else self._general
            self._enter(table, each)

    @staticmethod
    def _enter(table: Steps, each: Conversion) -> None:
        there = table.setdefault(each.source, {}).setdefault(each.target, each.factor)
        if there != each.factor:
            product = there / each.factor
            raise Contradiction((each.source, each.target, each.source), product, each.item)
        table.setdefault(each.target, {})[each.source] = 1 / each.factor

    def factor(self, source: str, target: str, item: str = "") -> Fraction:
        """Exact number of target units in one source unit. Raises MissingConversion naming both."""
        return Fraction(1) if source == target else self._way(source, target, item)[0]

    def path(self, source: str, target: str, item: str = "") -> tuple[str, ...]:
        """The units the way leads through, both ends included. Raises MissingConversion."""
        return (source,) if source == target else self._way(source, target, item)[1]

    def _way(self, source: str, target: str, item: str) -> tuple[Fraction, tuple[str, ...]]:
        known = self._known.get((source, target, item))
        if known is None:
            known = self._known[source, target, item] = self._search(source, target, item)
        return known

    def _search(self, source: str, target: str, item: str) -> tuple[Fraction, tuple[str, ...]]:
        reached: dict[str, tuple[Fraction, tuple[str, ...]]] = {source: (Fraction(1), (source,))}
        waiting = deque([source])
        while waiting:
            unit = waiting.popleft()
            factor, path = reached[unit]
            for following, step in self._steps(unit, item):
                if following not in reached:
                    reached[following] = (factor * step, (*path, following))
                    waiting.append(following)
            if target in reached:
                return reached[target]
        raise MissingConversion(source, target, item)

    def _steps(self, unit: str, item: str) -> Iterable[tuple[str, Fraction]]:
        """Units one step away, by the item's own conversions first."""
        own = self._own.get(item, {}).get(unit, {})
        general = self._general.get(unit, {})
        return [*own.items(), *((to, step) for to, step in general.items() if to not in own)]

    def convert(self, quantity: Decimal | Fraction, source: str, target: str, item: str = "") -> Fraction:
        """A quantity in the target unit, exact and not rounded. Raises MissingConversion."""
        return Fraction(quantity) * self.factor(source, target, item)

    def items(self) -> list[str]:
        """Items with conversions of their own."""
        return sorted(self._own)

    def check(self, item: str = "") -> None:
        """Raises Contradiction where a loop of steps that hold for the item does not multiply to one.

        Every unit gets its worth in the first unit reached of its kind; each further step has to agree.
        """
        starts = self._own.get(item, {}) if item else self._general
        worth: dict[str, tuple[Fraction, tuple[str, ...]]] = {}
        for start in starts:
            if start not in worth:
                self._spread(start, item, worth)

    def _spread(self, start: str, item: str, worth: dict[str, tuple[Fraction, tuple[str, ...]]]) -> None:
        worth[start] = (Fraction(1), (start,))
        waiting = deque([start])
        while waiting:
            unit = waiting.popleft()
            factor, path = worth[unit]
            for following, step in self._steps(unit, item):
                if following not in worth:
                    worth[following] = (factor * step, (*path, following))
                    waiting.append(following)
                elif worth[following][0] != factor * step:
                    raise _round(path, worth[following][1], factor * step / worth[following][0], item)


def _round(there: tuple[str, ...], back: tuple[str, ...], product: Fraction, item: str) -> Contradiction:
    """The loop of two ways from one unit: along the first, over the closing step, back along the second."""
    shared = 0
    while shared < min(len(there), len(back)) and there[shared] == back[shared]:
        shared += 1
    path = (*there[shared - 1 :], *reversed(back[shared - 1 :]))
    return Contradiction(path, product, item)
