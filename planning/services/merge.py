"""The operations of one order: those of its own route, and of phantoms whose routes became part of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from planning.models import Operation

Join: TypeAlias = tuple[Operation, Operation, bool]
"""Before, after, hard: rows without a key yet."""
Drawn: TypeAlias = Iterable[tuple[int, int, bool]]
"""Keys of route operations: before, after, hard."""


class Work:
    """`hosts[0]` are the order's own operations, `hosts[n]` those of the nth phantom taken in."""

    def __init__(self, own: list[Operation], drawn: Drawn) -> None:
        self.operations = list(own)
        self.hosts = [_by_number(own)]
        self.joins: list[Join] = _joined(own, drawn)

    def at(self, host: int, number: int | None) -> Operation | None:
        """The operation of a host with a number of its route."""
        return self.hosts[host].get(number) if number else None

    def take_in(self, steps: Sequence[Operation], drawn: Drawn, *, host: int, number: int | None) -> None:
        """Put a phantom's operations before the one that takes it (the first of its host where none is named),
        under free numbers just below."""
        self.hosts.append(_by_number(steps))
        inner = _joined(steps, drawn)
        taker = self.at(host, number) or min(
            self.hosts[host].values(), key=lambda one: one.number, default=None
        )
        followed = {id(before) for before, _after, _hard in inner}
        self._number(steps, taker)
        self.joins += inner
        if taker is not None:
            self.joins += [(last, taker, False) for last in steps if id(last) not in followed]
        self.operations += steps
        self.operations.sort(key=lambda one: one.number)

    def _number(self, steps: Sequence[Operation], taker: Operation | None) -> None:
        taken = {one.number for one in self.operations}
        below = [number for number in range(1, taker.number) if number not in taken] if taker else []
        after = max((number for number in taken if taker and number < taker.number), default=0)
        room = [number for number in below if number > after] or below
        if len(room) < len(steps):
            start = max(taken, default=0) + 1
            room = list(range(start, start + len(steps)))
        for step, free in zip(steps, room[-len(steps) :], strict=False):
            step.number = free


def _by_number(steps: Sequence[Operation]) -> dict[int, Operation]:
    """Under the numbers of their route: those of the order may become others."""
    return {step.number: step for step in steps}


def _joined(steps: Sequence[Operation], drawn: Drawn) -> list[Join]:
    known = {step.route_operation_id: step for step in steps}
    # What a link says of an alternate concerns only who takes that one.
    links = [
        (known[before], known[after], hard)
        for before, after, hard in drawn
        if before in known and after in known
    ]
    return links or [(before, after, False) for before, after in pairwise(steps)]
