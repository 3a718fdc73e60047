"""Sheets of resources, abilities and calendars: taken whole, and each mistake named with its line."""

from __future__ import annotations

from datetime import date

import pytest

from p2p.core.web import formats
from strategies.models import (
    Calendar,
    CalendarException,
    CalendarShift,
    Resource,
    ResourceCalendar,
    ResourceCapability,
    ResourceMembership,
    SetupTime,
    WorkerSkill,
)
from strategies.services.importer import Table, sheets, take_in, take_rows
from strategies.services.importer.writing import as_csv
from tests.factories import make_calendar, make_group, make_site, make_unit, make_vendor, make_worker

pytestmark = pytest.mark.django_db


def sentences(sheet: str, *rows: dict[str, object]) -> list[tuple[int | None, str, str]]:
    outcome = take_rows(sheet=sheet, rows=rows, by=None)
    return [(one.line, one.column, one.text) for one in outcome.problems if one.is_error]


def test_one_file_brings_a_whole_plant_and_a_second_time_changes_nothing():
    make_site("ONE"), make_unit("EA"), make_vendor("ACME")
    tables = [
        Table(
            "calendars",
            ["code", "name", "time_zone", "base", "holiday_country"],
            [
                (2, ["DAY", "Day", "Europe/Berlin", "", "DE"]),
                (3, ["EARLY", "Early", "Europe/Berlin", "DAY", ""]),
            ],
        ),
        Table(
            "calendar_shifts",
            ["calendar", "name", "weekday", "starts", "ends", "efficiency", "property"],
            [
                (2, ["DAY", "Day", "0", "08:00", "16:00", "0.9", ""]),
                (3, ["EARLY", "Early", "0", "06:00", "14:00", "", "PAINT"]),
            ],
        ),
        Table(
            "calendar_exceptions",
            ["calendar", "day", "working", "efficiency", "reason", "source"],
            [(2, ["DAY", "2026-12-25", "no", "", "Christmas", "holidays"])],
        ),
        Table("production_units", ["site", "code", "name"], [(2, ["ONE", "H2", "Hall 2"])]),
        Table("setup_families", ["code", "name"], [(2, ["RED", "Red"])]),
        Table("setup_matrices", ["code", "name"], [(2, ["PAINT", "Paint"])]),
        Table(
            "setup_times",
            ["matrix", "from", "to", "seconds"],
            [(2, ["PAINT", "RED", "", "600"]), (3, ["PAINT", "", "", "60"])],
        ),
        Table(
            "resource_groups",
            ["site", "code", "name", "calendar", "production_unit", "setup_matrix", "lean_cell"],
            [
                (2, ["ONE", "60", "Paint", "DAY", "H2", "PAINT", "yes"]),
                (3, ["ONE", "50", "Saw", "", "", "", ""]),
            ],
        ),
        Table("workers", ["site", "number", "name"], [(2, ["ONE", "4711", "Ada"])]),
        Table(
            "resources",
            [
                "site",
                "code",
                "name",
                "kind",
                "group",
                "worker",
                "vendor",
                "capacity_per_hour",
                "capacity_unit",
                "schedule_fraction",
                "job_fraction",
            ],
            [
                (2, ["ONE", "ADA", "Ada", "person", "60", "4711", "", "", "", "0.8", "0.5"]),
                (3, ["ONE", "V", "Acme", "vendor", "50", "", "ACME", "12", "EA", "", ""]),
            ],
        ),
        Table(
            "resource_memberships",
            ["site", "resource", "group", "valid_from", "valid_to"],
            [(2, ["ONE", "ADA", "50", "2026-03-02", "2026-03-06"])],
        ),
        Table(
            "resource_calendars",
            ["site", "resource", "group", "calendar", "valid_from"],
            [(2, ["ONE", "ADA", "", "EARLY", "2026-03-02"]), (3, ["ONE", "", "60", "EARLY", ""])],
        ),
        Table("capabilities", ["code", "name"], [(2, ["DRILL", "Drilling"])]),
        Table(
            "resource_capabilities",
            ["site", "resource", "capability", "level", "priority"],
            [(2, ["ONE", "ADA", "DRILL", "11", "2"])],
        ),
        Table("skills", ["code", "name", "kind"], [(2, ["TIG", "TIG", "certificate"])]),
        Table(
            "worker_skills",
            ["worker", "skill", "level", "valid_to"],
            [(2, ["4711", "TIG", "3", "2026-12-31"])],
        ),
    ]
    outcome = take_in(tables, by=None)
    assert [str(one) for one in outcome.problems] == [] and outcome.saved
    ada = Resource.objects.get(code="ADA")
    assert (ada.worker.number, ada.kind, str(ada.schedule_fraction)) == ("4711", "person", "0.800000000000")
    assert [
        float(one.job_fraction) for one in Resource.objects.filter(code__in=["ADA", "V"]).order_by("code")
    ] == [0.5, 1]
    assert Calendar.objects.get(code="EARLY").base.code == "DAY"
    assert CalendarShift.objects.get(calendar__code="EARLY").property == "PAINT"
    assert CalendarException.objects.get().source == "holidays"
    assert SetupTime.objects.get(source__isnull=True, target__isnull=True).seconds == 60
    assert (ResourceMembership.objects.count(), ResourceCalendar.objects.count()) == (1, 2)
    assert (ResourceCapability.objects.get().priority, WorkerSkill.objects.get().level) == (2, 3)
    again = take_in(tables, by=None)
    assert {
        name: (one.created, one.changed) for name, one in again.tallies.items() if one.created or one.changed
    } == {}


