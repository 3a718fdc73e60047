"""Open orders, their operations and the resources of a site as the scheduling engine wants them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo

from p2p.core.runs import revisions
from planning.engine.schedule import Alternative, Fixed, Key, Problem
from planning.engine.schedule import Operation as Step
from planning.engine.schedule import Order as Due
from planning.engine.schedule import Resource as Place
from planning.models import Operation, Peg, ProductionOrder
from planning.sequence import all_before
from planning.snapshot.calendars import Calendars, Whereabouts
from planning.snapshot.keys import lent
from strategies.engine.worktime import WorkTime
from strategies.models import Resource, Site, Vendor

OPEN = ("planned", "released", "started")
BACK = timedelta(days=120)
"""How far before the start of a schedule working time is laid out: for what began earlier and runs on."""
ANYWHERE = "anywhere"
"""The endless resource of operations that name neither resource nor group nor vendor."""
DAY = 86_400


@dataclass(slots=True)
class Capacity:
    """The problem, and what the answer needs to become rows again."""

    problem: Problem
    orders: dict[int, ProductionOrder]
    order_revisions: dict[int, int]
    operation_revisions: dict[int, int]
    closed: dict[Key, str]
    """Places that never work in the days laid out, and the calendar that says so."""
    at_vendor: Callable[[int, int], tuple[Place, Alternative]]
    """(vendor, calendar days there and back) -> where an operation lies then, and for how long."""

    def shut(self) -> dict[Key, str]:
        """Operation -> the calendar without working time for which it has no place at all."""
        if not self.closed:
            return {}
        named = {
            one.id: [self.closed.get(each.resource, "") for each in one.alternatives]
            for one in self.problem.operations
        }
        return {key: codes[0] for key, codes in named.items() if codes and all(codes)}


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
        self.calendars = Calendars(first - BACK, first + timedelta(days=days))
        self.places: dict[Key, Place] = {}
        self.closed: dict[Key, str] = {}
        self.by_group: dict[int, list[Key]] = defaultdict(list)
        self.by_resource: dict[int, list[Key]] = defaultdict(list)
        self.rows: list[Operation] = []

    def capacity(self) -> Capacity:
        open_orders = ProductionOrder.objects.filter(site=self.site, state__in=ProductionOrder.OPEN)
        orders = {order.pk: order for order in open_orders.select_related("item").order_by("pk")}
        mine = Operation.objects.filter(order__in=orders.keys(), state__in=OPEN)
        self.read_resources()
        self.rows = list(mine.select_related("route_operation", "group").order_by("pk"))
        before = self.read_before()
        steps = [self.step(row, before.get(row.pk, ())) for row in self.rows if self.has_part(row)]
        problem = Problem(
            orders=list(self.due(orders)),
            operations=steps,
            resources=list(self.places.values()),
            now=self.now,
        )
        return Capacity(problem, orders, revisions(open_orders), revisions(mine), self.closed, self.at_vendor)

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

    # ---- resources

    def read_resources(self) -> None:
        where = Whereabouts(self.site, self.calendars.first, self.calendars.last)
        rows = Resource.objects.filter(site=self.site, active=True)
        for row in rows.order_by("group", "pk"):
            # A resource that works in another work centre for some days is a place of its own there: its times
            # do not meet, so that nothing is booked twice, and work it has begun at home pauses while it is lent.
            groups = dict.fromkeys([row.group_id, *(group for _first, _last, group in where.stays(row))])
            for group in groups:
                key: Key = row.pk if group == row.group_id else lent(row.pk, group or 0)
                self.by_group[group or 0].append(key)
                self.by_resource[row.pk].append(key)
                pieces = where.pieces(row, group)
                work = self.calendars.chain(pieces)
                if not work.starts and key == row.pk:
                    self.closed[key] = self.calendars.code(pieces[0][2] if pieces else None)
                self.places[key] = Place(
                    id=key,
                    work=work,
                    stations=row.stations,
                    finite=row.finite,
                    efficiency=Fraction(row.efficiency),
                )
        self.vendor_calendars = dict(Vendor.objects.values_list("pk", "calendar_id"))

    def endless(self, key: str, calendar: int | None) -> str:
        if key not in self.places:
            self.places[key] = Place(id=key, work=self.calendars.work(calendar), finite=False)
        return key

    def choices(self, row: Operation) -> tuple[Alternative, ...]:
        """Where an operation may run: its vendor, the resource its route names, or any of its group."""
        if row.outside:
            vendor = self.endless(
                f"vendor:{row.vendor_id or 0}", self.vendor_calendars.get(row.vendor_id or 0)
            )
            return (Alternative(vendor, 0, self.vendor_seconds(row)),)
        setup, run = row.setup_seconds, self.left_to_run(row)
        named = row.route_operation.resource_id if row.route_operation else None
        if named is None and row.group_id is None:
            named = row.resource_id
        by = (self.by_resource, named) if named else (self.by_group, row.group_id or 0)
        keys: list[Key] = list(by[0].get(by[1], ()))
        if not keys and row.group_id is None:
            keys = [self.endless(ANYWHERE, self.site.calendar_id)]
        return tuple(Alternative(key, setup, run) for key in keys)

    def left_to_run(self, row: Operation) -> int:
        """Run time for what is not reported yet."""
        done = row.good_quantity + row.scrap_quantity
        if not done:
            return row.run_seconds
        share = max(Fraction(0), 1 - Fraction(done) / Fraction(row.quantity))
        return ceil(row.run_seconds * share)

    def vendor_seconds(self, row: Operation) -> int:
        if not row.vendor_days:
            return row.setup_seconds + row.run_seconds
        return self.days_at(row.vendor_id or 0, row.vendor_days)

    def days_at(self, vendor: int, days: int) -> int:
        """A lead time in calendar days is so much less of the vendor's own working time."""
        calendar = self.vendor_calendars.get(vendor)
        share = _open_share(self.calendars.work(calendar)) if calendar else Fraction(1)
        return max(1, int(days * DAY * share))

    def at_vendor(self, vendor: int, days: int) -> tuple[Place, Alternative]:
        key = self.endless(f"vendor:{vendor}", self.vendor_calendars.get(vendor))
        return self.places[key], Alternative(key, 0, self.days_at(vendor, days))

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
            # What waits after an operation comes later to the next, as what is carried there.
            transit=row.transit_seconds + row.queue_after_seconds,
            fixed=self.fixed(row),
        )

    def fixed(self, row: Operation) -> Fixed | None:
        """Where it stays: started, locked or frozen work, vendors' promises, and with `only` all others."""
        if row.starts_at is None or row.ends_at is None:
            return None
        start, end = int(row.starts_at.timestamp()), int(row.ends_at.timestamp())
        key: Key | None = row.resource_id
        if row.outside:
            key = f"vendor:{row.vendor_id or 0}"
        elif key is None:
            key = ANYWHERE
        elif lent(key, row.group_id or 0) in self.places:
            key = lent(key, row.group_id or 0)
        if key not in self.places:
            return None
        if row.state == "started" and end < self.now:
            end = self._until_done(row, self.places[key].work)
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
        return work.add(self.now, left)


def _open_share(work: WorkTime) -> Fraction:
    if not work.starts:
        return Fraction(1)
    return Fraction(work.total, max(1, work.ends[-1] - work.starts[0]))
