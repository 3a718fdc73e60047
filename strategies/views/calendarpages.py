"""A calendar: its week drawn by hand, its year, its holidays, who works by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core import access, clock
from p2p.core.access import Role
from p2p.core.digits import whole
from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, done, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies.engine.holidays import place_name
from strategies.forms import work as forms
from strategies.models import Calendar
from strategies.selectors import lists
from strategies.selectors import work as selectors
from strategies.selectors.worktimes import Calendars
from strategies.services.calendars import except_day
from strategies.services.holidays import fill_holidays, preview
from strategies.views.boardwords import calendar_words
from strategies.views.week import week_context

API = "/api/v1/strategies/calendars"
PLANNERS = (Role.ENGINEER, Role.PLANNER)


class CalendarPage(RecordPage):
    """A calendar week by week and year by year; both are changed on the spot."""

    template_name = "strategies/calendar.html"
    model, lookup, slot, section = Calendar, "code", "calendar", "strategies"
    list_url, list_title = "strategies:calendars", gettext_lazy("Calendars")

    def rows(self) -> QuerySet[Any]:
        return lists.calendars().select_related("base")

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.code

    def facts(self) -> list[Said]:
        row = self.record
        return [
            Said(_("Time zone"), row.time_zone),
            Said(
                _("Based on"),
                row.base.name if row.base else formats.NONE,
                url=row.base.get_absolute_url() if row.base else "",
            ),
            Said(_("Holidays of"), place_name(row.holiday_country, row.holiday_region) or formats.NONE),
            Said(_("Shifts a week"), formats.number(row.shift_count), "" if row.shift_count else "bad"),
            Said(_("Other days"), formats.number(row.exception_count)),
        ]

    def tabs(self) -> Sequence[RecordTab]:
        return [
            RecordTab("week", _("Week"), "strategies/calendar_board.html"),
            RecordTab("year", _("Year"), "strategies/calendar_year.html"),
            RecordTab("uses", _("Works by it"), "strategies/calendar_uses.html"),
            RecordTab("history", _("History"), "strategies/work_history.html"),
        ]

    def extra(self) -> dict[str, Any]:
        tab = self.tab
        if tab == "uses":
            return {"uses": selectors.all_followers(self.record)}
        if tab == "year":
            return self._year()
        week = week_context(self.record, self.request.GET.get("week", ""))
        return {
            **week,
            "exceptions": selectors.exceptions_from(self.record, week["first_day"])[:6],
            "followers": selectors.followers(self.record),
            "board": self._board(),
        }

    def _board(self) -> dict[str, Any]:
        """What the script of both boards needs to draw and to change."""
        user, row = self.request.user, self.record
        return {
            "url": f"{API}/{row.code}",
            "revision": row.revision,
            "shifts": [_shift(one) for one in row.shifts.order_by("weekday", "starts", "pk")],
            "mayWeek": access.may(user, Role.ENGINEER, Role.INTEGRATOR),
            "mayDays": access.may(user, *PLANNERS, Role.INTEGRATOR),
            "today": clock.today().isoformat(),
            "words": calendar_words(),
        }

    def _year(self) -> dict[str, Any]:
        year = whole(self.request.GET.get("year", ""), least=1990, most=2100) or clock.now().year
        first, last = date(year, 1, 1), date(year, 12, 31)
        own = {str(day): rows for day, rows in _days(self.record, first, last, based=False).items()}
        all_days = _days(self.record, first, last, based=True)
        inherited = {str(day): rows for day, rows in all_days.items() if str(day) not in own}
        work = Calendars(first, last).whole(((first, last, self.record.pk),))
        board = self._board() | {"year": year, "days": own, "inherited": inherited}
        return {
            "board": board,
            "year": year,
            "hours": round(work.total / 3600),
            "rows": [(day, rows) for day, rows in sorted(all_days.items())],
        }


def _shift(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "weekday": one.weekday,
        "starts": f"{one.starts:%H:%M}",
        "ends": f"{one.ends:%H:%M}",
        "efficiency": plain(one.efficiency),
        "property": one.property,
        "valid_from": one.valid_from.isoformat() if one.valid_from else None,
        "valid_to": one.valid_to.isoformat() if one.valid_to else None,
    }


def _days(calendar: Calendar, first: date, last: date, *, based: bool) -> dict[date, list[dict[str, Any]]]:
    if based:
        found = selectors.days_that_differ(calendar, first, last)
    else:
        found = {}
        for row in calendar.exceptions.filter(day__gte=first, day__lte=last).order_by("day", "starts"):
            found.setdefault(row.day, []).append(row)
    return {
        day: [
            {
                "day": day.isoformat(),
                "working": row.working,
                "starts": f"{row.starts:%H:%M}" if row.starts else None,
                "ends": f"{row.ends:%H:%M}" if row.ends else None,
                "efficiency": plain(row.efficiency),
                "reason": row.reason,
                "source": row.source,
            }
            for row in rows
        ]
        for day, rows in found.items()
    }


class AddException(ActionForm):
    """A day that does not follow the week."""

    model, lookup, form_class, section = Calendar, "pk", forms.ExceptionForm, "strategies"
    roles = PLANNERS
    title, submit = gettext_lazy("A day that differs"), gettext_lazy("Save")
    text = gettext_lazy("Closed, unless it is open from one hour to another.")

    def act(self, form: Any) -> Any:
        except_day(calendar=self.record, **form.cleaned_data, by=who(self.request))
        return f"{self.record.get_absolute_url()}?week={form.cleaned_data['day'].isoformat()}"

    def said(self, result: Any) -> Any:
        return _("Saved.")


class FillHolidays(Page):
    """Public holidays of some years: looked at first, then filled in."""

    section, roles = "strategies", (Role.ENGINEER,)
    model, lookup = Calendar, "pk"
    title = gettext_lazy("Public holidays")

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        calendar = get_object_or_404(Calendar, pk=pk)
        year = clock.now().year
        start = request.GET if request.GET.get("years") else {"years": f"{year}, {year + 1}"}
        form = forms.HolidayForm(start)
        rows: list[Any] = []
        if form.is_valid():
            try:
                rows = preview(calendar, form.cleaned_data["years"])
            except Refused as no:
                form.add_error(None, str(no))
        return self._draw(request, calendar, form, rows)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        calendar = get_object_or_404(Calendar, pk=pk)
        form = forms.HolidayForm(request.POST)
        if not form.is_valid():
            return self._draw(request, calendar, form, [])
        try:
            fill_holidays(calendar=calendar, years=form.cleaned_data["years"], by=who(request))
        except Refused as no:
            messages.error(request, str(no))
            return self._draw(request, calendar, form, [])
        to = f"{calendar.get_absolute_url()}?tab=year&year={min(form.cleaned_data['years'])}"
        return done(request, to=to, text=_("Filled in."))

    def _draw(self, request: HttpRequest, calendar: Calendar, form: Any, rows: list[Any]) -> HttpResponseBase:
        context = {
            "page": self,
            "calendar": calendar,
            "form": form,
            "days": rows,
            "place": place_name(calendar.holiday_country, calendar.holiday_region),
            "edit": reverse("strategies:edit-calendar", args=[calendar.pk]),
            "fresh": sum(one.fate == "new" for one in rows),
            "changed": any(one.fate not in ("same", "kept") for one in rows),
        }
        wrong = request.method == "POST" and form.errors
        return render(request, "strategies/holidays.html", context, status=422 if wrong else 200)
