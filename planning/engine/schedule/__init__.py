"""Finite forward scheduling on stations and shifts; plain rows in, plain rows out.

    from planning.engine.schedule import Alternative, Operation, Order, Problem, Resource, check, schedule
    answer = schedule(Problem(orders=..., operations=..., resources=..., now=...))
    assert not check(problem, answer)

Shapes (all in `model.py`, each field explained there)
    Resource    id, work (a `strategies.engine.worktime.WorkTime`), stations, finite, efficiency
    Operation   id, order, alternatives (resource, setup, run), after, earliest, queue, transit, fixed
    Order       id, due, release, weight
    Schedule    placed, unplaced, finishes (late, waits), rule, tardiness, makespan, by_rule
    Ids are opaque int or str. Instants are whole seconds since the epoch, durations whole seconds.

Rules
    An operation occupies one station from start to end; it may pause while its resource is closed, never for
    other work. Its phases may say that parts pass by the clock, and that the station is free earlier, later or
    not needed at all (`strategies.engine.course`). With an overlap it starts with the first pieces of the one
    before it, late enough not to stand waiting for the last.
    Stations are never given more than one operation at a time. Zero-length work takes no station
    time. An operation starts after all it comes after (of any order) have ended and travelled, after
    release, material and now, and after its queue time. Vendors are resources with finite=False.
    Fixed operations stay where they are, whatever else; others are placed around them.
    With alternatives the station that finishes first gets the work; an endless one is taken at arrival if no
    other is known to be earlier.
    Behind a hard link an operation starts at the first working instant at which it could: the one before it is
    put off for that (`hard.py`), or all is laid down once more (`serial.py`). Gaps that remain are listed.
    Several dispatch rules are tried (`rules.py`); the least weighted tardiness wins. Deterministic.
    `check` shares no code with the scheduler and is meant to be called before every store.

Sources: Giffler and Thompson 1960 (schedule generation), Kolisch 1996 (serial generation), Vepsalainen and
Morton 1987 (apparent tardiness cost).
"""

from planning.engine.schedule.best import schedule
from planning.engine.schedule.checker import Violation, check
from planning.engine.schedule.load import Load, loads
from planning.engine.schedule.model import (
    Alternative,
    Finish,
    Fixed,
    Gap,
    Key,
    Operation,
    Order,
    Overlap,
    Placed,
    Problem,
    Resource,
    Schedule,
    Unplaced,
    Wait,
)
from planning.engine.schedule.rules import RULES, Rule

__all__ = [
    "RULES",
    "Alternative",
    "Finish",
    "Fixed",
    "Gap",
    "Key",
    "Load",
    "Operation",
    "Order",
    "Overlap",
    "Placed",
    "Problem",
    "Resource",
    "Rule",
    "Schedule",
    "Unplaced",
    "Violation",
    "Wait",
    "check",
    "loads",
    "schedule",
]
