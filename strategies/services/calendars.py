"""Working time: shifts of the week and the days that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, time
from decimal import Decimal
from itertools import combinations
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.engine.calendar import WeekSlot, collide
from strategies.engine.holidays import UnknownCountry, UnknownRegion, check_country, place_name, region_code
from strategies.facts import CalendarChanged
from strategies.models import Calendar, CalendarException, CalendarShift
from strategies.services.keeping import keep, opened, take_away

WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
FARTHEST = 370
"""Days that one drag may change."""


@dataclass(frozen=True, kw_only=True)
class ShiftInput:
    """Works on `weekday` (0 is Monday); an end at or before the start is on the next day."""

    name: str
    weekday: int
    starts: time
    ends: time
    efficiency: Decimal = Decimal(1)
    property: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class DayInput:
    """One entry of a day that differs: closed, or open from `starts` to `ends`; several hours are several
    entries."""

    day: date
    working: bool = False
    starts: time | None = None
    ends: time | None = None
    efficiency: Decimal = Decimal(1)
    reason: str = ""


@transaction.atomic
def save_calendar(
    *,
    calendar: Calendar | None = None,
    code: str,
    name: str,
    time_zone: str = "UTC",
    base: Calendar | None = None,
    holiday_country: str = "",
    holiday_region: str = "",
    revision: int | None = None,
    by: User,
) -> Calendar:
    """A calendar, new or changed. Refused for an unknown time zone, country or region, and when the calendar
    it is based on is based on it."""
    if time_zone not in available_timezones():
        raise Refused(
            _("“{zone}” is not a time zone such as Europe/Berlin."), field="time_zone", zone=time_zone
        )
    country = holiday_country.upper()
    region = region_code(country, holiday_region)
    _must_be_known(country, region)
    row = opened(Calendar, calendar, revision)
    _must_not_circle(row, base)
    columns = {
        "code": code,
        "name": name,
        "time_zone": time_zone,
        "base": base,
        "holiday_country": country,
        "holiday_region": region,
    }
    kept = keep(row, columns, by)
    tell(CalendarChanged(calendar=kept, by=by))
    return kept


def _must_be_known(country: str, region: str) -> None:
    if region and not country:
        raise Refused(_("A region needs its country."), field="holiday_country")
    try:
        if country:
            check_country(country, region)
    except UnknownCountry:
        raise Refused(
            _("No public holidays are known for the country {country}."),
            field="holiday_country",
            country=country,
        ) from None
    except UnknownRegion:
        raise Refused(
            _("{country} has no region {region} with holidays of its own."),
            field="holiday_region",
            country=place_name(country),
            region=region,
        ) from None


def _must_not_circle(calendar: Calendar, base: Calendar | None) -> None:
    path = [calendar.code]
    while base is not None:
        path.append(base.code)
        if base.pk == calendar.pk:
            raise Refused(
                _("A calendar is not based on itself: {path}."), field="base", path=" → ".join(path)
            )
        base = base.base


@transaction.atomic
def delete_calendar(*, calendar: Calendar, by: User) -> None:
    """Refused while a site, group, resource, vendor or other calendar follows it."""
    take_away(calendar, by)


@transaction.atomic
def set_shifts(
    *, calendar: Calendar, shifts: Sequence[ShiftInput], revision: int | None = None, by: User
) -> Calendar:
    """Replace the week. Refused when nothing would be worked in it, when two shifts overlap, naming them, and
    when it has changed since `revision`."""
    if not shifts:
        raise Refused(_("{calendar} would have no working time."), code="no_time", calendar=calendar.name)
    if any(not 0 <= shift.weekday <= 6 or shift.efficiency <= 0 for shift in shifts):
        raise Refused(_("A shift needs a day of the week and an efficiency above 0."), field="weekday")
    if any(shift.valid_from and shift.valid_to and shift.valid_to < shift.valid_from for shift in shifts):
        raise Refused(_("The last day is before the first."), code="dates", field="valid_to")
    _must_not_collide(shifts)
    row = opened(Calendar, calendar, revision)
    row.shifts.all().delete()
    names = [one.name for one in fields(ShiftInput)]
    CalendarShift.objects.bulk_create(
        CalendarShift(calendar=row, **{name: getattr(shift, name) for name in names}) for shift in shifts
    )
    return _told(row, by)


def _must_not_collide(shifts: Sequence[ShiftInput]) -> None:
    for one, other in combinations(shifts, 2):
        if collide(_slot(one), _slot(other)):
            raise Refused(
                _("{one} and {other} overlap."),
                code="overlap",
                field="starts",
                one=_words(one),
                other=_words(other),
            )


def _slot(shift: ShiftInput) -> WeekSlot:
    return WeekSlot(shift.weekday, shift.starts, shift.ends, shift.valid_from, shift.valid_to)


def _words(shift: ShiftInput) -> str:
    return f"{shift.name} ({WEEKDAYS[shift.weekday]} {shift.starts:%H:%M}–{shift.ends:%H:%M})"


def _told(calendar: Calendar, by: User) -> Calendar:
    calendar.revision += 1
    calendar.save(update_fields=["revision"])
    tell(CalendarChanged(calendar=calendar, by=by))
    return calendar


@transaction.atomic
def set_days(
    *,
    calendar: Calendar,
    days: Sequence[date],
    entries: Sequence[DayInput],
    revision: int | None = None,
    by: User,
) -> Calendar:
    """Replace what is different on these days; without entries they follow the week again.

    Refused for more than a year of days, entries of other days, hours that overlap on a day, and when the
    calendar has changed since `revision`.
    """
    if not days or len(days) > FARTHEST:
        raise Refused(_("Name from one to {most} days."), field="days", most=FARTHEST)
    if {entry.day for entry in entries} - set(days):
        raise Refused(_("An entry is of a day that is not named."), field="days")
    for entry in entries:
        _must_have_hours(entry.working, entry.starts, entry.ends, entry.efficiency)
    _one_day_is_one(entries)
    row = opened(Calendar, calendar, revision)
    row.exceptions.filter(day__in=days).delete()
    CalendarException.objects.bulk_create(
        CalendarException(
            calendar=row,
            day=entry.day,
            working=entry.working,
            starts=entry.starts if entry.working else None,
            ends=entry.ends if entry.working else None,
            efficiency=entry.efficiency,
            reason=entry.reason,
        )
        for entry in entries
    )
    return _told(row, by)


def _must_have_hours(working: bool, starts: time | None, ends: time | None, efficiency: Decimal) -> None:
    if working and (starts is None or ends is None):
        raise Refused(_("A working day needs hours from and to."), field="starts")
    if efficiency <= 0:
        raise Refused(_("The efficiency has to be more than 0."), field="efficiency")


def _one_day_is_one(entries: Sequence[DayInput | CalendarException]) -> None:
    """Closed stands alone; hours of one day do not overlap."""
    for one, other in combinations(entries, 2):
        if one.day != other.day:
            continue
        if not (one.working and other.working):
            raise Refused(_("{day} cannot be closed and open."), code="overlap", field="days", day=one.day)
        slots = [WeekSlot(0, each.starts or time(0), each.ends or time(0)) for each in (one, other)]
        if collide(*slots):
            raise Refused(_("On {day} two openings overlap."), code="overlap", field="starts", day=one.day)


@transaction.atomic
def except_day(
    *,
    calendar: Calendar,
    day: date,
    working: bool = False,
    starts: time | None = None,
    ends: time | None = None,
    efficiency: Decimal = Decimal(1),
    reason: str = "",
    by: User,
) -> CalendarException:
    """A day that does not follow the week: closed, or open from `starts` to `ends`. Replaces the same one;
    other hours of the day stay, and are refused when they overlap."""
    _must_have_hours(working, starts, ends, efficiency)
    row = opened(Calendar, calendar)
    if not working:
        starts = ends = None
        row.exceptions.filter(day=day).delete()
    else:
        row.exceptions.filter(day=day, working=False).delete()
    made, _new = CalendarException.objects.update_or_create(
        calendar=row,
        day=day,
        starts=starts,
        defaults={"working": working, "ends": ends, "efficiency": efficiency, "reason": reason, "source": ""},
    )
    _one_day_is_one(list(row.exceptions.filter(day=day).order_by("starts")))
    _told(row, by)
    return made


@transaction.atomic
def follow_week(*, calendar: Calendar, day: date, by: User) -> Calendar:
    """Forget what was different on a day. Refused when nothing was."""
    row = opened(Calendar, calendar)
    if not row.exceptions.filter(day=day).delete()[0]:
        raise Refused(_("{day} follows the week already."), field="day", day=day)
    return _told(row, by)
