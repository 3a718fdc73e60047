"""A table of text becomes rows with values: headings are compared, cells read, references looked up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from p2p.core.runs import Say
from strategies.services.importer.codes import numbers_for_codes
from strategies.services.importer.habits import WAITS, Habits, Native
from strategies.services.importer.kinds import Day, Number, Text, Unreadable, Whole
from strategies.services.importer.reading import Table
from strategies.services.importer.references import reference_reader
from strategies.services.importer.sheets import Attributes, Column, Problem, Reference, Row, Sheet

_SAID = 1000
"""Lines between two words about how far it is."""
REASON = "reason"
"""A column that files of refused lines have: left out without a word where the sheet has none."""


class Checked:
    """The rows of one table that could be read, and what was wrong with the others.

    `waves` are lists of rows in the order they must be stored: a sheet whose rows refer to each other (a
    place within a place) takes several.
    """

    def __init__(self, sheet: Sheet, given: frozenset[str]) -> None:
        self.sheet = sheet
        self.given = given
        self.rows: list[Row] = []
        self.problems: list[Problem] = []
        self.lines = 0
        self.refused: set[int] = set()
        self.places: dict[str, int] = {}

    def cell(self, row: Row, heading: str) -> str:
        """What the file has under a heading, "" where it has no such column."""
        return row.cells[self.places.get(heading, -1)].strip()

    def refuse(self, line: int, column: str, text: str, code: str = "") -> None:
        """Remember what is wrong and that the line cannot be taken."""
        self.refused.add(line)
        self.problems.append(Problem(self.sheet.name, text, line, column, code=code))

    def drop_refused(self) -> None:
        """Leave out refused lines and all that belongs together with them."""
        if not self.refused:
            return
        doomed = (
            {self._bundle(row) for row in self.rows if row.line in self.refused}
            if self.sheet.together
            else set()
        )
        self.rows = [
            row for row in self.rows if row.line not in self.refused and self._bundle(row) not in doomed
        ]

    def _bundle(self, row: Row) -> tuple[str, ...]:
        if not self.sheet.together:
            return (str(row.line),)
        return tuple(self.cell(row, heading) for heading in self.sheet.together)


def check(sheet: Sheet, table: Table, say: Say | None = None) -> Checked:
    """Read every line of the table, then what had to wait until all of it was seen. A fixed number of queries:
    one for each model referred to, and one for codes that begin with zeros."""
    headings = list(table.headings)
    checked = Checked(sheet, frozenset(headings))
    if not _headings_fit(checked, headings):
        return checked
    checked.places = {heading: place for place, heading in enumerate(headings)}
    waiting: list[Waiting] = []
    readers = [_reader(one, checked, table.habits, waiting) for one in sheet.fields]
    width, seen = len(headings), dict[tuple[Any, ...], int]()
    for line, given in table.rows:
        if say and checked.lines % _SAID == 0:
            say(str(sheet.title), checked.lines, max(table.size, checked.lines))
        checked.lines += 1
        # An empty cell at the end is what columns the file does not have are read from (place -1).
        cells = [*given[:width], *[""] * (width + 1 - len(given[:width]))]
        row = Row(line, {}, cells, checked.given)
        if any(given[width:]):
            checked.refuse(line, "", _("The line has more cells than there are headings."))
        for read in readers:
            read(row)
        checked.rows.append(row)
    for each in waiting:
        each.settle(checked, table.habits)
    for row in checked.rows:
        if row.line not in checked.refused:
            _look_at(checked, row, seen)
    if not table.habits.strict:
        numbers_for_codes(checked)
    checked.problems.sort(key=lambda problem: problem.line or 0)
    return checked


def _headings_fit(checked: Checked, headings: Sequence[str]) -> bool:
    sheet = checked.sheet
    known = set(sheet.headings)
    needed = [one.headings[-1] for one in sheet.fields if not isinstance(one, Attributes) and one.required]
    for heading in dict.fromkeys(needed):
        if heading not in headings:
            text = _("The column “{column}” is missing.").format(column=heading)
            checked.problems.append(Problem(sheet.name, text, 1, heading, code="column_missing"))
    for heading in headings:
        if heading and heading not in {*known, REASON} and not heading.startswith(sheet.prefixes or ("\0",)):
            text = _("The column “{column}” is not known here: it is left out.").format(column=heading)
            checked.problems.append(Problem(sheet.name, text, 1, heading, "warning", "column_unknown"))
        if heading and headings.count(heading) > 1:
            text = _("The column “{column}” is there twice.").format(column=heading)
            checked.problems.append(Problem(sheet.name, text, 1, heading, code="column_twice"))
    return not any(problem.is_error for problem in checked.problems)


def _look_at(checked: Checked, row: Row, seen: dict[tuple[Any, ...], int]) -> None:
    key = tuple(row.values[name] for name in checked.sheet.key)
    first = seen.setdefault(key, row.line)
    if first != row.line:
        text = _("The same row stands on line {line} already.").format(line=first)
        checked.refuse(row.line, checked.sheet.headings[0], text, "twice")
    for look in checked.sheet.checks:
        for column, sentence in look(row):
            checked.refuse(row.line, column, sentence)


@dataclass(slots=True)
class Waiting:
    """A cell that can be read in two ways until the whole file is known."""

    row: Row
    column: Column
    text: str

    def settle(self, checked: Checked, habits: Habits) -> None:
        """Read it as the rest of the file says, or refuse its line."""
        try:
            settled = habits.settled_day if isinstance(self.column.kind, Day) else habits.settled_number
            self.row.values[self.column.target] = self.column.kind.parse(settled(self.text))
        except Unreadable as error:
            checked.refuse(self.row.line, self.column.name, str(error), "unreadable")


def _reader(
    one: Column | Reference | Attributes, checked: Checked, habits: Habits, waiting: list[Waiting]
) -> Callable[[Row], None]:
    if isinstance(one, Column):
        return _column_reader(one, checked, habits, waiting)
    if isinstance(one, Reference):
        return reference_reader(one, checked)
    return _attributes_reader(one, checked)


def _column_reader(
    column: Column, checked: Checked, habits: Habits, waiting: list[Waiting]
) -> Callable[[Row], None]:
    name, target, place = column.name, column.target, checked.places.get(column.name, -1)
    # Most cells of a column repeat: dates, flags, quantities. Each is read once.
    known: dict[str, Any] = {}
    empty = _empty(column, checked.sheet)
    plain = _plain(column, habits)

    def read(row: Row) -> None:
        text = row.cells[place]
        if text in known and text.__class__ is str:
            row.values[target] = known[text]
            return
        row.values[target] = None
        words = text if isinstance(text, Native) else text.strip()
        if not words and column.required:
            checked.refuse(row.line, name, _("“{column}” is empty.").format(column=name), "empty")
            return
        try:
            ours = plain(words) if words else ""
            if ours is WAITS:
                waiting.append(Waiting(row, column, words))
                return
            row.values[target] = column.kind.parse(ours) if words else empty
            if text.__class__ is str:
                known[text] = row.values[target]
        except Unreadable as error:
            checked.refuse(row.line, name, str(error), "unreadable")

    return read


def _plain(column: Column, habits: Habits) -> Callable[[str], Any]:
    """How a cell of the column is put into our way of writing before it is parsed."""
    if isinstance(column.kind, Number | Whole):
        return lambda words: words if isinstance(words, Native) else habits.number(words)
    if isinstance(column.kind, Day):
        return habits.day
    return str


def _empty(column: Column, sheet: Sheet) -> Any:
    """What an empty cell means: the sheet's own default, else the model's, else nothing."""
    if column.default is not None:
        return column.default
    field = next((one for one in sheet.model._meta.concrete_fields if one.name == column.target), None)
    if field is not None and field.has_default():
        return field.get_default()
    return "" if isinstance(column.kind, Text) else None


def _attributes_reader(attributes: Attributes, checked: Checked) -> Callable[[Row], None]:
    names = {
        name: name.removeprefix(attributes.prefix)
        for name in checked.given
        if name.startswith(attributes.prefix)
    }

    def read(row: Row) -> None:
        cells = ((short, checked.cell(row, name)) for name, short in sorted(names.items()))
        row.values[attributes.target] = {short: text for short, text in cells if text}

    return read
