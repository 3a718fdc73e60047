"""Public holidays as closed days of a calendar; what people entered by hand stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.engine.holidays import public_holidays
from strategies.facts import CalendarChanged
from strategies.models import Calendar, CalendarException
from strategies.services.keeping import opened

SOURCE = "holidays"
EARLIEST, LATEST, MOST = 1990, 2100, 20


@dataclass(frozen=True)
class Holiday:
    """One day of a filling: `fate` is new, same, kept (entered by hand: stays as it is) or gone."""

    day: date
    name: str
    fate: str


def preview(calendar: Calendar, years: Sequence[int]) -> list[Holiday]:
    """What filling these years would do, day by day. Two queries. Refused without a country, for no years or
    more than twenty."""
    if not calendar.holiday_country:
        raise Refused(
            _("{calendar} names no country for its public holidays."),
            code="no_country",
            field="holiday_country",
            calendar=calendar.code,
        )
    if not years or len(set(years)) > MOST or not all(EARLIEST <= year <= LATEST for year in years):
        raise Refused(
            _("Name from one to {most} years between {earliest} and {latest}."),
            field="years",
            most=MOST,
            earliest=EARLIEST,
            latest=LATEST,
        )
    wanted = public_holidays(calendar.holiday_country, calendar.holiday_region, years)
    there = calendar.exceptions.filter(day__year__in=sorted(set(years))).order_by("day", "starts")
    known: dict[date, CalendarException] = {}
    for row in there:
        if row.day not in known or not row.source:
            known[row.day] = row
    found = [Holiday(day, name, _fate(known.get(day), name)) for day, name in wanted.items()]
    gone = [
        Holiday(day, row.reason, "gone")
        for day, row in known.items()
        if row.source == SOURCE and day not in wanted
    ]
    return sorted(found + gone, key=lambda one: one.day)


def _fate(known: CalendarException | None, name: str) -> str:
    if known is None:
        return "new"
    if known.source != SOURCE:
        return "kept"
    return "same" if known.reason == name[:100] else "new"


@transaction.atomic
def fill_holidays(*, calendar: Calendar, years: Sequence[int], by: User) -> Calendar:
    """Close the calendar on the public holidays of its country and region in these years. What was filled
    before is replaced, what was entered by hand stays."""
    row = opened(Calendar, calendar)
    days = preview(row, years)
    row.exceptions.filter(source=SOURCE, day__year__in=sorted(set(years))).delete()
    CalendarException.objects.bulk_create(
        CalendarException(calendar=row, day=one.day, reason=one.name[:100], source=SOURCE)
        for one in days
        if one.fate in ("new", "same")
    )
    row.revision += 1
    row.save(update_fields=["revision"])
    tell(CalendarChanged(calendar=row, by=by))
    return row