@pytest.mark.parametrize(
    ("sheet", "row", "column", "sentence"),
    [
        (
            "resources",
            {"code": "V", "name": "V", "group": "60", "kind": "vendor"},
            "vendor",
            "A vendor's resource has to name the vendor.",
        ),
        (
            "resources",
            {"code": "P", "name": "P", "group": "60", "kind": "person"},
            "worker",
            "A person's resource has to name the worker.",
        ),
        (
            "resources",
            {"code": "M", "name": "M", "group": "60", "calendar": "EMPTY"},
            "calendar",
            "The calendar EMPTY has no working time: give it a shift first.",
        ),
        (
            "resource_groups",
            {"code": "70", "name": "X", "calendar": "EMPTY"},
            "calendar",
            "The calendar EMPTY has no working time: give it a shift first.",
        ),
        (
            "resource_calendars",
            {"calendar": "DAY", "resource": "60-1", "group": "60"},
            "resource",
            "Name a resource or a work centre, one of them.",
        ),
        (
            "calendars",
            {"code": "X", "name": "X", "time_zone": "Mars"},
            "time_zone",
            "“Mars” is not a time zone such as Europe/Berlin.",
        ),
        (
            "calendars",
            {"code": "X", "name": "X", "holiday_country": "XX"},
            "holiday_country",
            "No public holidays are known for the country XX.",
        ),
        (
            "calendar_shifts",
            {"calendar": "DAY", "name": "Late", "weekday": 0, "starts": "15:00", "ends": "23:00"},
            "starts",
            "08:00-16:00 08:00–16:00 and Late 15:00–23:00 overlap.",
        ),
        (
            "resource_memberships",
            {"resource": "60-1", "group": "50", "valid_from": "2026-03-09", "valid_to": "2026-03-02"},
            "valid_to",
            "The last day is before the first.",
        ),
        ("setup_times", {"matrix": "NONE", "seconds": 5}, "matrix", "There is no setup matrix “NONE”."),
        ("worker_skills", {"worker": "1", "skill": "NONE"}, "skill", "There is no skill “NONE”."),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_saved(sheet, row, column, sentence):
    site = make_site("ONE")
    make_group(site, "50"), make_group(site, "60"), make_worker(site, number="1")
    make_calendar("EMPTY", shifts=()), make_calendar("DAY")
    model = next(one.model for one in sheets() if one.name == sheet)
    before = model.objects.count()
    assert (1, column, sentence) in sentences(
        sheet,
        {"site": "ONE", **row}
        if sheet not in ("calendars", "calendar_shifts", "setup_times", "worker_skills")
        else row,
    )
    assert model.objects.count() == before


def test_two_calendars_are_not_based_on_each_other():
    rows = [{"code": "A", "name": "A", "base": ""}, {"code": "B", "name": "B", "base": "A"}]
    assert sentences("calendars", *rows) == []
    found = sentences("calendars", {"code": "A", "name": "A", "base": "B"})
    assert found == [(1, "base", "A calendar is not based on itself: A → B → A.")]


def test_stays_that_overlap_in_one_file_name_the_later_line():
    site = make_site("ONE")
    make_group(site, "50"), make_group(site, "60")
    row = {"site": "ONE", "resource": "50-1", "group": "60"}
    found = sentences(
        "resource_memberships",
        {**row, "valid_from": "2026-03-02", "valid_to": "2026-03-06"},
        {**row, "valid_from": "2026-03-06"},
    )
    assert found == [
        (
            2,
            "valid_from",
            f"It overlaps with another row that holds "
            f"from {formats.day(date(2026, 3, 2))} to {formats.day(date(2026, 3, 6))}.",
        )
    ]


def test_what_is_exported_is_what_an_import_reads():
    site = make_site("ONE", calendar=make_calendar("DAY"))
    make_group(site, "60")
    for sheet in sheets():
        if sheet.name in {"resources", "resource_groups", "calendars", "calendar_shifts"}:
            text = "".join(as_csv(sheet))
            assert text.splitlines()[0].split(",") == sheet.headings
            assert len(text.splitlines()) > 1
