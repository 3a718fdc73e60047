"""Where the boxes of a graph stand: columns by what waits for what, few crossings, straight chains.

Sugiyama, Tagawa and Toda (1981): columns, sweeps by medians, then heights; heights by isotonic regression (pool
adjacent violators), which is the least squares answer for boxes that may not overlap. Deterministic.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from strategies.engine.levels import low_level_codes

Edge: TypeAlias = tuple[int, int]
Node: TypeAlias = int
"""An operation's number; bends of long lines are nodes below 0."""
SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Drawing:
    """Column and row of each node (rows may be halves), the places each line passes, columns and rows in all."""

    places: Mapping[int, tuple[int, float]]
    lines: Mapping[Edge, Sequence[tuple[int, float]]]
    columns: int
    rows: float


def lay_out(
    numbers: Sequence[int], edges: Sequence[Edge], tall: Mapping[int, float] | None = None
) -> Drawing:
    """Draw a graph without loops. `tall` says how many rows a node takes where it is not one."""
    below: dict[int, list[int]] = {number: [] for number in sorted(numbers)}
    for before, after in sorted(set(edges)):
        below[before].append(after)
    column = _columns(below)
    chains, column = _bent(below, column)
    wires = [wire for path in chains.values() for wire in zip(path, path[1:], strict=False)]
    order = _ordered(column, wires)
    row = _rows(order, wires, tall or {})
    lowest = min(row.values(), default=0.0)
    places = {number: (column[number], row[number] - lowest) for number in below}
    lines = {edge: [(column[node], row[node] - lowest) for node in path] for edge, path in chains.items()}
    deep = max((at + (tall or {}).get(number, 1.0) for number, (_c, at) in places.items()), default=0.0)
    return Drawing(places, lines, max(column.values(), default=-1) + 1, deep)


def _columns(below: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """As far left as what it waits for allows; a start without predecessors as near as possible to what follows."""
    column = dict(low_level_codes(below, below).codes)
    waits = {after for following in below.values() for after in following}
    for number, following in below.items():
        if number not in waits and following:
            column[number] = min(column[after] for after in following) - 1
    return column


def _bent(
    below: Mapping[int, Sequence[int]], column: dict[int, int]
) -> tuple[dict[Edge, list[Node]], dict[Node, int]]:
    """Each line as a path through one node a column."""
    chains: dict[Edge, list[Node]] = {}
    placed: dict[Node, int] = dict(column)
    bend = 0
    for before, following in below.items():
        for after in following:
            path = [before]
            for between in range(column[before] + 1, column[after]):
                bend -= 1
                placed[bend] = between
                path.append(bend)
            chains[before, after] = [*path, after]
    return chains, placed


def _neighbours(wires: Sequence[Edge]) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
    left: dict[Node, list[Node]] = defaultdict(list)
    right: dict[Node, list[Node]] = defaultdict(list)
    for one, other in wires:
        right[one].append(other)
        left[other].append(one)
    return left, right


def _ordered(column: Mapping[Node, int], wires: Sequence[Edge]) -> list[list[Node]]:
    """The nodes of each column from top to bottom, by the best of some sweeps."""
    left, right = _neighbours(wires)
    layers: list[list[Node]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for node in sorted(column, key=lambda one: (column[one], one < 0, abs(one))):
        layers[column[node]].append(node)
    best, least = [list(layer) for layer in layers], _crossings(layers, right)
    for turn in range(SWEEPS):
        if not least:
            break
        side, ways = (left, layers) if turn % 2 == 0 else (right, layers[::-1])
        for ahead, layer in zip(ways, ways[1:], strict=False):
            _by_median(layer, {node: place for place, node in enumerate(ahead)}, side)
        found = _crossings(layers, right)
        if found < least:
            best, least = [list(layer) for layer in layers], found
    return best


def _by_median(layer: list[Node], place: Mapping[Node, int], side: Mapping[Node, Sequence[Node]]) -> None:
    """Sort a column by the middle of what each node is joined to; nodes joined to nothing keep their place."""
    wanted: dict[Node, float] = {}
    for at, node in enumerate(layer):
        spots = sorted(place[other] for other in side.get(node, ()) if other in place)
        half = len(spots) // 2
        middle = (spots[half] + spots[~half]) / 2 if spots else float(at)
        wanted[node] = middle
    layer.sort(key=wanted.__getitem__)


def _crossings(layers: Sequence[Sequence[Node]], right: Mapping[Node, Sequence[Node]]) -> int:
    """Pairs of lines that cross: inversions between neighbouring columns."""
    found = 0
    for layer, following in zip(layers, layers[1:], strict=False):
        place = {node: at for at, node in enumerate(following)}
        seen: list[int] = []
        for node in layer:
            spots = sorted(place[other] for other in right.get(node, ()))
            found += sum(len(seen) - bisect_right(seen, spot) for spot in spots)
            for spot in spots:
                insort(seen, spot)
    return found


def _rows(
    layers: Sequence[Sequence[Node]], wires: Sequence[Edge], tall: Mapping[int, float]
) -> dict[Node, float]:
    """Heights: each node as near as possible to what it is joined to, none over another."""
    left, right = _neighbours(wires)
    row: dict[Node, float] = {}
    for layer in layers:
        for node, at in zip(layer, _stacked([0.0] * len(layer), layer, tall), strict=True):
            row[node] = at
    for turn in range(2 * SWEEPS):
        ways = layers if turn % 2 == 0 else layers[::-1]
        sides = (left, right) if turn < SWEEPS else (_both(left, right),)
        for layer in ways:
            side = sides[turn % len(sides)]
            wanted = [_middle(node, side, row) for node in layer]
            for node, at in zip(layer, _stacked(wanted, layer, tall), strict=True):
                row[node] = at
    return {node: round(2 * at) / 2 for node, at in row.items()} if _fits(layers, row, tall) else row


def _both(
    left: Mapping[Node, Sequence[Node]], right: Mapping[Node, Sequence[Node]]
) -> dict[Node, list[Node]]:
    return {node: [*left.get(node, ()), *right.get(node, ())] for node in {*left, *right}}


def _middle(node: Node, side: Mapping[Node, Sequence[Node]], row: Mapping[Node, float]) -> float:
    joined = side.get(node, ())
    return sum(row[other] for other in joined) / len(joined) if joined else row[node]


def _room(node: Node, tall: Mapping[int, float]) -> float:
    # A line needs less room than a box.
    return tall.get(node, 1.0) if node > 0 else 0.5


def _stacked(wanted: Sequence[float], layer: Sequence[Node], tall: Mapping[int, float]) -> list[float]:
    """The nearest heights to those wanted that keep the order and the room of each (pool adjacent violators)."""
    shifts, offset = [], 0.0
    for node in layer:
        shifts.append(offset)
        offset += _room(node, tall)
    pools: list[tuple[float, int]] = []
    for want, shift in zip(wanted, shifts, strict=True):
        total, count = want - shift, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            more, others = pools.pop()
            total, count = total + more, count + others
        pools.append((total, count))
    level = [total / count for total, count in pools for _ in range(count)]
    return [at + shift for at, shift in zip(level, shifts, strict=True)]


def _fits(layers: Sequence[Sequence[Node]], row: Mapping[Node, float], tall: Mapping[int, float]) -> bool:
    """Whether nothing overlaps when heights are rounded to halves."""
    snapped = {node: round(2 * at) / 2 for node, at in row.items()}
    return all(
        snapped[other] - snapped[one] >= _room(one, tall)
        for layer in layers
        for one, other in zip(layer, layer[1:], strict=False)
    )
