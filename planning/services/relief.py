"""Late orders get relief: operations that wait for a full work centre go to the vendor of their policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from planning.engine import schedule as engine
from planning.engine.overflow import Loads, Place
from planning.engine.relief import TRIES, Lying, pressed, search
from planning.models import Operation
from planning.sequence import TAKING
from planning.services.overflow import facts_of
from planning.snapshot import weeks as snapshot
from planning.snapshot.capacity import Capacity
from planning.snapshot.overflow import Overflow, Way
from planning.snapshot.recipes import Recipes
from planning.snapshot.weeks import Weeks, local_day
from strategies.engine.phases import USUAL, capacity
from strategies.engine.worktime import OutOfTime
from strategies.models import OutsourcingPolicy, Site

if TYPE_CHECKING:
    from p2p.core.runs import Say

Ways = dict[int, tuple[Operation, Way]]


@dataclass(frozen=True, slots=True)
class Outlets:
    """What may be asked of overflow policies by a schedule, read as of the moment the schedule is of."""

    rows: Sequence[Operation]
    """Operations that may go out, the most urgent order first."""
    recipes: Recipes
    weeks: Weeks
    places: Mapping[engine.Key, Place]
    offered: Loads
    work: Mapping[int, tuple[int, int]]
    """Operation -> its work centre and its seconds of work, at the work centres of the rows."""


@dataclass(frozen=True, slots=True)
class Relieved:
    """The schedule that stands, the problem it solves, what was decided of operations (by key), and how late orders
    were without."""

    problem: engine.Problem
    answer: engine.Schedule
    said: Mapping[int, Overflow] = field(default_factory=dict)
    was: Mapping[engine.Key, int] = field(default_factory=dict)

    def kept(self) -> dict[engine.Key, list[dict[str, Any]]]:
        """Order -> what is said of its operations that stay inside although they wait too long."""
        order_of = {operation.id: operation.order for operation in self.problem.operations}
        found: dict[engine.Key, list[dict[str, Any]]] = defaultdict(list)
        for key, each in self.said.items():
            if not each.out:
                found[order_of[key]].append(each.facts)
        return dict(found)


def outlets(*, site: Site, taken: Capacity, days: int) -> Outlets | None:
    """Read what relief may need, in the transaction of the schedule's snapshot of so many days. Some thirty queries
    for any number of orders; one where no policy overflows, and None."""
    policies = OutsourcingPolicy.objects.filter(site=site, rule=OutsourcingPolicy.Rule.OVERFLOW)
    items = set(policies.order_by().values_list("item", flat=True))
    if not items:
        return None
    rows = _movable(taken, items)
    if not rows:
        return None
    first = local_day(site, taken.problem.now)
    weeks = Weeks(site, first, first + timedelta(days=days))
    groups = {row.group_id or 0 for row in rows}
    return Outlets(
        rows,
        Recipes(site, items),
        weeks,
        snapshot.places(site, weeks),
        snapshot.offered(site, weeks, groups),
        _work(taken, groups),
    )


def _movable(taken: Capacity, items: Collection[int]) -> list[Operation]:
    """Operations of which the policy is asked: nobody has begun, locked, frozen or brought them back."""
    fixed = {operation.id for operation in taken.problem.operations if operation.fixed is not None}
    rows = Operation.objects.filter(
        order__in=taken.orders.keys(),
        route_operation__route__item__in=items,
        state__in=("planned", "released"),
        outside=False,
        locked=False,
        group__isnull=False,
        good_quantity=0,
        scrap_quantity=0,
    )
    rows = rows.select_related("order", "group", "route_operation__route")
    return [
        row
        for row in rows.order_by("order__due_on", "order", "number")
        if row.pk not in fixed and row.overflow.get("kept") != "hand"
    ]


def _work(taken: Capacity, groups: Collection[int]) -> dict[int, tuple[int, int]]:
    rows = Operation.objects.filter(order__in=taken.orders.keys(), group__in=groups, outside=False)
    columns = rows.order_by("pk").values_list("pk", "group_id", *TAKING)
    return {key: (group or 0, capacity(phases, parts)) for key, group, phases, *parts in columns}


def relieve(
    *, taken: Capacity, answer: engine.Schedule, seen: Outlets | None, say: Say | None = None
) -> Relieved:
    """Send out operations of late orders that wait for a work centre with more before it than their policy allows,
    and schedule anew, as far as it helps. What brings its order home no earlier stays inside and says so. No query."""
    was = {row.order: row.late for row in answer.finishes if row.late > 0}
    ways = _ways(seen, was) if seen and was else {}
    said = _said(ways, seen, taken, answer) if seen and ways else {}
    chosen = [key for key, each in said.items() if each.out]
    if not chosen:
        return Relieved(taken.problem, answer, said, was)
    order_of: dict[engine.Key, engine.Key] = {key: ways[key][0].order_id for key in chosen}
    tried = 0

    def attempt(keys: Sequence[engine.Key]) -> engine.Schedule:
        nonlocal tried
        if say is not None:
            say(str(_("Trying vendors for late orders")), tried, TRIES)
        tried += 1
        return engine.schedule(_with_vendors(taken, said, keys))

    out, best = search(chosen, order_of, answer, attempt)
    stay = {key: Overflow(said[key].facts | {"kept": "no_help"}) for key in chosen if key not in out}
    return Relieved(_with_vendors(taken, said, out), best, {**said, **stay}, was)


def _ways(seen: Outlets, late: Mapping[engine.Key, int]) -> Ways:
    """Of late orders, who takes an operation."""
    found: Ways = {}
    for row in seen.rows:
        step = row.route_operation
        if row.order_id in late and step is not None:
            way = seen.recipes.overflow(step, row.order.start_on, row.quantity)
            if way is not None:
                found[row.pk] = (row, way)
    return found


def _said(ways: Ways, seen: Outlets, taken: Capacity, answer: engine.Schedule) -> dict[int, Overflow]:
    vain = _vain(ways, taken, answer)
    limits = [
        (key, replace(way.limit, kept=way.limit.kept or key in vain)) for key, (_row, way) in ways.items()
    ]
    verdicts = pressed(_lying(seen, answer), limits, seen.places, seen.offered)
    found = {}
    for key, (row, way) in ways.items():
        if key in verdicts:
            facts = facts_of(way, verdicts[key], row.group.name if row.group else "", seen.weeks)
            kept = {"kept": "no_help"} if key in vain and not way.kept else {}
            found[key] = Overflow(facts | kept | {"number": row.number})
    return found


def _vain(ways: Ways, taken: Capacity, answer: engine.Schedule) -> set[int]:
    """Operations that come home from their vendor no earlier than the schedule has them done inside."""
    queues = {operation.id: operation.queue for operation in taken.problem.operations}
    found = set()
    for row in answer.placed:
        key = int(row.operation)
        if key in ways and ways[key][1].days:
            place, alternative = taken.at_vendor(ways[key][1].vendor, ways[key][1].days)
            arrived = min(row.arrived, row.start) - queues[row.operation]
            try:
                home = place.work.add(place.work.opening(arrived), alternative.run)
            except OutOfTime:
                home = row.end
            if home >= row.end:
                found.add(key)
    return found


def _lying(seen: Outlets, answer: engine.Schedule) -> list[Lying]:
    return [
        Lying(
            key=row.operation,
            place=seen.work[int(row.operation)][0],
            arrived=min(row.arrived, row.start),
            start=row.start,
            end=row.end,
            seconds=seen.work[int(row.operation)][1],
        )
        for row in answer.placed
        if int(row.operation) in seen.work
    ]


def _with_vendors(
    taken: Capacity, said: Mapping[int, Overflow], out: Collection[engine.Key]
) -> engine.Problem:
    """The problem with these operations at their vendors."""
    places = {place.id: place for place in taken.problem.resources}
    operations = list(taken.problem.operations)
    gone = set(out)
    for spot, operation in enumerate(operations):
        if not gone.isdisjoint(one.before for one in operation.overlaps):
            # A vendor sends all of it back together.
            left = tuple(one for one in operation.overlaps if one.before not in gone)
            operations[spot] = replace(operation, overlaps=left)
        if operation.id in gone:
            decided = said[int(operation.id)]
            place, alternative = taken.at_vendor(decided.vendor, decided.days)
            places.setdefault(place.id, place)
            operations[spot] = replace(
                operations[spot], alternatives=(alternative,), queue=0, phases=USUAL, overlaps=()
            )
    return replace(taken.problem, operations=operations, resources=list(places.values()))


def send_out_many(said: Mapping[int, Overflow], *, orders: Collection[int]) -> list[Operation]:
    """Write what a schedule decided of operations of the orders, where it is news; those that went out. What an
    earlier schedule said of one that is late no more is taken away. Their rows are locked. Two queries, whatever
    their number."""
    over = Q(overflow__cause="late", overflow__kept__isnull=False, outside=False) & ~Q(overflow__kept="hand")
    rows = Operation.objects.filter(Q(pk__in=said.keys()) | over, order__in=orders)
    news = []
    for row in rows.select_related("order__site").order_by("pk"):
        decided = said.get(row.pk, Overflow({}))
        if row.overflow == decided.facts:
            continue
        row.overflow = decided.facts
        row.revision += 1
        if decided.facts and decided.out:
            row.outside, row.vendor_id, row.vendor_days = True, decided.vendor, decided.days
        news.append(row)
    Operation.objects.bulk_update(news, ["overflow", "revision", "outside", "vendor", "vendor_days"])
    return [row for row in news if row.outside]
