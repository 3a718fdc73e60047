"""A table of text becomes rows with values: headings are compared, cells read, references looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from strategies.services.importer.kinds import Text, Unreadable
from strategies.services.importer.reading import Table
from strategies.services.importer.sheets import Attributes, Column, Problem, Reference, Row, Sheet

_LATER = object()
"""Refers to a row of the same sheet that is not stored yet."""


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


def check(sheet: Sheet, table: Table) -> Checked:
    """Read every line of the table. A fixed number of queries: one for each model referred to."""
    headings = list(table.headings)
    checked = Checked(sheet, frozenset(headings))
    if not _headings_fit(checked, headings):
        return checked
    checked.places = {heading: place for place, heading in enumerate(headings)}
    readers = [_reader(one, checked) for one in sheet.fields]
    width, seen = len(headings), dict[tuple[Any, ...], int]()
    for line, given in table.rows:
        checked.lines += 1
        # An empty cell at the end is what columns the file does not have are read from (place -1).
        cells = [*given[:width], *[""] * (width + 1 - len(given[:width]))]
        row = Row(line, {}, cells, checked.given)
        before = len(checked.problems)
        if any(given[width:]):
            checked.refuse(line, "", _("The line has more cells than there are headings."))
        for read in readers:
            read(row)
        if len(checked.problems) == before:
            _look_at(checked, row, seen)
        checked.rows.append(row)
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
        if heading and heading not in known and not heading.startswith(sheet.prefixes or ("\0",)):
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


def _reader(one: Column | Reference | Attributes, checked: Checked) -> Callable[[Row], None]:
    if isinstance(one, Column):
        return _column_reader(one, checked)
    if isinstance(one, Reference):
        return _reference_reader(one, checked)
    return _attributes_reader(one, checked)


def _column_reader(column: Column, checked: Checked) -> Callable[[Row], None]:
    name, target, place = column.name, column.target, checked.places.get(column.name, -1)
    # Most cells of a column repeat: dates, flags, quantities. Each is read once.
    known: dict[str, Any] = {}
    empty = _empty(column, checked.sheet)

    def read(row: Row) -> None:
        text = row.cells[place]
        if text in known:
            row.values[target] = known[text]
            return
        row.values[target] = None
        words = text.strip()
        if not words and column.required:
            checked.refuse(row.line, name, _("“{column}” is empty.").format(column=name), "empty")
            return
        try:
            row.values[target] = known[text] = column.kind.parse(words) if words else empty
        except Unreadable as error:
            checked.refuse(row.line, name, str(error), "unreadable")

    return read


def _empty(column: Column, sheet: Sheet) -> Any:
    """What an empty cell means: the sheet's own default, else the model's, else nothing."""
    if column.default is not None:
        return column.default
    field = next((one for one in sheet.model._meta.concrete_fields if one.name == column.target), None)
    if field is not None and field.has_default():
        return field.get_default()
    return "" if isinstance(column.kind, Text) else None


def keys_of(reference: Reference) -> dict[tuple[str, ...], Any]:
    """Every row that can be referred to, by the text it is called by. One query."""
    rows = reference.model._base_manager.values_list(*reference.keys, "pk")
    return {
        tuple("" if part is None else str(part) for part in key): pk
        for *key, pk in rows.iterator(chunk_size=20_000)
    }


def _reference_reader(reference: Reference, checked: Checked) -> Callable[[Row], None]:
    found = keys_of(reference)
    target, last = reference.target, reference.columns[-1]
    places = [checked.places.get(name, -1) for name in reference.columns]
    raw = itemgetter(*places)
    missing = _LATER if reference.model is checked.sheet.model else None
    known: dict[Any, Any] = {}

    def read(row: Row) -> None:
        text = raw(row.cells)
        if text in known:
            row.values[target] = known[text]
            return
        key = tuple([row.cells[place].strip() for place in places])
        if not key[-1] and reference.required:
            checked.refuse(row.line, last, _("“{column}” is empty.").format(column=last), "empty")
        row.values[target] = found.get(key, missing) if key[-1] else None
        if key[-1] and row.values[target] is None:
            checked.refuse(row.line, last, nothing_called(reference, key), "unknown")
        elif key[-1] or not reference.required:
            known[text] = row.values[target]

    return read


def nothing_called(reference: Reference, key: Sequence[str]) -> str:
    """The sentence for a reference to nothing."""
    called = " / ".join(part for part in key if part)
    return _("There is no {what} “{key}”.").format(what=reference.model._meta.verbose_name, key=called)


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


def waves(checked: Checked) -> Iterator[list[Row]]:
    """The rows in portions of which each refers only to rows stored before it. Refuses rows that go in
    circles or refer to a row that is not there."""
    selves = [
        one for one in checked.sheet.fields if isinstance(one, Reference) and one.model is checked.sheet.model
    ]
    waiting = checked.rows
    while waiting:
        known = {one.field: keys_of(one) for one in selves}
        ready, waiting = _parted(checked, waiting, selves, known)
        if not ready:
            _refuse_strays(checked, waiting, selves)
            return
        yield ready


def _parted(
    checked: Checked, rows: Sequence[Row], selves: Sequence[Reference], known: Mapping[str, Mapping[Any, Any]]
) -> tuple[list[Row], list[Row]]:
    """Rows whose references to their own kind are stored, and the others."""
    ready: list[Row] = []
    waiting: list[Row] = []
    for row in rows:
        for one in selves:
            key = _key(checked, row, one)
            row.values[one.target] = known[one.field].get(key, _LATER) if key[-1] else None
        stored = all(row.values[one.target] is not _LATER for one in selves)
        (ready if stored else waiting).append(row)
    return ready, waiting


def _key(checked: Checked, row: Row, reference: Reference) -> tuple[str, ...]:
    return tuple([checked.cell(row, name) for name in reference.columns])


def _refuse_strays(checked: Checked, rows: Sequence[Row], selves: Sequence[Reference]) -> None:
    for row in rows:
        for one in selves:
            if row.values[one.target] is _LATER:
                text = _("{sentence} Or it goes round in a circle.")
                text = text.format(sentence=nothing_called(one, _key(checked, row, one)))
                checked.refuse(row.line, one.columns[-1], text, "unknown")
