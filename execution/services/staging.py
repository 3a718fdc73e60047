"""Bringing raw material to the lines: what waits for it, and pick lists that follow stock to its new place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import F, OuterRef

from execution.models import PickLine, PickList
from execution.selectors import FLUSHED
from execution.services.ends import INPUT, input_place
from p2p.core.models import User
from p2p.inventory.models import Reservation, StockTask
from p2p.inventory.services.supply import Bring, bring
from p2p.inventory.task_facts import CrossDocking, ReservationsCarried, Wait
from planning.models import Material, ProductionOrder
from planning.services import progress
from strategies.models import BomLine

_STEP = tuple(f"material__operation__{path}" for path in INPUT)


def waiting(asked: CrossDocking) -> list[Wait]:
    """Lines of open pick lists that found no stock, at their input place; urgent orders first. One query."""
    rows = PickLine.objects.filter(
        pick_list__state=PickList.State.OPEN,
        location=None,
        picked_quantity__lt=F("quantity"),
        material__item__in=asked.items,
        pick_list__order__site__in=asked.sites,
    )
    related = rows.select_related("pick_list__order", "material__location", "material__operation", *_STEP)
    found = []
    for row in related.order_by("pick_list__order__priority", "pick_list__order__start_on", "pk"):
        place = input_place(row.material, row.material.operation)
        if place is not None:
            order = row.pick_list.order
            left = row.quantity - row.picked_quantity
            found.append(Wait(row.material.item_id, order.site_id, place.pk, left, order.number))
    return found


def follow(fact: ReservationsCarried) -> None:
    """Reserved stock was brought elsewhere, packed or unpacked: its pick lines say where, and in what, it lies now. One
    statement."""
    rows = PickLine.objects.filter(reservation__in=[row.pk for row in fact.reservations])
    now = Reservation.objects.filter(pk=OuterRef("reservation"))
    rows.update(location=now.values("location")[:1], handling_unit=now.values("handling_unit")[:1])


def stage(*, orders: Sequence[ProductionOrder], by: User | None) -> list[StockTask]:
    """Tasks that bring what is taken by itself (flushed) from the store to its input place, as far as too little lies
    there. A fixed number of queries."""
    known = {order.pk: order for order in orders}
    wants = [
        Bring(
            item=row.item,
            target=place,
            quantity=row.quantity - row.issued_quantity,
            reference=known[row.order_id].number,
            priority=known[row.order_id].priority,
            due_at=row.operation.starts_at if row.operation else None,
        )
        for row in _flushed(orders)
        for place in [input_place(row, row.operation)]
        if place is not None
    ]
    return bring(wants=wants, by=by)


def _flushed(orders: Sequence[ProductionOrder]) -> Iterable[Material]:
    """Components that are taken from their line and nowhere else."""
    for row in progress.materials_of(orders=orders):
        step = row.operation
        inside = step is None or not step.outside
        ours = row.kind in BomLine.FROM_STOCK and row.flushing in FLUSHED
        if inside and ours and row.location_id is not None and row.quantity > row.issued_quantity:
            yield row
