"""Calendars of the plant as exact working time, and which of them a resource follows on which days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

from strategies.engine.calendar import Calendar, Exceptional, Laid, Slot, around_the_clock, intervals, serving
from strategies.engine.worktime import WorkTime
from strategies.models import Calendar as CalendarRow
from strategies.models import (
    CalendarException,
    CalendarShift,
    Resource,
    ResourceCalendar,
    ResourceGroup,
    ResourceMembership,
    Site,
)

Span: TypeAlias = tuple[date | None, date | None]
Piece: TypeAlias = tuple[date, date, int | None]
"""First and last day, and what holds on them: a calendar, or a group."""
ONE_DAY = timedelta(days=1)


class Calendars:
    """Working time by calendar key from `first` to `last` (local days, inclusive); three queries for all.

    A calendar has its own exceptions; on days where it has none, those of the calendar it is based on hold. Without
    `exceptions` every week is an ordinary one.
    """

    def __init__(self, first: date, last: date, *, exceptions: bool = True) -> None:
        self.first, self.last = first, last
        rows = CalendarRow.objects.values_list("pk", "time_zone", "base_id", "code")
        self._codes: dict[int, str] = {}
        self._zones: dict[int, str] = {}
        self._bases: dict[int, int | None] = {}
        for key, zone, base, code in rows:
            self._zones[key], self._bases[key], self._codes[key] = zone, base, code
        self._shifts = _read_shifts()
        self._exceptions = _read_exceptions(first, last) if exceptions else {}
        self._known: dict[tuple[tuple[Piece, ...], str | None], WorkTime] = {}

    def work(self, calendar: int | None, property: str = "") -> WorkTime:
        """Working time of a calendar; without one there is no closing time, and no property either."""
        return self.chain(((self.first, self.last, calendar),), property)

    def chain(self, pieces: tuple[Piece, ...], property: str = "") -> WorkTime:
        """Working time of one calendar after the other for work of a property ("": without one): a slot belongs to
        the piece its first day is in."""
        return self._chain(pieces, property)

    def whole(self, pieces: tuple[Piece, ...]) -> WorkTime:
        """Working time for work of any kind: what a place offers in all."""
        return self._chain(pieces, None if self.properties else "")

    @cached_property
    def properties(self) -> frozenset[str]:
        """Those that any shift of any calendar has."""
        patterns = (days for spans in self._shifts.values() for days in spans.values())
        return frozenset(
            slot.property for days in patterns for slots in days.values() for slot in slots if slot.property
        )

    def _chain(self, pieces: tuple[Piece, ...], property: str | None) -> WorkTime:
        known = self._known.get((pieces, property))
        if known is None:
            slots = [slot for piece in pieces for slot in self._slots(*piece)]
            fit = (slot[:3] for slot in slots) if property is None else serving(slots, property)
            known = self._known[pieces, property] = WorkTime(fit)
        return known

    @property
    def known(self) -> Collection[int]:
        """All calendars."""
        return self._codes.keys()

    def code(self, calendar: int | None) -> str:
        """What people call a calendar."""
        return self._codes.get(calendar or 0, "")

    def _slots(self, first: date, last: date, calendar: int | None) -> Iterable[Laid]:
        if calendar is None or calendar not in self._zones:
            yield from intervals(around_the_clock(), first, last)
            return
        exceptions = self._days_that_differ(calendar)
        # Shifts that hold only for some weeks are patterns of their own; their times are put together.
        patterns = self._shifts.get(calendar) or {(None, None): {}}
        for (valid_from, valid_to), days in patterns.items():
            pattern = Calendar(
                days=tuple(tuple(days.get(weekday, ())) for weekday in range(7)),
                zone=self._zones[calendar],
                exceptions=exceptions,
                valid_from=valid_from,
                valid_to=valid_to,
            )
            yield from intervals(pattern, first, last)

    def _days_that_differ(self, calendar: int) -> tuple[Exceptional, ...]:
        found: dict[date, tuple[Slot, ...]] = {}
        seen: set[int] = set()
        here: int | None = calendar
        while here is not None and here not in seen:
            seen.add(here)
            found = {**self._exceptions.get(here, {}), **found}
            here = self._bases.get(here)
        return tuple(Exceptional(day, day, slots) for day, slots in sorted(found.items()))


def _read_shifts() -> dict[int, dict[Span, dict[int, list[Slot]]]]:
    found: dict[int, dict[Span, dict[int, list[Slot]]]] = defaultdict(dict)
    for row in CalendarShift.objects.order_by("calendar", "weekday", "starts"):
        days = found[row.calendar_id].setdefault((row.valid_from, row.valid_to), defaultdict(list))
        days[row.weekday].append(Slot(row.starts, row.ends, Fraction(row.efficiency), row.property))
    return found


def _read_exceptions(first: date, last: date) -> dict[int, dict[date, tuple[Slot, ...]]]:
    slots: dict[int, dict[date, tuple[Slot, ...]]] = defaultdict(dict)
    rows = CalendarException.objects.filter(day__gte=first, day__lte=last).order_by("day", "starts")
    for row in rows:
        there = slots[row.calendar_id].get(row.day, ())
        if row.working:
            there += (Slot(row.starts or time(0), row.ends or time(0), Fraction(row.efficiency)),)
        slots[row.calendar_id][row.day] = there
    return slots


@dataclass(frozen=True, slots=True)
class Dated:
    """A row of a membership or a dated calendar, as far as days go."""

    first: date | None
    last: date | None
    value: int


class Whereabouts:
    """In which work centre each resource of a site works, and by which calendar, day by day; two queries.

    The calendar of a resource is its own for those days, else its own, else that of the work centre it works
    in for those days, else that work centre's, else the site's.
    """

    def __init__(self, site: Site, first: date, last: date) -> None:
        self.site, self.first, self.last = site, first, last
        self._stays: dict[int, list[Dated]] = defaultdict(list)
        stays = ResourceMembership.objects.filter(resource__site=site).order_by("valid_from", "pk")
        for resource, group, begins, ends in stays.values_list(
            "resource_id", "group_id", "valid_from", "valid_to"
        ):
            self._stays[resource].append(Dated(begins, ends, group))
        self._own: dict[int, list[Dated]] = defaultdict(list)
        self._of_groups: dict[int, list[Dated]] = defaultdict(list)
        dated = ResourceCalendar.objects.order_by("valid_from", "pk").values_list(
            "resource_id", "group_id", "valid_from", "valid_to", "calendar_id"
        )
        for owner, group, begins, ends, calendar in dated:
            kept = self._own[owner] if owner else self._of_groups[group]
            kept.append(Dated(begins, ends, calendar))
        groups = ResourceGroup.objects.filter(site=site)
        self._group_calendars = dict(groups.values_list("pk", "calendar_id"))

    def stays(self, resource: Resource) -> list[Piece]:
        """The work centres of a resource over the window, in order and without gaps."""
        return split(self.first, self.last, self._stays.get(resource.pk, ()), resource.group_id)

    def ever(self, resource: Resource) -> list[int]:
        """The work centres a resource belongs to on whatever day, its own first."""
        lent = (one.value for one in self._stays.get(resource.pk, ()))
        return [group for group in dict.fromkeys([resource.group_id, *lent]) if group is not None]

    def of_group(self, group: int | None, first: date, last: date) -> list[Piece]:
        """The calendars of a work centre on those days: its own for them, else its own, else the site's."""
        usual = self._group_calendars.get(group or 0) or self.site.calendar_id
        return split(first, last, self._of_groups.get(group or 0, ()), usual)

    def pieces(self, resource: Resource, group: int | None = None) -> tuple[Piece, ...]:
        """The calendars of a resource over the window, or over the days it works in one work centre."""
        found: list[Piece] = []
        for first, last, where in self.stays(resource):
            if group is None or where == group:
                found += self._calendars(resource, first, last, where)
        return tuple(_joined(found))

    def _calendars(self, resource: Resource, first: date, last: date, group: int | None) -> list[Piece]:
        found: list[Piece] = []
        own = self._own.get(resource.pk, ())
        for begins, ends, calendar in split(first, last, own, resource.calendar_id):
            if calendar is not None:
                found.append((begins, ends, calendar))
                continue
            found += self.of_group(group, begins, ends)
        return found


def split(first: date, last: date, dated: Iterable[Dated], usual: int | None) -> list[Piece]:
    """The days from first to last cut where another value holds; `usual` in between."""
    found: list[Piece] = []
    here = first
    for one in sorted(dated, key=lambda each: each.first or date.min):
        begins, ends = max(one.first or first, here), min(one.last or last, last)
        if begins > ends:
            continue
        if begins > here:
            found.append((here, begins - ONE_DAY, usual))
        found.append((begins, ends, one.value))
        here = ends + ONE_DAY
    if here <= last:
        found.append((here, last, usual))
    return found


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours with the same calendar as one, so that resources which differ in name only share their time."""
    found: list[Piece] = []
    for first, last, value in pieces:
        if found and found[-1][2] == value and found[-1][1] + ONE_DAY == first:
            found[-1] = (found[-1][0], last, value)
        else:
            found.append((first, last, value))
    return found
