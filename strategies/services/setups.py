"""Families of items and how long it takes to change over between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import WorkSaved
from strategies.models import SetupFamily, SetupMatrix, SetupTime
from strategies.services.keeping import keep, opened, take_away

LONGEST = 30 * 86_400
"""Seconds of a change-over that are taken for a slip of the pen."""


@transaction.atomic
def save_family(*, setupfamily: SetupFamily | None = None, code: str, name: str, by: User) -> SetupFamily:
    """A setup family, new or changed."""
    return keep(opened(SetupFamily, setupfamily), {"code": code, "name": name}, by)


@transaction.atomic
def delete_family(*, setupfamily: SetupFamily, by: User) -> None:
    """Refused while an item or a matrix names it."""
    take_away(setupfamily, by)


@transaction.atomic
def save_matrix(*, setupmatrix: SetupMatrix | None = None, code: str, name: str, by: User) -> SetupMatrix:
    """A setup matrix, new or changed."""
    return keep(opened(SetupMatrix, setupmatrix), {"code": code, "name": name}, by)


@transaction.atomic
def delete_matrix(*, setupmatrix: SetupMatrix, by: User) -> None:
    """Refused while a resource or a work centre changes over by it."""
    take_away(setupmatrix, by)


@dataclass(frozen=True, kw_only=True)
class CellInput:
    """From one family to another (None: any) in so many seconds; without seconds the entry goes away."""

    source: SetupFamily | None
    target: SetupFamily | None
    seconds: int | None
    cost: Decimal | None = None


@transaction.atomic
def set_cells(
    *, matrix: SetupMatrix, cells: Sequence[CellInput], revision: int | None = None, by: User
) -> SetupMatrix:
    """Enter change-overs into a matrix; entries that are not named stay. All or none.

    Refused for a time below 0 or over 30 days, for a cell named twice, and when the matrix has changed since
    `revision`.
    """
    row = opened(SetupMatrix, matrix, revision)
    named = {(cell.source, cell.target) for cell in cells}
    if len(named) != len(cells):
        raise Refused(_("A change-over is named twice."), code="twice", field="cells")
    for cell in cells:
        if cell.seconds is not None and not 0 <= cell.seconds <= LONGEST:
            raise Refused(
                _("{source} → {target}: a change-over takes from 0 seconds to 30 days."),
                code="seconds",
                field="cells",
                source=cell.source.code if cell.source else "*",
                target=cell.target.code if cell.target else "*",
            )
    _store(row, cells)
    row.revision += 1
    row.save(update_fields=["revision"])
    tell(WorkSaved(records=(row,), by=by))
    return row


def _store(matrix: SetupMatrix, cells: Sequence[CellInput]) -> None:
    now = {(one.source_id, one.target_id): one for one in matrix.times.select_for_update().order_by("pk")}
    fresh, changed, gone = [], [], []
    for cell in cells:
        key = (cell.source.pk if cell.source else None, cell.target.pk if cell.target else None)
        known = now.get(key)
        if cell.seconds is None:
            gone += [known.pk] if known else []
        elif known is None:
            fresh.append(
                SetupTime(
                    matrix=matrix,
                    source=cell.source,
                    target=cell.target,
                    seconds=cell.seconds,
                    cost=cell.cost or 0,
                )
            )
        else:
            known.seconds = cell.seconds
            known.cost = known.cost if cell.cost is None else cell.cost
            changed.append(known)
    SetupTime.objects.filter(pk__in=gone).delete()
    SetupTime.objects.bulk_update(changed, ["seconds", "cost"])
    SetupTime.objects.bulk_create(fresh)
