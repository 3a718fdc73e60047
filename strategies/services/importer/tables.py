"""A CSV file as people have them becomes a table: its script and separator are found, its rows read as they are
asked for."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from p2p.core.characters import composed
from p2p.core.refusal import Refused
from strategies.services.importer.habits import Habits

BLOCK = 1 << 20
"""Bytes that are looked at together."""
csv.field_size_limit(1 << 20)
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)
Opened = Callable[[], IO[bytes]]
"""Opens a file at its beginning, as often as it is called."""


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


def csv_table(opened: Opened, name: str) -> Table:
    """The table of a CSV file. All of it is looked through once: refused with the line where it is no Unicode."""
    encoding, size = _looked_through(opened(), name)
    first = _first(opened, encoding)
    told = _SEPARATOR.fullmatch(first.strip())
    if told:
        first = _first(opened, encoding, skip=1)
    delimiter = told[1] if told else max(",;\t", key=first.count)
    rows = CsvRows(opened, name, encoding, delimiter, told is not None)
    _line, headings = next(iter(rows), (1, []))
    leaning = "." if delimiter == "," and delimiter in first else ""
    body = CsvRows(opened, name, encoding, delimiter, told is not None, 1)
    return Table(PurePosixPath(name).stem, heads(headings), body, size, Habits(leaning=leaning))


def heads(cells: Sequence[str]) -> list[str]:
    """Headings as sheets name their columns."""
    return [cell.strip().lower().replace(" ", "_") for cell in cells]


def _looked_through(content: IO[bytes], name: str) -> tuple[str, int]:
    """How the text is written, and how many lines it has."""
    block = content.read(BLOCK)
    encoding = _encoding(block)
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 0
    while True:
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise Refused(
                _("{name} is not written in UTF-8 (line {line}): save it as “CSV UTF-8”."),
                code="not_unicode",
                field="content",
                name=name,
                line=lines + error.object[: error.start].count(b"\n") + 1,
            ) from None
        if not block:
            return encoding, lines
        lines += block.count(b"\n")
        block = content.read(BLOCK)


def _encoding(raw: bytes) -> str:
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    if len(raw) > 3 and 0 in raw[:2]:
        # Without a mark, but every other byte of the headings is 0.
        return "utf-16-be" if raw[0] == 0 else "utf-16-le"
    return "utf-8-sig"


def _first(opened: Opened, encoding: str, skip: int = 0) -> str:
    """The first line that says something, or the one so many after it."""
    for line in _lines(opened, encoding):
        if line.strip() and not skip:
            return line
        skip -= bool(line.strip())
    return ""


def _lines(opened: Opened, encoding: str) -> Iterator[str]:
    return map(composed, io.TextIOWrapper(io.BufferedReader(_Bytes(opened()), BLOCK), encoding, newline=""))


class _Bytes(io.RawIOBase):
    """Any file, read forwards; whoever has opened it closes it."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        found = self._content.read(len(target))
        target[: len(found)] = found
        return len(found)


@dataclass(frozen=True)
class CsvRows:
    """The rows of a CSV file that are not empty, from the `first` on, with the line each begins on; read anew each
    time."""

    opened: Opened
    name: str
    encoding: str
    delimiter: str
    told: bool
    first: int = 0

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        return islice(self._all(), self.first, None)

    def _all(self) -> Iterator[tuple[int, Sequence[str]]]:
        lines = _lines(self.opened, self.encoding)
        reader = csv.reader(_blanked(lines) if self.told else lines, delimiter=self.delimiter)
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
                name=self.name,
                line=begins,
                why=error,
            ) from None


def _blanked(lines: Iterator[str]) -> Iterator[str]:
    """Without the line for one spreadsheet program that names the separator; the others keep their numbers."""
    for line in lines:
        if line.strip():
            yield "\n"
            break
        yield line
    yield from lines
