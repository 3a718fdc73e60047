"""Working time: the week, the days that differ, public holidays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core import clock
from p2p.core.access import Role
from p2p.core.digits import whole
from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import EDITORS, of_sheet
from strategies.api.whole import WholeViewSet
from strategies.api.work import asked_day, asked_number
from strategies.models import Calendar
from strategies.selectors.worktimes import Calendars as WorkTimes
from strategies.services import calendars
from strategies.services.holidays import fill_holidays, preview

PLANNERS = (*EDITORS, Role.PLANNER)


class Calendars(WholeViewSet):
    """Working time: the week, the days that differ. `working-time/` lays it out in UTC."""

    queryset = Calendar.objects.prefetch_related("shifts", "exceptions")
    serializer_class, sheet = shapes.CalendarRecord, "calendars"
    filters = {"base": "base__code", "country": "holiday_country"}
    searches, order = ("code", "name"), ("code",)
    adds = changes = staticmethod(calendars.save_calendar)
    removes = staticmethod(calendars.delete_calendar)

    @verb(roles=EDITORS, body=shapes.WeekGiven)
    def set_week(
        self, calendar: Calendar, by: Any, shifts: Sequence[Mapping[str, Any]], revision: int | None
    ) -> Calendar:
        """Replace the shifts of the week."""
        given = [calendars.ShiftInput(**shift) for shift in shifts]
        return calendars.set_shifts(calendar=calendar, shifts=given, revision=revision, by=by)

    @verb(roles=PLANNERS, body=shapes.DaysGiven)
    def set_days(
        self,
        calendar: Calendar,
        by: Any,
        days: Sequence[date],
        entries: Sequence[Mapping[str, Any]],
        revision: int | None,
    ) -> Calendar:
        """Replace what is different on these days; without entries they follow the week."""
        given = [calendars.DayInput(**entry) for entry in entries]
        return calendars.set_days(calendar=calendar, days=days, entries=given, revision=revision, by=by)

    @verb(roles=PLANNERS, body=shapes.DayException)
    def except_day(self, calendar: Calendar, by: Any, **given: Any) -> Calendar:
        """A day that does not follow the week."""
        calendars.except_day(calendar=calendar, by=by, **given)
        return calendar

    @verb(roles=PLANNERS, body=shapes.OneDay)
    def follow_week(self, calendar: Calendar, by: Any, day: date) -> Calendar:
        """Forget what was different on a day."""
        return calendars.follow_week(calendar=calendar, day=day, by=by)

    @verb(roles=EDITORS, body=shapes.Years)
    def fill_holidays(self, calendar: Calendar, by: Any, years: Sequence[int]) -> Calendar:
        """Close it on the public holidays of its country in these years; entries by hand stay."""
        return fill_holidays(calendar=calendar, years=years, by=by)

    @action(detail=True, methods=["get"])
    def holidays(self, request: Request, number: str) -> Response:
        """What filling `?years=2026,2027` would do, day by day."""
        texts = (request.query_params.get("years") or str(clock.now().year)).split(",")
        years = [year for text in texts if (year := whole(text.strip(), least=1, most=9999))]
        if len(years) < len(texts):
            raise exceptions.ValidationError({"years": _("Years like 2026,2027 are wanted.")})
        rows = preview(self.get_object(), years)
        return Response({"days": [{"day": one.day, "name": one.name, "fate": one.fate} for one in rows]})

    @action(detail=True, methods=["get"], url_path="working-time")
    def working_time(self, request: Request, number: str) -> Response:
        """The working time of `?days=` days from `?first=` as instants in UTC, changes of the clock in it: for work
        without a property, or of `?property=`."""
        calendar, first = self.get_object(), asked_day(request, "first")
        days = asked_number(request, "days", 7, 400)
        laid = WorkTimes(first, first + timedelta(days=days - 1))
        work = laid.work(calendar.pk, request.query_params.get("property", ""))
        found = [
            {"start": _utc(start), "end": _utc(end), "efficiency": float(rate)}
            for start, end, rate in work.triples()
        ]
        return Response({"seconds": work.total, "intervals": found})

    @action(detail=False, methods=["post"], url_path="shifts/bulk")
    def shifts(self, request: Request) -> Response:
        """Shifts, as the sheet calendar_shifts has them."""
        return of_sheet(self, request, "calendar_shifts")

    @action(detail=False, methods=["post"], url_path="exceptions/bulk")
    def exceptions(self, request: Request) -> Response:
        """Days that differ, as the sheet calendar_exceptions has them."""
        return of_sheet(self, request, "calendar_exceptions")


def _utc(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()
