"""What does the work, and when."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import EDITORS, SheetViewSet, of_sheet
from strategies.models import Calendar, Resource, ResourceGroup, Worker
from strategies.services import calendars


class Groups(SheetViewSet):
    """Work centres."""

    queryset, serializer_class, sheet = ResourceGroup.objects.all(), shapes.GroupRecord, "resource_groups"
    key = ("site__code", "code")
    site_path = "site__code"
    filters = {"site": "site__code", "active": "active", "bottleneck": "bottleneck"}
    searches, order = ("code", "name"), ("site__code", "code")


class Resources(SheetViewSet):
    """Machines, people and places that do the work."""

    queryset, serializer_class, sheet = Resource.objects.all(), shapes.ResourceRecord, "resources"
    key = ("site__code", "code")
    site_path = "site__code"
    filters = {"site": "site__code", "group": "group__code", "kind": "kind", "active": "active"}
    searches, order = ("code", "name"), ("site__code", "code")


class Workers(SheetViewSet):
    """People on the floor."""

    queryset, serializer_class, sheet = Worker.objects.all(), shapes.WorkerRecord, "workers"
    site_path = "site__code"
    filters = {"site": "site__code", "group": "group__code", "active": "active"}
    searches, order = ("number", "name"), ("number",)


class Calendars(SheetViewSet):
    """Working time: the week, and the days that differ."""

    queryset = Calendar.objects.prefetch_related("shifts", "exceptions")
    serializer_class, sheet = shapes.CalendarRecord, "calendars"
    searches, order = ("code", "name"), ("code",)

    @verb(roles=EDITORS, body=shapes.DayException)
    def except_day(self, calendar: Calendar, by: Any, **given: Any) -> Calendar:
        """A day that does not follow the week."""
        calendars.except_day(calendar=calendar, by=by, **given)
        return calendar

    @verb(roles=EDITORS, body=shapes.OneDay)
    def follow_week(self, calendar: Calendar, by: Any, day: date) -> Calendar:
        """Forget what was different on a day."""
        return calendars.follow_week(calendar=calendar, day=day, by=by)

    @action(detail=False, methods=["post"], url_path="shifts/bulk")
    def shifts(self, request: Request) -> Response:
        """Shifts, as the sheet calendar_shifts has them."""
        return of_sheet(self, request, "calendar_shifts")
