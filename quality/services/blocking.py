"""What an inspection keeps from going on: its operation through planning's blocks, its lots through holds."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from p2p.core.models import User
from p2p.inventory.models import Hold, Lot
from p2p.inventory.services import holds
from planning.models import Operation, OperationLink
from planning.services import block as planning_block
from quality.models import Inspection

SOURCE = "quality"


def block(inspections: Sequence[Inspection], *, by: User | None) -> None:
    """Show why operations cannot finish; what a vendor sent back blocks the operation after it."""
    successors = _successors([one for one in inspections if one.receipt_line_id])
    blocks = []
    for one in inspections:
        if one.operation is None:
            continue
        stopped = successors.get(one.operation.pk, []) if one.receipt_line_id else [one.operation]
        sentence = _("{inspection} has to be accepted first.").format(inspection=one.number)
        blocks += [
            planning_block.NewBlock(
                operation=operation, source=SOURCE, reference=one.number, sentence=sentence
            )
            for operation in stopped
        ]
    if blocks:
        planning_block.open_blocks(blocks=blocks, by=by)


def unblock(inspection: Inspection, *, by: User | None) -> None:
    """The inspection no longer stands in the way: its blocks end and so do the holds it placed."""
    planning_block.close_blocks(source=SOURCE, reference=inspection.number, by=by)
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
    links = OperationLink.objects.filter(before__in=[one.operation_id for one in inspections])
    found: dict[int, list[Operation]] = {}
    for link in links.select_related("after__order").order_by("id"):
        found.setdefault(link.before_id, []).append(link.after)
    return found
