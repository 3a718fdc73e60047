"""How long it takes until an item can be there when nothing is in stock: its own days and those of its slowest
component, over all levels at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from strategies.engine.levels import low_level_codes

Node = TypeVar("Node", bound=int | str)


@dataclass(frozen=True, slots=True)
class LeadTimes(Generic[Node]):
    """`own` and `total` days of each item; `critical`: the items of the longest chain below the top."""

    own: Mapping[Node, int]
    total: Mapping[Node, int]
    critical: frozenset[Node]


def lead_times(top: Node, below: Mapping[Node, Collection[Node]], own: Mapping[Node, int]) -> LeadTimes[Node]:
    """`below` maps an item to its components, `own` to whole days (missing: 0). Each line is looked at once.

    Where several components are equally slow the first given is on the chain. A loop is cut as in
    `low_level_codes`.
    """
    levels = low_level_codes((top,), below)
    total: dict[Node, int] = {}
    slowest: dict[Node, Node] = {}
    for node in reversed(levels.top_down):
        rest = 0
        for component in below.get(node, ()):
            reach = total.get(component, 0)
            if (node, component) not in levels.cut and reach > rest:
                rest, slowest[node] = reach, component
        total[node] = own.get(node, 0) + rest
    chain: set[Node] = set()
    step = slowest.get(top)
    while step is not None and step not in chain:
        chain.add(step)
        step = slowest.get(step)
    return LeadTimes(own, total, frozenset(chain))
