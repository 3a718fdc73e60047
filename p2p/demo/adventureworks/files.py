"""The shipped files of AdventureWorks and the names its records go by here."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TypeAlias

ARCHIVE = Path(__file__).parent.parent / "plant" / "adventureworks.zip"
SITE, CURRENCY, CALENDAR, SOURCE = "BOTHELL", "USD", "3SHIFT", "adventureworks"
TIME_ZONE = "America/Los_Angeles"
FIRST_DAY = "2008-04-30"
"""The first day any product was sold: prices hold from here."""
OPENING_DAY = "2011-05-30"
"""The day before the first sales order: stock is opened here."""
WORKING = ("10", "20", "30", "40", "45", "50", "60")
"""Locations with hours; stock lies at the others and beside these."""

Record: TypeAlias = Mapping[str, str]


@cache
def _archive() -> dict[str, str]:
    with zipfile.ZipFile(ARCHIVE) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def read(name: str) -> list[dict[str, str]]:
    """The rows of one of the shipped files, as dictionaries of text."""
    return list(csv.DictReader(io.StringIO(_archive()[f"{name}.csv"])))


@cache
def products() -> dict[str, dict[str, str]]:
    """By product_id."""
    return {row["product_id"]: row for row in read("products")}


@cache
def numbers() -> dict[str, str]:
    """product_id -> item number."""
    return {key: row["product_number"] for key, row in products().items()}


@cache
def accounts() -> dict[str, str]:
    """vendor_id -> number of the vendor."""
    return {row["vendor_id"]: row["account_number"] for row in read("vendors")}


@cache
def work_places() -> list[dict[str, str]]:
    """The locations with hours: they become work centres whose code is the location_id."""
    return [row for row in read("locations") if row["location_id"] in WORKING]


@cache
def item_units() -> dict[str, str]:
    """product_id -> the unit its bills count it in; each product is always counted in the same one."""
    return {row["component_id"]: row["unit_measure_code"] for row in read("bill_of_materials")}


def unit_of(product: str) -> str:
    """Pieces, unless bills count it otherwise (grip tape in inches, paint in ounces)."""
    return item_units().get(product, "EA")


def is_made(product: Record) -> bool:
    return product["make_flag"] == "1"


def operation_number(sequence: str | int) -> int:
    """operation_sequence of the data -> number of the operation."""
    return 10 * int(sequence)


def stations(place: Record) -> int:
    """Parallel stations of a location: `availability` is hours a day over three shifts of eight hours."""
    return max(1, int(Decimal(place["availability"]) / 24))
