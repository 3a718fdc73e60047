"""An order on the floor takes an alternate: its pick list follows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F

from execution.models import PickLine, PickList
from execution.selectors import PICKED
from execution.services.lines import drop, line_for
from execution.services.release import Line, lines_of
from p2p.core.models import User
from p2p.inventory.models import Reservation
from p2p.inventory.services.reservations import reserve, share_out, unreserve
from planning.models import Material, ProductionOrder


def follow(*, order: ProductionOrder, material: Material, instead_of: Material, by: User | None) -> None:
    """What was to be picked of the old component is free again, and the alternate is reserved and put on the same
    list; what is missing stays on it without a place. Nothing happens where no list is open."""
    lines = PickLine.objects.filter(
        material=instead_of, pick_list__state=PickList.State.OPEN, picked_quantity__lt=F("quantity")
    ).select_related("pick_list")
    rows = list(lines.order_by("pk"))
    if not rows:
        return
    lists = rows[0].pick_list
    held = Reservation.objects.filter(pk__in=[row.reservation_id for row in rows if row.reservation_id])
    freed = list(held.select_related("item", "location").order_by("pk"))
    wanted = _wanted(order, material)
    # Both components' stock in one order: whoever releases an order with both waits in no circle with this.
    share_out(needs=[line.need for line in wanted], also=[(row.item, row.location) for row in freed])
    lines.update(reservation=None)
    drop([row for row in rows if not row.picked_quantity])
    PickLine.objects.filter(pk__in=[row.pk for row in rows]).update(quantity=F("picked_quantity"))
    unreserve(reservations=freed, by=by)
    _put(wanted, material, lists, by)


def _wanted(order: ProductionOrder, material: Material) -> list[Line]:
    return [
        line
        for line in lines_of([order])
        if line.material.pk == material.pk and line.material.flushing in PICKED and not line.at_vendor
    ]


def _put(wanted: Sequence[Line], material: Material, pick_list: PickList, by: User | None) -> None:
    reserved = reserve(needs=[line.need for line in wanted], partial=True, by=by)
    rows = [line_for(pick_list.pk, material, row) for row in reserved]
    missing = sum((line.need.quantity for line in wanted), Decimal(0)) - sum(
        (row.quantity for row in reserved), Decimal(0)
    )
    if missing > 0:
        rows.append(PickLine(pick_list=pick_list, material=material, quantity=missing))
    PickLine.objects.bulk_create(rows)
