"""Nonconforming pieces that lie in stock: found where they lie, scrapped, or given back to the vendor."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from execution.models import OutputMove
from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.inventory.models import Balance, Move
from p2p.inventory.services import ledger
from p2p.inventory.services.catch_parts import parted
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.taking import Taken
from planning.models import ReplenishmentMove, ReplenishmentOrder
from planning.services.give_back import give_back
from planning.services.made_for import let_go
from quality.models import InspectedMove, NonConformance
from strategies.models import Item, Location


def pieces_of(record: NonConformance, serials: Sequence[str] = (), *, by: User) -> list[Taken]:
    """Where the pieces lie that are to go: of its lot, of the serial numbers named, else where they came in.

    Free stock only, first where the goods came in, then where most lies; of goods bought for one need what is kept for
    it is given back first, for bad ones serve nobody. Of an item that nobody can tell apart, and that no inspection
    found, all have to lie at one place. Raises Refused when there are fewer.
    """
    arrived = _arrived(record)
    _give_back_kept(record, serials, arrived, by)
    rows = _lying(record)
    if record.item.tracking == Item.Tracking.SERIAL:
        came = {move.serial.number for move in arrived if move.serial}
        return _of_serials(record, rows.filter(reserved__lt=F("quantity")), serials, came)
    if record.operation is not None and record.lot is None and record.item.tracking == Item.Tracking.LOT:
        rows = rows.filter(lot__in={move.lot_id for move in arrived})
    places = {move.target_id for move in arrived}
    if record.lot is None and not arrived:
        rows = rows.filter(quantity__gte=F("reserved") + record.quantity)[:1]
    taken, missing = [], record.quantity
    for row in sorted(rows, key=lambda row: row.location_id not in places):
        part = min(missing, row.quantity - row.reserved)
        if part > 0:
            taken.append(Taken(row.location, part, lot=row.lot, unit=row.handling_unit))
            missing -= part
    if missing > 0:
        raise _too_few(record, record.quantity - missing)
    return taken


def _lying(record: NonConformance) -> QuerySet[Balance]:
    """Where there is any of it, most first."""
    rows = Balance.objects.filter(item=record.item, quantity__gt=0, location__site=record.site)
    rows = rows.exclude(location__kind__in=(*Location.OUTSIDE, Location.Kind.TRANSIT))
    if record.lot is not None:
        rows = rows.filter(lot=record.lot)
    return rows.select_related("location__site", "lot", "serial", "handling_unit").order_by("-quantity", "pk")


def _give_back_kept(
    record: NonConformance, serials: Sequence[str], arrived: Sequence[Move], by: User
) -> None:
    """Pieces that can be told to be these, of a purchase for one need, are kept for it no more."""
    order = _purchase(record)
    if order is None or order.made_for is None:
        return
    rows, places = _lying(record), {move.target_id for move in arrived}
    if record.item.tracking == Item.Tracking.SERIAL:
        rows = rows.filter(
            serial__number__in=serials or [move.serial.number for move in arrived if move.serial]
        )
    elif record.lot is None:
        rows = rows.filter(location__in=places)
    pieces, left = [], record.quantity
    for row in sorted(rows, key=lambda row: row.location_id not in places):
        part = min(left, row.quantity)
        if part > 0:
            pieces.append(Taken(row.location, part, lot=row.lot, serial=row.serial, unit=row.handling_unit))
            left -= part
    let_go(supply=order, pieces=pieces, by=by)


def _arrived(record: NonConformance) -> list[Move]:
    """What its inspection looked at as it came; of a co- or by-product what its order brought into stock."""
    if record.operation is not None:
        brought = OutputMove.objects.filter(output__order=record.operation.order_id).values("move")
        moves = Move.objects.filter(pk__in=brought, item=record.item, reverses=None, reversed_by=None)
        return list(moves.select_related("serial"))
    inspected = InspectedMove.objects.filter(inspection=record.inspection_id or 0)
    return [row.move for row in inspected.select_related("move__serial")]


def _of_serials(
    record: NonConformance, rows: QuerySet[Balance], serials: Sequence[str], came: set[str]
) -> list[Taken]:
    """The free pieces named, which are of those that `came`; where nobody names any, all that came."""
    strangers = sorted(set(serials) - came) if came else []
    if strangers:
        raise Refused(
            _("{serial} is not among the pieces that {inspection} inspected: {record} is not about it."),
            code="serial_stranger",
            field="serials",
            serial=strangers[0],
            inspection=record.inspection,
            record=record,
        )
    if serials or came:
        rows = rows.filter(serial__number__in=set(serials) or came)
    found = list(rows)
    if len(found) < (len(set(serials)) or record.quantity):
        raise _too_few(record, Decimal(len(found)))
    if len(found) != record.quantity:
        raise say_which(record, len(found))
    return [
        Taken(row.location, row.quantity, lot=row.lot, serial=row.serial, unit=row.handling_unit)
        for row in found
    ]


def say_which(record: NonConformance, there: int) -> Refused:
    """The pieces of a nonconformance have to be named: there are more of them than it is about."""
    return Refused(
        _("{record} is about {quantity} of {there} pieces: say which, by their serial numbers."),
        code="serials_missing",
        field="serials",
        record=record,
        quantity=plain(record.quantity),
        there=there,
    )


def _too_few(record: NonConformance, there: Decimal) -> Refused:
    return Refused(
        _("Only {there} of {quantity} {unit} {item} lie free at {site}: book the others where they are."),
        code="not_there",
        there=plain(there),
        quantity=plain(record.quantity),
        unit=record.item.unit,
        item=record.item,
        site=record.site,
    )


def scrap(
    record: NonConformance, pieces: Sequence[Taken], *, catch_quantity: Decimal | None = None, by: User
) -> Move:
    """Scrap the pieces where they lie, `catch_quantity` of what is weighed and counted; the first move. Refused when
    the site has no place for scrap, or nobody says how many pieces the weight is."""
    target = Doors([record.site]).outside(record.site, Location.Kind.SCRAP)
    lines = [
        ledger.MoveLine(
            item=record.item,
            source=piece.place,
            target=target,
            quantity=piece.quantity,
            kind=Move.Kind.SCRAP,
            lot=piece.lot,
            serial=piece.serial,
            handling_unit=piece.unit,
            reason=record.reason,
            reference=record.number,
            catch_quantity=count,
        )
        for piece, count in zip(
            pieces, parted(item=record.item, pieces=catch_quantity, parts=pieces), strict=True
        )
    ]
    return ledger.post(lines=lines, by=by)[0]


def send_back(
    record: NonConformance,
    pieces: Sequence[Taken],
    *,
    sent_again: bool,
    catch_quantity: Decimal | None = None,
    by: User,
) -> Move:
    """Give the pieces back to the vendor of the purchase they came with, `catch_quantity` of what is weighed and
    counted; the first move. Refused without a purchase."""
    order = _purchase(record)
    if order is None:
        raise Refused(
            _("{record} did not come from a vendor: it cannot go back to one."),
            code="no_vendor",
            record=record,
        )
    moves = give_back(
        order=order,
        pieces=pieces,
        sent_again=sent_again,
        reason=record.reason,
        catch_quantity=catch_quantity,
        by=by,
    )
    return moves[0]


def _purchase(record: NonConformance) -> ReplenishmentOrder | None:
    """The purchase that was inspected, or the last that brought the lot to this site."""
    if record.inspection is not None and record.inspection.replenishment is not None:
        return record.inspection.replenishment
    if record.lot is None:
        return None
    rows = ReplenishmentMove.objects.filter(
        move__lot=record.lot,
        move__reversed_by=None,
        move__reverses=None,
        order__site=record.site,
        order__kind=ReplenishmentOrder.Kind.PURCHASE,
    )
    latest = rows.select_related("order").order_by("-pk").first()
    return latest.order if latest else None
