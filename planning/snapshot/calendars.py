"""Calendars of the plant as exact working time, laid out once for the days a schedule may need."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, time
from typing import TypeAlias

from strategies.engine.calendar import Calendar, Exceptional, Slot, around_the_clock, work_time
from strategies.engine.worktime import WorkTime
from strategies.models import Calendar as CalendarRow
from strategies.models import CalendarException, CalendarShift

Span: TypeAlias = tuple[date | None, date | None]


class Calendars:
    """Working time by calendar key from `first` to `last` (local days, inclusive); three queries for all."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self._zones = dict(CalendarRow.objects.values_list("pk", "time_zone"))
        self._shifts = self._read_shifts()
        self._exceptions = self._read_exceptions()
        self._known: dict[int | None, WorkTime] = {}

    def work(self, calendar: int | None) -> WorkTime:
        """Working time of a calendar; without one there is no closing time."""
        known = self._known.get(calendar)
        if known is None:
            known = self._known[calendar] = self._lay_out(calendar)
        return known

    def _lay_out(self, calendar: int | None) -> WorkTime:
        if calendar is None or calendar not in self._zones:
            return work_time(around_the_clock(), self.first, self.last)
        exceptions = self._exceptions.get(calendar, ())
        intervals: list[tuple[int, int]] = []
        # Shifts that hold only for some weeks are patterns of their own; their times are put together.
        for (valid_from, valid_to), days in (self._shifts.get(calendar) or {(None, None): {}}).items():
            pattern = Calendar(
                days=tuple(tuple(days.get(weekday, ())) for weekday in range(7)),
                zone=self._zones[calendar],
                exceptions=exceptions,
                valid_from=valid_from,
                valid_to=valid_to,
            )
            laid = work_time(pattern, self.first, self.last)
            intervals += zip(laid.starts, laid.ends, strict=True)
        return WorkTime(intervals)

    def _read_shifts(self) -> dict[int, dict[Span, dict[int, list[Slot]]]]:
        found: dict[int, dict[Span, dict[int, list[Slot]]]] = defaultdict(dict)
        rows = CalendarShift.objects.order_by("calendar", "weekday", "starts")
        for row in rows:
            days = found[row.calendar_id].setdefault((row.valid_from, row.valid_to), defaultdict(list))
            days[row.weekday].append(Slot(row.starts, row.ends))
        return found

    def _read_exceptions(self) -> dict[int, tuple[Exceptional, ...]]:
        slots: dict[tuple[int, date], list[Slot]] = defaultdict(list)
        rows = CalendarException.objects.filter(day__gte=self.first, day__lte=self.last).order_by(
            "day", "starts"
        )
        for row in rows:
            open_slots = slots[row.calendar_id, row.day]
            if row.working:
                open_slots.append(Slot(row.starts or time(0), row.ends or time(0)))
        found: dict[int, list[Exceptional]] = defaultdict(list)
        for (calendar, day), hours in slots.items():
            found[calendar].append(Exceptional(day, day, tuple(hours)))
        return {calendar: tuple(each) for calendar, each in found.items()}
