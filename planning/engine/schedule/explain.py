"""How every order comes out and, if it is late, what it waited for on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from planning.engine.schedule.model import Finish, Key, Operation, Order, Placed, Problem, Wait, WaitKind
from strategies.engine.worktime import WorkTime


def finishes(problem: Problem, placed: Sequence[Placed]) -> list[Finish]:
    """One row for every order that has placed operations, in the order of the problem."""
    walk = _Walk(problem, placed)
    ends: dict[Key, Placed] = {}
    for row in placed:
        if row.order not in ends or row.end > ends[row.order].end:
            ends[row.order] = row
    answer = []
    for order in problem.orders:
        last = ends.get(order.id)
        if last is None:
            continue
        late = max(0, last.end - order.due)
        answer.append(Finish(order.id, last.end, late, walk.waits(last, order) if late else ()))
    return answer


class _Walk:
    """Goes back from the end of an order over the operations that held it up."""

    __slots__ = ("now", "operations", "placed", "work")

    def __init__(self, problem: Problem, placed: Sequence[Placed]) -> None:
        self.now = problem.now
        self.operations = {operation.id: operation for operation in problem.operations}
        self.placed = {row.operation: row for row in placed}
        self.work = {resource.id: resource.work for resource in problem.resources}

    def waits(self, last: Placed, order: Order) -> tuple[Wait, ...]:
        """What was lost at each step, summed by kind and subject, the longest first."""
        lost: dict[tuple[WaitKind, Key], int] = defaultdict(int)
        row: Placed | None = last
        while row is not None and row.cause != "fixed":
            operation = self.operations[row.operation]
            opened = _opening(self.work.get(row.resource), row.arrived)
            lost["closed", row.resource] += min(opened, row.start) - row.arrived
            lost["resource", self._busy(row)] += row.start - min(opened, row.start)
            before = self._holding_back(operation)
            begin = max(operation.earliest, order.release)
            if before is None or self._handed_on(before) < begin:
                kind: WaitKind = "material" if operation.earliest >= order.release else "release"
                lost[kind, row.operation] += max(0, begin - self.now)
                break
            lost["transit", before.operation] += self._handed_on(before) - before.end
            row = before
        waits = [Wait(kind, subject, seconds) for (kind, subject), seconds in lost.items() if seconds > 0]
        return tuple(sorted(waits, key=lambda wait: -wait.seconds))

    def _busy(self, row: Placed) -> Key:
        """The resource it waited for: its own, or that of one which has to follow it without a gap."""
        follower = self.placed.get(row.because) if row.cause == "hard" and row.because is not None else None
        return follower.resource if follower else row.resource

    def _handed_on(self, row: Placed) -> int:
        return row.passed_on(self.operations[row.operation])

    def _holding_back(self, operation: Operation) -> Placed | None:
        """The earlier operation that was handed on last."""
        before = [self.placed[key] for key in operation.after if key in self.placed]
        return max(before, key=self._handed_on, default=None)


def _opening(work: WorkTime | None, instant: int) -> int:
    return work.opening(instant) if work is not None else instant
