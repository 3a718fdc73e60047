"""Bills of material as a graph: explode, where-used, overlapping versions; each in one pass over lines."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Generic, TypeVar

from strategies.engine.levels import low_level_codes

Key = TypeVar("Key", bound=int | str)


class Loop(ValueError):
    """An item goes into itself; `path` leads from it round to itself."""

    def __init__(self, path: Sequence[int | str]) -> None:
        super().__init__("an item goes into itself: " + " > ".join(str(step) for step in path))
        self.path = tuple(path)


@dataclass(frozen=True, slots=True)
class Line(Generic[Key]):
    """`per` units of the component for each unit of the parent, scrap and unit conversion already in it."""

    parent: Key
    component: Key
    per: Fraction
    first: date | None = None
    last: date | None = None

    def holds_on(self, day: date | None) -> bool:
        """Valid on a day, both ends inclusive; without a day every line holds."""
        if day is None:
            return True
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


class Bills(Generic[Key]):
    """All lines that hold on one day, with their levels. Raises Loop if an item contains itself."""

    __slots__ = ("above", "below", "codes", "order")

    def __init__(self, lines: Iterable[Line[Key]], day: date | None = None) -> None:
        self.below: dict[Key, dict[Key, Fraction]] = defaultdict(dict)
        self.above: dict[Key, dict[Key, Fraction]] = defaultdict(dict)
        for line in lines:
            if line.holds_on(day):
                uses = self.below[line.parent]
                uses[line.component] = uses.get(line.component, Fraction(0)) + line.per
        for parent, uses in self.below.items():
            for component, per in uses.items():
                self.above[component][parent] = per
        levels = low_level_codes((), self.below)
        if levels.loops:
            raise Loop(levels.loops[0])
        self.codes = levels.codes
        self.order = {item: place for place, item in enumerate(levels.top_down)}

    def one_level(self, item: Key, quantity: Fraction = Fraction(1)) -> dict[Key, Fraction]:
        """Direct components with the quantity needed."""
        return {component: per * quantity for component, per in self.below.get(item, {}).items()}

    def explode(self, item: Key, quantity: Fraction = Fraction(1)) -> dict[Key, Fraction]:
        """Every component on every level with its summed quantity, parents first; never walks paths."""
        return self._spread(item, quantity, self.below, upward=False)

    def where_used(self, item: Key) -> dict[Key, Fraction]:
        """Every parent on every level with how much of the item one unit of it takes, nearest first."""
        return self._spread(item, Fraction(1), self.above, upward=True)

    def _spread(
        self, item: Key, quantity: Fraction, edges: dict[Key, dict[Key, Fraction]], *, upward: bool
    ) -> dict[Key, Fraction]:
        touched = _reach(item, edges)
        order = sorted(touched, key=lambda key: self.order.get(key, 0), reverse=upward)
        amounts: dict[Key, Fraction] = dict.fromkeys(order, Fraction(0))
        amounts[item] = quantity
        for node in order:
            for following, per in edges.get(node, {}).items():
                amounts[following] += amounts[node] * per
        del amounts[item]
        return amounts


def _reach(item: Key, edges: dict[Key, dict[Key, Fraction]]) -> set[Key]:
    seen = {item}
    waiting = [item]
    while waiting:
        for following in edges.get(waiting.pop(), {}):
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return seen


def loop_through(parent: Key, component: Key, lines: Iterable[Line[Key]]) -> tuple[Key, ...]:
    """The loop that a new line parent - component would close, as a path, or () if it closes none.

    For the moment of saving one line: breadth first from the component down, so the path is a shortest one.
    """
    below: dict[Key, list[Key]] = defaultdict(list)
    for line in lines:
        below[line.parent].append(line.component)
    came: dict[Key, Key] = {}
    waiting = deque([component])
    seen = {component}
    while waiting and parent not in seen:
        node = waiting.popleft()
        for down in below.get(node, ()):
            if down not in seen:
                seen.add(down)
                came[down] = node
                waiting.append(down)
    if parent not in seen:
        return ()
    path = [parent]
    while path[-1] != component:
        path.append(came[path[-1]])
    return (parent, *reversed(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """When a version of `of` (an item at a site) holds: days and quantities inclusive, None = open."""

    id: int | str
    of: Hashable
    first: date | None = None
    last: date | None = None
    from_quantity: Fraction = Fraction(0)
    to_quantity: Fraction | None = None


def overlapping(versions: Iterable[Version]) -> list[tuple[Version, Version]]:
    """Pairs of versions of one thing that hold on the same day for the same quantity, earlier first."""
    groups: dict[Hashable, list[Version]] = defaultdict(list)
    for version in versions:
        groups[version.of].append(version)
    pairs = []
    for group in groups.values():
        group.sort(key=lambda version: version.first or date.min)
        running: list[Version] = []
        for version in group:
            first = version.first or date.min
            running = [one for one in running if one.last is None or one.last >= first]
            pairs += [(one, version) for one in running if _same_quantity(one, version)]
            running.append(version)
    return pairs


def _same_quantity(one: Version, other: Version) -> bool:
    above = one.to_quantity is None or other.from_quantity <= one.to_quantity
    below = other.to_quantity is None or one.from_quantity <= other.to_quantity
    return above and below
