"""What was taken for a component goes back whole where it came from, and its pick lines want it again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F

from execution.facts import MaterialIssued
from execution.models import MaterialMove, PickLine, PickList
from execution.models.pick import PICK_FLOW
from execution.services import genealogy
from execution.services.chosen import Issue
from execution.services.flush import issued
from execution.services.job import Job
from execution.services.lines import free_at, reservation_for, without_place
from execution.services.reserve import place_lines
from execution.services.together import lock_stock
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.inventory.models import Reservation
from p2p.inventory.refusals import in_words
from p2p.inventory.services.ledger import reverse
from planning.models import ProductionOrder
from planning.services import progress

ZERO = Decimal(0)


def put_back(*, job: Job, rows: Sequence[MaterialMove], told: Issue) -> list[MaterialMove]:
    """Take these issues back: the mirror images. Lines are open again for it and reserve what they had, as far as it is
    free; else other stock. Tells MaterialIssued. Refused when products contain it already."""
    genealogy.refuse_used([row.move for row in rows], job.order)
    also = [(row.move.item, row.move.source) for row in rows]
    also += [
        (row.move.item, row.pick_line.location) for row in rows if row.pick_line and row.pick_line.location
    ]
    lock_stock(job=job, also=also)
    mirrors = reverse(moves=[row.move for row in rows], at=told.at, by=told.by)
    back = MaterialMove.objects.bulk_create(
        MaterialMove(material=row.material, move=mirror, pick_line=row.pick_line, adjustment=told.adjustment)
        for row, mirror in zip(rows, mirrors, strict=True)
    )
    progress.issue(quantities=issued([(row.material, -row.move.quantity) for row in back]))
    _open_again(job.order, back, told.by)
    tell(
        MaterialIssued(
            order=job.order, moves=tuple(mirrors), material_moves=tuple(back), reversed=True, by=told.by
        )
    )
    return back


def _open_again(order: ProductionOrder, back: Sequence[MaterialMove], by: User | None) -> None:
    came: dict[int, Decimal] = {}
    for row in back:
        if row.pick_line_id:
            came[row.pick_line_id] = came.get(row.pick_line_id, ZERO) + row.move.quantity
    lines = list(_fresh(list(came)))
    closed = [line.pick_list_id for line in lines if line.pick_list.state == PickList.State.PICKED]
    for pick_list in PickList.objects.filter(pk__in=closed).order_by("pk"):
        PICK_FLOW.take(pick_list, "reopen", picked_at=None, picked_by=None)
    for line in lines:
        PickLine.objects.filter(pk=line.pk).update(picked_quantity=F("picked_quantity") - came[line.pk])
        line.picked_quantity -= came[line.pk]
    homeless = [one for line in lines for one in [_hold(line, by)] if one is not None]
    place_lines(order=order, lines=homeless, by=by)


def _fresh(keys: Sequence[int]) -> Sequence[PickLine]:
    rows = PickLine.objects.filter(pk__in=keys, pick_list__state__in=("open", "picked"))
    related = (
        "pick_list", "reservation", "location", "material__item__unit", "material__location",
        "material__operation__resource__input_location", "material__operation__group__input_location",
        "material__operation__group__production_unit__input_location",
    )  # fmt: skip
    return list(rows.select_related(*related).order_by("pk"))


def _hold(line: PickLine, by: User | None) -> PickLine | None:
    """Reserve at the line's place what it wants beyond what it holds; a line without a place for what is not free there
    (the line itself when it holds nothing)."""
    held = line.reservation.quantity if line.reservation is not None else ZERO
    wanted: Decimal = line.quantity - line.picked_quantity - held
    if line.location_id is None:
        return line
    if free_at(line) >= wanted:
        _reserve(line, held + wanted, by)
        return None
    return without_place(line=line, quantity=wanted, held=line.reservation)


def _reserve(line: PickLine, quantity: Decimal, by: User | None) -> None:
    with in_words():
        if line.reservation is not None:
            Reservation.objects.filter(pk=line.reservation.pk).update(quantity=quantity)
            return
        row = reservation_for(line, quantity, line.pick_list.order.number, by)
        row.save(force_insert=True)
        PickLine.objects.filter(pk=line.pk).update(reservation=row)
