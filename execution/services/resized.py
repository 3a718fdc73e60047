"""An order on the floor becomes larger or smaller before anything was taken for it: its open pick lists follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from execution.models import PickLine, PickList
from execution.selectors import OPEN
from execution.services.lines import drop
from p2p.core.models import User
from p2p.inventory.models import Reservation
from planning.models import ProductionOrder
from planning.services.surplus import shrink

ZERO = Decimal(0)


def follow(*, orders: Sequence[ProductionOrder], by: User | None) -> None:
    """What is on the lists is what the components want: less goes off the lines without a place first, then off the
    last ones, with what is reserved for them; more is put on a line without a place. Components of which something was
    picked or taken stay as they are. One query where no list is open."""
    floor = [order.pk for order in orders if order.state in OPEN]
    if not floor:
        return
    rows = PickLine.objects.filter(pick_list__order__in=floor, pick_list__state=PickList.State.OPEN)
    of_material: dict[int, list[PickLine]] = defaultdict(list)
    for line in rows.select_related("material", "reservation").order_by("pk"):
        of_material[line.material_id].append(line)
    changed: list[PickLine] = []
    for lines in of_material.values():
        material = lines[0].material
        if material.issued_quantity or any(line.picked_quantity for line in lines):
            continue
        over = sum((line.quantity for line in lines), ZERO) - material.quantity
        changed += _less(lines, over) if over > 0 else []
        if over < 0:
            _more(lines, -over)
    _write(changed, by)


def _less(lines: Sequence[PickLine], over: Decimal) -> list[PickLine]:
    changed = []
    for line in sorted(lines, key=lambda one: (one.location_id is not None, -one.pk)):
        cut = min(line.quantity, over)
        if cut > 0:
            over -= cut
            line.quantity -= cut
            changed.append(line)
    return changed


def _more(lines: Sequence[PickLine], lacks: Decimal) -> None:
    last = next((line for line in lines if line.location_id is None), None)
    if last is not None:
        last.quantity += lacks
        last.save(update_fields=["quantity"])
        return
    PickLine.objects.create(
        pick_list_id=lines[-1].pick_list_id, material_id=lines[-1].material_id, quantity=lacks
    )


def _write(changed: Sequence[PickLine], by: User | None) -> None:
    less: list[Reservation] = []
    for line in changed:
        if line.reservation is not None and line.reservation.quantity > line.quantity:
            line.reservation.quantity = line.quantity
            less.append(line.reservation)
    drop([line for line in changed if not line.quantity])
    PickLine.objects.bulk_update([line for line in changed if line.quantity], ["quantity"])
    shrink(less, by=by)
