"""Sheets of the plant: units, shifts, places, work centres, reasons."""

from __future__ import annotations

from collections.abc import Iterator

from p2p.demo.adventureworks.files import (
    CALENDAR,
    CURRENCY,
    SITE,
    TIME_ZONE,
    WORKING,
    read,
    stations,
    work_places,
)
from p2p.demo.adventureworks.shape import SheetRows


def plant() -> Iterator[SheetRows]:
    yield "currencies", ("code", "name", "minor_digits"), [(CURRENCY, "US dollar", 2)]
    yield from _units()
    yield from _time()
    yield (
        "sites",
        ("code", "name", "time_zone", "currency", "calendar"),
        [(SITE, "Bothell plant", TIME_ZONE, CURRENCY, CALENDAR)],
    )
    yield from _places()
    yield from _work()
    yield from _reasons()


_EXACT = (
    ("DZ", "EA", 12, 1),
    ("LB", "OZ", 16, 1),
    ("GAL", "PT", 8, 1),
    ("KG", "G", 1000, 1),
    ("G", "MG", 1000, 1),
)
_METRIC = (
    ("M", "CM", 100, 1),
    ("CM", "MM", 10, 1),
    ("IN", "CM", 127, 50),
    ("L", "ML", 1000, 1),
    ("KM", "M", 1000, 1),
)


def _units() -> Iterator[SheetRows]:
    fine = {"OZ", "IN", "LB", "KG", "G", "L", "M", "GAL", "PT", "CM"}
    rows = [
        (row["unit_measure_code"], row["name"], 2 if row["unit_measure_code"] in fine else 0)
        for row in read("unit_measures")
    ]
    yield "units", ("code", "name", "digits"), rows
    yield "unit_conversions", ("from", "to", "numerator", "denominator"), [*_EXACT, *_METRIC]


def _time() -> Iterator[SheetRows]:
    yield "calendars", ("code", "name", "time_zone"), [(CALENDAR, "Three shifts, every day", TIME_ZONE)]
    shifts = read("shifts")
    yield (
        "calendar_shifts",
        ("calendar", "name", "weekday", "starts", "ends"),
        [
            (CALENDAR, row["name"], weekday, row["start_time"], row["end_time"])
            for weekday in range(7)
            for row in shifts
        ],
    )


_OUTSIDE = ("supplier", "customer", "production", "scrap", "adjustment")
_DESKS = ("receiving", "shipping", "quarantine")


def _places() -> Iterator[SheetRows]:
    rows: list[tuple[str, str, str, str, str]] = []
    for row in read("locations"):
        kind = "line_side" if row["location_id"] in WORKING else "store"
        rows.append((SITE, row["location_id"], row["name"], kind, "yes"))
    for kind in (*_DESKS, *_OUTSIDE):
        rows.append((SITE, kind.upper(), kind.capitalize(), kind, "no" if kind == "quarantine" else "yes"))
    yield "locations", ("site", "code", "name", "kind", "nettable"), rows


def _work() -> Iterator[SheetRows]:
    places = work_places()
    yield (
        "cost_categories",
        ("code", "name", "kind"),
        [(f"WC-{row['location_id']}", f"{row['name']} hours", "run") for row in places],
    )
    heads = ("site", "code", "name", "calendar", "cost_category", "input_location", "output_location")
    yield (
        "resource_groups",
        heads,
        [
            (
                SITE,
                row["location_id"],
                row["name"],
                CALENDAR,
                f"WC-{row['location_id']}",
                row["location_id"],
                row["location_id"],
            )
            for row in places
        ],
    )
    yield (
        "resources",
        ("site", "code", "name", "group", "stations", "calendar"),
        [
            (SITE, f"{row['location_id']}-1", row["name"], row["location_id"], stations(row), CALENDAR)
            for row in places
        ],
    )


_REASONS = (
    ("downtime", "D01", "Breakdown"),
    ("downtime", "D02", "No material"),
    ("downtime", "D03", "Tool change"),
    ("downtime", "D04", "Maintenance"),
    ("hold", "H01", "Quality to decide"),
    ("adjustment", "A01", "Count difference"),
    ("reversal", "R01", "Entered by mistake"),
    ("cancel", "C01", "Not needed any more"),
)


def _reasons() -> Iterator[SheetRows]:
    scrap = [("scrap", f"S{int(row['scrap_reason_id']):02d}", row["name"]) for row in read("scrap_reasons")]
    yield "reason_codes", ("kind", "code", "name"), [*scrap, *_REASONS]
