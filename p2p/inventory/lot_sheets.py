"""What the lines of a sheet say of their lots: one lot is one thing, in the file and in the books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from p2p.inventory.models import Lot
from p2p.inventory.services.joining import Said, differing
from strategies.models import Item
from strategies.services.importer import Problem, Row

Key = tuple[int, str]


def lots_said(rows: Sequence[Row]) -> dict[Key, Lot]:
    """Item and number -> the lot with what any of its lines says about it; of two that differ the first is taken."""
    lots: dict[Key, Lot] = {}
    for row in (row for row in rows if row.values["lot"]):
        lot = lots.setdefault(_key(row), Lot(item_id=row.values["item"], number=row.values["lot"]))
        new = {column: value for column, value in _columns(row).items() if not getattr(lot, column)}
        for column, value in new.items():
            setattr(lot, column, value)
    return lots


def lots_that_differ(sheet: str, rows: Sequence[Row]) -> Iterator[Problem]:
    """Lines that say something else of a lot than a line before, or than the books. Two queries."""
    named = [row for row in rows if row.values["lot"]]
    if not named:
        return
    items = Item.objects.in_bulk({row.values["item"] for row in named})
    there = Lot.objects.filter(item__in=items, number__in={row.values["lot"] for row in named})
    written: dict[Key, Lot] = {(lot.item_id, lot.number): lot for lot in there.select_related("vendor")}
    in_file = lots_said(named)
    for row in named:
        lot = written.get(_key(row)) or in_file[_key(row)]
        refused = differing(item=items[row.values["item"]], lot=lot, said=Said(**_columns(row)))
        if refused is not None:
            yield Problem(sheet, str(refused), row.line, refused.field, code=refused.code)


def _key(row: Row) -> Key:
    return row.values["item"], row.values["lot"]


def _columns(row: Row) -> dict[str, Any]:
    return {
        "vendor_lot": row.values["vendor_lot"] or "",
        "made_on": row.values["made_on"],
        "expires_on": row.values["expires_on"],
    }
