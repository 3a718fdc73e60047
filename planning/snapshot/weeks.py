"""How full work centres are by week, and when they work: usually, and really."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from p2p.core.facts import gather
from planning.engine.overflow import Job, Loads, Place, Step, together
from planning.models import Operation, ProductionOrder
from planning.sequence import TAKING, all_before
from planning.snapshot.overflow import DAY, Way
from strategies.engine.calendar import midnight, midnights
from strategies.engine.phases import capacity, phases_from
from strategies.engine.worktime import WorkTime
from strategies.facts import StandingStill
from strategies.models import Resource, ResourceGroup, Site
from strategies.selectors.capacity import most_for_one_job, pooled
from strategies.selectors.worktimes import ONE_DAY, Calendars, Whereabouts

WEEK = timedelta(weeks=1)
BEHIND = 8
"""Weeks looked at behind the last due day, for operations that are laid out farther."""
FARTHEST = 520
OPEN = ("planned", "released", "started")


class Weeks:
    """The weeks of a plant from the one `first` is in until some after `last`, Monday to Sunday."""

    def __init__(self, site: Site, first: date, last: date) -> None:
        self.zone = ZoneInfo(site.time_zone)
        monday = first - timedelta(days=first.weekday())
        count = min(FARTHEST, (last - monday).days // 7 + 1 + BEHIND)
        self.mondays = [monday + WEEK * each for each in range(count)]
        self.first, self.last = monday, monday + WEEK * count - timedelta(days=1)
        self.midnights = midnights(self.first, self.last, self.zone)
        self.edges = self.midnights[::7]

    def instant(self, day: date) -> int:
        """When a day begins in the plant, in seconds since the epoch."""
        return midnight(day, self.zone)

    def day(self, instant: int) -> date:
        return datetime.fromtimestamp(instant, self.zone).date()


def local_day(site: Site, instant: int) -> date:
    """The day in the plant an instant lies in."""
    return datetime.fromtimestamp(instant, ZoneInfo(site.time_zone)).date()


@dataclass(frozen=True, slots=True)
class Centres:
    """Work centres as of one moment: when they work, what is booked on them, and what waits for them unscheduled.
    Whoever decides puts more onto `loads`, so that they serve one decision."""

    weeks: Weeks
    places: Mapping[int | str, Place]
    loads: Loads
    waiting: Sequence[Job]


def centres(site: Site, weeks: Weeks, groups: Collection[int], *, since: date) -> Centres:
    """Read all of it, of these work centres; `since` as in `waiting`. Some thirty queries."""
    found = places(site, weeks)
    return Centres(weeks, found, loads(site, weeks, groups, found), waiting(site, weeks, groups, since=since))


def loads(site: Site, weeks: Weeks, groups: Collection[int], when: Mapping[int | str, Place]) -> Loads:
    """What the work centres offer week by week, with what is scheduled there already. Eight queries."""
    found = offered(site, weeks, groups)
    _book(site, weeks, groups, when, found)
    return found


def offered(site: Site, weeks: Weeks, groups: Collection[int]) -> Loads:
    """What the work centres offer week by week, with nothing booked. Seven queries."""
    spans = [(monday, monday + timedelta(days=6)) for monday in weeks.mondays]
    hours = {
        group: [Fraction(each.hours) * 3600 for each in found]
        for group, found in pooled(site, spans).items()
        if group in groups
    }
    return Loads(weeks.edges, hours, midnights=weeks.midnights)


def _book(
    site: Site, weeks: Weeks, groups: Collection[int], when: Mapping[int | str, Place], found: Loads
) -> None:
    rows = Operation.objects.filter(
        order__site=site,
        group__in=groups,
        outside=False,
        state__in=OPEN,
        starts_at__isnull=False,
        ends_at__gt=datetime.fromtimestamp(weeks.edges[0], weeks.zone),
    ).order_by("pk")
    for group, starts, ends, phases, *parts in rows.values_list("group_id", "starts_at", "ends_at", *TAKING):
        begin, end = int(starts.timestamp()), max(int(ends.timestamp()), int(starts.timestamp()) + 1)
        inside = max(begin, weeks.edges[0])
        # Of what began before, as much as lies within the weeks looked at.
        seconds = capacity(phases, parts) * (end - inside) // (end - begin)
        found.book(group, found.parts(when[group].work, inside, end, seconds))


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
    rows = rows.filter(order__in=orders).select_related("order", "route_operation")
    for row in rows.order_by("order", "number"):
        # What is scheduled is booked already.
        place = row.group_id if row.starts_at is None else None
        machine = row.route_operation.resource_id if row.route_operation else None
        after = before.get(row.pk, ())
        steps[row.order.start_on, row.order_id].append(step_for(row, row.pk, after, place, machine))
    return [Job(weeks.instant(max(start_on, since)), tuple(each)) for (start_on, _key), each in steps.items()]


def step_for(
    row: Operation,
    key: int | str,
    after: tuple[int | str, ...],
    place: int | None,
    machine: int | None,
    way: Way | None = None,
) -> Step:
    """An operation as the engine wants it: what of it takes capacity, before it the waiting in working time, behind
    it all else by the clock. machine: the one its route names."""
    parts = [getattr(row, name) for name in TAKING[1:]]
    seconds = capacity(row.phases, parts)
    queue = 0 if "queue_before" in phases_from(row.phases).holds else row.queue_seconds
    return Step(
        key=key,
        place=place,
        machine=machine,
        seconds=seconds,
        queue=queue,
        transit=sum(parts) - seconds - queue,
        away=max(1, row.vendor_days * DAY) if row.outside else 0,
        after=after,
        limit=way.limit if way else None,
    )


def places(site: Site, weeks: Weeks) -> dict[int | str, Place]:
    """Every work centre as it usually works and as it really does: whenever any machine that belongs to it on the
    day works, by the calendars of each; closed by exceptions, or since all of its machines stand still.

    On days on which all of its machines are lent away, or gone, it does not work, although it usually would by its
    own calendar. One that never had a machine works by its own calendar. Shifts of all properties count. A dozen
    queries for any number of resources.
    """
    window = (
        weeks.first - ONE_DAY,
        weeks.last,
    )  # a night shift of the evening before reaches into the first day
    usual, really = Calendars(*window, exceptions=False), Calendars(*window)
    where = Whereabouts(site, *window)
    still = _still(site, weeks)
    ordinary: dict[int, list[WorkTime]] = defaultdict(list)
    working: dict[int, list[WorkTime]] = defaultdict(list)
    staffed: dict[int, list[tuple[date, date]]] = defaultdict(list)
    shares: dict[int, dict[int | str, Fraction]] = defaultdict(dict)
    for row in Resource.objects.filter(site=site, active=True).order_by("pk"):
        for group in where.ever(row):
            staffed[group] += [(first, last) for first, last, there in where.stays(row) if there == group]
            shares[group][row.pk] = most_for_one_job(row)
            days = where.pieces(row, group)
            work = really.whole(days)
            ordinary[group].append(usual.whole(days))
            working[group].append(work.without([still[row.pk]]) if row.pk in still else work)
    found: dict[int | str, Place] = {}
    for group in ResourceGroup.objects.filter(site=site).values_list("pk", flat=True):
        empty = [piece for days in _without(staffed[group], window) for piece in where.of_group(group, *days)]
        own = usual.whole(tuple(empty))
        found[group] = Place(
            together([*ordinary[group], own]),
            together(working[group]) if group in working else really.whole(tuple(empty)),
            shares[group],
        )
    return found


def _without(spans: Collection[tuple[date, date]], window: tuple[date, date]) -> list[tuple[date, date]]:
    """The days of the window that no span has, as spans."""
    found: list[tuple[date, date]] = []
    here, last = window
    for begins, ends in sorted(spans):
        if begins > here:
            found.append((here, begins - ONE_DAY))
        here = max(here, ends + ONE_DAY)
    return [*found, (here, last)] if here <= last else found


def _still(site: Site, weeks: Weeks) -> dict[int, tuple[int, int]]:
    """Resource -> from when until when it is known to stand still: nobody knows farther than today."""
    return {
        resource: (since, weeks.instant(weeks.day(until) + timedelta(days=1)))
        for answer in gather(StandingStill(site=site))
        for resource, (since, until) in answer.items()
    }
