"""Sheets the other way: empty templates to fill in, and what is there now in the form that imports read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from openpyxl import Workbook
from openpyxl.styles import Font

from strategies.services.importer.kinds import Kind
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
    return ""


def as_csv(sheet: Sheet) -> Iterator[str]:
    """What is there now, line by line, in the columns that an import of the sheet reads. One query, and one
    more for the names of attributes."""
    getters, extra = _getters(sheet), _attribute_names(sheet)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([*(heading for heading, _path, _kind in getters), *(heading for heading, _name in extra)])
    field = next((one.field for one in sheet.fields if isinstance(one, Attributes)), "pk")
    rows = sheet.model._base_manager.order_by(*sheet.key, "pk")
    for *values, attributes in rows.values_list(*[path for _h, path, _k in getters], field).iterator(5000):
        cells = [_shown(value, kind) for value, (_h, _p, kind) in zip(values, getters, strict=True)]
        writer.writerow(cells + [(attributes or {}).get(name, "") for _heading, name in extra])
        yield _taken(buffer)
    yield _taken(buffer)


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


def _attribute_names(sheet: Sheet) -> list[tuple[str, str]]:
    """(heading, name) of every attribute that any row has."""
    for one in sheet.fields:
        if isinstance(one, Attributes):
            known: set[str] = set()
            for value in sheet.model._base_manager.values_list(one.field, flat=True).iterator(5000):
                known.update(value or ())
            return [(f"{one.prefix}{name}", name) for name in sorted(known)]
    return []


def _shown(value: object, kind: Kind | None) -> str:
    if value is None:
        return ""
    return kind.show(value) if kind else str(value)
