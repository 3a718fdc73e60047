"""Late orders get relief: operations that wait for a full work centre go to the vendor of their policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from planning.engine import schedule as engine
from planning.engine.overflow import Verdict
from planning.engine.relief import Lying, pressed
from planning.models import Operation
from planning.services.overflow import facts_of
from planning.snapshot import weeks as snapshot
from planning.snapshot.capacity import Capacity
from planning.snapshot.overflow import Overflow, Way
from planning.snapshot.recipes import Recipes
from planning.snapshot.weeks import Weeks, local_day
from strategies.models import OutsourcingPolicy, Site


@dataclass(frozen=True, slots=True)
class Relieved:
    """The schedule that stands, the problem it solves, and what was decided of operations (by key)."""

    problem: engine.Problem
    answer: engine.Schedule
    said: Mapping[int, Overflow] = field(default_factory=dict)


def relieve(*, site: Site, taken: Capacity, answer: engine.Schedule) -> Relieved:
    """Send out operations of late orders that wait for a work centre with more before it than their policy allows,
    and schedule anew. What brings its order home no earlier stays inside; nothing goes when nothing gets better.

    Some thirty queries for any number of orders; none where nothing is late, one where no policy overflows.
    """
    late = {int(row.order) for row in answer.finishes if row.late > 0}
    policies = OutsourcingPolicy.objects.filter(site=site, rule=OutsourcingPolicy.Rule.OVERFLOW)
    if not late or not policies.exists():
        return Relieved(taken.problem, answer)
    ways = _ways(site, late)
    said = _said(site, ways, taken, answer) if ways else {}
    kept = {key: each for key, each in said.items() if not each.out}
    out = {key: each for key, each in said.items() if each.out}
    for _try in range(2):
        if not out:
            break
        problem = _with_vendors(taken, out)
        other = engine.schedule(problem)
        helped = _helped(answer, other, out, taken)
        if helped == set(out) and other.tardiness < answer.tardiness:
            return Relieved(problem, other, kept | out)
        out = {key: out[key] for key in sorted(helped)}
    return Relieved(taken.problem, answer, kept)


def _ways(site: Site, late: Collection[int]) -> dict[int, tuple[Operation, Way]]:
    """Operations of the orders that may go out, the most urgent order first."""
    rows = Operation.objects.filter(
        order__in=late, state__in=("planned", "released"), outside=False, locked=False, group__isnull=False
    )
    rows = rows.select_related("order", "group", "route_operation__route")
    found = [
        row for row in rows.order_by("order__due_on", "order", "number") if row.overflow.get("kept") != "hand"
    ]
    recipes = Recipes(site, {row.order.item_id for row in found})
    ways = {}
    for row in found if recipes.overflows else ():
        step = row.route_operation
        way = recipes.overflow(step, row.order.start_on, row.quantity) if step else None
        if way is not None and not row.good_quantity and not row.scrap_quantity:
            ways[row.pk] = (row, way)
    return ways


def _said(
    site: Site, ways: Mapping[int, tuple[Operation, Way]], taken: Capacity, answer: engine.Schedule
) -> dict[int, Overflow]:
    last = max(row.end for row in answer.placed)
    weeks = Weeks(site, local_day(site, taken.problem.now), local_day(site, last))
    groups = {row.group_id or 0 for row, _way in ways.values()}
    verdicts = pressed(
        _lying(taken, answer, groups),
        [(key, way.limit) for key, (_row, way) in ways.items()],
        snapshot.places(site, weeks),
        snapshot.offered(site, weeks, groups),
    )
    return {key: _overflow(*ways[key], verdicts[key], weeks) for key in ways if key in verdicts}


def _overflow(row: Operation, way: Way, verdict: Verdict, weeks: Weeks) -> Overflow:
    group = row.group.name if row.group else ""
    return Overflow(facts_of(way, verdict, group, weeks) | {"number": row.number})


def _lying(taken: Capacity, answer: engine.Schedule, groups: Collection[int]) -> list[Lying]:
    rows = Operation.objects.filter(order__in=taken.orders.keys(), group__in=groups, outside=False)
    columns = rows.order_by("pk").values_list("pk", "group_id", "setup_seconds", "run_seconds")
    known = {key: (group or 0, setup + run) for key, group, setup, run in columns}
    return [
        Lying(
            key=row.operation,
            place=known[int(row.operation)][0],
            arrived=min(row.arrived, row.start),
            start=row.start,
            end=row.end,
            seconds=known[int(row.operation)][1],
        )
        for row in answer.placed
        if int(row.operation) in known
    ]


def _with_vendors(taken: Capacity, out: Mapping[int, Overflow]) -> engine.Problem:
    """The problem with these operations at their vendors."""
    places = {place.id: place for place in taken.problem.resources}
    operations = list(taken.problem.operations)
    for spot, operation in enumerate(operations):
        if operation.id in out:
            place, alternative = taken.at_vendor(out[int(operation.id)].vendor, out[int(operation.id)].days)
            places.setdefault(place.id, place)
            operations[spot] = replace(operation, alternatives=(alternative,), queue=0)
    return replace(taken.problem, operations=operations, resources=list(places.values()))


def _helped(
    before: engine.Schedule, after: engine.Schedule, out: Mapping[int, Overflow], taken: Capacity
) -> set[int]:
    """The operations whose order is less late with them outside."""
    was = {row.order: row.late for row in before.finishes}
    better = {row.order for row in after.finishes if row.late < was.get(row.order, 0)}
    order_of = {one.id: one.order for one in taken.problem.operations}
    return {key for key in out if order_of[key] in better}


def send_out_many(said: Mapping[int, Overflow], *, orders: Collection[int]) -> list[Operation]:
    """Write what a schedule decided of operations of the orders; those that went out. Their rows are locked. Two
    queries, whatever their number."""
    rows = Operation.objects.filter(pk__in=said.keys(), order__in=orders).select_related("order__site")
    found = list(rows.order_by("pk"))
    for row in found:
        decided = said[row.pk]
        row.overflow = decided.facts
        row.revision += 1
        if decided.out:
            row.outside, row.vendor_id, row.vendor_days = True, decided.vendor, decided.days
    Operation.objects.bulk_update(found, ["overflow", "revision", "outside", "vendor", "vendor_days"])
    return [row for row in found if row.outside]
