"""What an overflow policy needs to decide: who would take an operation, and how full work centres are by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from p2p.core.facts import gather
from planning.engine.overflow import Job, Limit, Loads, Place, Step
from planning.models import Operation, ProductionOrder
from planning.sequence import all_before
from strategies.engine.worktime import WorkTime
from strategies.facts import StandingStill
from strategies.models import OutsourcingPolicy, Resource, ResourceGroup, Site, VendorPrice
from strategies.selectors.capacity import pooled
from strategies.selectors.worktimes import Calendars, Whereabouts

DAY = 86_400
WEEK = timedelta(weeks=1)
BEHIND = 8
"""Weeks looked at behind the last due day, for operations that are laid out farther."""
FARTHEST = 520
OPEN = ("planned", "released", "started")


@dataclass(frozen=True, slots=True)
class Way:
    """The vendor an overflow policy names for an operation; kept: why that one could not take it, "" if it could."""

    vendor: int
    vendor_name: str
    days: int
    load: Fraction
    on_downtime: bool
    kept: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def limit(self) -> Limit:
        return Limit(self.load, self.on_downtime, kept=bool(self.kept), away=self.days * DAY)


@dataclass(frozen=True, slots=True)
class Overflow:
    """What was decided of an operation, as the operation and the plan's message keep it: plain facts."""

    facts: dict[str, Any]

    @property
    def out(self) -> bool:
        """Whether it goes, and was not kept back by what the vendor takes."""
        return "kept" not in self.facts

    @property
    def vendor(self) -> int:
        return int(self.facts["vendor_id"])

    @property
    def days(self) -> int:
        return int(self.facts["days"])


def way_of(
    policy: OutsourcingPolicy,
    prices: Iterable[tuple[VendorPrice, Fraction | None]],
    quantity: Decimal,
    day: date,
) -> Way:
    """Who takes so many pieces when the policy says so. `prices`: those of the work that hold on the day, with the
    item's units in one unit of the price (None: no conversion)."""
    mine = [(price, factor) for price, factor in prices if price.vendor_id == policy.vendor_id]
    pieces = Fraction(quantity)
    known = [(price, factor) for price, factor in mine if factor is not None]
    reached = [price for price, factor in known if _least(price, factor) <= pieces]
    least = min((_least(*one) for one in known), default=None)
    most = max((_most(*one, pieces) for one in known), default=None)
    days = policy.lead_time_days or max((price.lead_time_days for price in reached or ()), default=0)
    kept, facts = "", {"day": day.isoformat()}
    if not policy.vendor.active:
        kept = "vendor"
    elif not mine:
        kept = "no_price"
    elif least is None or most is None:
        kept = "no_conversion"
    elif pieces < least:
        kept, facts = "minimum", {"quantity": str(round(float(least), 6))}
    elif pieces > most:
        kept, facts = "maximum", {"quantity": str(round(float(most), 6))}
    elif not days:
        kept = "no_days"
    return Way(
        policy.vendor_id,
        policy.vendor.name,
        days,
        Fraction(policy.overflow_load),
        policy.overflow_on_downtime,
        kept,
        facts,
    )


def _least(price: VendorPrice, factor: Fraction) -> Fraction:
    return max(Fraction(price.minimum_quantity), Fraction(price.order_minimum or 0)) * factor


def _most(price: VendorPrice, factor: Fraction, endless: Fraction) -> Fraction:
    return Fraction(price.order_maximum) * factor if price.order_maximum is not None else endless


