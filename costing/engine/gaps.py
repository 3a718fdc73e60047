"""Which costs lack something: what is not costed is missing in everything that takes it, on all levels."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable

from costing.engine.rollup import Part

SPOKEN = 5
"""Of what is missing in an item so many are remembered, the nearest first."""


def gaps(parts: Iterable[Part], lacking: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Part -> the parts at or below it whose own figures lack something, `SPOKEN` at most; those that lack nothing are
    left out. Level by level up from what is lacking: O(lines x SPOKEN), loops end."""
    takers: dict[int, list[int]] = defaultdict(list)
    for part in parts if lacking else ():
        for use in part.uses:
            takers[use.component].append(part.item)
    found: dict[int, tuple[int, ...]] = {}
    left = deque((item, item) for item in sorted(lacking))
    while left:
        item, gap = left.popleft()
        known = found.get(item, ())
        if gap in known or len(known) >= SPOKEN:
            continue
        found[item] = (*known, gap)
        left.extend((taker, gap) for taker in takers.get(item, ()))
    return found
