"""Materials of orders on the floor: what was reserved for them before is kept, the rest is reserved at release, when
work starts, or by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from execution.models import PickLine, PickList
from execution.services.ends import input_place, named_place
from execution.services.lines import put_on
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Reservation, SoftReservation
from p2p.inventory.refusals import in_words
from p2p.inventory.services import reservations as stock
from p2p.inventory.services.needs import Need
from p2p.inventory.services.sharing import share_out
from planning.models import Material, ProductionOrder
from planning.services import progress, reserving
from strategies.models import Item, Location, ReserveAt

LATER = (ReserveAt.MANUAL, ReserveAt.START)
ZERO = Decimal(0)


def free_standing(numbers: Sequence[str]) -> QuerySet[Reservation]:
    """Reservations for orders with these numbers that are on no pick list."""
    listed = PickLine.objects.filter(reservation=OuterRef("pk"))
    return Reservation.objects.filter(~Exists(listed), reference__in=numbers).order_by("pk")


@dataclass(frozen=True)
class Part:
    """So much of a reservation that stands already serves the need with this index."""

    index: int
    reservation: Reservation
    quantity: Decimal


def standing(needs: Sequence[Need]) -> list[Part]:
    """What is reserved for the needs' orders already, dealt out to them in their order: what lies where a need wants it
    first, then the rest. One query."""
    if not needs:
        return []
    rows = free_standing(sorted({need.reference for need in needs}))
    rows = rows.select_related("item", "location__site", "lot", "serial", "handling_unit")
    open_quantity = [need.quantity for need in needs]
    of_key: dict[tuple[str, int], list[int]] = defaultdict(list)
    for index, need in enumerate(needs):
        of_key[need.reference, need.item.pk].append(index)
    parts = []
    left = {row.pk: row.quantity for row in rows}
    dealt = (
        (row, index)
        for here in (True, False)
        for row in rows
        for index in of_key.get((row.reference, row.item_id), ())
        if _lies_right(needs[index], row) == here
    )
    for row, index in dealt:
        taken = min(left[row.pk], open_quantity[index])
        if taken > 0:
            parts.append(Part(index, row, taken))
            left[row.pk] -= taken
            open_quantity[index] -= taken
    return parts


def _lies_right(need: Need, row: Reservation) -> bool:
    return need.location is None or need.location.pk == row.location_id


def fitting(needs: Sequence[Need], parts: Sequence[Part]) -> list[Part]:
    """Without what lies elsewhere than at the place a need names: what is flushed is taken from there only."""
    return [part for part in parts if _lies_right(needs[part.index], part.reservation)]


def less(needs: Sequence[Need], parts: Sequence[Part]) -> list[Need]:
    """The needs without what is reserved for them already; some may want nothing more."""
    taken = [ZERO] * len(needs)
    for part in parts:
        if part.index < len(needs):
            taken[part.index] += part.quantity
    return [
        replace(need, quantity=need.quantity - quantity) for need, quantity in zip(needs, taken, strict=True)
    ]


def at_release(
    *,
    needs: Sequence[Need],
    parts: Sequence[Part],
    said: Sequence[str],
    by: User | None,
) -> list[Reservation]:
    """Reservations for the needs of orders that are released: those that stand, and what their principle wants now.
    What is reserved at the start or by hand waits, except for what was claimed. `row.need_index` as in `reserve`.
    Parts with an index beyond the needs are for what is flushed: they stand until it is taken. `said`: when each of
    the needs is reserved."""
    rows = [row for row in settle(parts) if row.need_index < len(needs)]  # type: ignore[attr-defined]
    if not needs:
        return []
    wanted = _now(less(needs, parts), said)
    open_ones = [(index, need) for index, need in enumerate(wanted) if need.quantity > 0]
    fresh = stock.reserve(needs=[need for _index, need in open_ones], partial=True, by=by)
    for row in fresh:
        row.need_index = open_ones[row.need_index][0]  # type: ignore[attr-defined]
    return [*rows, *fresh]


def _now(needs: Sequence[Need], said: Sequence[str]) -> list[Need]:
    if not set(LATER) & set(said):
        return list(needs)
    known = {need.reference for need in needs}
    sums = SoftReservation.objects.filter(reference__in=known).values_list("reference", "item_id")
    claimed = {
        (number, item): total for number, item, total in sums.annotate(total=Sum("quantity")).order_by()
    }
    found = []
    for need, when in zip(needs, said, strict=True):
        quantity, key = need.quantity, (need.reference, need.item.pk)
        if when in LATER:
            quantity = min(quantity, claimed.get(key, ZERO))
            claimed[key] = claimed.get(key, ZERO) - quantity
        found.append(replace(need, quantity=quantity))
    return found


def settle(parts: Sequence[Part]) -> list[Reservation]:
    """One reservation for each part; what nobody needs of them is free again."""
    by_row: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        by_row[part.reservation.pk].append(part)
    shrunk, split, found = [], [], []
    for first, *others in by_row.values():
        row = first.reservation
        if row.quantity != first.quantity:
            row.quantity = first.quantity
            shrunk.append(row)
        row.need_index = first.index  # type: ignore[attr-defined]
        found.append(row)
        split += [_piece(row, part) for part in others]
    with in_words():
        if shrunk:
            Reservation.objects.bulk_update(shrunk, ["quantity"])
        Reservation.objects.bulk_create(split)
    return [*found, *split]


def _piece(row: Reservation, part: Part) -> Reservation:
    piece = Reservation(
        location_id=row.location_id,
        item_id=row.item_id,
        lot_id=row.lot_id,
        serial_id=row.serial_id,
        handling_unit_id=row.handling_unit_id,
        quantity=part.quantity,
        reference=row.reference,
        reserved_at=row.reserved_at,
        by_id=row.by_id,
    )
    piece.need_index = part.index  # type: ignore[attr-defined]
    return piece


@transaction.atomic
def reserve_materials(*, order: ProductionOrder, by: User | None) -> int:
    """Reserve by hand what the order still needs, as far as it is free: claimed softly while it is on paper, at its
    places once it is released. How many lines got something. Refused when nothing is free or the order is over."""
    (locked,) = progress.lock(orders=[order.pk])
    if locked.state in reserving.ON_PAPER:
        return len(reserving.reserve(orders=[locked], by=by))
    if locked.state not in ("released", "started"):
        raise Refused(
            _("{order} is {state}: nothing is reserved for it."),
            code="wrong_state",
            about=locked,
            order=locked.number,
            state=locked.get_state_display(),
        )
    placed = place_lines(order=locked, lines=_homeless(locked), by=by)
    if not placed:
        raise Refused(
            _("Nothing more of what {order} needs is free in stock."),
            code="nothing_free",
            about=locked,
            order=locked.number,
        )
    return placed


def at_start(
    *,
    order: ProductionOrder,
    beside: Sequence[Need] = (),
    also: Sequence[tuple[Item, Location]] = (),
    by: User | None,
) -> None:
    """Work begins: what is reserved only then gets its place on the pick list, as far as it is free. One query where
    every line has a place. `beside` and `also` are what the caller takes next: locked along, in key order."""
    lines = _homeless(order)
    principles = reserving.Principles([order]) if lines else None
    due = [line for line in lines if principles and principles.of(order, line.material) == ReserveAt.START]
    if due:
        share_out(needs=[*(_need(order, line) for line in due), *beside], also=also, own=True)
        place_lines(order=order, lines=due, by=by)


def _homeless(order: ProductionOrder) -> list[PickLine]:
    """Lines of open pick lists without a place."""
    rows = PickLine.objects.filter(
        pick_list__order=order,
        pick_list__state=PickList.State.OPEN,
        location=None,
        quantity__gt=F("picked_quantity"),
    )
    related = (
        "material__item__unit",
        "material__location",
        "material__operation__resource__input_location",
        "material__operation__group__input_location",
        "material__operation__group__production_unit__input_location",
    )
    return list(rows.select_related(*related).order_by("pk"))


def place_lines(*, order: ProductionOrder, lines: Sequence[PickLine], by: User | None) -> int:
    """Reserve stock for lines without a place; each becomes a line for every place, and one for what is missing.
    How many got something."""
    if not lines:
        return 0
    needs = [_need(order, line) for line in lines]
    return put_on(lines=lines, rows=stock.reserve(needs=needs, partial=True, by=by))


def _need(order: ProductionOrder, line: PickLine) -> Need:
    material: Material = line.material
    return Need(
        item=material.item,
        quantity=line.quantity - line.picked_quantity,
        site=order.site,
        location=named_place(material, material.operation),
        first_from=input_place(material, material.operation),
        reference=order.number,
        priority=order.priority,
    )
