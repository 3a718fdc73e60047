"""Change-over times as people look at them: a matrix whole."""

from __future__ import annotations

from dataclasses import dataclass

from strategies.models import SetupFamily, SetupMatrix, SetupTime


@dataclass(frozen=True)
class Grid:
    """A matrix as people look at it: families down and across, any (None) first."""

    families: list[SetupFamily | None]
    cells: dict[tuple[int | None, int | None], SetupTime]


def grid(matrix: SetupMatrix) -> Grid:
    """All families with the entries between them; two queries."""
    cells = {(one.source_id, one.target_id): one for one in matrix.times.all()}
    return Grid([None, *SetupFamily.objects.order_by("code")], cells)
