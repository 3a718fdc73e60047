"""What an inspection keeps from going on: its operation through planning's blocks, its lots through holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from p2p.core.models import User
from p2p.inventory.models import Hold, Lot, Move
from p2p.inventory.services import holds
from planning.models import Operation
from planning.sequence import all_before
from planning.services import block as planning_block
from quality.models import Inspection

SOURCE = "quality"
Named: TypeAlias = tuple[int | None, int | None, int | None]
"""What a hold names: lot, serial number, place."""


def block(inspections: Sequence[Inspection], *, by: User | None) -> None:
    """Keep work from going on where these inspections forbid it, and show why on lists and the Gantt.

    Open: pieces a vendor sent back are not worked on; what is inspected here may be made, for it is made to be
    measured, and only its finish is refused (see gate). Rejected: nobody makes or takes further pieces.
    """
    after = _successors(inspections)
    blocks = []
    for one in inspections:
        if one.operation is None:
            continue
        rejected = one.state == Inspection.State.REJECTED
        here = [one.operation] if rejected and not one.receipt_line_id else []
        behind = after.get(one.operation.pk, []) if rejected or one.receipt_line_id else []
        words = _("{inspection} was rejected.") if rejected else _("{inspection} has to be accepted first.")
        blocks += [
            planning_block.NewBlock(
                operation=operation,
                source=SOURCE,
                reference=one.number,
                sentence=words.format(inspection=one.number),
            )
            for operation in here + behind
        ]
    planning_block.open_blocks(blocks=blocks, by=by)


def lift(inspection: Inspection, *, by: User | None) -> None:
    """End the blocks of an inspection; its holds stay."""
    planning_block.close_blocks(source=SOURCE, reference=inspection.number, by=by)


def unblock(inspection: Inspection, *, by: User | None) -> None:
    """The inspection no longer stands in the way: its blocks end and so do the holds it placed."""
    lift(inspection, by=by)
    standing = list(Hold.objects.filter(reference=inspection.number, released_at__isnull=True))
    if standing:
        holds.unhold(holds=standing, by=by)


def hold_lots(*, inspection: Inspection, lots: Sequence[Lot], by: User | None) -> list[Hold]:
    """Hold lots until the verdict; lots this inspection holds already are left alone."""
    held = set(
        Hold.objects.filter(reference=inspection.number, released_at__isnull=True).values_list(
            "lot_id", flat=True
        )
    )
    rows = [
        _waiting(inspection, lot=lot)
        for lot in lots
        if lot.pk not in held and lot.item_id == inspection.item_id
    ]
    return holds.hold_each(holds=rows, by=by)


def hold_arrivals(*, arrivals: Sequence[tuple[Inspection, Sequence[Move]]], by: User | None) -> list[Hold]:
    """Hold what these moves brought in until the verdict: the lot, the serial number, or, of an item without either,
    all of it that lies at the place, because nobody can tell it apart. A fixed number of statements."""
    rows: dict[tuple[int, Named], Hold] = {}
    for inspection, moves in arrivals:
        for move in moves:
            row = (
                _waiting(inspection, serial=move.serial)
                if move.serial
                else _waiting(inspection, lot=move.lot)
                if move.lot
                else _waiting(inspection, location=move.target)
            )
            rows.setdefault((inspection.pk, named(move)), row)
    return holds.hold_each(holds=list(rows.values()), by=by)


def named(move: Move) -> Named:
    """What the hold on something that came in names: its lot, or its serial number, or else its place."""
    if move.serial_id:
        return None, move.serial_id, None
    return (move.lot_id, None, None) if move.lot_id else (None, None, move.target_id)


def _waiting(inspection: Inspection, **what: Any) -> Hold:
    note = _("Waits for {inspection}").format(inspection=inspection.number)
    return Hold(kind=Hold.Kind.QUALITY, item=inspection.item, note=note, reference=inspection.number, **what)


def hold_again(*, inspection: Inspection, by: User | None) -> list[Hold]:
    """Hold what an inspection held before its verdict."""
    rows = Hold.objects.filter(reference=inspection.number).select_related("lot", "serial", "location")
    held: set[Named] = set()
    before: dict[Named, Hold] = {}
    for row in rows.order_by("id"):
        what = row.lot_id, row.serial_id, row.location_id
        if row.released_at is None:
            held.add(what)
        before[what] = _waiting(inspection, lot=row.lot, serial=row.serial, location=row.location)
    return holds.hold_each(holds=[row for what, row in before.items() if what not in held], by=by)


def _successors(inspections: Sequence[Inspection]) -> dict[int, list[Operation]]:
    """Inspected operation -> those that work directly with what it made."""
    inspected = {one.operation.pk: one.operation.order_id for one in inspections if one.operation}
    if not inspected:
        return {}
    before = all_before(set(inspected.values()))
    behind = {key for key, earlier in before.items() if not inspected.keys().isdisjoint(earlier)}
    found: dict[int, list[Operation]] = {}
    for operation in (
        Operation.objects.filter(pk__in=behind).select_related("order").order_by("order", "number")
    ):
        for earlier in before[operation.pk]:
            found.setdefault(earlier, []).append(operation)
    return found
