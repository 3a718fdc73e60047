"""What a receipt or a shipment of a transfer takes: what travels for its order, else free stock of the other place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from django.db.models import Q, Sum

from p2p.core.access import Role, require
from p2p.inventory.models import HandlingUnit, Lot, Move, Serial
from p2p.inventory.services.catch_parts import parted
from p2p.inventory.services.pieces import Named, named
from p2p.inventory.services.taking import Taken, Wish, take
from planning.models import ReplenishmentOrder
from strategies.models import Item, Location

if TYPE_CHECKING:
    from p2p.core.models import User


class Wanted(Protocol):
    """So much of a transfer order's item; of this lot or these serial numbers, when named."""

    @property
    def order(self) -> ReplenishmentOrder: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def lot(self) -> str: ...
    @property
    def serials(self) -> Sequence[str]: ...
    @property
    def catch_quantity(self) -> Decimal | None: ...


Line = TypeVar("Line", bound=Wanted)


@dataclass(frozen=True)
class Open(Generic[Line]):
    """What of a line has to come from stock."""

    line: Line
    quantity: Decimal
    serials: Sequence[str]


def taken_for(
    lines: Sequence[Line], *, targets: Sequence[tuple[Item, Location]], by: User | None
) -> list[tuple[Line, Taken]]:
    """What each line of a receipt takes: what travels for its order first, then from the other place.

    Locks what it takes from stock, where it travels and the `targets` it goes to, in key order. Refused when there is
    not enough, or not of the lot named.
    """
    found: list[tuple[Line, Taken]] = []
    rest: list[Open[Line]] = []
    on_the_road = travelling([line.order for line in lines])
    for line in lines:
        missing, seen = line.quantity, set()
        for one in on_the_road.get(line.order.number, ()):
            if missing <= 0 or one[1] <= 0 or not fits(line, one[0]):
                continue
            quantity = min(missing, one[1])
            one[1] -= quantity
            missing -= quantity
            seen.add(one[0].serial.number if one[0].serial else "")
            found.append((line, replace(one[0], quantity=quantity)))
        if missing > 0:
            rest.append(Open(line, missing, [number for number in line.serials if number not in seen]))
    road = [(line.order.item, taken.place) for line, taken in found]
    return found + from_stock(rest, [*targets, *road], by)


def with_pieces(
    lines: Sequence[Line], found: Sequence[tuple[Line, Taken]]
) -> list[tuple[Line, Taken, Decimal | None]]:
    """What was found for the lines, line by line, each part with how many of the pieces that its line names."""
    told: list[tuple[Line, Taken, Decimal | None]] = []
    for line in lines:
        mine = [part for one, part in found if one is line]
        counts = parted(item=line.order.item, pieces=line.catch_quantity, parts=mine)
        told += [(line, part, count) for part, count in zip(mine, counts, strict=True)]
    return told


def travelling(orders: Sequence[ReplenishmentOrder]) -> dict[str, list[list[Any]]]:
    """Order number -> [what is in transit for it, how much]. One query when none travels, else four."""
    numbers = {order.number for order in orders if order.shipped_quantity}
    if not numbers:
        return {}
    moves = Move.objects.filter(reference__in=numbers).filter(
        Q(target__kind="transit") | Q(source__kind="transit")
    )
    names = ("reference", "lot", "serial")
    came = moves.filter(target__kind="transit").values(*names, "into_unit", "target")
    left = moves.filter(source__kind="transit").values(*names, "handling_unit", "source")
    open_: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for row in came.order_by().annotate(whole=Sum("quantity")):
        open_[row["reference"], row["lot"], row["serial"], row["into_unit"], row["target"]] += row["whole"]
    for row in left.order_by().annotate(whole=Sum("quantity")):
        open_[row["reference"], row["lot"], row["serial"], row["handling_unit"], row["source"]] -= row[
            "whole"
        ]
    pieces = _records([key[1:] for key, quantity in open_.items() if quantity > 0])
    found: dict[str, list[list[Any]]] = defaultdict(list)
    for key, quantity in sorted(open_.items(), key=_loose_first):
        if quantity > 0:
            found[key[0]].append([pieces[key[1:]], quantity])
    return found


def _loose_first(pair: tuple[tuple[Any, ...], Decimal]) -> tuple[Any, ...]:
    """No pallet is opened while loose goods travel, too."""
    _reference, lot, serial, unit, place = pair[0]
    return unit or 0, lot or 0, serial or 0, place or 0


def _records(keys: Sequence[Any]) -> dict[Any, Taken]:
    """(lot, serial, unit, place) -> the records, of a quantity of 0. Four queries."""
    lots = Lot.objects.in_bulk({key[0] for key in keys if key[0]})
    serials = Serial.objects.in_bulk({key[1] for key in keys if key[1]})
    units = HandlingUnit.objects.in_bulk({key[2] for key in keys if key[2]})
    places = Location.objects.select_related("site").in_bulk({key[3] for key in keys})
    return {
        key: Taken(places[key[3]], Decimal(0), lots.get(key[0]), serials.get(key[1]), units.get(key[2]))
        for key in keys
    }


def fits(line: Wanted, piece: Taken) -> bool:
    if line.lot:
        return piece.lot is not None and piece.lot.number == line.lot
    if line.serials:
        return piece.serial is not None and piece.serial.number in line.serials
    return True


SENDERS = (Role.BUYER, Role.PLANNER, Role.SUPERVISOR, Role.OPERATOR, Role.INTEGRATOR)


def check_sender(orders: Sequence[ReplenishmentOrder], by: User | None) -> None:
    """Who takes goods from another site works there, too: the order itself belongs to the site that receives."""
    if by is None:
        return
    places = [order.from_location for order in orders]
    for site in sorted({place.site.code for place in places if place is not None}):
        require(by, *SENDERS, site=site)


def check_receiver(orders: Sequence[ReplenishmentOrder], by: User | None) -> None:
    """Who takes a unit in works where its orders are for: the unit itself stands on the road."""
    if by is None:
        return
    for site in sorted({order.site.code for order in orders}):
        require(by, *SENDERS, site=site)


def from_stock(
    lines: Sequence[Open[Line]], targets: Sequence[tuple[Item, Location]], by: User | None
) -> list[tuple[Line, Taken]]:
    """Free stock at the place the transfer is from: the lot or pieces named, else as the item's rule says. Takes a
    role at that place's site.
    """
    check_sender([one.line.order for one in lines], by)
    known = named([Named(one.line.order.item, one.line.lot, one.serials) for one in lines])
    wishes = []
    for one in lines:
        line, order = one.line, one.line.order
        assert order.from_location is not None
        item = order.item_id
        wishes.append(
            Wish(
                item=order.item,
                quantity=one.quantity,
                site=order.from_location.site,
                location=order.from_location,
                lot=known[Lot, item, line.lot] if line.lot else None,
                serials=[known[Serial, item, number] for number in one.serials],
                reference=order.number,
            )
        )
    taken = take(wishes=wishes, targets=targets)
    return [(one.line, part) for one, found in zip(lines, taken, strict=True) for part in found]
