"""What is wrong with a file: all of it is counted, the first of each kind are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Self

from strategies.services.importer.sheets import Problem

Kind = tuple[str, str]
"""Name of the sheet, level."""


class Problems(list[Problem]):
    """Problems in the order they were found. Of each sheet and level at least the first `most`, by line, are kept;
    0 keeps all. What was left out is counted in `counts`."""

    def __init__(self, found: Iterable[Problem] = (), *, most: int = 0) -> None:
        super().__init__()
        self.most = most
        self.counts: Counter[Kind] = Counter()
        self._kept: Counter[Kind] = Counter()
        self.extend(found)

    def append(self, problem: Problem) -> None:
        kind = (problem.sheet, problem.level)
        self.counts[kind] += 1
        self._kept[kind] += 1
        super().append(problem)
        if self.most and self._kept[kind] >= 2 * self.most:
            self._shorten(kind)

    def extend(self, found: Iterable[Problem]) -> None:
        for problem in found:
            self.append(problem)
        if isinstance(found, Problems):
            # Those that were left out there are no less there.
            self.counts.update(found.counts - found._kept)

    def __iadd__(self, found: Iterable[Problem]) -> Self:  # type: ignore[override, misc]  # counts what it adds
        self.extend(found)
        return self

    def _shorten(self, kind: Kind) -> None:
        lines = sorted(one.line or 0 for one in self if (one.sheet, one.level) == kind)
        last = lines[self.most - 1]
        ties = self.most - sum(line < last for line in lines)
        kept = []
        for one in self:
            line = one.line or 0
            if (one.sheet, one.level) == kind and line >= last:
                if line > last or not ties:
                    continue
                ties -= 1
            kept.append(one)
        self[:] = kept
        self._kept[kind] = self.most

    @property
    def errors(self) -> int:
        """How many stop something from being saved."""
        return sum(count for (_sheet, level), count in self.counts.items() if level == "error")

    @property
    def warnings(self) -> int:
        return self.counts.total() - self.errors
