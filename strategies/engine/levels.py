"""Orders a graph of "is made of" by low-level codes and names its loops; nothing here walks paths."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=int | str)


@dataclass(frozen=True, slots=True)
class Levels(Generic[Node]):
    """Low-level codes of every node, the loops met on the way and the edges left out because of them."""

    codes: Mapping[Node, int]
    loops: tuple[tuple[Node, ...], ...]
    cut: frozenset[tuple[Node, Node]]

    @property
    def top_down(self) -> list[Node]:
        """Every node once, parents before children; ties stay in the order the nodes were given in."""
        return sorted(self.codes, key=self.codes.__getitem__)


def low_level_codes(nodes: Iterable[Node], children: Mapping[Node, Collection[Node]]) -> Levels[Node]:
    """Give every node its low-level code: 0 at the top, else one more than its deepest parent.

    `children` maps a parent to its components; nodes named only there are included. A loop is not an error
    here, because one wrong bill must not stop the plan of a plant: the edge that closes it is cut, and the
    loop is reported as the path from a node back to itself. Kahn's algorithm, O(nodes + edges); the same
    input gives the same answer.
    """
    order = dict.fromkeys(nodes)
    for parent, components in children.items():
        order.setdefault(parent)
        for component in components:
            order.setdefault(component)
    waiting = dict.fromkeys(order, 0)
    for components in children.values():
        for component in components:
            waiting[component] += 1
    codes = dict.fromkeys(order, 0)
    loops: list[tuple[Node, ...]] = []
    cut: set[tuple[Node, Node]] = set()
    ready = deque(node for node, count in waiting.items() if not count)
    while True:
        _settle(ready, waiting, children, codes, cut)
        if not waiting:
            return Levels({node: codes[node] for node in order}, tuple(loops), frozenset(cut))
        path = _one_loop(waiting, children, cut)
        loops.append(path)
        edge = (path[-2], path[-1])
        cut.add(edge)
        waiting[edge[1]] -= sum(1 for component in children[edge[0]] if component == edge[1])
        if not waiting[edge[1]]:
            ready.append(edge[1])


def _settle(
    ready: deque[Node],
    waiting: dict[Node, int],
    children: Mapping[Node, Collection[Node]],
    codes: dict[Node, int],
    cut: set[tuple[Node, Node]],
) -> None:
    while ready:
        node = ready.popleft()
        del waiting[node]
        below = codes[node] + 1
        for component in children.get(node, ()):
            if cut and (node, component) in cut:
                continue
            codes[component] = max(codes[component], below)
            waiting[component] -= 1
            if not waiting[component]:
                ready.append(component)


def _one_loop(
    waiting: Mapping[Node, int], children: Mapping[Node, Collection[Node]], cut: set[tuple[Node, Node]]
) -> tuple[Node, ...]:
    """Walk from a waiting node to a parent that waits too until one comes back: that is a loop."""
    above: dict[Node, Node] = {}
    for parent in waiting:
        for component in children.get(parent, ()):
            if component in waiting and (parent, component) not in cut:
                above.setdefault(component, parent)
    node = next(iter(waiting))
    seen: dict[Node, int] = {}
    walk: list[Node] = []
    while node not in seen:
        seen[node] = len(walk)
        walk.append(node)
        node = above[node]
    upward = [*walk[seen[node] :], node]
    return tuple(reversed(upward))
