"""Scheduling vectors that the finite scheduler computes, in minutes or in the vector's own time."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from planning.engine.schedule import (
    RULES,
    Alternative,
    Operation,
    Order,
    Problem,
    Resource,
    Schedule,
    check,
    schedule,
)
from strategies.engine.calendar import instant, seconds, work_time
from strategies.engine.worktime import WorkTime
from tests.vectors.adapters.calendars import calendar_of, text, wall

ALWAYS = WorkTime([(0, 10**9)])
NEVER_DUE = 10**9


def _solved(problem: Problem, rule: str = "first come") -> Schedule:
    answer = schedule(problem, rules=[one for one in RULES if one.name == rule])
    assert check(problem, answer) == []
    assert not answer.unplaced
    return answer


def forward(inputs: dict[str, Any]) -> dict[str, Any]:
    """One order on its route; several machines that share the run count as efficiency."""
    start = wall(inputs["start"])
    operations, resources = [], []
    before: tuple[int, ...] = ()
    for row in inputs["ops"]:
        calendar = calendar_of(inputs["calendars"][row["cal"]])
        speed = Fraction(str(row.get("efficiency", 1))) * row.get("machines", 1)
        days = work_time(calendar, start.date(), date(start.year + 1, 12, 31))
        resources.append(Resource(id=row["op"], work=days, efficiency=speed))
        run = int(Fraction(str(row["run_min"])) * inputs["qty"] * 60)
        operations.append(
            Operation(
                id=row["op"],
                order=1,
                alternatives=(Alternative(row["op"], row.get("setup_min", 0) * 60, run),),
                after=before,
                queue=row.get("queue_min", 0) * 60,
                transit=row.get("move_min", 0) * 60,
            )
        )
        before = (row["op"],)
    orders = [Order(id=1, due=seconds(start))]
    problem = Problem(orders=orders, operations=operations, resources=resources, now=seconds(start))
    placed = sorted(_solved(problem).placed, key=lambda row: row.start)
    rows = [
        [row.operation, *(text(instant(when)) for when in (row.start, row.setup_end, row.end))]
        for row in placed
    ]
    return {"ops": rows, "finish": rows[-1][-1]}


def _given_sequences(jobs: dict[str, list[tuple[str, int]]], sequences: dict[str, list[str]]) -> Schedule:
    """Machine sequences become precedence: an operation also waits for the one before it on its machine."""
    key = {
        (job, machine): f"{job}/{step}"
        for job, row in jobs.items()
        for step, (machine, _) in enumerate(row, 1)
    }
    after: dict[str, list[str]] = {name: [] for name in key.values()}
    for job, row in jobs.items():
        for (one, _), (other, _) in pairwise(row):
            after[key[job, other]].append(key[job, one])
    for machine, sequence in sequences.items():
        for one, other in pairwise(sequence):
            after[key[other, machine]].append(key[one, machine])
    operations = [
        Operation(
            id=key[job, machine],
            order=job,
            alternatives=(Alternative(machine, 0, length),),
            after=tuple(after[key[job, machine]]),
        )
        for job, row in jobs.items()
        for machine, length in row
    ]
    machines = dict.fromkeys(machine for row in jobs.values() for machine, _ in row)
    return _solved(
        Problem(
            orders=[Order(id=job, due=NEVER_DUE) for job in jobs],
            operations=operations,
            resources=[Resource(id=machine, work=ALWAYS) for machine in machines],
            now=0,
        )
    )


def jobshop(inputs: dict[str, Any]) -> dict[str, Any]:
    answer = _given_sequences(inputs["jobs"], inputs["machine_seq"])
    return {
        "makespan": answer.makespan,
        "ops": {row.operation: [row.start, row.end] for row in answer.placed},
    }


def flowshop(inputs: dict[str, Any]) -> int:
    jobs = {
        job: [(f"M{step}", length) for step, length in enumerate(row)] for job, row in inputs["jobs"].items()
    }
    machines = dict.fromkeys(machine for row in jobs.values() for machine, _ in row)
    return _given_sequences(jobs, dict.fromkeys(machines, inputs["sequence"])).makespan


def dispatch(inputs: dict[str, Any]) -> dict[str, Any]:
    """Jobs as name -> [time, due] on one machine, all there at time 0."""
    names = {"FCFS": "first come", "SPT": "shortest first", "EDD": "order due date"}
    return {rule: _one_machine(inputs["jobs"], names[rule]) for rule in inputs["rules"]}


def _one_machine(jobs: dict[str, list[int]], rule: str) -> dict[str, Any]:
    answer = _solved(
        Problem(
            orders=[Order(id=job, due=due) for job, (_, due) in jobs.items()],
            operations=[
                Operation(id=job, order=job, alternatives=(Alternative("M", 0, length),))
                for job, (length, _) in jobs.items()
            ],
            resources=[Resource(id="M", work=ALWAYS)],
            now=0,
        ),
        rule,
    )
    flow = sum(row.end for row in answer.placed)
    late = sum(finish.late for finish in answer.finishes)
    return {
        "sequence": [row.operation for row in sorted(answer.placed, key=lambda row: row.start)],
        "total_flow": flow,
        "avg_flow": flow / len(jobs),
        "utilization_pct": 100 * answer.makespan / flow,
        "avg_jobs": flow / answer.makespan,
        "total_tardiness": late,
        "avg_tardiness": late / len(jobs),
    }


OPS = {
    ("scheduling", "forward"): forward,
    ("scheduling", "jobshop_makespan"): jobshop,
    ("scheduling", "flow_makespan"): flowshop,
    ("scheduling", "dispatch"): dispatch,
}
