"""Open orders, their operations and the resources of a site as the scheduling engine wants them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo

from p2p.core.runs import revisions
from planning.engine.schedule import Alternative, Fixed, Key, Overlap, Problem
from planning.engine.schedule import Operation as Step
from planning.engine.schedule import Order as Due
from planning.engine.schedule import Resource as Place
from planning.models import Operation, OperationLink, Peg, ProductionOrder
from planning.sequence import all_before
from planning.snapshot.calendars import Calendars
from planning.snapshot.stations import Shut, Stations
from strategies.engine.phases import USUAL, Phases, phases_from, runs_as_usual
from strategies.engine.worktime import OutOfTime, WorkTime
from strategies.models import Site

OPEN = ("planned", "released", "started")
BACK = timedelta(days=120)
"""How far before the start of a schedule working time is laid out: for what began earlier and runs on."""


@dataclass(slots=True)
class Capacity:
    """The problem, and what the answer needs to become rows again."""

    problem: Problem
    orders: dict[int, ProductionOrder]
    order_revisions: dict[int, int]
    operation_revisions: dict[int, int]
    closed: dict[Key, Shut]
    """Places that never work in the days laid out, and why."""
    at_vendor: Callable[[int, int], tuple[Place, Alternative]]
    """(vendor, calendar days there and back) -> where an operation lies then, and for how long."""

    def shut(self) -> dict[Key, Shut]:
        """Operation -> why it has no place at all: the first of its places that never work."""
        if not self.closed:
            return {}
        named = {
            one.id: [self.closed.get(each.resource) for each in one.alternatives]
            for one in self.problem.operations
        }
        return {key: found[0] for key, found in named.items() if found and found[0] and all(found)}


def due_second(day: date, zone: str) -> int:
    """The end of a day in the plant, in seconds since the epoch: an order due on it may use all of it."""
    midnight = datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(zone))
    return int(midnight.timestamp())


def take(
    site: Site,
    starts_at: datetime,
    *,
    frozen_until: datetime | None = None,
    days: int = 400,
    only: int | None = None,
) -> Capacity:
    """Read what a schedule of the site depends on: a dozen queries, whatever the number of orders.

    Started and locked operations, and those due to start before `frozen_until`, stay where they are. With `only`,
    everything that has a place keeps it but the operations of that one order.
    """
    return _Reading(site, starts_at, frozen_until or starts_at, days, only).capacity()


class _Reading:
    def __init__(
        self, site: Site, starts_at: datetime, frozen_until: datetime, days: int, only: int | None
    ) -> None:
        self.site, self.now, self.only = site, int(starts_at.timestamp()), only
        self.frozen = int(frozen_until.timestamp())
        first = starts_at.astimezone(UTC).date()
        self.stations = Stations(site, Calendars(first - BACK, first + timedelta(days=days)))
        self.rows: list[Operation] = []
        self.by_key: dict[int, Operation] = {}
        self.hard: dict[int, list[int]] = {}

    def capacity(self) -> Capacity:
        open_orders = ProductionOrder.objects.filter(site=self.site, state__in=ProductionOrder.OPEN)
        orders = {order.pk: order for order in open_orders.select_related("item").order_by("pk")}
        mine = Operation.objects.filter(order__in=orders.keys(), state__in=OPEN)
        self.rows = list(mine.select_related("route_operation", "group").order_by("pk"))
        self.by_key = {row.pk: row for row in self.rows}
        before = self.read_before()
        self.hard = self.read_hard(orders)
        steps = [self.step(row, before.get(row.pk, ())) for row in self.rows if self.has_part(row)]
        problem = Problem(
            orders=list(self.due(orders)),
            operations=steps,
            resources=list(self.stations.places.values()),
            now=self.now,
        )
        places = self.stations
        return Capacity(
            problem, orders, revisions(open_orders), revisions(mine), places.closed, places.at_vendor
        )

    def due(self, orders: dict[int, ProductionOrder]) -> Iterator[Due]:
        zone = ZoneInfo(self.site.time_zone)
        for order in orders.values():
            release = datetime.combine(order.start_on, time(0), zone)
            yield Due(
                id=order.pk,
                due=due_second(order.due_on, self.site.time_zone),
                release=int(release.timestamp()),
                weight=101 - min(order.priority, 100),
            )

    def has_part(self, row: Operation) -> bool:
        """Whether it belongs into the problem: with `only`, others count just where they have a place."""
        return self.only in (None, row.order_id) or row.starts_at is not None

    def choices(self, row: Operation) -> tuple[Alternative, ...]:
        """Where an operation may run, and for how long."""
        if row.outside:
            return (self.stations.vendor(row),)
        setup, run = row.setup_seconds, self.left_to_run(row)
        return tuple(Alternative(key, setup, run) for key in self.stations.keys_of(row))

    def left_to_run(self, row: Operation) -> int:
        """Run time for what is not reported yet."""
        done = row.good_quantity + row.scrap_quantity
        if not done:
            return row.run_seconds
        share = max(Fraction(0), 1 - Fraction(done) / Fraction(row.quantity))
        return ceil(row.run_seconds * share)

    # ---- operations

    def read_before(self) -> dict[int, tuple[int, ...]]:
        """What each operation comes after: those before it in its order, and the last ones of orders that feed it."""
        within = all_before({row.order_id for row in self.rows})
        before = defaultdict(set, {key: set(each) for key, each in within.items()})
        leading = {key for each in within.values() for key in each}
        known = {row.pk for row in self.rows}
        firsts: dict[int, list[int]] = defaultdict(list)
        lasts: dict[int, list[int]] = defaultdict(list)
        for row in self.rows:
            if not before.get(row.pk):
                firsts[row.order_id].append(row.pk)
            if row.pk not in leading:
                lasts[row.order_id].append(row.pk)
        for feeding, fed in self.feeds():
            for later in firsts.get(fed, ()):
                before[later].update(lasts.get(feeding, ()))
        return {key: tuple(sorted(before[key] & known)) for key in known}

    def read_hard(self, orders: Collection[int]) -> dict[int, list[int]]:
        """Of those each operation comes after, the ones it has to follow without a gap. One query."""
        links = OperationLink.objects.filter(hard=True, after__order__in=orders).order_by("before", "after")
        found: dict[int, list[int]] = defaultdict(list)
        for before, after in links.values_list("before", "after"):
            found[after].append(before)
        return found

    def feeds(self) -> Iterator[tuple[int, int]]:
        """(order that supplies, order that needs it), from the pegs of the plan both came from."""
        by_proposal = {
            proposal: order
            for order, proposal in ProductionOrder.objects.filter(
                site=self.site, state__in=ProductionOrder.OPEN, proposal__isnull=False
            ).values_list("pk", "proposal_id")
        }
        pegs = Peg.objects.filter(supply_proposal__in=by_proposal.keys(), need_proposal__isnull=False)
        pairs = pegs.values_list("supply_proposal_id", "need_proposal_id").distinct()
        for supply, need in pairs.order_by("supply_proposal_id", "need_proposal_id"):
            if need in by_proposal:
                yield by_proposal[supply], by_proposal[need]

    def step(self, row: Operation, after: tuple[int, ...]) -> Step:
        return Step(
            id=row.pk,
            order=row.order_id,
            alternatives=self.choices(row),
            after=after,
            queue=row.queue_seconds,
            rest=row.queue_after_seconds,
            transit=row.transit_seconds,
            phases=phases_of(row),
            overlaps=tuple(self.overlaps(row, after)),
            hard=tuple(self.hard.get(row.pk, ())),
            fixed=self.fixed(row),
        )

    def overlaps(self, row: Operation, after: tuple[int, ...]) -> Iterator[Overlap]:
        """Those before it in its order of which it needs no more than the first pieces to begin; vendors send all of
        it together."""
        for key in after:
            before = self.by_key[key]
            transfer = before.transfer_quantity
            if transfer is None or before.order_id != row.order_id or before.outside or row.outside:
                continue
            if transfer < before.quantity and runs_as_usual(phases_of(before), phases_of(row)):
                yield _overlap(before, row, Fraction(transfer))

    def fixed(self, row: Operation) -> Fixed | None:
        """Where it stays: started, locked or frozen work, vendors' promises, and with `only` all others."""
        if row.starts_at is None or row.ends_at is None:
            return None
        start, end = int(row.starts_at.timestamp()), int(row.ends_at.timestamp())
        key = self.stations.lying(row)
        place = self.stations.places.get(key)
        if place is None:
            return None
        if row.state == "started" and end < self.now:
            end = self._until_done(row, place.work)
        if row.outside and row.promised_at is not None:
            end = max(start, int(row.promised_at.timestamp()))
        elsewhere = self.only is not None and self.only != row.order_id
        frozen = self.now <= start < self.frozen
        stays = row.state == "started" or row.locked or frozen or elsewhere
        promised = row.outside and row.promised_at is not None
        return Fixed(key, row.station or 0, start, end) if stays or promised else None

    def _until_done(self, row: Operation, work: WorkTime) -> int:
        """Work that should have ended runs on until the rest is made."""
        left = max(60, self.left_to_run(row))
        try:
            return work.add(self.now, left)
        except OutOfTime:  # begun where nobody works any more
            return self.now + left


def phases_of(row: Operation) -> Phases:
    """What its route group says of its parts; a vendor works by its own calendar."""
    return USUAL if row.outside else phases_from(row.phases)


def _overlap(before: Operation, row: Operation, transfer: Fraction) -> Overlap:
    """By the pieces that are left; of started work those it began with, as it is reckoned from its start."""
    made = Fraction(before.good_quantity + before.scrap_quantity)
    gone = Fraction(0) if before.state == "started" else made
    first = (transfer - gone) / (Fraction(before.quantity) - gone) if made < transfer else Fraction(0)
    taken = Fraction(row.quantity)
    rest = min(taken, taken % transfer or transfer)
    left = taken - Fraction(row.good_quantity + row.scrap_quantity)
    return Overlap(before.pk, first, min(Fraction(1), rest / left) if left > 0 else Fraction(1))
