"""Lists as files: CSV streamed row by row, XLSX written row by row; a cell can never become a formula."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from p2p.core.characters import writable
from p2p.core.fields import plain as written
from p2p.core.web.columns import Column, plain

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
XLSX_ROWS = 1_048_575


class _Line:
    """A file that hands back what is written to it: csv.writer wants a file, the response wants pieces."""

    def write(self, text: str) -> str:
        return text


def safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers, and true
    and false are the words that an import reads."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return "" if value is None else value


def _for_csv(value: Any) -> Any:
    if isinstance(value, Decimal):
        return written(value)  # never 0E-12
    return value.isoformat(sep=" ", timespec="seconds") if isinstance(value, datetime) else safe(value)


def heads(columns: Sequence[Column]) -> list[str]:
    return [f"{column.title}, {column.head}" if column.head else str(column.title) for column in columns]


def as_csv(rows: Iterable[Any], columns: Sequence[Column], name: str) -> HttpResponseBase:
    """UTF-8 with a mark, so that a spreadsheet opens umlauts right; one comma-separated line per row."""
    writer = csv.writer(_Line())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow([safe(head) for head in heads(columns)])
        for record in rows:
            yield writer.writerow([_for_csv(plain(column, record)) for column in columns])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def as_xlsx(rows: Iterable[Any], columns: Sequence[Column], name: str) -> HttpResponseBase:
    """A workbook with one sheet, written to disk row by row; stops at the number of rows a sheet can hold."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    sheet.append([text_cell(sheet, head, bold=True) for head in heads(columns)])
    for number, record in enumerate(rows):
        if number >= XLSX_ROWS - 1:
            sheet.append([text_cell(sheet, "This sheet is full; the CSV file has all rows.", bold=True)])
            break
        sheet.append([_cell(sheet, plain(column, record)) for column in columns])
    target = tempfile.TemporaryFile()  # noqa: SIM115 (FileResponse closes it)
    book.save(target)
    target.seek(0)
    return FileResponse(
        target,
        as_attachment=True,
        filename=f"{name}.xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def text_cell(sheet: Any, value: str, *, bold: bool = False) -> Any:
    """A cell of a written-only sheet that is text whatever it begins with, and never breaks the workbook."""
    cell = WriteOnlyCell(sheet, value=writable(value))
    cell.data_type = "s"  # said outright: openpyxl would take a leading "=" for a formula
    if bold:
        cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    return text_cell(sheet, value) if isinstance(value, str) else value
