"""How records of the plant are written and taken away: one row, told about, refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError, Q, QuerySet, RestrictedError
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.core.web import formats
from strategies.facts import WorkRemoved, WorkSaved
from strategies.models import Calendar, Location, Site

Row = TypeVar("Row", bound=Model)
_day = lazy(formats.day, str)


def opened(kind: type[Row], record: Row | None, revision: int | None = None) -> Row:
    """The row to write on: a new one, or the record, locked. Refused when it has changed since `revision`."""
    if record is None:
        return kind()
    row = kind._default_manager.select_for_update(no_key=True).get(pk=record.pk)
    now = getattr(row, "revision", None)
    if revision is not None and now is not None and now != revision:
        raise Refused(
            _("Somebody has changed {record} meanwhile: look at it again, nothing was saved."),
            code="changed_meanwhile",
            record=str(row),
        )
    return row


def keep(row: Row, columns: Mapping[str, Any], by: User) -> Row:
    """Write columns and tell it. A rule of the table that says no is put into a sentence."""
    for name, value in columns.items():
        setattr(row, name, value)
    if row.pk is not None and hasattr(row, "revision"):
        row.revision += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise _refusal(error, row) from None
    tell(WorkSaved(records=(row,), by=by))
    return row


def _refusal(error: IntegrityError, row: Model) -> Refused:
    rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    what = row._meta.verbose_name
    if rule.endswith("_no_loop"):
        sentence = _("{record} would lie within itself: somebody has changed what is above it.")
        return Refused(sentence, code="circle", record=str(row))
    for name in ("code", "number"):
        fields = {one.name: one for one in row._meta.concrete_fields}
        if name in fields and (fields[name].unique or rule.endswith("_code_once")):
            sentence = _("There is a {what} {key} already.")
            return Refused(sentence, code="exists", field=name, what=what, key=getattr(row, name))
    if rule.endswith("_dates"):
        return Refused(_("The last day is before the first."), code="dates", field="valid_to")
    sentence = _("This {what} breaks a rule of the table: {rule}.")
    return Refused(sentence, code="rule", what=what, rule=rule.replace("_", " "))


def take_away(row: Model, by: User) -> None:
    """Delete a record. Refused while something else needs it, naming the first that does."""
    key = row.pk
    try:
        with transaction.atomic():
            row.delete()
    except (ProtectedError, RestrictedError) as error:
        held = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
        first = min(held, key=lambda one: (one._meta.label, one.pk))
        raise Refused(
            _("{record} is used by {what} {user}: change that first."),
            code="in_use",
            record=str(row),
            what=first._meta.verbose_name,
            user=str(first),
        ) from None
    row.pk = key
    tell(WorkRemoved(records=(row,), by=by))


def days_overlap(first: date | None, last: date | None) -> Q:
    """Rows that hold on one of these days at least; both ends inclusive, None is open."""
    found = Q()
    if last is not None:
        found &= Q(valid_from__isnull=True) | Q(valid_from__lte=last)
    if first is not None:
        found &= Q(valid_to__isnull=True) | Q(valid_to__gte=first)
    return found


def overlapping(rows: QuerySet[Row], first: date | None, last: date | None, row: Model | None) -> Row | None:
    """The first other row that holds on one of these days; refused when the days are the wrong way round."""
    if first is not None and last is not None and last < first:
        raise Refused(_("The last day is before the first."), code="dates", field="valid_to")
    if row is not None and row.pk is not None:
        rows = rows.exclude(pk=row.pk)
    return rows.filter(days_overlap(first, last)).order_by("valid_from", "pk").first()


def span(first: date | None, last: date | None) -> Any:
    """Days in words, as whoever reads them writes days."""
    since, until = _day(first), _day(last)
    if first is not None and last is not None:
        return format_lazy(_("from {first} to {last}"), first=since, last=until)
    if first is not None:
        return format_lazy(_("from {first} on"), first=since)
    if last is not None:
        return format_lazy(_("until {last}"), last=until)
    return _("always")


def must_work(calendar: Calendar | None, field: str = "calendar") -> None:
    """Refused for a calendar in which nothing would ever be worked."""
    if calendar is None or calendar.shifts.exists():
        return
    if calendar.exceptions.filter(working=True).exists():
        return
    raise Refused(
        _("The calendar {calendar} has no working time: give it a shift first."),
        code="no_time",
        field=field,
        calendar=calendar.code,
    )


def same_site(site: Site, places: Mapping[str, Location | None]) -> None:
    """Refused for a place at another site; `places` by the field that names each."""
    for field, place in places.items():
        if place is not None and place.site_id != site.pk:
            raise Refused(_("{place} is at another site."), field=field, place=place.code)
