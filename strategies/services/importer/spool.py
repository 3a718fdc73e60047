"""The rows of a table while an import looks at them again and again: column by column in a file of its own, a slice at
a time in memory, so that half a million lines need no more room than a thousand."""

from __future__ import annotations

import pickle
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, MutableMapping, Sequence
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, overload

from strategies.services.importer.sheets import Row

SLICE = 1000
"""Rows that are in memory at a time."""
AT_HAND = 1 << 21
"""Bytes that stay in memory: only what is longer is written to a file."""

Place = tuple[int, int] | list[Any]
"""Where a column of a slice lies in the file, or its one value where all rows have the same."""


class Store:
    """The columns of a table's rows: values by the name of their target, cells by their place."""

    def __init__(self, given: frozenset[str]) -> None:
        self.given = given
        self.lines = array("Q")
        self.names: tuple[str, ...] = ()
        self.width = 0
        # Changed after it was put here, by name and by the place of the row.
        self.changed: dict[str, dict[int, Any]] = {}
        self._file = SpooledTemporaryFile(max_size=AT_HAND)  # noqa: SIM115 - it is there as long as its rows
        self._end = 0
        self._slices: list[dict[str | int, Place]] = []

    def put(self, rows: Sequence[Row], at: int = -1) -> None:
        """Write a slice after the others, or once more in the place of slice `at`."""
        columns: dict[str | int, Place] = {}
        self.names, self.width = tuple(rows[0].values), len(rows[0].cells)
        for name in self.names:
            columns[name] = self._kept([row.values[name] for row in rows])
        for place in range(self.width):
            columns[place] = self._kept([row.cells[place] for row in rows])
        if at < 0:
            self._slices.append(columns)
            self.lines.extend(row.line for row in rows)
        else:
            self._slices[at] = columns

    def _kept(self, column: list[Any]) -> Place:
        first = column[0]
        if all(value is first for value in column):
            return [first]
        raw = pickle.dumps(column, pickle.HIGHEST_PROTOCOL)
        begin = self._end
        self._file.seek(begin)
        self._file.write(raw)
        self._end += len(raw)
        return begin, len(raw)

    def column(self, at: int, name: str | int) -> list[Any]:
        """One column of slice `at`. KeyError where there is none of that name."""
        place = self._slices[at][name]
        if isinstance(place, list):
            return place * self.count(at)
        self._file.seek(place[0])
        # This process wrote it a moment ago, into a file without a name: nobody else can have.
        found: list[Any] = pickle.loads(self._file.read(place[1]))
        return found

    def count(self, at: int) -> int:
        """Rows of slice `at`."""
        return min(SLICE, len(self.lines) - at * SLICE)


class Slice:
    """The columns of a slice that have been asked for."""

    __slots__ = ("at", "columns", "first", "store")

    def __init__(self, store: Store, at: int) -> None:
        self.store = store
        self.at = at
        self.first = at * SLICE
        self.columns: dict[str | int, list[Any]] = {}

    def column(self, name: str | int) -> list[Any]:
        found = self.columns.get(name)
        if found is None:
            found = self.columns[name] = self.store.column(self.at, name)
        return found

    def changed(self, name: str) -> list[Any]:
        """The column with what was changed since."""
        column, since = self.column(name), self.store.changed.get(name)
        if since:
            return [since.get(self.first + place, value) for place, value in enumerate(column)]
        return column

    def row(self, place: int) -> Row:
        line = self.store.lines[self.first + place]
        return Row(line, Values(self, place), Cells(self, place), self.store.given)


class Values(MutableMapping[str, Any]):
    """The values of one row by target; a change is seen by everybody who reads the row afterwards."""

    __slots__ = ("_place", "_slice")

    def __init__(self, piece: Slice, place: int) -> None:
        self._slice = piece
        self._place = place

    def __getitem__(self, name: str) -> Any:
        changed = self._slice.store.changed
        if changed and name in changed:
            index = self._slice.first + self._place
            if index in changed[name]:
                return changed[name][index]
        return self._slice.column(name)[self._place]

    def __setitem__(self, name: str, value: Any) -> None:
        self._slice.store.changed.setdefault(name, {})[self._slice.first + self._place] = value

    def __delitem__(self, name: str) -> None:
        raise TypeError("A row keeps its columns.")

    def __iter__(self) -> Iterator[str]:
        store, index = self._slice.store, self._slice.first + self._place
        yield from store.names
        yield from (name for name, rows in store.changed.items() if index in rows and name not in store.names)

    def __len__(self) -> int:
        return sum(1 for _name in self)


