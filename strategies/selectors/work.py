"""Working time and what works in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from strategies.models import (
    Calendar,
    CalendarException,
    CalendarShift,
    Resource,
    ResourceCalendar,
    ResourceGroup,
    ResourceMembership,
    RouteOperation,
    RouteVersion,
    Site,
    Vendor,
)
from strategies.models.version import VersionState
from strategies.selectors.capacity import on_day


@dataclass(frozen=True)
class Worked:
    """One stretch of work in the calendar's own time."""

    name: str
    starts: datetime
    ends: datetime
    exceptional: bool


def worked_in(calendar: Calendar, days: Sequence[date]) -> list[Worked]:
    """What is worked from the evening before the first day (a night shift reaches into it) to the last. Two
    queries, one more for each calendar it is based on. On a day that differs the week does not count."""
    first = days[0] - timedelta(days=1)
    odd = days_that_differ(calendar, first, days[-1])
    shifts = list(calendar.shifts.order_by("weekday", "starts"))
    found: list[Worked] = []
    for day in (first, *days):
        if day in odd:
            found += [_exceptional(one) for one in odd[day] if one.working]
        else:
            found += [_shift(one, day) for one in shifts if one.weekday == day.weekday() and _holds(one, day)]
    return found


def days_that_differ(calendar: Calendar, first: date, last: date) -> dict[date, list[CalendarException]]:
    """Day -> its exceptions: the calendar's own, else those of the calendar it is based on."""
    odd: dict[date, list[CalendarException]] = {}
    here: Calendar | None = calendar
    seen: set[int] = set()
    while here is not None and here.pk not in seen:
        seen.add(here.pk)
        found: dict[date, list[CalendarException]] = {}
        for exception in here.exceptions.filter(day__gte=first, day__lte=last).order_by("day", "starts"):
            found.setdefault(exception.day, []).append(exception)
        odd = {**found, **odd}
        here = here.base
    return odd


def _holds(shift: CalendarShift, day: date) -> bool:
    return (shift.valid_from is None or shift.valid_from <= day) and (
        shift.valid_to is None or day <= shift.valid_to
    )


def _shift(shift: CalendarShift, day: date) -> Worked:
    return Worked(shift.name, *_between(day, shift.starts, shift.ends), exceptional=False)


def _exceptional(one: CalendarException) -> Worked:
    starts, ends = one.starts or time(0), one.ends or time(0)
    return Worked(one.reason or str(one.day), *_between(one.day, starts, ends), exceptional=True)


def _between(day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    over = timedelta(days=1 if ends <= starts else 0)
    return datetime.combine(day, starts), datetime.combine(day, ends) + over


def exceptions_from(calendar: Calendar, day: date) -> QuerySet[CalendarException]:
    """Days that differ, from a day on."""
    return calendar.exceptions.filter(day__gte=day).order_by("day", "starts")


def followers(calendar: Calendar) -> list[ResourceGroup]:
    """The work centres that work by it, by themselves or because their site does."""
    groups = ResourceGroup.objects.filter(active=True).select_related("site")
    own = Q(calendar=calendar) | Q(calendar__isnull=True, site__calendar=calendar)
    return list(groups.filter(own).order_by("site__code", "code"))


def lent_away(group: ResourceGroup, day: date) -> list[ResourceMembership]:
    """Who belongs here but works elsewhere on a day."""
    rows = ResourceMembership.objects.filter(on_day(day), resource__group=group, resource__active=True)
    return list(rows.exclude(group=group).select_related("resource", "group").order_by("resource__code"))


@dataclass(frozen=True)
class Followers:
    """Who works by a calendar."""

    sites: list[Site]
    groups: list[ResourceGroup]
    resources: list[Resource]
    vendors: list[Vendor]
    dated: list[ResourceCalendar]
    based: list[Calendar]

    def __len__(self) -> int:
        return sum(map(len, (self.sites, self.groups, self.resources, self.vendors, self.dated, self.based)))


def all_followers(calendar: Calendar) -> Followers:
    """Everybody who works by it, by itself, for a time, or through a site or a calendar based on it; six
    queries."""
    return Followers(
        list(Site.objects.filter(calendar=calendar).order_by("code")),
        followers(calendar),
        list(Resource.objects.filter(calendar=calendar, active=True).order_by("code")),
        list(Vendor.objects.filter(calendar=calendar).order_by("number")),
        list(
            ResourceCalendar.objects.filter(calendar=calendar)
            .select_related("resource", "group")
            .order_by("valid_from", "pk")
        ),
        list(Calendar.objects.filter(base=calendar).order_by("code")),
    )


def routes_through(group: ResourceGroup, limit: int = 50) -> list[RouteOperation]:
    """Operations of active routes that are done here, by item."""
    rows = RouteOperation.objects.filter(group=group, route__state=VersionState.ACTIVE)
    rows = rows.select_related("route__item").order_by("route__item__number", "number")
    return list(rows[:limit])


def calendars_of_route(route: RouteVersion) -> list[tuple[str, str]]:
    """(calendar, work centre) of the operations whose calendar has no working time at all. One query."""
    empty = _without_time(route.operations.order_by("number"))
    codes = Calendar.objects.filter(pk=OuterRef("usual")).values("code")
    return list(empty.annotate(named=Subquery(codes)).values_list("named", "group__name"))


def routes_without_time(routes: Collection[int]) -> set[int]:
    """Those of the routes with an operation whose calendar has no working time at all. One query."""
    rows = RouteOperation.objects.filter(route__in=routes).order_by()
    return set(_without_time(rows).values_list("route", flat=True))


def _without_time(operations: QuerySet[RouteOperation]) -> Any:
    """With `usual`, the calendar they are worked by."""
    usual = Coalesce("group__calendar", "group__site__calendar")
    worked = CalendarShift.objects.filter(calendar=OuterRef("usual"))
    opened = CalendarException.objects.filter(calendar=OuterRef("usual"), working=True)
    rows = operations.filter(group__isnull=False).annotate(usual=usual)
    return rows.filter(~Exists(worked), ~Exists(opened), usual__isnull=False)
