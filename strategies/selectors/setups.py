"""Change-over times as a schedule reads them: one matrix for each resource, whole."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from strategies.models import Resource, SetupFamily, SetupMatrix, SetupTime, Site


@dataclass(frozen=True)
class ChangeOvers:
    """What a sequence-dependent schedule needs: `matrices[matrix][from family, to family] = seconds` (None is
    any), and the matrix of each resource: its own, else its work centre's."""

    matrices: dict[int, dict[tuple[int | None, int | None], int]]
    of_resource: dict[int, int]


def change_overs(site: Site) -> ChangeOvers:
    """All change-overs of a site for `strategies.engine.setups.setup_seconds`; two queries."""
    matrices: dict[int, dict[tuple[int | None, int | None], int]] = defaultdict(dict)
    for matrix, source, target, seconds in SetupTime.objects.values_list(
        "matrix_id", "source_id", "target_id", "seconds"
    ):
        matrices[matrix][source, target] = seconds
    rows = Resource.objects.filter(site=site, active=True)
    own = rows.values_list("pk", "setup_matrix_id", "group__setup_matrix_id")
    return ChangeOvers(dict(matrices), {key: mine or theirs for key, mine, theirs in own if mine or theirs})


@dataclass(frozen=True)
class Grid:
    """A matrix as people look at it: families down and across, any (None) first."""

    families: list[SetupFamily | None]
    cells: dict[tuple[int | None, int | None], SetupTime]


def grid(matrix: SetupMatrix) -> Grid:
    """All families with the entries between them; two queries."""
    cells = {(one.source_id, one.target_id): one for one in matrix.times.all()}
    return Grid([None, *SetupFamily.objects.order_by("code")], cells)
