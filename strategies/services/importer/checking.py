"""A table of text becomes rows with values: headings are compared, cells read, references looked up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from p2p.core.characters import hidden
from p2p.core.digits import latin
from p2p.core.fields import CodeField
from p2p.core.runs import Say
from strategies.services.importer.codes import numbers_for_codes
from strategies.services.importer.habits import WAITS, Habits, Native
from strategies.services.importer.kinds import Clock, Day, Number, Text, Unreadable, Whole
from strategies.services.importer.problems import Problems
from strategies.services.importer.references import KNOWN, reference_reader
from strategies.services.importer.repeats import Keys
from strategies.services.importer.sheets import Attributes, Column, Problem, Reference, Row, Sheet
from strategies.services.importer.spool import Rows
from strategies.services.importer.tables import Table

_SAID = 1000
"""Lines between two words about how far it is."""
REASON = "reason"
"""A column that files of refused lines have: left out without a word where the sheet has none."""


class Checked:
    """The rows of one table that could be read, and what was wrong with the others.

    Of each kind of problem the first `most` are kept, all of them where it is 0. `touched` are the keys of records
    that are new or have changed, where somebody wants to know.
    """

    touched: set[int] | None = None

    def __init__(self, sheet: Sheet, given: frozenset[str], most: int = 0) -> None:
        self.sheet = sheet
        self.given = given
        self.rows = Rows(given)
        self.problems = Problems(most=most)
        self.lines = 0
        self.refused: set[int] = set()
        self.places: dict[str, int] = {}
        self.waits = False

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
        if self.sheet.together:
            doomed = {self._bundle(row) for row in self.rows if row.line in self.refused}
            self.rows.drop([row.line for row in self.rows if self._bundle(row) in doomed] if doomed else ())
        self.rows.drop(self.refused)

    def _bundle(self, row: Row) -> tuple[str, ...]:
        return tuple(self.cell(row, heading) for heading in self.sheet.together)


def check(sheet: Sheet, table: Table, say: Say | None = None, *, most: int = 0) -> Checked:
    """Read every line of the table, then what had to wait until all of it was seen. A fixed number of queries:
    one for each model referred to, and one for codes that begin with zeros."""
    headings = list(table.headings)
    checked = Checked(sheet, frozenset(headings), most)
    if not _headings_fit(checked, headings):
        return checked
    checked.places = {heading: place for place, heading in enumerate(headings)}
    keys = Keys(sheet.key)
    _read_lines(checked, table, keys, say)
    settle = _settler(checked, table.habits)

    def see_again(row: Row) -> None:
        if settle(row) and row.line not in checked.refused:
            keys.note(row)
            _look_at(checked, row)

    checked.rows.settle(see_again)
    for line, first in keys.twice(checked.rows):
        text = _("The same row stands on line {line} already.").format(line=first)
        checked.refuse(line, sheet.headings[0], text, "twice")
    if not table.habits.strict:
        numbers_for_codes(checked)
    checked.problems.sort(key=lambda problem: problem.line or 0)
    return checked


def _read_lines(checked: Checked, table: Table, keys: Keys, say: Say | None) -> None:
    readers = [_reader(one, checked, table.habits) for one in checked.sheet.fields]
    width = len(table.headings)
    for line, given in table.rows:
        if say and checked.lines % _SAID == 0:
            say(str(checked.sheet.title), checked.lines, max(table.size, checked.lines))
        checked.lines += 1
        # An empty cell at the end is what columns the file does not have are read from (place -1).
        cells = [*given[:width], *[""] * (width + 1 - len(given[:width]))]
        row = Row(line, {}, cells, checked.given)
        if any(given[width:]):
            checked.refuse(line, "", _("The line has more cells than there are headings."))
        checked.waits = False
        for read in readers:
            read(row)
        if not checked.waits and line not in checked.refused:
            keys.note(row)
            _look_at(checked, row)
        checked.rows.append(row, late=checked.waits)


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


def _look_at(checked: Checked, row: Row) -> None:
    for look in checked.sheet.checks:
        for column, sentence in look(row):
            checked.refuse(row.line, column, sentence)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A cell that can be read in two ways until the whole file is known."""

    text: str


def _settler(checked: Checked, habits: Habits) -> Callable[[Row], bool]:
    """What reads the cells of a row that wait as the rest of the file says, or refuses its line; False where none
    waits."""
    columns = [one for one in checked.sheet.fields if isinstance(one, Column)]

    def settle(row: Row) -> bool:
        waited = False
        for column in columns:
            cell = row.values[column.target]
            if not isinstance(cell, Waiting):
                continue
            waited = True
            row.values[column.target] = None
            try:
                settled = habits.settled_day if isinstance(column.kind, Day) else habits.settled_number
                row.values[column.target] = column.kind.parse(settled(cell.text))
            except Unreadable as error:
                checked.refuse(row.line, column.name, str(error), "unreadable")
        return waited

    return settle


def _reader(one: Column | Reference | Attributes, checked: Checked, habits: Habits) -> Callable[[Row], None]:
    if isinstance(one, Column):
        return _column_reader(one, checked, habits)
    if isinstance(one, Reference):
        return reference_reader(one, checked)
    return _attributes_reader(one, checked)


def _column_reader(column: Column, checked: Checked, habits: Habits) -> Callable[[Row], None]:
    name, target, place = column.name, column.target, checked.places.get(column.name, -1)
    # Most cells of a column repeat: dates, flags, quantities. Each is read once.
    known: dict[str, Any] = {}
    empty = _empty(column, checked.sheet)
    plain, is_code = _plain(column, habits), isinstance(_kept_in(column, checked.sheet), CodeField)
    counts = isinstance(column.kind, Number | Whole | Day | Clock)

    def read(row: Row) -> None:
        text = row.cells[place]
        if text in known and text.__class__ is str:
            row.values[target] = known[text]
            return
        row.values[target] = None
        words = text if isinstance(text, Native) else latin(text.strip()) if counts else text.strip()
        if not words and column.required:
            checked.refuse(row.line, name, _("“{column}” is empty.").format(column=name), "empty")
            return
        try:
            ours = plain(words) if words else ""
            if ours is WAITS:
                row.values[target] = Waiting(words)
                checked.waits = True
                return
            if is_code and (why := hidden(words)):
                raise Unreadable(why)
            row.values[target] = column.kind.parse(ours) if words else empty
            if text.__class__ is str and len(known) < KNOWN:
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
    field = _kept_in(column, sheet)
    if field is not None and field.has_default():
        return field.get_default()
    return "" if isinstance(column.kind, Text) else None


def _kept_in(column: Column, sheet: Sheet) -> Any:
    """The column of the table, None for what is worked out of the cell."""
    return next((one for one in sheet.model._meta.concrete_fields if one.name == column.target), None)


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
