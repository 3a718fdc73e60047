"""What a schedule is given and what it answers. Instants are whole seconds since the epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from strategies.engine.phases import USUAL, Phases
from strategies.engine.worktime import WorkTime

Key: TypeAlias = int | str
"""Names an order, an operation or a resource; opaque to the engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """`stations` equal places that work in `work`. A vendor or other endless capacity has finite=False.

    efficiency divides the run time of an operation, setup_efficiency its setup time; 1 = as planned.
    """

    id: Key
    work: WorkTime
    stations: int = 1
    finite: bool = True
    efficiency: Fraction = Fraction(1)
    setup_efficiency: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One resource that can do an operation, with its working seconds at efficiency 1."""

    resource: Key
    setup: int
    run: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """Where an operation lies already, because it has started or somebody locked it. Never moved."""

    resource: Key
    station: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """An operation may start when the share `first` of the run of `before` is done and handed on. It does not end
    before the last pieces have come and a share `last` of its own run has been spent on them. Both have usual phases
    of setup and run."""

    before: Key
    first: Fraction
    last: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One piece of work. It may pause while its resource is closed, and for nothing else.

    alternatives: the first is preferred when two would finish at the same time. after: operations, of any
    order, that must have ended; ids that are not in the problem count as done. earliest: material is there.
    queue: seconds between arrival and start. rest, transit: seconds after the end until the next operation may
    have it. phases: which of these, of setup and of run pass by the clock and not by the working time of the
    resource, and which keep the station. overlaps: of operations in `after`, those it does not wait for to the
    end. hard: of operations in `after`, those it has to follow without a gap.
    """

    id: Key
    order: Key
    alternatives: tuple[Alternative, ...]
    after: tuple[Key, ...] = ()
    earliest: int = 0
    queue: int = 0
    rest: int = 0
    transit: int = 0
    phases: Phases = USUAL
    overlaps: tuple[Overlap, ...] = ()
    hard: tuple[Key, ...] = ()
    fixed: Fixed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """When an order may begin and when it is due. A late second costs `weight`."""

    id: Key
    due: int
    release: int = 0
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything a schedule depends on. Nothing but fixed work starts before `now`."""

    orders: Sequence[Order]
    operations: Sequence[Operation]
    resources: Sequence[Resource]
    now: int


Cause: TypeAlias = Literal["now", "release", "material", "previous", "resource", "fixed", "hard"]


class Placed(NamedTuple):
    """An operation in its place. A named tuple, because a schedule holds tens of thousands.

    setup_end: from here to `end` it runs. arrived: when it could have started, had the resource been free and
    open. cause and because: why it did not start earlier; "previous" names the operation before it in the
    route, "resource" the operation that held the station, "hard" the one that follows without a gap. freed: when
    the station is free again, None at the end. handed: when the next operation may have all of it, None when as
    usual.
    """

    operation: Key
    order: Key
    resource: Key
    station: int
    start: int
    setup_end: int
    end: int
    arrived: int
    cause: Cause
    because: Key | None
    freed: int | None = None
    handed: int | None = None

    def leaves(self) -> int:
        """When its station is free again."""
        return self.end if self.freed is None else self.freed

    def passed_on(self, operation: Operation) -> int:
        """When the next operation may have all of it."""
        return self.end + operation.rest + operation.transit if self.handed is None else self.handed


class Unplaced(NamedTuple):
    """An operation that could not be scheduled.

    no_resource: none of its resources is known or has stations. no_time: the working time laid out ends
    first.
    loop: it waits for itself. previous: `because` could not be placed either. unknown_order: its order is not
    in the problem.
    """

    operation: Key
    order: Key
    reason: Literal["no_resource", "no_time", "loop", "previous", "unknown_order"]
    because: Key | None = None


class Gap(NamedTuple):
    """An operation that does not follow `before` as soon as it could, although a hard link says so, and by how many
    working seconds of its resource."""

    operation: Key
    order: Key
    before: Key
    seconds: int


WaitKind: TypeAlias = Literal["resource", "closed", "material", "release", "transit"]


class Wait(NamedTuple):
    """Seconds that an order lost on the way to its end, and to what.

    resource: `subject` was busy. closed: `subject` did not work. material, release: `subject` is the
    operation that waited. transit: on the way from the operation.
    """

    kind: WaitKind
    subject: Key
    seconds: int


class Finish(NamedTuple):
    """How an order comes out; late is 0 when in time. waits: longest first, only for late orders."""

    order: Key
    end: int
    late: int
    waits: tuple[Wait, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The best of the rules tried. tardiness: sum of weight x seconds late; by_rule: for every rule; gaps: the hard
    links that it does not keep."""

    placed: list[Placed]
    unplaced: list[Unplaced]
    finishes: list[Finish]
    rule: str
    tardiness: int
    makespan: int
    by_rule: Mapping[str, int] = field(default_factory=dict)
    gaps: Sequence[Gap] = ()
