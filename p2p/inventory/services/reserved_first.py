"""What is reserved for a document goes to it first: chosen where it names nothing, lifted where it names the piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from p2p.inventory.models import Reservation, SoftReservation

if TYPE_CHECKING:
    from p2p.inventory.services.taking import Wish

Key = tuple[int, int | None, int | None, int | None]
"""Place, lot, serial number, handling unit."""
Part = tuple[int, Key, Decimal]
"""Which wish, what, how much."""


@dataclass(frozen=True)
class Used:
    """Reservations that serve a wish, what stays reserved of the last one, the wish of each named piece that was not
    reserved for it, and the keys of the pieces that were."""

    rows: list[Reservation]
    rest: list[Reservation]
    free: list[int]
    lifted: set[int | None]


def reserved_first(
    wishes: Sequence[Wish], left: list[Decimal], named: Sequence[Part]
) -> tuple[list[Part], Used]:
    """What is reserved for the wishes' documents; `left` shrinks by it. Of the pieces `named` only the reservation
    is used up. One query."""
    used = Used([], [], [], set())
    references = {
        wish.reference
        for index, wish in enumerate(wishes)
        if wish.reference and (left[index] > 0 or wish.serials)
    }
    if not references:
        return [], used
    found = Reservation.objects.filter(reference__in=references).select_related("item", "location")
    by_need: dict[tuple[str, int], list[Reservation]] = defaultdict(list)
    for row in found.order_by("pk"):
        by_need[row.reference, row.item_id].append(row)
    free = {row.pk: row.quantity for rows in by_need.values() for row in rows}
    used.free.extend(_lifted(wishes, named, by_need, free, used.lifted))
    parts: list[Part] = []
    for index, wish in enumerate(wishes):
        for row in by_need[wish.reference, wish.item.pk]:
            quantity = min(free[row.pk], left[index]) if _fits(wish, row) else Decimal(0)
            if quantity > 0:
                parts.append(
                    (index, (row.location_id, row.lot_id, row.serial_id, row.handling_unit_id), quantity)
                )
                left[index] -= quantity
                free[row.pk] -= quantity
    for row in (row for rows in by_need.values() for row in rows if free[row.pk] < row.quantity):
        used.rows.append(row)
        if free[row.pk]:
            used.rest.append(_again(row, free[row.pk]))
    return parts, used


def _lifted(
    wishes: Sequence[Wish],
    named: Sequence[Part],
    by_need: dict[tuple[str, int], list[Reservation]],
    free: dict[int, Decimal],
    lifted: set[int | None],
) -> list[int]:
    """Pieces that are named are not chosen from what is reserved, but what is reserved of them for the same document
    is used up: they go into `lifted`. Returns the wish of each piece that was not reserved."""
    found = []
    for index, (_place, _lot, serial, _unit), quantity in named:
        wish = wishes[index]
        if serial is None or not wish.reference:
            continue
        rows = by_need.get((wish.reference, wish.item.pk), ())
        row = next((row for row in rows if row.serial_id == serial and free[row.pk] >= quantity), None)
        if row is None:
            found.append(index)
        else:
            free[row.pk] -= quantity
            lifted.add(serial)
    return found


def spent(wishes: Sequence[Wish], used: Used, shared: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """What is used up of soft reservations: by what was shared out, and by free pieces that were named. One query
    where there are such."""
    total = dict(shared)
    named = [wishes[index] for index in used.free]
    if not named:
        return total
    references = {wish.reference for wish in named}
    claims = list(SoftReservation.objects.filter(reference__in=references).order_by("pk"))
    for wish in named:
        for claim in claims:
            same = (claim.reference, claim.item_id, claim.site_id) == (
                wish.reference,
                wish.item.pk,
                wish.site.pk,
            )
            if same and total.get(claim.pk, Decimal(0)) + 1 <= claim.quantity:
                total[claim.pk] = total.get(claim.pk, Decimal(0)) + 1
                break
    return total


def _again(row: Reservation, quantity: Decimal) -> Reservation:
    """The same reservation, of less."""
    names = (
        "location_id",
        "item_id",
        "lot_id",
        "serial_id",
        "handling_unit_id",
        "reference",
        "reserved_at",
        "by_id",
    )
    return Reservation(quantity=quantity, **{name: getattr(row, name) for name in names})


def _fits(wish: Wish, row: Reservation) -> bool:
    return (
        (wish.location is None or wish.location.pk == row.location_id)
        and (wish.lot is None or wish.lot.pk == row.lot_id)
        and (wish.unit is None or wish.unit.pk == row.handling_unit_id)
        and row.location.site_id == wish.site.pk
    )
