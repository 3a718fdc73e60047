"""Working time: shifts of the week and the days that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import CalendarChanged
from strategies.models import Calendar, CalendarException, CalendarShift


@dataclass(frozen=True, kw_only=True)
class ShiftInput:
    """Works on `weekday` (0 is Monday); an end at or before the start is on the next day."""

    name: str
    weekday: int
    starts: time
    ends: time
    efficiency: Decimal = Decimal(1)


@transaction.atomic
def set_shifts(*, calendar: Calendar, shifts: Sequence[ShiftInput], by: User) -> Calendar:
    """Replace the week. Refused when nothing would be worked in it, or two shifts begin at the same
    moment."""
    if not shifts:
        raise Refused(_("{calendar} would have no working time."), code="no_time", calendar=calendar.name)
    if len({(shift.weekday, shift.starts) for shift in shifts}) != len(shifts):
        raise Refused(_("Two shifts begin at the same moment."), field="starts")
    if any(not 0 <= shift.weekday <= 6 or shift.efficiency <= 0 for shift in shifts):
        raise Refused(_("A shift needs a day of the week and an efficiency above 0."), field="weekday")
    calendar.shifts.all().delete()
    CalendarShift.objects.bulk_create(
        CalendarShift(
            calendar=calendar,
            name=shift.name,
            weekday=shift.weekday,
            starts=shift.starts,
            ends=shift.ends,
            efficiency=shift.efficiency,
        )
        for shift in shifts
    )
    tell(CalendarChanged(calendar=calendar, by=by))
    return calendar


@transaction.atomic
def except_day(
    *,
    calendar: Calendar,
    day: date,
    working: bool = False,
    starts: time | None = None,
    ends: time | None = None,
    reason: str = "",
    by: User,
) -> CalendarException:
    """A day that does not follow the week: closed, or open from `starts` to `ends`. Replaces the same one."""
    if working and (starts is None or ends is None):
        raise Refused(_("A working day needs hours from and to."), field="starts")
    if not working:
        starts = ends = None
        calendar.exceptions.filter(day=day).delete()
    else:
        calendar.exceptions.filter(day=day, working=False).delete()
    row, _new = CalendarException.objects.update_or_create(
        calendar=calendar,
        day=day,
        starts=starts,
        defaults={"working": working, "ends": ends, "reason": reason},
    )
    tell(CalendarChanged(calendar=calendar, by=by))
    return row


@transaction.atomic
def follow_week(*, calendar: Calendar, day: date, by: User) -> Calendar:
    """Forget what was different on a day. Refused when nothing was."""
    if not calendar.exceptions.filter(day=day).delete()[0]:
        raise Refused(_("{day} follows the week already."), field="day", day=day)
    tell(CalendarChanged(calendar=calendar, by=by))
    return calendar
