"""Exact conversions between units, general and for one item; `p2p.core.numbers` rounds at the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


class MissingConversion(ValueError):
    """Nothing leads from one unit to the other; never taken as one to one."""

    def __init__(self, source: str, target: str, item: str) -> None:
        suffix = f" for item {item}" if item else ""
        super().__init__(f"no conversion from {source} to {target}{suffix}")
        self.source, self.target, self.item = source, target, item


class Contradiction(ValueError):
    """Two conversions disagree."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """One `source` is `factor` `target`; for one item if it names one. The way back is the exact inverse."""

    source: str
    target: str
    factor: Fraction
    item: str = ""


class Conversions:
    """All known conversions; the way from unit to unit is the shortest, an item's own steps first."""

    __slots__ = ("_general", "_known", "_own")

    def __init__(self, conversions: Iterable[Conversion]) -> None:
        self._general: dict[str, dict[str, Fraction]] = {}
        self._own: dict[str, dict[str, dict[str, Fraction]]] = {}
        self._known: dict[tuple[str, str, str], Fraction] = {}
        for each in conversions:
            if each.factor <= 0:
                raise ValueError(f"the factor from {each.source} to {each.target} must be above 0")
            table = self._own.setdefault(each.item, {}) if each.item else self._general
            self._enter(table, each.source, each.target, each.factor)
            self._enter(table, each.target, each.source, 1 / each.factor)

    @staticmethod
    def _enter(table: dict[str, dict[str, Fraction]], source: str, target: str, factor: Fraction) -> None:
        steps = table.setdefault(source, {})
        if steps.setdefault(target, factor) != factor:
            raise Contradiction(f"two different factors from {source} to {target}")

    def factor(self, source: str, target: str, item: str = "") -> Fraction:
        """Exact number of target units in one source unit. Raises MissingConversion naming both."""
        if source == target:
            return Fraction(1)
        known = self._known.get((source, target, item))
        if known is None:
            known = self._known[source, target, item] = self._search(source, target, item)
        return known

    def _search(self, source: str, target: str, item: str) -> Fraction:
        reached = {source: Fraction(1)}
        waiting = deque([source])
        while waiting:
            unit = waiting.popleft()
            for following, step in self._steps(unit, item):
                if following not in reached:
                    reached[following] = reached[unit] * step
                    waiting.append(following)
            if target in reached:
                return reached[target]
        raise MissingConversion(source, target, item)

    def _steps(self, unit: str, item: str) -> Iterable[tuple[str, Fraction]]:
        """Units one step away, by the item's own conversions first."""
        own = self._own.get(item, {}).get(unit, {})
        return [*own.items(), *self._general.get(unit, {}).items()]

    def convert(self, quantity: Decimal | Fraction, source: str, target: str, item: str = "") -> Fraction:
        """A quantity in the target unit, exact and not rounded. Raises MissingConversion."""
        return Fraction(quantity) * self.factor(source, target, item)
