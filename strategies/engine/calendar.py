"""Shift patterns, holidays and exceptions in a site's time zone, laid out as exact working time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from strategies.engine.worktime import OutOfTime, WorkTime

ONE_DAY = timedelta(days=1)
MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Slot:
    """Working hours on the clock of the wall. An end at or before the start lies on the next day."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Exceptional:
    """Days, both inclusive, on which other hours hold; no slots means closed. Later ones win."""

    first: date
    last: date
    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A cycle of days (a week from Monday unless `anchor` says otherwise), exceptions, and the zone they are
    in.

    valid_from and valid_to, both inclusive, limit the days on which the pattern holds at all.
    """

    days: tuple[tuple[Slot, ...], ...]
    zone: str = "UTC"
    anchor: date = MONDAY
    exceptions: tuple[Exceptional, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    def slots_on(self, day: date) -> tuple[Slot, ...]:
        """Hours that start on a day."""
        for exception in reversed(self.exceptions):
            if exception.first <= day <= exception.last:
                return exception.slots
        if (self.valid_from and day < self.valid_from) or (self.valid_to and day > self.valid_to):
            return ()
        return self.days[(day - self.anchor).days % len(self.days)] if self.days else ()

    @property
    def never_works(self) -> bool:
        """True if neither the pattern nor an exception has any hours."""
        return not any(self.days) and not any(exception.slots for exception in self.exceptions)


def around_the_clock() -> Calendar:
    """A calendar that always works."""
    return Calendar(days=((Slot(time(0), time(0)),),))


def week(zone: str = "UTC", /, *, workdays: int = 5, shifts: tuple[Slot, ...]) -> Calendar:
    """A week with the same shifts on its first `workdays` days, Monday first."""
    return Calendar(days=tuple(shifts if day < workdays else () for day in range(7)), zone=zone)


def work_time(calendar: Calendar, first: date, last: date) -> WorkTime:
    """Working time of all slots that start on the local days first to last, both inclusive.

    Start and end of every slot are turned into instants on their own, so a night shift over a change of
    clocks has seven or nine hours as it has in the plant. A wall time that does not exist moves past the
    gap; one that exists twice means its first occurrence, for ends and starts alike, so that shifts still
    meet.
    """
    return WorkTime(_intervals(calendar, first, last))


def _intervals(calendar: Calendar, first: date, last: date) -> Iterator[tuple[int, int]]:
    zone = ZoneInfo(calendar.zone)
    day = first
    while day <= last:
        for slot in calendar.slots_on(day):
            ends_on = day if slot.end > slot.start else day + ONE_DAY
            yield (
                seconds(datetime.combine(day, slot.start, zone)),
                seconds(datetime.combine(ends_on, slot.end, zone)),
            )
        day += ONE_DAY


def seconds(instant: datetime) -> int:
    """An aware instant as whole seconds since the epoch."""
    return int(instant.timestamp())


def instant(since_epoch: int) -> datetime:
    """Seconds since the epoch as an aware UTC instant."""
    return datetime.fromtimestamp(since_epoch, UTC)


def add_working_time(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """Instant after so much working time, negative for before; looks at most about ten years far.

    For single questions; whoever asks often lays the calendar out once with `work_time`. Raises OutOfTime if
    the calendar has not enough time in reach.
    """
    zone = ZoneInfo(calendar.zone)
    here = start.astimezone(zone).date()
    whole = int(duration.total_seconds())
    for reach in (8, 64, 512, 4096):
        span = timedelta(days=reach)
        first, last = (here - ONE_DAY, here + span) if whole >= 0 else (here - span, here + ONE_DAY)
        try:
            return instant(work_time(calendar, first, last).add(seconds(start), whole))
        except OutOfTime:
            continue
    raise OutOfTime("the calendar has not enough working time")


def working_day(calendar: Calendar, day: date, offset: int) -> date:
    """The day that is `offset` working days after (before, if negative) a day; 0 = this or the next working
    day.

    A working day is one on which a slot starts. Raises OutOfTime if there are not enough within ten years.
    """
    step = ONE_DAY if offset >= 0 else -ONE_DAY
    left = abs(offset)
    for _ in range(3660):
        if calendar.slots_on(day):
            if not left:
                return day
            left -= 1
        day += step
    raise OutOfTime("the calendar has not enough working days")
