"""Handling units that travel for transfer orders arrive with all that stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.inventory.models import Balance, HandlingUnit, Move
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.ledger import MoveLine, post_within
from p2p.inventory.services.taking import Taken
from p2p.inventory.services.unit_moves import content_of, locked_wholes, stand
from planning.models import ReplenishmentMove, ReplenishmentOrder, ShipmentMove
from planning.services import receipts
from planning.services.replenishment import locked
from planning.services.shipping_units import Part, all_in
from planning.services.travelling import check_receiver, travelling
from strategies.models import Location

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def receive_units(
    *,
    units: Sequence[HandlingUnit],
    location: Location | None = None,
    delivery_note: str = "",
    at: datetime | None = None,
    by: User | None,
) -> list[ReplenishmentMove]:
    """Units in transit arrive with all that stands in them: at `location`, else at the orders' place, else at the
    site's receiving place or store.

    Refused, naming the unit: one that is not in transit or empty, or holds what travels for no open order; a place of
    another site.
    """
    rows = ShipmentMove.objects.filter(
        move__into_unit__in=all_in(units), order__state__in=ReplenishmentOrder.OPEN
    )
    orders = locked(list(rows.values_list("order", flat=True)))
    check_receiver(list(orders.values()), by)
    road = travelling(list(orders.values()))
    doors = Doors(order.site for order in orders.values())
    wanted: list[tuple[ReplenishmentOrder, MoveLine]] = []
    wholes = locked_wholes(units)
    for unit in {unit.pk: unit for unit in units}.values():
        whole = wholes[unit.pk]
        _check_arriving(unit, whole)
        parts = _expected(unit, content_of([row.pk for row in whole]), orders, road)
        target = location or parts[0].order.to_location or doors.receiving(parts[0].order.site)
        _check_target(parts[0].order, target)
        stand(unit=unit, place=target, whole=[row.pk for row in whole])
        wanted += [(part.order, _line(part, target, at)) for part in parts]
    moves = post_within(lines=[line for _order, line in wanted], by=by)
    came = ReplenishmentMove.objects.bulk_create(
        ReplenishmentMove(order=order, move=move, price=order.price, delivery_note=delivery_note)
        for (order, _made), move in zip(wanted, moves, strict=True)
    )
    receipts.book(came, by=by)
    return came


def _check_arriving(unit: HandlingUnit, rows: Sequence[HandlingUnit]) -> None:
    here = next(row for row in rows if row.pk == unit.pk)
    if here.parent is not None:
        raise Refused(
            _("{unit} stands in {parent}: receive that one, or take it out first."),
            code="in_a_unit",
            field="unit",
            about=here,
            unit=here.number,
            parent=here.parent.number,
        )
    if here.location is None or here.location.kind != Location.Kind.TRANSIT:
        raise Refused(
            _("{unit} is not in transit."), code="not_in_transit", field="unit", about=here, unit=here.number
        )


def _check_target(order: ReplenishmentOrder, target: Location) -> None:
    if target.site_id != order.site_id or not target.holds_stock or target.kind == Location.Kind.TRANSIT:
        raise Refused(
            _("{order} is for {site}: {place} is no place for it."),
            code="other_site",
            field="location",
            about=order,
            order=order.number,
            site=order.site.code,
            place=target.code,
        )


def _expected(
    unit: HandlingUnit,
    content: Sequence[Balance],
    orders: dict[int, ReplenishmentOrder],
    road: dict[str, list[list[Any]]],
) -> list[Part]:
    """For which order each part of the content travels."""
    if not content:
        raise Refused(_("{unit} is empty."), code="empty", field="unit", about=unit, unit=unit.number)
    parts: list[Part] = []
    for pile in content:
        rest = pile.quantity
        for order, open_quantity in _waiting(pile, orders, road):
            part = min(rest, open_quantity)
            if part > 0:
                parts.append(Part(order, pile, part))
                rest -= part
        if rest > 0:
            raise Refused(
                _("{unit} holds {quantity} {measure} of {item} that no open order expects."),
                code="not_asked",
                field="unit",
                about=unit,
                unit=unit.number,
                quantity=plain(rest),
                measure=pile.item.unit.code,
                item=pile.item.number,
            )
    return parts


def _waiting(
    pile: Balance, orders: dict[int, ReplenishmentOrder], road: dict[str, list[list[Any]]]
) -> list[tuple[ReplenishmentOrder, Decimal]]:
    """The orders for which this lot or piece travels in this unit, and how much of it."""
    return [
        (order, open_quantity)
        for order in orders.values()
        if order.item_id == pile.item_id
        for taken, open_quantity in road.get(order.number, ())
        if _same(taken, pile)
    ]


def _same(taken: Taken, pile: Balance) -> bool:
    found = (taken.place, taken.lot, taken.serial, taken.unit)
    keys = (pile.location_id, pile.lot_id, pile.serial_id, pile.handling_unit_id)
    return tuple(one.pk if one else None for one in found) == keys


def _line(part: Part, target: Location, at: datetime | None) -> MoveLine:
    pile = part.pile
    return MoveLine(
        item=part.order.item,
        source=pile.location,
        target=target,
        quantity=part.quantity,
        kind=Move.Kind.TRANSFER,
        lot=pile.lot,
        serial=pile.serial,
        handling_unit=pile.handling_unit,
        into_unit=pile.handling_unit,
        with_unit=True,
        reference=part.order.number,
        effective_at=at,
    )
