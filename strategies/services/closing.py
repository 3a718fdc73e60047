"""Days that differ in several calendars at once."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import Calendar, CalendarException
from strategies.services.calendars import FARTHEST, DayInput, set_days
from strategies.services.together import Outcome


@transaction.atomic
def set_days_together(
    *,
    calendars: QuerySet[Calendar],
    first: date,
    last: date | None = None,
    entry: DayInput | None = None,
    by: User,
) -> Outcome:
    """From the first day to the last (both inclusive) all these calendars are as `entry` says of its day, closed or
    with other hours; without one they follow their week again. Calendars that are so already are left alone.

    Refused when no calendar is chosen, and as `set_days` refuses; then none is changed."""
    days = _days(first, last or first)
    keys = list(calendars.order_by("pk").values_list("pk", flat=True))
    if not keys:
        raise Refused(_("Choose the calendars first."), code="nothing")
    rows = list(Calendar.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True))
    wanted = [_on(entry, day) for day in days] if entry else []
    there = _there(keys, days)
    changed = [row for row in rows if there.get(row.pk, []) != [_said(each) for each in wanted]]
    for row in changed:
        set_days(calendar=row, days=days, entries=wanted, by=by)
    return Outcome(len(rows), len(changed))


def preview_days_together(
    *,
    calendars: QuerySet[Calendar],
    first: date,
    last: date | None = None,
    entry: DayInput | None = None,
    by: User,
) -> Outcome:
    """What `set_days_together` would do or refuse: it is done and taken back."""
    with transaction.atomic():
        outcome = set_days_together(calendars=calendars, first=first, last=last, entry=entry, by=by)
        transaction.set_rollback(True)
    return outcome


def _days(first: date, last: date) -> list[date]:
    if last < first:
        raise Refused(_("The last day is before the first."), code="dates", field="last")
    count = (last - first).days + 1
    if count > FARTHEST:
        raise Refused(_("Name from one to {most} days."), field="last", most=FARTHEST)
    return [first + timedelta(days=place) for place in range(count)]


def _on(entry: DayInput, day: date) -> DayInput:
    return DayInput(
        day=day,
        working=entry.working,
        starts=entry.starts if entry.working else None,
        ends=entry.ends if entry.working else None,
        efficiency=entry.efficiency,
        reason=entry.reason,
    )


def _there(keys: list[int], days: list[date]) -> dict[int, list[tuple[object, ...]]]:
    """What the calendars say of these days now."""
    found: dict[int, list[tuple[object, ...]]] = {}
    rows = CalendarException.objects.filter(calendar__in=keys, day__range=(days[0], days[-1]))
    for row in rows.order_by("day", "starts", "pk"):
        found.setdefault(row.calendar_id, []).append(_said(row))
    return found


def _said(row: DayInput | CalendarException) -> tuple[object, ...]:
    return (row.day, row.working, row.starts, row.ends, row.efficiency, row.reason)
