"""Sheets the other way: empty templates to fill in, and what is there now in the form that imports read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from p2p.core.web.exports import text_cell
from strategies.services.importer.kinds import Kind, Number, Whole
from strategies.services.importer.sheets import Attributes, Column, Reference, Sheet


def template(chosen: Sequence[Sheet]) -> bytes:
    """A workbook with one worksheet for each sheet: its headings, and one line as an example."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for sheet in chosen:
        page = book.create_sheet(sheet.name)
        page.append(sheet.headings)
        page.append([_example(sheet, heading) for heading in sheet.headings])
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _example(sheet: Sheet, heading: str) -> str:
    for one in sheet.fields:
        if not isinstance(one, Attributes) and one.headings[-1] == heading:
            return one.example
    led = (one for one in sheet.fields if isinstance(one, Reference) and heading in one.headings)
    return next((one.within for one in led if one.within), "")


def as_csv(sheet: Sheet) -> Iterator[str]:
    """What is there now, line by line, in the columns that an import of the sheet reads. One query, and one
    more for the names of attributes."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for cells in _exported(sheet):
        writer.writerow(cells)
        yield _taken(buffer)


def as_xlsx(sheet: Sheet) -> bytes:
    """The same as a workbook. Every cell is text, so that no spreadsheet makes a day of 2-3 or takes the zeros
    off 00123; a column of numbers is written our way and read back the same."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.name)
    numeric = [isinstance(kind, Number | Whole) for _heading, _path, kind in _getters(sheet)]
    for place, cells in enumerate(_exported(sheet)):
        if place:
            numbers = [*numeric, *[False] * (len(cells) - len(numeric))]
            page.append([_cell(page, cell, number) for cell, number in zip(cells, numbers, strict=True)])
        else:
            page.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cell(page: Any, text: str, numeric: bool) -> Any:
    """A number where a spreadsheet keeps all its digits, else text."""
    if numeric and text and len(text.replace(".", "").lstrip("-0")) <= 15:
        return Decimal(text)
    return text_cell(page, text) if text else None


def _exported(sheet: Sheet) -> Iterator[list[str]]:
    """The headings, then a row for each record."""
    getters, extra = _getters(sheet), _attribute_names(sheet)
    yield [*(heading for heading, _path, _kind in getters), *(heading for heading, _field, _name in extra)]
    fields = [one.field for one in sheet.fields if isinstance(one, Attributes)]
    rows = sheet.model._base_manager.order_by(*sheet.key, "pk")
    for values in rows.values_list(*[path for _h, path, _k in getters], *fields, "pk").iterator(5000):
        cells = [_shown(value, kind) for value, (_h, _p, kind) in zip(values, getters, strict=False)]
        kept = dict(zip(fields, values[len(getters) :], strict=False))
        yield cells + [str((kept[field] or {}).get(name, "")) for _heading, field, name in extra]


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _getters(sheet: Sheet) -> list[tuple[str, str, Kind | None]]:
    """(heading, path on the model, kind) in the order of the headings."""
    found: dict[str, tuple[str, str, Kind | None]] = {}
    for one in sheet.fields:
        if isinstance(one, Column):
            found.setdefault(one.name, (one.name, one.target, one.kind))
        elif isinstance(one, Reference):
            for heading, key in zip(one.columns, one.keys, strict=True):
                found.setdefault(heading, (heading, f"{one.field}__{key}", None))
    return [found[heading] for heading in sheet.headings]


def _attribute_names(sheet: Sheet) -> list[tuple[str, str, str]]:
    """(heading, field, name) of every attribute that any row has."""
    found: list[tuple[str, str, str]] = []
    for one in sheet.fields:
        if isinstance(one, Attributes):
            known: set[str] = set()
            for value in sheet.model._base_manager.values_list(one.field, flat=True).iterator(5000):
                known.update(value or ())
            found += [(f"{one.prefix}{name}", one.field, name) for name in sorted(known)]
    return found


def _shown(value: object, kind: Kind | None) -> str:
    if value is None:
        return ""
    return kind.show(value) if kind else str(value)
