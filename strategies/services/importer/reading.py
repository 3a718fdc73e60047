"""Files as people have them (CSV, XLSX, a ZIP of them) become tables of text with line numbers."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from itertools import islice
from math import isfinite
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException

from p2p.core.characters import composed
from p2p.core.refusal import Refused
from strategies.services.importer.habits import Habits, Native
from strategies.services.importer.tables import Table, csv_table, heads

LARGEST = 1 << 30
"""Bytes that a ZIP may unfold to."""
_SPOILT = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What reading a member of a ZIP file raises that is cut off, has changed, or needs a password."""
_BROKEN = (
    *_SPOILT, InvalidFileException, SyntaxError, ValueError, LookupError, TypeError, AttributeError, OSError
)  # fmt: skip
"""What the reader of workbooks raises when what it unpacks is not what a workbook holds."""


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
    """Every table in a file; the name of a CSV file, or of a worksheet, says which sheet it is. Rows are read from
    the file while somebody looks at them, so it has to stay open until then.

    Refused with the file's name when it is none of the three kinds, damaged, or not written in Unicode.
    """
    ending = PurePosixPath(name).suffix.lower()
    if ending == ".zip":
        yield from _zipped(content, name)
    elif ending in {".xlsx", ".xlsm"}:
        yield from _worksheets(content, name)
    elif ending in {".csv", ".txt", ".tsv"}:
        yield csv_table(partial(_from_the_start, content), name)
    else:
        raise Refused(
            _("{name} is neither a CSV, an XLSX nor a ZIP file."),
            code="unknown_file",
            field="content",
            name=name,
        )


def _from_the_start(content: IO[bytes]) -> IO[bytes]:
    content.seek(0)
    return content


def _zipped(content: IO[bytes], name: str) -> Iterator[Table]:
    try:
        archive = zipfile.ZipFile(content)
    except zipfile.BadZipFile:
        raise damaged(name) from None
    members = [one for one in archive.infolist() if not one.is_dir() and not _is_hidden(one.filename)]
    if sum(one.file_size for one in members) > LARGEST:
        raise Refused(_("{name} unfolds to more than 1 GB."), field="content", name=name)
    for member in members:
        inner = PurePosixPath(member.filename).name
        if inner.lower().endswith(".zip"):
            raise Refused(_("{name} holds another ZIP file: unpack it first."), field="content", name=name)
        try:
            if inner.lower().endswith((".csv", ".txt", ".tsv")):
                yield csv_table(partial(archive.open, member), inner)
            else:
                yield from tables(_unpacked(archive, member), inner)
        except _SPOILT:
            raise damaged(inner) from None


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """A member as a file of its own: workbooks are read from many places."""
    whole: Any = SpooledTemporaryFile(max_size=1 << 22)  # noqa: SIM115 - the workbook reads on
    with archive.open(member) as part:
        shutil.copyfileobj(part, whole)
    whole.seek(0)
    return cast(IO[bytes], whole)


def _is_hidden(path: str) -> bool:
    return any(part.startswith((".", "__")) for part in PurePosixPath(path).parts)


def damaged(name: str) -> Refused:
    """What is said of a file that cannot be opened."""
    return Refused(_("{name} is damaged: it cannot be opened."), code="damaged", field="content", name=name)


def _worksheets(content: IO[bytes], name: str) -> Iterator[Table]:
    try:
        book = load_workbook(content, read_only=True, data_only=True)
    except _BROKEN:
        raise damaged(name) from None
    for sheet in book.worksheets:
        _line, headings = next(iter(Worksheet(sheet, name)), (1, []))
        if headings:
            habits = Habits(mac=book.epoch == CALENDAR_MAC_1904)
            width = max(place for place, heading in enumerate(headings, start=1) if heading)
            rows = Worksheet(sheet, name, 1, width)
            yield Table(sheet.title, heads(headings[:width]), rows, sheet.max_row or 0, habits)


@dataclass(frozen=True)
class Worksheet:
    """The rows of a worksheet that are not empty, from the `first` on, with their lines; read anew each time.

    Of the first `width` columns: with one forgotten cell in its last corner a sheet has seventeen thousand million.
    """

    sheet: Any
    file: str
    first: int = 0
    width: int | None = None

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        filled = ((line, cells) for line, cells in self._cells() if any(cell is not None for cell in cells))
        words = ((line, [as_text(cell) for cell in cells]) for line, cells in filled)
        return islice(((line, cells) for line, cells in words if any(cells)), self.first, None)

    def _cells(self) -> Iterator[tuple[int, Sequence[Any]]]:
        line = 0
        try:
            for line, cells in enumerate(self.sheet.iter_rows(max_col=self.width, values_only=True), start=1):
                yield line, cells
        except _BROKEN:
            raise Refused(
                _("{name} is damaged: the sheet {sheet} cannot be read after line {line}."),
                code="damaged",
                field="content",
                name=self.file,
                sheet=self.sheet.title,
                line=line,
            ) from None


def as_text(cell: Any) -> str:
    """The value of a spreadsheet's cell as a CSV file would have carried it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and not isfinite(cell):
        return str(cell)
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
    return composed(str(cell))