class Cells(Sequence[str]):
    """The cells of one row as its file has them."""

    __slots__ = ("_place", "_slice")

    def __init__(self, piece: Slice, place: int) -> None:
        self._slice = piece
        self._place = place

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        width = len(self)
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(width))]
        if not -width <= place < width:
            raise IndexError(place)
        cell: str = self._slice.column(place if place >= 0 else width + place)[self._place]
        return cell

    def __len__(self) -> int:
        return self._slice.store.width


class Rows(Sequence[Row]):
    """The rows of a table in the order of its file, without those that were dropped."""

    def __init__(self, given: frozenset[str] = frozenset()) -> None:
        self._store = Store(given)
        self._gone = bytearray()
        self._last: list[Row] = []
        self._late: set[int] = set()

    # ---- filling

    def append(self, row: Row, *, late: bool = False) -> None:
        """One more; a `late` one is seen again by `settle`."""
        self._last.append(row)
        if late:
            self._late.add(len(self._gone) // SLICE)
        if len(self._last) == SLICE:
            self._put()

    def _put(self) -> None:
        if self._last:
            self._store.put(self._last)
            self._gone.extend(bytes(len(self._last)))
            self._last = []

    def settle(self, settle: Callable[[Row], None]) -> None:
        """Show rows to `settle`, at least all late ones: what it makes of their values is kept."""
        self._put()
        for at in sorted(self._late):
            piece = Slice(self._store, at)
            rows = []
            for place in range(self._store.count(at)):
                row = piece.row(place)
                rows.append(Row(row.line, dict(row.values), list(row.cells), row.given))
                settle(rows[-1])
            self._store.put(rows, at)
        self._late = set()

    # ---- leaving out

    def drop(self, lines: Collection[int]) -> None:
        """Leave out the rows that begin on these lines."""
        self._put()
        every = self._store.lines
        for line in lines:
            place = bisect_left(every, line)
            if place < len(every) and every[place] == line:
                self._gone[place] = 1

    def drop_all(self) -> None:
        self._put()
        self._gone = bytearray(b"\x01" * len(self._gone))

    def chosen(self, choose: Callable[[Row], bool]) -> tuple[Rows, Rows]:
        """The rows it says yes to, and the others; a change of a row is seen in all three."""
        yes, no = self._twin(), self._twin()
        for place, row in self._placed():
            (no if choose(row) else yes)._gone[place] = 1
        return yes, no

    def both(self, other: Rows) -> Rows:
        """Of these rows those that `other`, which has come from the same table, has not dropped."""
        found = self._twin()
        found._gone = bytearray(mine | yours for mine, yours in zip(self._gone, other._gone, strict=True))
        return found

    def _twin(self) -> Rows:
        self._put()
        found = Rows()
        found._store, found._gone = self._store, bytearray(self._gone)
        return found

    # ---- reading

    def _placed(self) -> Iterator[tuple[int, Row]]:
        self._put()
        for at in range(0, len(self._gone), SLICE):
            gone, piece = bytes(self._gone[at : at + SLICE]), Slice(self._store, at // SLICE)
            for place in [place for place, dropped in enumerate(gone) if not dropped]:
                yield at + place, piece.row(place)

    def __iter__(self) -> Iterator[Row]:
        for _place, row in self._placed():
            yield row

    def __reversed__(self) -> Iterator[Row]:
        self._put()
        for at in reversed(range(0, len(self._gone), SLICE)):
            # One for all rows of a slice: it reads a column once.
            piece, gone = Slice(self._store, at // SLICE), self._gone[at : at + SLICE]
            yield from (piece.row(place) for place in reversed(range(len(gone))) if not gone[place])

    def __len__(self) -> int:
        return self._gone.count(0) + len(self._last)

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        wanted = range(len(self))[place]
        if isinstance(wanted, int):
            return next(islice(self, wanted, None))
        return [self[each] for each in wanted]

    def lines(self) -> array[int]:
        """The lines they begin on."""
        self._put()
        return array(
            "Q", (line for line, gone in zip(self._store.lines, self._gone, strict=True) if not gone)
        )

    def tuples(self, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """(line, the values with these names) of each row: the quick way to all of them."""
        self._put()
        for at in range(0, len(self._gone), SLICE):
            gone, piece = self._gone[at : at + SLICE], Slice(self._store, at // SLICE)
            lines = self._store.lines[at : at + SLICE]
            columns = [piece.changed(name) for name in names]
            for dropped, *values in zip(gone, lines, *columns, strict=True):
                if not dropped:
                    yield tuple(values)


def portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """A few thousand at a time, for what asks about all of them in one query."""
    left = iter(rows)
    while taken := list(islice(left, 5 * SLICE)):
        yield taken
