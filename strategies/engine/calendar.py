"""Shift patterns, holidays and exceptions in a site's time zone, laid out as exact working time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import TypeAlias
from zoneinfo import ZoneInfo

from strategies.engine.worktime import OutOfTime, WorkTime

ONE_DAY = timedelta(days=1)
MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Slot:
    """Working hours on the clock of the wall. An end at or before the start lies on the next day.

    efficiency: seconds of work done in a second. property: only work of this property runs in it, and that runs
    in no other.
    """

    start: time
    end: time
    efficiency: Fraction = Fraction(1)
    property: str = ""


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


@dataclass(frozen=True, slots=True)
class WeekSlot:
    """Hours on a day of the week (0 Monday), from a first to a last day if those are given."""

    weekday: int
    start: time
    end: time
    valid_from: date | None = None
    valid_to: date | None = None


def collide(one: WeekSlot, other: WeekSlot) -> bool:
    """Whether two slots of a week want the same time on some day; Sunday's night meets Monday's morning."""
    if _validity_apart(one, other):
        return False
    (first, until), (begin, end) = _week_seconds(one), _week_seconds(other)
    return any(first < end + shift and begin + shift < until for shift in (0, WEEK, -WEEK))


WEEK = 7 * 86_400


def _week_seconds(slot: WeekSlot) -> tuple[int, int]:
    start, end = (each.hour * 3600 + each.minute * 60 + each.second for each in (slot.start, slot.end))
    base = slot.weekday * 86_400
    return base + start, base + (end if end > start else end + 86_400)


def _validity_apart(one: WeekSlot, other: WeekSlot) -> bool:
    """Whether no day belongs to both."""
    if one.valid_to and other.valid_from and one.valid_to < other.valid_from:
        return True
    return bool(other.valid_to and one.valid_from and other.valid_to < one.valid_from)


def around_the_clock() -> Calendar:
    """A calendar that always works."""
    return Calendar(days=((Slot(time(0), time(0)),),))


def week(zone: str = "UTC", /, *, workdays: int = 5, shifts: tuple[Slot, ...]) -> Calendar:
    """A week with the same shifts on its first `workdays` days, Monday first."""
    return Calendar(days=tuple(shifts if day < workdays else () for day in range(7)), zone=zone)


def work_time(calendar: Calendar, first: date, last: date, *, property: str = "") -> WorkTime:
    """Working time of all slots that start on the local days first to last, both inclusive.

    Start and end of every slot are turned into instants on their own, so a night shift over a change of
    clocks has seven or nine hours as it has in the plant. A wall time that does not exist is the end of the
    gap it falls into, so that hours within the gap have no length; one that exists twice means its first
    occurrence, for ends and starts alike, so that shifts still meet. Slots with a property are for work of
    that `property` only, and work without one has those without one (Dynamics 365: property of a working time).
    """
    return WorkTime(serving(intervals(calendar, first, last), property))


Laid: TypeAlias = tuple[int, int, Fraction, str]
"""(start, end, efficiency, property) of a slot on a day."""


def serving(slots: Iterable[Laid], property: str) -> Iterator[tuple[int, int, Fraction]]:
    """Those for work of a property. Where slots of two properties meet, as the night of an ordinary day and the
    morning of an exceptional one, the one that began first keeps the time, so that nothing is given away twice."""
    rows = sorted(slots)
    if len({row[3] for row in rows}) < 2:
        yield from (row[:3] for row in rows if row[3] == property)
        return
    taken: dict[str, int] = {}
    for start, end, rate, kind in rows:
        begins = max([start, *(until for other, until in taken.items() if other != kind)])
        if begins < end:
            taken[kind] = max(end, taken.get(kind, end))
            if kind == property:
                yield begins, end, rate


def intervals(calendar: Calendar, first: date, last: date) -> Iterator[Laid]:
    """The slots that start on these days, in order of days."""
    zone = ZoneInfo(calendar.zone)
    day = first
    while day <= last:
        for slot in calendar.slots_on(day):
            ends_on = day if slot.end > slot.start else day + ONE_DAY
            yield (
                wall_seconds(datetime.combine(day, slot.start, zone)),
                wall_seconds(datetime.combine(ends_on, slot.end, zone)),
                slot.efficiency,
                slot.property,
            )
        day += ONE_DAY


def wall_seconds(wall: datetime) -> int:
    """A wall time as whole seconds since the epoch; one that the clock jumps over is the end of the jump."""
    before = wall.utcoffset() or timedelta()
    after = wall.replace(fold=1).utcoffset() or timedelta()
    if after <= before:  # an ordinary time, or one that comes twice: fold 0 is the first
        return seconds(wall)
    # The jump lies between the two readings of a time that does not exist: looked for by halving.
    low, high = seconds(wall.replace(fold=1)), seconds(wall)
    while high - low > 1:
        middle = (low + high) // 2
        offset = datetime.fromtimestamp(middle, wall.tzinfo).utcoffset() or timedelta()
        low, high = (middle, high) if offset == before else (low, middle)
    return high


def seconds(instant: datetime) -> int:
    """An aware instant as whole seconds since the epoch."""
    return int(instant.timestamp())


def midnight(day: date, zone: ZoneInfo) -> int:
    """When a day begins in a zone, in whole seconds since the epoch."""
    return seconds(datetime(day.year, day.month, day.day, tzinfo=zone))


def midnights(first: date, last: date, zone: ZoneInfo) -> list[int]:
    """When the days from first to last begin, and the one behind them."""
    return [midnight(first + ONE_DAY * each, zone) for each in range((last - first).days + 2)]


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
