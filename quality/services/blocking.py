"""What an inspection keeps from going on: its operation through planning's blocks, its lots through holds."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from p2p.core.models import User
from p2p.inventory.models import Hold, Lot
from p2p.inventory.services import holds
from planning.models import Operation
from planning.sequence import all_before
from planning.services import block as planning_block
from quality.models import Inspection

SOURCE = "quality"


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
    return [
        holds.hold(
            item=inspection.item,
            kind=Hold.Kind.QUALITY,
            lot=lot,
            note=_("Waits for {inspection}").format(inspection=inspection.number),
            reference=inspection.number,
            by=by,
        )
        for lot in lots
        if lot.pk not in held and lot.item_id == inspection.item_id
    ]


def hold_again(*, inspection: Inspection, by: User | None) -> list[Hold]:
    """Hold the lots that an inspection held before its verdict."""
    before = Hold.objects.filter(reference=inspection.number, lot__isnull=False).select_related("lot__item")
    lots = {row.lot.pk: row.lot for row in before.order_by("id") if row.lot}
    return hold_lots(inspection=inspection, lots=list(lots.values()), by=by)


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
