"""The parts of an operation: which go on by the clock, and which take capacity of the place they run at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Part: TypeAlias = Literal["queue_before", "setup", "run", "queue_after", "transit"]
PARTS: tuple[Part, ...] = ("queue_before", "setup", "run", "queue_after", "transit")
"""In the order in which they follow each other."""


@dataclass(frozen=True, slots=True)
class Phases:
    """by_clock: parts that go on day and night; the others only while the place works. holds: parts that take
    capacity. A place is held without a break from the first of these to the end of the last (Dynamics 365: working
    time and capacity of a route group)."""

    by_clock: frozenset[str] = frozenset({"queue_after", "transit"})
    holds: frozenset[str] = frozenset({"setup", "run"})

    def kept(self) -> dict[str, list[str]]:
        """As orders keep it: nothing where all is as usual."""
        if self == USUAL:
            return {}
        return {"by_clock": sorted(self.by_clock), "holds": sorted(self.holds)}


USUAL = Phases()
"""Waiting before, setup and run in working time, what comes after them by the clock; setup and run take capacity."""


def runs_as_usual(*operations: Phases) -> bool:
    """Whether of each setup and run, and nothing else, take capacity, in working time."""
    return all(one.holds == USUAL.holds and one.by_clock.isdisjoint(USUAL.holds) for one in operations)


def phases_said(said: Mapping[str, tuple[bool, bool]]) -> Phases:
    """Part -> whether it goes on in working time only, and takes capacity; parts that are missing are as usual."""
    clock = [part for part in PARTS if (not said[part][0] if part in said else part in USUAL.by_clock)]
    holds = [part for part in PARTS if (said[part][1] if part in said else part in USUAL.holds)]
    return Phases(frozenset(clock), frozenset(holds))


def phases_from(kept: Mapping[str, Collection[Any]]) -> Phases:
    """What an order has kept."""
    if not kept:
        return USUAL
    return Phases(frozenset(kept.get("by_clock", ())), frozenset(kept.get("holds", ())))


def capacity(kept: Mapping[str, Collection[Any]], seconds: Sequence[int]) -> int:
    """Of the seconds of all parts in their order, those that take capacity of the place."""
    holds = phases_from(kept).holds
    return sum(long for part, long in zip(PARTS, seconds, strict=True) if part in holds)