class Weeks:
    """The weeks of a plant from the one `first` is in until some after `last`, Monday to Sunday."""

    def __init__(self, site: Site, first: date, last: date) -> None:
        self.zone = ZoneInfo(site.time_zone)
        monday = first - timedelta(days=first.weekday())
        count = min(FARTHEST, (last - monday).days // 7 + 1 + BEHIND)
        self.mondays = [monday + WEEK * each for each in range(count)]
        self.first, self.last = monday, monday + WEEK * count - timedelta(days=1)
        self.edges = [self.instant(day) for day in (*self.mondays, self.last + timedelta(days=1))]

    def instant(self, day: date) -> int:
        """When a day begins in the plant, in seconds since the epoch."""
        return int(datetime.combine(day, time(0), self.zone).timestamp())

    def day(self, instant: int) -> date:
        return datetime.fromtimestamp(instant, self.zone).date()


def local_day(site: Site, instant: int) -> date:
    """The day in the plant an instant lies in."""
    return datetime.fromtimestamp(instant, ZoneInfo(site.time_zone)).date()


def loads(site: Site, weeks: Weeks, groups: Collection[int]) -> Loads:
    """What the work centres offer week by week, with what is scheduled there already. Eight queries."""
    found = offered(site, weeks, groups)
    _book(site, weeks, groups, found)
    return found


def offered(site: Site, weeks: Weeks, groups: Collection[int]) -> Loads:
    """What the work centres offer week by week, with nothing booked. Seven queries."""
    spans = [(monday, monday + timedelta(days=6)) for monday in weeks.mondays]
    hours = {
        group: [Fraction(each.hours) * 3600 for each in found]
        for group, found in pooled(site, spans).items()
        if group in groups
    }
    return Loads(weeks.edges, hours)


def _book(site: Site, weeks: Weeks, groups: Collection[int], found: Loads) -> None:
    rows = Operation.objects.filter(
        order__site=site,
        group__in=groups,
        outside=False,
        state__in=OPEN,
        starts_at__isnull=False,
        ends_at__gt=datetime.fromtimestamp(weeks.edges[0], weeks.zone),
    ).order_by("pk")
    always = WorkTime([(weeks.edges[0], weeks.edges[-1])])
    columns = ("group_id", "starts_at", "ends_at", "setup_seconds", "run_seconds")
    for group, starts, ends, setup, run in rows.values_list(*columns):
        begin, end = int(starts.timestamp()), max(int(ends.timestamp()), int(starts.timestamp()) + 1)
        inside = max(begin, weeks.edges[0])
        # Of what began before, as much as lies within the weeks looked at.
        seconds = (setup + run) * (end - inside) // (end - begin)
        found.book(group, found.parts(always, inside, end, seconds))


def waiting(site: Site, weeks: Weeks, groups: Collection[int], *, since: date) -> list[Job]:
    """Open orders with operations at the work centres that nobody has scheduled yet; they stay as they are. What
    should have begun before `since` begins then. Four queries."""
    rows = Operation.objects.filter(order__site=site, order__state__in=ProductionOrder.OPEN, state__in=OPEN)
    mine = rows.filter(group__in=groups, outside=False, starts_at__isnull=True)
    orders = set(mine.order_by().values_list("order", flat=True).distinct())
    if not orders:
        return []
    before = all_before(orders)
    steps: dict[tuple[date, int], list[Step]] = defaultdict(list)
    for row in rows.filter(order__in=orders).select_related("order").order_by("order", "number"):
        # What is scheduled is booked already.
        place = row.group_id if row.starts_at is None else None
        steps[row.order.start_on, row.order_id].append(step_for(row, row.pk, before.get(row.pk, ()), place))
    return [Job(weeks.instant(max(start_on, since)), tuple(each)) for (start_on, _key), each in steps.items()]


def step_for(
    row: Operation,
    key: int | str,
    after: tuple[int | str, ...],
    place: int | None,
    way: Way | None = None,
) -> Step:
    """An operation as the engine wants it."""
    return Step(
        key=key,
        place=place,
        seconds=row.setup_seconds + row.run_seconds,
        queue=row.queue_seconds,
        transit=row.queue_after_seconds + row.transit_seconds,
        away=max(1, row.vendor_days * DAY) if row.outside else 0,
        after=after,
        limit=way.limit if way else None,
    )


def places(site: Site, weeks: Weeks) -> dict[int | str, Place]:
    """Every work centre as it usually works and as it really does: closed by its calendars, or since all of its
    machines stand still. A dozen queries for any number of resources."""
    usual, really = Calendars(weeks.first, weeks.last, exceptions=False), Calendars(weeks.first, weeks.last)
    where = Whereabouts(site, weeks.first, weeks.last)
    still = _still(site, weeks)
    pieces: dict[int, list[tuple[int, int]]] = defaultdict(list)
    first: dict[int, WorkTime] = {}
    for row in Resource.objects.filter(site=site, active=True).order_by("pk"):
        for group in dict.fromkeys(group or 0 for _first, _last, group in where.stays(row)):
            days = where.pieces(row, group)
            first.setdefault(group, usual.chain(days))
            work = really.chain(days)
            work = work.without([still[row.pk]]) if row.pk in still else work
            pieces[group] += [(start, end) for start, end, _rate in work.triples()]
    found: dict[int | str, Place] = {}
    for group, calendar in ResourceGroup.objects.filter(site=site).values_list("pk", "calendar_id"):
        work = usual.work(calendar or site.calendar_id)
        found[group] = Place(first.get(group, work), WorkTime(pieces[group]) if group in pieces else work)
    return found


def _still(site: Site, weeks: Weeks) -> dict[int, tuple[int, int]]:
    """Resource -> from when until when it is known to stand still: nobody knows farther than today."""
    return {
        resource: (since, weeks.instant(weeks.day(until) + timedelta(days=1)))
        for answer in gather(StandingStill(site=site))
        for resource, (since, until) in answer.items()
    }
