"""Work that lies where it lies: started or locked operations, and the time they take from their stations."""

from __future__ import annotations

from planning.engine.schedule.model import Fixed, Placed
from planning.engine.schedule.prepare import Prepared, unusual
from planning.engine.schedule.timing import handed_on
from strategies.engine.course import through
from strategies.engine.phases import USUAL
from strategies.engine.worktime import OutOfTime

Bookings = dict[tuple[int, int], list[tuple[int, int, int]]]
"""By resource and station: (start, end, operation), the latest first."""


def locked(prepared: Prepared) -> tuple[dict[int, Placed], Bookings]:
    """Rows of all fixed operations by position, and what they book. Endless resources book nothing."""
    resources = prepared.problem.resources
    position = {resource.id: place for place, resource in enumerate(resources)}
    rows: dict[int, Placed] = {}
    booked: Bookings = {}
    for place, operation in enumerate(prepared.problem.operations):
        fixed = operation.fixed
        if fixed is None or place in prepared.unplaced:
            continue
        resource = position.get(fixed.resource, -1)
        work = resources[resource].work if resource >= 0 else None
        freed = _freed(prepared, place, resource, fixed)
        usual = operation.phases == USUAL
        if resource >= 0 and resources[resource].finite and (usual or freed > fixed.start):
            booked.setdefault((resource, fixed.station), []).append((fixed.start, freed, place))
        rows[place] = Placed(
            operation.id, operation.order, fixed.resource, fixed.station, fixed.start,
            _setup_end(prepared, place, resource, fixed), fixed.end, fixed.start, "fixed", None,
            None if usual else freed, None if usual else handed_on(operation, work, fixed.end),
        )  # fmt: skip
    for bookings in booked.values():
        bookings.sort(reverse=True)
    return rows, booked


def _setup_end(prepared: Prepared, place: int, resource: int, fixed: Fixed) -> int:
    setup = next((row[1] for row in prepared.choices[place] if row[0] == resource), 0)
    try:
        end = prepared.problem.resources[resource].work.add(fixed.start, setup) if setup else fixed.start
    except OutOfTime:
        end = fixed.end
    return min(fixed.end, end)


def _freed(prepared: Prepared, place: int, resource: int, fixed: Fixed) -> int:
    """When its station is free again: at its end, unless what takes capacity of it is over sooner."""
    choice = next((row for row in prepared.choices[place] if row[0] == resource), None)
    course = unusual(
        prepared.problem.operations[place], choice[1] if choice else 0, choice[2] - choice[1] if choice else 0
    )
    if course is None or course.held == course.row:
        return fixed.end
    try:
        return min(fixed.end, through(prepared.problem.resources[resource].work, fixed.start, course.held))
    except OutOfTime:
        return fixed.end
