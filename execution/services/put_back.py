"""What was taken for a component goes back whole where it came from, and its pick lines want it again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from execution.facts import MaterialIssued
from execution.models import MaterialMove, PickLine, PickList
from execution.models.pick import PICK_FLOW
from execution.services import genealogy
from execution.services.chosen import Issue
from execution.services.flush import issued
from execution.services.job import Job
from execution.services.lines import free_piles, key_of, reservation_for, without_place
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
        line.picked_quantity -= came[line.pk]
    PickLine.objects.bulk_update(lines, ["picked_quantity"])
    place_lines(order=order, lines=_hold(order, lines, by), by=by)


def _fresh(keys: Sequence[int]) -> Sequence[PickLine]:
    rows = PickLine.objects.filter(pk__in=keys, pick_list__state__in=("open", "picked"))
    related = (
        "pick_list", "reservation", "location", "material__item__unit", "material__location",
        "material__operation__resource__input_location", "material__operation__group__input_location",
        "material__operation__group__production_unit__input_location",
    )  # fmt: skip
    return list(rows.select_related(*related).order_by("pk"))


def _hold(order: ProductionOrder, lines: Sequence[PickLine], by: User | None) -> list[PickLine]:
    """Reserve at the lines' places what they want beyond what they hold; lines without a place for what is not free
    there (a line itself when it holds nothing). Four statements where all of it is free."""
    free = free_piles(lines)
    grown: list[Reservation] = []
    fresh: list[Reservation] = []
    placed: list[PickLine] = []
    homeless = []
    for line in lines:
        held = line.reservation.quantity if line.reservation is not None else ZERO
        wanted: Decimal = line.quantity - line.picked_quantity - held
        key = (line.material.item_id, *key_of(line))
        if line.location_id is None:
            homeless.append(line)
        elif free.get(key, ZERO) < wanted:
            homeless.append(without_place(line=line, quantity=wanted, held=line.reservation))
        elif wanted > 0:
            free[key] -= wanted
            if line.reservation is not None:
                line.reservation.quantity += wanted
                grown.append(line.reservation)
            else:
                fresh.append(reservation_for(line, wanted, order.number, by))
                placed.append(line)
    with in_words():
        Reservation.objects.bulk_update(grown, ["quantity"])
        Reservation.objects.bulk_create(fresh)
    for line, row in zip(placed, fresh, strict=True):
        line.reservation = row
    PickLine.objects.bulk_update(placed, ["reservation"])
    return homeless
