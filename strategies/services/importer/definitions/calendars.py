"""Sheets of working time: calendars, their shifts, the days that differ, and who follows which for a while."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy

from strategies.models import (
    Calendar,
    CalendarException,
    CalendarShift,
    Resource,
    ResourceCalendar,
    ResourceGroup,
)
from strategies.services.importer.definitions.work_reviews import (
    calendars_have_hours,
    country_is_known,
    days_in_order,
    one_owner,
    open_day_has_hours,
    shifts_stay_apart,
    stays_apart,
    zone_is_known,
)
from strategies.services.importer.kinds import Clock, Day, Flag, Number, Text, Whole
from strategies.services.importer.sheets import Column, Reference, Sheet

CODE, NAME = Text(30), Text(100)
EFFICIENCY = Column("efficiency", Number(above=Decimal(0)), example="1")
OF_CALENDAR = Reference("calendar", Calendar, ("calendar",), ("code",), required=True, example="3SHIFT")

SHEETS = (
    Sheet(
        name="calendars",
        title=gettext_lazy("Calendars"),
        about=gettext_lazy(
            "The days that differ in the calendar “base” hold too, where there is none of its own."
        ),
        model=Calendar,
        key=("code",),
        checks=(zone_is_known, country_is_known),
        sentences={
            "calendar_base_is_another": gettext_lazy("A calendar is not based on itself."),
            "calendar_no_loop": gettext_lazy("A calendar is not based on itself: {path}."),
        },
        fields=(
            Column("code", CODE, required=True, example="3SHIFT"),
            Column("name", NAME, required=True, example="Three shifts"),
            Column("time_zone", Text(60), example="America/Los_Angeles"),
            Reference("base", Calendar, ("base",), ("code",), example=""),
            Column("holiday_country", Text(2), help=gettext_lazy("country, in two letters"), example="US"),
            Column(
                "holiday_region",
                Text(60),
                help=gettext_lazy("its part, as CA or BY; empty for the whole country"),
                example="WA",
            ),
        ),
    ),
    Sheet(
        name="calendar_shifts",
        title=gettext_lazy("Shifts"),
        model=CalendarShift,
        key=("calendar", "weekday", "starts", "valid_from"),
        checks=(days_in_order,),
        reviews=(shifts_stay_apart,),
        fields=(
            OF_CALENDAR,
            Column("name", Text(40), required=True, example="Day"),
            Column("weekday", Whole(0, 6), required=True, help=gettext_lazy("0 is Monday"), example="0"),
            Column("starts", Clock(), required=True, example="07:00"),
            Column("ends", Clock(), required=True, example="15:00"),
            EFFICIENCY,
            Column("property", Text(30), help=gettext_lazy("only operations of this property run in it")),
            Column("valid_from", Day()),
            Column("valid_to", Day()),
        ),
    ),
    Sheet(
        name="calendar_exceptions",
        title=gettext_lazy("Calendar exceptions"),
        about=gettext_lazy(
            "A source of “holidays” marks days that the next filling of holidays may replace."
        ),
        model=CalendarException,
        key=("calendar", "day", "starts"),
        checks=(open_day_has_hours,),
        fields=(
            OF_CALENDAR,
            Column("day", Day(), required=True, example="2026-12-25"),
            Column("working", Flag(), example="no"),
            Column("starts", Clock()),
            Column("ends", Clock()),
            EFFICIENCY,
            Column("reason", NAME, example="Christmas"),
            Column("source", Text(20), help=gettext_lazy("empty: entered by hand")),
        ),
    ),
    Sheet(
        name="resource_calendars",
        title=gettext_lazy("Calendars for a time"),
        about=gettext_lazy("On these days a resource, or a whole work centre, follows another calendar."),
        model=ResourceCalendar,
        key=("resource", "group", "valid_from"),
        after=("calendar_shifts", "calendar_exceptions"),
        checks=(days_in_order, one_owner),
        guards=(stays_apart("resource_calendars", ResourceCalendar, "resource", "group"),),
        reviews=(calendars_have_hours("resource_calendars"),),
        fields=(
            Reference("resource", Resource, ("site", "resource"), ("site__code", "code"), example="60-1"),
            Reference("group", ResourceGroup, ("site", "group"), ("site__code", "code")),
            OF_CALENDAR,
            Column("valid_from", Day(), example="2026-07-01"),
            Column("valid_to", Day(), example="2026-07-14"),
        ),
    ),
)
