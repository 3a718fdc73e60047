"""Sheets of what is measured, and of what a currency costs in another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.facts import objections_by_record
from strategies.facts import CharacteristicChanging
from strategies.models import Characteristic, Currency, ExchangeRate, Unit
from strategies.services.characteristics import MOST_DIGITS, wrong
from strategies.services.importer.kinds import Choice, Day, Number, Text, Whole
from strategies.services.importer.sheets import Column, Problem, Reference, Row, Sheet

LIMIT = Number()


MEASURED = ("kind", "unit", "digits", "target", "lower_limit", "upper_limit")


def _known(rows: Sequence[Row]) -> dict[str, Characteristic]:
    found = Characteristic.objects.filter(code__in={row.values["code"] for row in rows})
    return {one.code: one for one in found.order_by("pk")}


def _after(row: Row, known: Characteristic | None, name: str) -> Any:
    """What a column is with the row: of one that is there it stays what it was where the file lacks the column."""
    if known is None or name in row.given:
        return row.values[name]
    return getattr(known, "unit_id" if name == "unit" else name)


def _makes_sense(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard: limits, target and unit as they are with the row. One query."""
    known = _known(rows)
    for row in rows:
        there = known.get(row.values["code"])
        for no in wrong(*(_after(row, there, name) for name in MEASURED)):
            yield Problem("characteristics", str(no), row.line, no.field, code=no.code)


def _stays_what_was_read(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard: another kind or unit of what has readings. One query, and those of who objects."""
    given = {row.values["code"]: row for row in rows}
    changed = [
        one
        for one in _known(rows).values()
        if (_after(given[one.code], one, "kind"), _after(given[one.code], one, "unit"))
        != (one.kind, one.unit_id)
    ]
    told = objections_by_record(CharacteristicChanging(characteristics=changed)) if changed else {}
    for one in changed:
        for sentence in told.get(one.pk, [])[:1]:
            yield Problem("characteristics", sentence, given[one.code].line, "kind", code="read")


def _two_currencies(row: Row) -> Iterable[tuple[str, str]]:
    if row.values["source"] == row.values["target"]:
        yield "target", _("A rate leads from one currency to another.")


SHEETS = (
    Sheet(
        name="characteristics",
        title=gettext_lazy("Characteristics"),
        about=gettext_lazy("What is measured of lots, at inspection points and in steps of an instruction."),
        model=Characteristic,
        key=("code",),
        guards=(_makes_sense, _stays_what_was_read),
        fields=(
            Column("code", Text(30), required=True, example="WIDTH"),
            Column("name", Text(100), required=True, example="Width of the rim"),
            Column("kind", Choice(Characteristic.Kind), default="variable", example="variable"),
            Reference("unit", Unit, ("unit",), ("code",), example="MM"),
            Column("digits", Whole(0, MOST_DIGITS), default=2, example="2"),
            Column("target", LIMIT, example="622"),
            Column("lower_limit", LIMIT, example="621.5"),
            Column("upper_limit", LIMIT, example="622.5"),
        ),
    ),
    Sheet(
        name="exchange_rates",
        title=gettext_lazy("Exchange rates"),
        about=gettext_lazy("One of the currency “from” costs rate of the currency “to” from the day on."),
        model=ExchangeRate,
        key=("source", "target", "valid_from"),
        checks=(_two_currencies,),
        fields=(
            Reference("source", Currency, ("from",), ("code",), required=True, example="EUR"),
            Reference("target", Currency, ("to",), ("code",), required=True, example="USD"),
            Column("valid_from", Day(), required=True, example="2026-01-01"),
            Column("rate", Number(above=Decimal(0)), required=True, example="1.0835"),
        ),
    ),
)
