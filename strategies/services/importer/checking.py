"""A table of text becomes rows with values: headings are compared, cells read, references looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from p2p.core.runs import Say
from strategies.services.importer.habits import WAITS, Habits, Native, mangled
from strategies.services.importer.kinds import Day, Number, Text, Unreadable, Whole
from strategies.services.importer.reading import Table
from strategies.services.importer.sheets import Attributes, Column, Problem, Reference, Row, Sheet

_SAID = 1000
"""Lines between two words about how far it is."""
REASON = "reason"
"""A column that files of refused lines have: left out without a word where the sheet has none."""
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
        _numbers_for_codes(checked)
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
        return _reference_reader(one, checked)
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


def _numbers_for_codes(checked: Checked) -> None:
    """Codes that a spreadsheet has turned into numbers or days, or has taken the zeros off: the line is refused,
    unless a record is really called so. One query, one more where something looks odd."""
    name = checked.sheet.key[0]
    column = next((one for one in checked.sheet.fields if one.target == name), None)
    if len(checked.sheet.key) > 1 or not isinstance(column, Column) or not isinstance(column.kind, Text):
        return
    place, codes = checked.places.get(column.name, -1), checked.sheet.model._base_manager.order_by()
    padded = {
        code.lstrip("0"): code
        for code in codes.filter(**{f"{name}__startswith": "0"}).values_list(name, flat=True)
    }
    odd = [(row, row.cells[place], mangled(row.cells[place])) for row in checked.rows]
    odd = [each for each in odd if each[2] or each[1] in padded]
    there = (
        set(
            codes.filter(**{f"{name}__in": [str(text) for _row, text, _why in odd]}).values_list(
                name, flat=True
            )
        )
        if odd
        else set()
    )
    for row, text, why in odd:
        if text in there and not (isinstance(text, Native) and text in padded):
            continue
        lost = _("There is {code}: a spreadsheet has taken the zeros off. Format the column as text.")
        checked.refuse(row.line, column.name, why or lost.format(code=padded[text]), "mangled")
    _warn_of_numbers(checked, column.name, place)


def _warn_of_numbers(checked: Checked, name: str, place: int) -> None:
    typed = [row for row in checked.rows if isinstance(row.cells[place], Native)]
    if typed:
        text = _(
            "{count} cells are numbers, not text: zeros at their beginning, if there were any, are lost."
        )
        found = Problem(
            checked.sheet.name, text.format(count=len(typed)), typed[0].line, name, "warning", "numbers"
        )
        checked.problems.append(found)


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
        if isinstance(row.cells[places[-1]], Native) and _padded(found, key):
            row.values[target] = None
        if key[-1] and row.values[target] is None:
            why = mangled(row.cells[places[-1]]) or _padded(found, key) or nothing_called(reference, key)
            checked.refuse(row.line, last, why, "unknown")
        elif key[-1] or not reference.required:
            known[text] = row.values[target]

    return read


def _padded(found: Mapping[tuple[str, ...], Any], key: tuple[str, ...]) -> str:
    """A sentence where the only difference to a known key is zeros at its beginning."""
    if not key[-1].isdigit():
        return ""
    for width in range(len(key[-1]) + 1, 21):
        longer = (*key[:-1], key[-1].zfill(width))
        if longer in found:
            lost = _("There is {code}: a spreadsheet has taken the zeros off. Format the column as text.")
            return lost.format(code=longer[-1])
    return ""


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
