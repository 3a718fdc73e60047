"""Lines of pick lists and the piles of stock that are reserved for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Exists, OuterRef

from execution.models import MaterialMove, PickLine
from p2p.core.clock import now
from p2p.core.models import User
from p2p.inventory.models import Balance, Reservation
from planning.models import Material

ZERO = Decimal(0)
PILE = ("location", "lot", "serial", "handling_unit")
Key = tuple[int | None, int | None, int | None, int | None]
"""Place, lot, serial number, handling unit."""


def line_for(pick_list: int, material: Material, row: Reservation) -> PickLine:
    """A line that takes what is reserved."""
    return PickLine(
        pick_list_id=pick_list,
        material=material,
        location_id=row.location_id,
        lot_id=row.lot_id,
        serial_id=row.serial_id,
        handling_unit_id=row.handling_unit_id,
        quantity=row.quantity,
        reservation=row,
    )


def reservation_for(line: PickLine, quantity: Decimal, order: str, by: User | None) -> Reservation:
    """So much reserved of the pile of a line. For the order, as at its release: whoever asks what is kept for it counts
    this, too."""
    assert line.location_id is not None
    return Reservation(
        location_id=line.location_id,
        item_id=line.material.item_id,
        lot_id=line.lot_id,
        serial_id=line.serial_id,
        handling_unit_id=line.handling_unit_id,
        quantity=quantity,
        reference=order,
        reserved_at=now(),
        by=by,
    )


def key_of(row: Reservation | PickLine) -> Key:
    return row.location_id, row.lot_id, row.serial_id, row.handling_unit_id


def free_at(line: PickLine) -> Decimal:
    """How much of the pile of a line nobody has reserved. One query."""
    return free_piles([line]).get((line.material.item_id, *key_of(line)), ZERO)


def free_piles(lines: Sequence[PickLine]) -> dict[tuple[int, *Key], Decimal]:
    """(item, place, lot, serial number, unit) -> how much of it nobody has reserved, where lines take it. One query."""
    rows = Balance.objects.filter(
        item__in={line.material.item_id for line in lines}, location__in={line.location_id for line in lines}
    )
    names = ("item", *PILE, "quantity", "reserved")
    return {tuple(key): max(ZERO, there - kept) for *key, there, kept in rows.values_list(*names)}


def put_on(*, lines: Sequence[PickLine], rows: Sequence[Reservation]) -> int:
    """Each line becomes a line for every reservation that is for it (`row.need_index`: the place of that line; beyond
    them: for none), and one for what is missing. How many got something. Two queries."""
    got: dict[int, list[Reservation]] = defaultdict(list)
    for row in rows:
        if row.need_index < len(lines):  # type: ignore[attr-defined]
            got[row.need_index].append(row)  # type: ignore[attr-defined]
    fresh, changed = [], []
    for index, found in got.items():
        line = lines[index]
        placed = [line_for(line.pick_list_id, line.material, row) for row in found]
        line.quantity -= sum((row.quantity for row in found), ZERO)
        if line.quantity == 0:
            # What was picked for the line and put back stays with it.
            placed[0].pk = line.pk
            line = placed.pop(0)
        fresh += placed
        changed.append(line)
    PickLine.objects.bulk_update(changed, [*PILE, "quantity", "reservation"])
    PickLine.objects.bulk_create(fresh)
    return len(got)


def without_place(*, line: PickLine, quantity: Decimal, held: Reservation | None = None) -> PickLine:
    """So much of a line waits for a place again, and `held` is what the rest of it keeps; the line that waits: itself
    where nothing is left of it. Write it before a reservation of the line is drawn or given back."""
    if quantity == line.quantity:
        line.location = line.lot = line.serial = line.handling_unit = line.reservation = None
        line.save(update_fields=[*PILE, "reservation"])
        return line
    line.quantity -= quantity
    line.reservation = held
    line.save(update_fields=["quantity", "reservation"])
    return PickLine.objects.create(pick_list=line.pick_list, material=line.material, quantity=quantity)


def drop(lines: Sequence[PickLine]) -> None:
    """Lines of which nothing was picked, or all was put back, want nothing any more: they go. What was picked and put
    back names its line for good, so such a line stays and wants 0. Three statements at most, none without lines."""
    if not lines:
        return
    rows = PickLine.objects.filter(pk__in=[line.pk for line in lines])
    named = Exists(MaterialMove.objects.filter(pick_line=OuterRef("pk")))
    rows.filter(named).update(quantity=ZERO, reservation=None)
    rows.filter(~named).delete()
