"""How long it takes to change over: from one family of items to the next, by the most exact entry of a matrix."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeAlias, TypeVar

Family: TypeAlias = Hashable | None
Entry = TypeVar("Entry")


def most_exact(matrix: Mapping[tuple[Family, Family], Entry], source: Family, target: Family) -> Entry | None:
    """The entry that holds from `source` to `target`; a family named outranks any (None).

    Order: both named, from this to any, from any to this, any to any. `from` goes before `to` because what is
    taken out of a machine (cleaning, cooling) takes longest in practice and is what plants enter first. An item
    without a family is None, and only entries for any hold for it. No entry: None.
    """
    for key in ((source, target), (source, None), (None, target), (None, None)):
        if key in matrix:
            return matrix[key]
    return None


def setup_seconds(
    matrix: Mapping[tuple[Family, Family], int], source: Family, target: Family, otherwise: int = 0
) -> int:
    """Seconds of change-over; `otherwise` (the operation's own setup) where the matrix says nothing.

    Within one family nothing is changed over, unless the matrix names that family to itself.
    """
    if source is not None and source == target:
        return matrix.get((source, target), 0)
    found = most_exact(matrix, source, target)
    return otherwise if found is None else found
