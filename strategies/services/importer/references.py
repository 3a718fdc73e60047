"""What a row refers to: looked up by the text it is called by, also among rows of its own file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from strategies.services.importer.habits import Native, mangled
from strategies.services.importer.sheets import Reference, Row
from strategies.services.importer.spool import Rows

if TYPE_CHECKING:
    from strategies.services.importer.checking import Checked


class _Later(Enum):
    LATER = "later"


_LATER = _Later.LATER
"""Refers to a row of the same sheet that is not stored yet."""
KNOWN = 10_000
"""Cells of a column that are remembered with what they mean."""


def keys_of(reference: Reference) -> dict[tuple[str, ...], Any]:
    """Every row that can be referred to, by the text it is called by. One query."""
    rows = reference.model._base_manager.values_list(*reference.keys, "pk")
    return {
        tuple("" if part is None else str(part) for part in key): pk
        for *key, pk in rows.iterator(chunk_size=20_000)
    }


def reference_reader(reference: Reference, checked: Checked) -> Callable[[Row], None]:
    found: dict[tuple[str, ...], Any] = {}
    asked = False
    target, last = reference.target, reference.columns[-1]
    places = [checked.places.get(name, -1) for name in reference.columns]
    raw = itemgetter(*places)
    missing = _LATER if reference.model is checked.sheet.model else None
    known: dict[Any, Any] = {}

    def look_up(key: tuple[str, ...]) -> Any:
        nonlocal asked
        # Most files leave some columns out: nobody need read a hundred thousand versions for those.
        if not asked:
            asked = True
            found.update(keys_of(reference))
        return found.get(key, missing)

    def read(row: Row) -> None:
        text = raw(row.cells)
        if text in known:
            row.values[target] = known[text]
            return
        key = tuple([row.cells[place].strip() for place in places])
        if not key[-1] and reference.required:
            checked.refuse(row.line, last, _("“{column}” is empty.").format(column=last), "empty")
        row.values[target] = look_up(key) if key[-1] else None
        if isinstance(row.cells[places[-1]], Native) and _padded(found, key):
            row.values[target] = None
        if key[-1] and row.values[target] is None:
            why = mangled(row.cells[places[-1]]) or _padded(found, key) or nothing_called(reference, key)
            checked.refuse(row.line, last, why, "unknown")
        elif (key[-1] or not reference.required) and len(known) < KNOWN:
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


def waves(checked: Checked) -> Iterator[Rows]:
    """The rows in portions of which each refers only to rows stored before it. Refuses rows that go in
    circles or refer to a row that is not there."""
    selves = [
        one for one in checked.sheet.fields if isinstance(one, Reference) and one.model is checked.sheet.model
    ]
    waiting = checked.rows
    while waiting:
        ready, waiting = _parted(checked, waiting, selves)
        if not ready:
            _refuse_strays(checked, waiting, selves)
            return
        yield ready


def _parted(checked: Checked, rows: Rows, selves: Sequence[Reference]) -> tuple[Rows, Rows]:
    """Rows whose references to their own kind are stored, and the others. A query for each reference."""
    known = {one.field: keys_of(one) for one in selves}

    def is_ready(row: Row) -> bool:
        stored = True
        for one in selves:
            key = _key(checked, row, one)
            found = known[one.field].get(key, _LATER) if key[-1] else None
            stored = stored and found is not _LATER
            if row.values[one.target] is not found:
                row.values[one.target] = found
        return stored

    return rows.chosen(is_ready)


def _key(checked: Checked, row: Row, reference: Reference) -> tuple[str, ...]:
    return tuple([checked.cell(row, name) for name in reference.columns])


def _refuse_strays(checked: Checked, rows: Iterable[Row], selves: Sequence[Reference]) -> None:
    for row in rows:
        for one in selves:
            if row.values[one.target] is _LATER:
                text = _("{sentence} Or it goes round in a circle.")
                text = text.format(sentence=nothing_called(one, _key(checked, row, one)))
                checked.refuse(row.line, one.columns[-1], text, "unknown")
