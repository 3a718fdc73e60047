"""Work centres and calendars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import Role, at_sites
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies import forms
from strategies.models import Calendar, ResourceGroup
from strategies.selectors import lists
from strategies.selectors import work as selectors
from strategies.services.calendars import except_day
from strategies.views.week import days_of, monday_of, table_of, week_of


def _week(calendar: Calendar | None, asked: str) -> dict[str, Any]:
    """The picture of one week of a calendar, with the weeks beside it."""
    try:
        first = monday_of(date.fromisoformat(asked))
    except ValueError:
        first = monday_of(clock.now().date())
    days = days_of(first)
    worked = selectors.worked_in(calendar, days) if calendar else []
    return {
        "calendar": calendar,
        "week": week_of(days, worked, title=calendar.name) if calendar else "",
        "days": table_of(days, worked),
        "first_day": first,
        "last_day": days[-1],
        "before": (first - timedelta(days=7)).isoformat(),
        "after": (first + timedelta(days=7)).isoformat(),
    }


class WorkCentrePage(RecordPage):
    """A work centre: its machines, its week, what is made there."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = ResourceGroup, "pk", "workcentre", "strategies"
    list_url, list_title = "strategies:work-centres", _("Work centres")

    def rows(self) -> QuerySet[Any]:
        rows = lists.work_centres().select_related(
            "site__calendar", "calendar", "cost_category", "input_location", "output_location"
        )
        return at_sites(rows, self.request.user)

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.code

    def badges(self) -> list[tuple[str, Any]]:
        group = self.record
        said = [("active", _("In use"))] if group.active else [("retired", _("Not in use"))]
        return said + ([("late", _("Bottleneck"))] if group.bottleneck else [])

    def facts(self) -> list[Said]:
        group = self.record
        calendar = group.calendar or group.site.calendar
        return [
            Said(_("Site"), group.site.name),
            Said(_("Stations"), formats.number(group.station_count)),
            Said(
                _("Calendar"),
                calendar.name if calendar else _("missing"),
                "" if calendar else "bad",
                calendar.get_absolute_url() if calendar else "",
            ),
            Said(_("Booked under"), group.cost_category or formats.NONE),
            Said(_("Takes from"), group.input_location.name if group.input_location else formats.NONE),
            Said(_("Puts to"), group.output_location.name if group.output_location else formats.NONE),
        ]

    def tabs(self) -> Sequence[RecordTab]:
        return [
            RecordTab("week", _("Week"), "strategies/work_week.html"),
            RecordTab("made", _("Made here"), "strategies/work_routes.html"),
        ]

    def extra(self) -> dict[str, Any]:
        group = self.record
        if self.request.GET.get("tab") == "made":
            return {"operations": selectors.routes_through(group)}
        calendar = group.calendar or group.site.calendar
        resources = selectors.resources_of(group)
        return {"resources": resources, **_week(calendar, self.request.GET.get("week", ""))}


class CalendarPage(RecordPage):
    """A calendar week by week, with the days that differ."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = Calendar, "code", "calendar", "strategies"
    list_url, list_title = "strategies:calendars", _("Calendars")

    def rows(self) -> QuerySet[Any]:
        return lists.calendars()

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.code

    def facts(self) -> list[Said]:
        calendar = self.record
        return [
            Said(_("Time zone"), calendar.time_zone),
            Said(_("Shifts a week"), formats.number(calendar.shift_count)),
            Said(_("Other days"), formats.number(calendar.exception_count)),
        ]

    def tabs(self) -> Sequence[RecordTab]:
        return [RecordTab("week", _("Week"), "strategies/calendar_week.html")]

    def extra(self) -> dict[str, Any]:
        calendar = self.record
        week = _week(calendar, self.request.GET.get("week", ""))
        return {
            **week,
            "exceptions": selectors.exceptions_from(calendar, week["first_day"])[:50],
            "followers": selectors.followers(calendar),
        }


class AddException(ActionForm):
    """A day that does not follow the week."""

    model, lookup, form_class, section = Calendar, "code", forms.ExceptionForm, "strategies"
    roles = (Role.ENGINEER, Role.PLANNER)
    title, submit = _("A day that differs"), _("Save")
    text = _("Closed, unless it is open from one hour to another.")

    def act(self, form: Any) -> Any:
        except_day(calendar=self.record, **form.cleaned_data, by=who(self.request))
        return f"{self.record.get_absolute_url()}?week={form.cleaned_data['day'].isoformat()}"

    def said(self, result: Any) -> Any:
        return _("Saved.")
