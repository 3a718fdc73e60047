"""Goods of purchase and transfer orders come in: several lines at once, in parts, and back out when it was wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.inventory.models import HandlingUnit, Move
from p2p.inventory.selectors.rules import rules_for
from p2p.inventory.services.checks import check_quantity, lock_units
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.ledger import MoveLine, post_within
from p2p.inventory.services.lots import Arrival, lots_for_receipt
from p2p.inventory.services.taking import Taken
from p2p.inventory.services.unit_return import follow_the_last
from p2p.inventory.services.units import plate_at
from planning.models import ReplenishmentMove, ReplenishmentOrder
from planning.models.replenishment import REPLENISHMENT_FLOW
from planning.services.delivered import rounded_down
from planning.services.receipts import book
from planning.services.replenishment import locked
from planning.services.travelling import taken_for, with_pieces
from strategies.models import Location

if TYPE_CHECKING:
    from p2p.core.models import User


@dataclass(frozen=True, kw_only=True)
class ReceiptLine:
    """`quantity` (> 0, the item's unit) of an order's item.

    It goes to `location`, else to the order's place, else to the site's receiving place or store; `into_unit` is
    the handling unit it lies in, or `plate` its number or shipping code: a new number makes a new one there, "+" one by
    the series. Of a purchase `lot` and `serials` are numbers of new goods, made by rule where
    empty; of a transfer they choose what is sent. `price` is for one of the item's unit (the order's when None).
    """

    order: ReplenishmentOrder
    quantity: Decimal
    location: Location | None = None
    into_unit: HandlingUnit | None = None
    plate: str = ""
    lot: str = ""
    serials: Sequence[str] = ()
    vendor_lot: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    price: Decimal | None = None
    catch_quantity: Decimal | None = None
    """Pieces of an item that is weighed and counted."""


@transaction.atomic
def receive_lines(
    *,
    lines: Sequence[ReceiptLine],
    delivery_note: str = "",
    at: datetime | None = None,
    by: User | None,
) -> list[ReplenishmentMove]:
    """Take in all lines or none; an order is received when nothing is missing any more.

    Refused, naming the order or the item: an order that expects nothing any more, more than was ordered beyond
    what the item's rule tolerates, goods with too little shelf life left, a lot or serial number that cannot be,
    a place of another site, of a transfer stock that is not there. Locks the orders in key order.
    """
    if not lines:
        raise Refused(_("Name what came: there is no line with a quantity."), code="nothing")
    orders = locked([line.order.pk for line in lines])
    current = [replace(line, order=orders[line.order.pk]) for line in lines]
    for line in current:
        _check(line)
    _check_tolerance(current)
    doors = Doors(order.site for order in orders.values())
    current = _on_plates(current, doors, by)
    posted = _post(current, doors, at=at, by=by)
    follow_the_last(moves=[move for _line, move in posted])
    rows = ReplenishmentMove.objects.bulk_create(
        ReplenishmentMove(order=line.order, move=move, price=_price(line), delivery_note=delivery_note)
        for line, move in posted
    )
    book(rows, by=by)
    return rows


@transaction.atomic
def receive(
    *,
    order: ReplenishmentOrder,
    quantity: Decimal,
    location: Location | None = None,
    into_unit: HandlingUnit | None = None,
    plate: str = "",
    lot: str = "",
    serials: Sequence[str] = (),
    vendor_lot: str = "",
    made_on: date | None = None,
    expires_on: date | None = None,
    attributes: Mapping[str, Any] | None = None,
    price: Decimal | None = None,
    catch_quantity: Decimal | None = None,
    delivery_note: str = "",
    at: datetime | None = None,
    by: User | None,
) -> ReplenishmentOrder:
    """`receive_lines` of one line; the order as it is afterwards."""
    line = ReceiptLine(
        order=order,
        quantity=quantity,
        location=location,
        into_unit=into_unit,
        plate=plate,
        lot=lot,
        serials=serials,
        vendor_lot=vendor_lot,
        made_on=made_on,
        expires_on=expires_on,
        attributes=attributes or {},
        price=price,
        catch_quantity=catch_quantity,
    )
    return receive_lines(lines=[line], delivery_note=delivery_note, at=at, by=by)[0].order


def _check(line: ReceiptLine) -> None:
    order = line.order
    if order.state not in ReplenishmentOrder.OPEN:
        raise REPLENISHMENT_FLOW.refusal(order, "receive") or Refused(_("{order} is closed."), order=order)
    check_quantity(order.item, line.quantity)
    if line.location is not None and line.location.site_id != order.site_id:
        raise Refused(
            _("{order} is for {site}: {place} is not there."),
            code="other_site",
            field="location",
            about=order,
            order=order.number,
            site=order.site.code,
            place=line.location.code,
        )
    if line.location is not None and not line.location.holds_stock:
        raise Refused(
            _("{place} holds no stock: name a place inside."),
            code="outside",
            field="location",
            about=order,
            place=line.location.code,
        )
    if line.price is not None and line.price < 0:
        raise Refused(
            _("The price of {order} cannot be below 0."), field="price", about=order, order=order.number
        )


def _check_tolerance(lines: Sequence[ReceiptLine]) -> None:
    """Together not more than ordered and tolerated: what the rule of the item at the site says."""
    coming: dict[int, Decimal] = defaultdict(Decimal)
    orders = {line.order.pk: line.order for line in lines}
    for line in lines:
        coming[line.order.pk] += line.quantity
    rules = rules_for((order.item, order.site) for order in orders.values())
    for key, order in orders.items():
        tolerated = rules[order.item_id, order.site_id].over_receipt_fraction
        most = rounded_down(order.quantity * (1 + tolerated), order.item.unit.digits)
        if order.received_quantity + coming[key] > most:
            raise Refused(
                _(
                    "{order}: {received} of {ordered} {unit} {item} have come, at most {more} more are taken in,"
                    " not {quantity}."
                ),
                code="over_receipt",
                field="quantity",
                about=order,
                order=order.number,
                received=plain(order.received_quantity),
                ordered=plain(order.quantity),
                unit=order.item.unit.code,
                item=order.item.number,
                more=plain(max(most - order.received_quantity, Decimal(0))),
                quantity=plain(coming[key]),
            )


def _on_plates(lines: Sequence[ReceiptLine], doors: Doors, by: User | None) -> list[ReceiptLine]:
    """The lines with the handling units of their plates, those that are there locked in key order first. Two queries
    and those of each plate, none without."""
    named = [line.plate.strip() for line in lines if line.plate.strip()]
    if not named:
        return list(lines)
    lock_units(list(HandlingUnit.objects.filter(Q(number__in=named) | Q(sscc__in=named))))
    found = list(lines)
    for place, line in sorted(enumerate(lines), key=lambda pair: pair[1].plate):
        if not line.plate.strip():
            continue
        if line.into_unit is not None:
            raise Refused(
                _("{order}: name one handling unit, {unit} or {plate}."),
                field="plate",
                about=line.order,
                order=line.order.number,
                unit=line.into_unit.number,
                plate=line.plate.strip(),
            )
        unit = plate_at(number=line.plate, location=_target(line, doors), by=by)
        found[place] = replace(line, into_unit=unit, plate="")
    return found


def _post(
    lines: Sequence[ReceiptLine], doors: Doors, *, at: datetime | None, by: User | None
) -> list[tuple[ReceiptLine, Move]]:
    """Every move with the line it is for. Locks the units it goes into first, then stock that a transfer takes."""
    lock_units([line.into_unit for line in lines if line.order.kind == ReplenishmentOrder.Kind.TRANSFER])
    bought = [line for line in lines if line.order.kind == ReplenishmentOrder.Kind.PURCHASE]
    moved = [line for line in lines if line.order.kind == ReplenishmentOrder.Kind.TRANSFER]
    pieces = lots_for_receipt(arrivals=[_arrival(line) for line in bought], at=at, by=by) if bought else []
    wanted: list[tuple[ReceiptLine, MoveLine]] = []
    for line, found in zip(bought, pieces, strict=True):
        source = doors.outside(line.order.site, Location.Kind.SUPPLIER)
        for piece in found:
            taken = Taken(source, piece.quantity, lot=piece.lot, serial=piece.serial)
            coming = _move_line(line, taken, doors, "receipt", at)
            wanted.append((line, replace(coming, catch_quantity=line.catch_quantity)))
    targets = [(line.order.item, _target(line, doors)) for line in moved]
    for line, taken, count in with_pieces(moved, taken_for(moved, targets=targets, by=by)):
        wanted.append((line, replace(_move_line(line, taken, doors, "transfer", at), catch_quantity=count)))
    moves = post_within(lines=[move for _line, move in wanted], by=by)
    return [(line, move) for (line, _made), move in zip(wanted, moves, strict=True)]


def _arrival(line: ReceiptLine) -> Arrival:
    order = line.order
    return Arrival(
        item=order.item,
        site=order.site,
        quantity=line.quantity,
        order=order.number,
        lot=line.lot,
        serials=line.serials,
        vendor=order.vendor,
        vendor_lot=line.vendor_lot,
        made_on=line.made_on,
        expires_on=line.expires_on,
        attributes=line.attributes,
    )


def _move_line(line: ReceiptLine, taken: Taken, doors: Doors, kind: str, at: datetime | None) -> MoveLine:
    order = line.order
    return MoveLine(
        item=order.item,
        source=taken.place,
        target=_target(line, doors),
        quantity=taken.quantity,
        kind=kind,
        lot=taken.lot,
        serial=taken.serial,
        handling_unit=taken.unit,
        into_unit=line.into_unit,
        reference=order.number,
        effective_at=at,
    )


def _target(line: ReceiptLine, doors: Doors) -> Location:
    return line.location or line.order.to_location or doors.receiving(line.order.site)


def _price(line: ReceiptLine) -> Decimal | None:
    return line.price if line.price is not None else line.order.price
