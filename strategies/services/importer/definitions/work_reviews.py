"""What sheets of resources and calendars are checked for: stays that overlap, shifts that meet, calendars
without hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any
from zoneinfo import available_timezones

from django.db.models import Model
from django.utils.translation import gettext as _

from p2p.core.facts import objections_by_record
from strategies.engine.calendar import WeekSlot, collide
from strategies.engine.holidays import UnknownCountry, UnknownRegion, check_country
from strategies.facts import SiteRecosting
from strategies.models import Calendar, CalendarException, CalendarShift, CostCategory, Resource, Site
from strategies.models.operation import CATEGORIES
from strategies.services.importer.sheets import Problem, Review, Row
from strategies.services.keeping import span


def days_in_order(row: Row) -> Iterable[tuple[str, str]]:
    first, last = row.values["valid_from"], row.values["valid_to"]
    if first and last and last < first:
        yield "valid_to", _("The last day is before the first.")


def zone_is_known(row: Row) -> Iterable[tuple[str, str]]:
    zone = row.values["time_zone"]
    if zone and zone not in available_timezones():
        yield "time_zone", _("“{zone}” is not a time zone such as Europe/Berlin.").format(zone=zone)


def country_is_known(row: Row) -> Iterable[tuple[str, str]]:
    country, region = row.values["holiday_country"], row.values["holiday_region"]
    try:
        if country or region:
            check_country(country, region)
    except UnknownCountry:
        text = _("No public holidays are known for the country {country}.")
        yield "holiday_country", text.format(country=country)
    except UnknownRegion:
        text = _("{country} has no region {region} with holidays of its own.")
        yield "holiday_region", text.format(country=country, region=region)


def categories_fit(sheet: str) -> Review:
    """Review: what setup, run and pieces are booked under are categories of that kind. One query."""

    def look(rows: Sequence[Row]) -> Iterator[Problem]:
        named = {row.values[name] for row in rows for name in CATEGORIES} - {None}
        known = CostCategory.objects.in_bulk(named) if named else {}
        said = [(row, name, known.get(row.values[name])) for row in rows for name in CATEGORIES]
        for row, name, category in said if named else ():
            kind = CostCategory.Kind(name.removesuffix("_category"))
            if category is not None and category.kind != kind:
                text = _("{category} is no category for {kind}.").format(
                    category=category.code, kind=kind.label
                )
                yield Problem(sheet, text, row.line, name, code="other_kind")

    return look


def costed_sites_keep_their_money(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard of sites: another currency of a site that has costs. One query, and those of who objects."""
    lines = {row.values["code"]: row for row in rows}
    known = Site.objects.filter(code__in=lines).select_related("currency").order_by("pk")
    changed = [one for one in known if lines[one.code].values["currency"] != one.currency_id]
    told = objections_by_record(SiteRecosting(sites=changed)) if changed else {}
    for site in changed:
        for sentence in told.get(site.pk, [])[:1]:
            yield Problem("sites", sentence, lines[site.code].line, "currency", code="costed")


def open_day_has_hours(row: Row) -> Iterable[tuple[str, str]]:
    if row.values["working"] and None in (row.values["starts"], row.values["ends"]):
        yield "starts", _("A working day needs hours from and to.")


def somebody_stands_behind(row: Row) -> Iterable[tuple[str, str]]:
    kind = row.values["kind"]
    if kind == Resource.Kind.VENDOR and row.values["vendor"] is None:
        yield "vendor", _("A vendor's resource has to name the vendor.")
    if kind == Resource.Kind.PERSON and row.values["worker"] is None:
        yield "worker", _("A person's resource has to name the worker.")


def one_owner(row: Row) -> Iterable[tuple[str, str]]:
    if (row.values["resource"] is None) == (row.values["group"] is None):
        yield "resource", _("Name a resource or a work centre, one of them.")


def meet(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    """Whether two spans of days, both ends inclusive and None open, have a day in common."""
    return (one[0] or date.min) <= (other[1] or date.max) and (other[0] or date.min) <= (one[1] or date.max)


def stays_apart(sheet: str, model: type[Model], *owner: str) -> Review:
    """Guard: no two rows of one owner hold on the same day, in the file or with what is there. One query."""

    def look(rows: Sequence[Row]) -> Iterator[Problem]:
        def key(values: Mapping[str, Any]) -> tuple[Any, ...]:
            return tuple(values[name] for name in owner)

        mine: dict[tuple[Any, ...], list[tuple[Any, Any, int]]] = defaultdict(list)
        for row in rows:
            mine[key(row.values)].append((row.values["valid_from"], row.values["valid_to"], row.line))
        replaced = {(*key(row.values), row.values["valid_from"]) for row in rows}
        there = model._base_manager.order_by("pk").values(*owner, "valid_from", "valid_to")
        for found in there:
            if key(found) in mine and (*key(found), found["valid_from"]) not in replaced:
                mine[key(found)].append((found["valid_from"], found["valid_to"], 0))
        for spans in mine.values():
            for one, other in combinations(sorted(spans, key=lambda each: each[2]), 2):
                if meet(one[:2], other[:2]):
                    text = _("It overlaps with another row that holds {days}.").format(days=span(*one[:2]))
                    yield Problem(sheet, text, other[2], "valid_from", code="overlap")

    return look


def shifts_stay_apart(rows: Sequence[Row]) -> Iterator[Problem]:
    """Review of calendar_shifts: two shifts of one calendar want the same time. One query."""
    lines = {
        (row.values["calendar"], row.values["weekday"], row.values["starts"], row.values["valid_from"]): row
        for row in rows
    }
    shifts: dict[int, list[CalendarShift]] = defaultdict(list)
    there = CalendarShift.objects.filter(calendar__in={row.values["calendar"] for row in rows})
    for shift in there.order_by("calendar", "weekday", "starts", "pk"):
        shifts[shift.calendar_id].append(shift)
    for ours in shifts.values():
        for one, other in combinations(ours, 2):
            if not collide(_slot(one), _slot(other)):
                continue
            named = [lines[key] for each in (one, other) if (key := _key(each)) in lines]
            if named:
                text = _("{one} and {other} overlap.").format(one=_words(one), other=_words(other))
                yield Problem(
                    "calendar_shifts", text, max(row.line for row in named), "starts", code="overlap"
                )


def _slot(shift: CalendarShift) -> WeekSlot:
    return WeekSlot(shift.weekday, shift.starts, shift.ends, shift.valid_from, shift.valid_to)


def _key(shift: CalendarShift) -> tuple[Any, ...]:
    return shift.calendar_id, shift.weekday, shift.starts, shift.valid_from


def _words(shift: CalendarShift) -> str:
    return f"{shift.name} {shift.starts:%H:%M}–{shift.ends:%H:%M}"


def calendars_have_hours(sheet: str) -> Review:
    """Review: whoever follows a calendar needs one with working time. Two queries."""

    def look(rows: Sequence[Row]) -> Iterator[Problem]:
        used = {row.values["calendar"] for row in rows} - {None}
        if not used:
            return
        worked = set(CalendarShift.objects.filter(calendar__in=used).values_list("calendar_id", flat=True))
        opened = CalendarException.objects.filter(calendar__in=used, working=True)
        empty = used - worked - set(opened.values_list("calendar_id", flat=True))
        codes = dict(Calendar.objects.filter(pk__in=empty).values_list("pk", "code"))
        for row in rows:
            if row.values["calendar"] in codes:
                text = _("The calendar {calendar} has no working time: give it a shift first.")
                words = text.format(calendar=codes[row.values["calendar"]])
                yield Problem(sheet, words, row.line, "calendar", code="no_time")

    return look
