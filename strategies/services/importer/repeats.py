"""Which lines of a table say the same row once more, without keeping the keys of all."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from strategies.services.importer.sheets import Row
from strategies.services.importer.spool import Rows


class Keys:
    """Sixteen bytes for each row: the hash of its key and its line. Rows are compared where hashes are equal."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self._hashes = array("q")
        self._lines = array("Q")

    def note(self, row: Row) -> None:
        self._hashes.append(hash(self._key(row)))
        self._lines.append(row.line)

    def _key(self, row: Row) -> tuple[Any, ...]:
        return tuple([row.values[name] for name in self.names])

    def twice(self, rows: Rows) -> Iterator[tuple[int, int]]:
        """(line, the line where the same row stood first), by line."""
        suspects = self._suspects()
        seen: dict[tuple[Any, ...], int] = {}
        for row in rows if suspects else ():
            if row.line in suspects:
                first = seen.setdefault(self._key(row), row.line)
                if first != row.line:
                    yield row.line, first

    def _suspects(self) -> set[int]:
        ordered = sorted(self._hashes)
        same = {one for one, other in zip(ordered, ordered[1:], strict=False) if one == other}
        pairs = zip(self._hashes, self._lines, strict=True) if same else ()
        return {line for one, line in pairs if one in same}
