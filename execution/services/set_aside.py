"""What was made or bought for one order goes onto its open pick lists as it comes in, and off no list unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from execution.facts import Reported
from execution.models import PickLine, PickList
from execution.services import reserve
from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.models import Reservation
from p2p.inventory.refusals import in_words
from planning.models import ProductionOrder
from planning.services import made_for, reserving
from planning.tie_facts import SetAside
from strategies.models import Item

ON_THE_FLOOR = (ProductionOrder.State.RELEASED, ProductionOrder.State.STARTED)
ZERO = Decimal(0)


def keep_for_its_need(fact: Reported) -> None:
    """Products of an order that is for one need are kept for it. No query where it is for everybody."""
    if fact.report.reverses_id is None:
        made_for.keep(supply=fact.order, moves=[one.move for one in fact.output_moves], by=fact.by)


def onto_the_list(fact: SetAside) -> None:
    """Lines that wait for a place get the one where it lies. Two queries where the order is on the floor."""
    order = fact.need
    if isinstance(order, ProductionOrder) and order.state in ON_THE_FLOOR:
        lines = PickLine.objects.filter(
            pick_list__order=order,
            pick_list__state=PickList.State.OPEN,
            material__item=fact.supply.item_id,
            location=None,
            quantity__gt=F("picked_quantity"),
        )
        # Somebody who works on such a line takes what is reserved for the order all the same.
        free = (
            lines.select_related("material").order_by("pk").select_for_update(of=("self",), skip_locked=True)
        )
        _place(list(free), fact.reservations)


def _place(lines: Sequence[PickLine], rows: Sequence[Reservation]) -> None:
    """Each line becomes one for every reservation that serves it, and one for what is missing still."""
    left = {row.pk: row.quantity for row in rows}
    placed: dict[int, list[tuple[Reservation, Decimal]]] = defaultdict(list)
    for line in lines:
        lacks = line.quantity - line.picked_quantity
        for row in rows:
            taken = min(lacks, left[row.pk])
            if taken > 0:
                placed[line.pk].append((row, taken))
                left[row.pk] -= taken
                lacks -= taken
    for line in lines:
        if placed[line.pk]:
            _write(line, placed[line.pk])


def _write(line: PickLine, parts: Sequence[tuple[Reservation, Decimal]]) -> None:
    fresh = [reserve.line_for(line.pick_list_id, line.material, _part(row, taken)) for row, taken in parts]
    line.quantity -= sum((taken for _row, taken in parts), ZERO)
    if line.quantity > 0:
        line.save(update_fields=["quantity"])
    else:
        fresh[0].pk = line.pk  # what was picked for the line and put back stays with it
        fresh.pop(0).save(force_update=True)
    PickLine.objects.bulk_create(fresh)


def _part(row: Reservation, quantity: Decimal) -> Reservation:
    """The reservation itself, or so much of it as one of its own."""
    if row.quantity == quantity:
        return row
    row.quantity -= quantity
    row.save(update_fields=["quantity"])
    piece = Reservation(
        location_id=row.location_id,
        item_id=row.item_id,
        lot_id=row.lot_id,
        serial_id=row.serial_id,
        handling_unit_id=row.handling_unit_id,
        quantity=quantity,
        reference=row.reference,
        reserved_at=row.reserved_at,
        by_id=row.by_id,
    )
    with in_words():
        piece.save(force_insert=True)
    return piece


def not_of_others(order: ProductionOrder, lines: Sequence[tuple[PickLine, Decimal]]) -> None:
    """Refused when lines without a place want more of what has supply of its own than is kept for the order: free stock
    serves them by hand only. One query where nothing has, one more where something does."""
    principles = reserving.Principles([order])
    wanted: dict[Item, Decimal] = defaultdict(Decimal)
    for line, quantity in lines:
        if principles.tied(order, line.material):
            wanted[line.material.item] += quantity
    rows = (
        reserve.free_standing([order.number]).filter(item__in=wanted).select_related("item") if wanted else ()
    )
    for row in rows:
        wanted[row.item] -= row.quantity
    for item, lacks in wanted.items():
        if lacks > 0:
            raise Refused(
                _(
                    "{quantity} {unit} of {item} are still to be made or bought for {order}: reserve free stock for it,"
                    " or say where it is taken from."
                ),
                code="own_supply",
                about=order,
                quantity=plain(lacks),
                unit=item.unit.code,
                item=item.number,
                order=order.number,
            )
