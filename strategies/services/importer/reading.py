"""Files as people have them (CSV, XLSX, a ZIP of them) become tables of text with line numbers."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException

from p2p.core.refusal import Refused
from strategies.services.importer.habits import Habits, Native

LARGEST = 1 << 30
"""Bytes that a ZIP may unfold to."""
csv.field_size_limit(1 << 20)
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """One sheet as it came: the name it goes by, its headings, and its rows with the line each began on.

    `size` is about how many lines it has; `habits` is how it may write numbers and days.
    """

    name: str
    headings: Sequence[str]
    rows: Iterable[tuple[int, Sequence[str]]]
    size: int = 0
    habits: Habits = field(default_factory=Habits)


def must_be_known(name: str) -> None:
    """Refused for a file that is neither a CSV, an XLSX nor a ZIP file by its name."""
    if not name.lower().endswith((".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".zip")):
        raise Refused(
            _("{name} is neither a CSV, an XLSX nor a ZIP file."),
            code="unknown_file",
            field="content",
            name=name,
        )


def tables(content: IO[bytes], name: str) -> Iterator[Table]:
    """Every table in a file; the name of a CSV file, or of a worksheet, says which sheet it is.

    Refused with the file's name when it is none of the three kinds, damaged, or not written in Unicode.
    """
    ending = PurePosixPath(name).suffix.lower()
    if ending == ".zip":
        yield from _zipped(content, name)
    elif ending in {".xlsx", ".xlsm"}:
        yield from _worksheets(content, name)
    elif ending in {".csv", ".txt", ".tsv"}:
        yield _csv(content.read(), name)
    else:
        raise Refused(
            _("{name} is neither a CSV, an XLSX nor a ZIP file."),
            code="unknown_file",
            field="content",
            name=name,
        )


def _zipped(content: IO[bytes], name: str) -> Iterator[Table]:
    try:
        archive = zipfile.ZipFile(content)
    except zipfile.BadZipFile:
        raise _damaged(name) from None
    with archive:
        members = [one for one in archive.infolist() if not one.is_dir() and not _is_hidden(one.filename)]
        if sum(one.file_size for one in members) > LARGEST:
            raise Refused(_("{name} unfolds to more than 1 GB."), field="content", name=name)
        for member in members:
            inner = PurePosixPath(member.filename).name
            if inner.lower().endswith(".zip"):
                raise Refused(
                    _("{name} holds another ZIP file: unpack it first."), field="content", name=name
                )
            yield from tables(io.BytesIO(archive.read(member)), inner)


def _is_hidden(path: str) -> bool:
    return any(part.startswith((".", "__")) for part in PurePosixPath(path).parts)


def _damaged(name: str) -> Refused:
    return Refused(_("{name} is damaged: it cannot be opened."), code="damaged", field="content", name=name)


def _csv(raw: bytes, name: str) -> Table:
    text = _decoded(raw, name)
    first, _rest, _more = text.lstrip().partition("\n")
    told = _SEPARATOR.fullmatch(first.strip())
    if told:
        # A line for one spreadsheet program; blanked out, so that lines keep their numbers.
        text = text.replace(first, "", 1)
        first = text.lstrip().partition("\n")[0]
    delimiter = told[1] if told else max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = _numbered(reader, name)
    _line, headings = next(rows, (1, []))
    leaning = "." if delimiter == "," and delimiter in first else ""
    stem, size = PurePosixPath(name).stem, text.count("\n")
    return Table(stem, _heads(headings), rows, size, Habits(leaning=leaning))


def _decoded(raw: bytes, name: str) -> str:
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    if encoding == "utf-8-sig" and len(raw) > 3 and 0 in raw[:2]:
        # Without a mark, but every other byte of the headings is 0.
        encoding = "utf-16-be" if raw[0] == 0 else "utf-16-le"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Refused(
            _("{name} is not written in UTF-8 (line {line}): save it as “CSV UTF-8”."),
            code="not_unicode",
            field="content",
            name=name,
            line=line,
        ) from None


def _numbered(reader: Any, name: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Rows with the line they begin on; empty ones are left out."""
    begins = 1
    try:
        for cells in reader:
            if any(cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Refused(
            _("{name} cannot be read on line {line}: {why}."),
            field="content",
            name=name,
            line=begins,
            why=error,
        ) from None


def _heads(cells: Sequence[str]) -> list[str]:
    return [cell.strip().lower().replace(" ", "_") for cell in cells]


def _worksheets(content: IO[bytes], name: str) -> Iterator[Table]:
    try:
        book = load_workbook(content, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise _damaged(name) from None
    for sheet in book.worksheets:
        rows = _cells(sheet.iter_rows(values_only=True))
        _line, headings = next(rows, (1, []))
        if headings:
            habits = Habits(mac=book.epoch == CALENDAR_MAC_1904)
            yield Table(sheet.title, _heads(headings), rows, sheet.max_row or 0, habits)
    book.close()


def _cells(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Sequence[str]]]:
    for line, cells in enumerate(rows, start=1):
        words = [as_text(cell) for cell in cells]
        if any(words):
            yield line, words


def as_text(cell: Any) -> str:
    """The value of a spreadsheet's cell as a CSV file would have carried it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        # Fifteen digits are what a spreadsheet itself shows: 0.1 + 0.2 is 0.3 there.
        whole = cell.is_integer() and abs(cell) < 1e15
        return Native(str(int(cell)) if whole else format(cell, ".15g"), cell)
    if isinstance(cell, int):
        return Native(str(cell), float(cell))
    if isinstance(cell, datetime):
        return Native(cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" "))
    if isinstance(cell, date | time):
        return Native(cell.isoformat())
    return str(cell)
