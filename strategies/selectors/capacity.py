"""Who works in a work centre on a day, what that adds up to, and who can do what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from strategies.engine.calendar import midnight
from strategies.engine.ration import WHOLE, at_a_station
from strategies.models import (
    Capability,
    Resource,
    ResourceCapability,
    ResourceGroup,
    ResourceMembership,
    RouteOperation,
    Site,
    WorkerSkill,
)
from strategies.selectors.worktimes import Calendars, Whereabouts

ONE_DAY = timedelta(days=1)


def on_day(day: date, prefix: str = "") -> Q:
    """Rows that hold on a day: valid_from to valid_to, both inclusive, empty is open."""
    begins, ends = f"{prefix}valid_from", f"{prefix}valid_to"
    return (Q(**{f"{begins}__isnull": True}) | Q(**{f"{begins}__lte": day})) & (
        Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gte": day})
    )


def members_of(group: ResourceGroup, day: date) -> list[Resource]:
    """The resources in use that work in the group on a day: lent ones instead of those lent away. One query."""
    lent = ResourceMembership.objects.filter(on_day(day))
    elsewhere = lent.exclude(group=group).values("resource")
    here = lent.filter(group=group).values("resource")
    rows = Resource.objects.filter(Q(group=group) | Q(pk__in=here), active=True).exclude(pk__in=elsewhere)
    return list(rows.select_related("calendar", "vendor", "worker").order_by("code"))


@dataclass(frozen=True)
class Pooled:
    """What a work centre offers in one span of days: hours of all stations together, by resource."""

    first: date
    last: date
    hours: Decimal
    by_resource: Mapping[int, Decimal]


def pooled(site: Site, spans: Sequence[tuple[date, date]]) -> dict[int, list[Pooled]]:
    """Group -> its capacity in each span: the sum of its members on each day, working time of their calendars ×
    stations × share for planning, shifts of all properties together. Endless resources count nothing, and neither
    does the end of a night shift of who works elsewhere from then on. Seven queries for any number of resources."""
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    # A night shift of the evening before reaches into the first day.
    window = first - ONE_DAY, last
    calendars, where = Calendars(*window), Whereabouts(site, *window)
    zone = ZoneInfo(site.time_zone)
    bounds = [(midnight(begin, zone), midnight(end + ONE_DAY, zone)) for begin, end in spans]
    hours: dict[int, list[dict[int, Decimal]]] = defaultdict(lambda: [{} for _span in spans])
    rows = Resource.objects.filter(site=site, active=True, finite=True).order_by("pk")
    places = [
        (row, group)
        for row in rows
        for group in dict.fromkeys(group or 0 for _first, _last, group in where.stays(row))
    ]
    for row, group in places:
        work = calendars.whole(where.pieces(row, group))
        share = Fraction(row.schedule_fraction) * row.stations
        days = [(begins, ends) for begins, ends, place in where.stays(row) if (place or 0) == group]
        for place, (begin, end) in enumerate(bounds):
            offered = work.between(begin, end) * share / 3600
            here = any(begins <= spans[place][1] and ends >= spans[place][0] for begins, ends in days)
            if offered and here:
                hours[group][place][row.pk] = _decimal(offered)
    return {
        group: [
            Pooled(begin, end, sum(each.values(), Decimal(0)), each)
            for (begin, end), each in zip(spans, found, strict=True)
        ]
        for group, found in hours.items()
    }


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"))


def most_for_one_job(place: Resource) -> Fraction:
    """Of the time of the station it is at, the part that one job gets of each day; all of it where capacity is no
    limit."""
    return at_a_station(Fraction(place.job_fraction), place.stations) if place.finite else WHOLE


def able(capability: Capability, minimum: Decimal, day: date) -> QuerySet[ResourceCapability]:
    """Who can do this at least to a level on a day, in the order they are chosen: lowest priority first, then
    by code."""
    rows = ResourceCapability.objects.filter(
        on_day(day), capability=capability, level__gte=minimum, resource__active=True
    )
    return rows.select_related("resource__group").order_by("priority", "resource__code", "pk")


def skills() -> QuerySet[WorkerSkill]:
    """What workers have learned; `renewed` where the same is held on after this one ends."""
    later = WorkerSkill.objects.filter(worker=OuterRef("worker"), skill=OuterRef("skill")).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("valid_to"))
    )
    rows = WorkerSkill.objects.select_related("worker__site", "worker__group", "skill")
    return rows.annotate(renewed=Exists(later))


def expiring(day: date, within: int) -> QuerySet[WorkerSkill]:
    """What people in use will have lost within so many days from `day`, or have lost already, and not renewed;
    soonest first."""
    limit = day + timedelta(days=within)
    rows = skills().filter(worker__active=True, valid_to__lte=limit, renewed=False)
    return rows.order_by("valid_to", "pk")


YEAR = timedelta(days=400)
"""So far ahead schedules lay out working time at first."""


def serves(row: RouteOperation, property: str, site: Site | None, first: date) -> bool:
    """Whether the place of an operation has any shift of a property from a day on, by the calendars it follows then.
    Who names no place follows the site, at no site anybody; a work centre without resources is not judged."""
    last = first + YEAR
    calendars = Calendars(first, last)
    if row.resource_id is None and row.group_id is None:
        known = [site.calendar_id] if site else list(calendars.known)
        return any(calendars.work(one, property).starts for one in known)
    mine = (
        Q(pk=row.resource_id)
        if row.resource_id
        else Q(group=row.group_id) | Q(memberships__group=row.group_id)
    )
    places = list(Resource.objects.filter(mine, active=True).select_related("site").distinct())
    where = {one.site_id: Whereabouts(one.site, first, last) for one in places}
    pieces = [where[one.site_id].pieces(one, row.group_id if not row.resource_id else None) for one in places]
    return not places or any(calendars.chain(each, property).starts for each in pieces)
