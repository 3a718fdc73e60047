"""What travels with goods: the delivery note to a customer, the despatch note to another site, what is picked by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from p2p.core import paper
from p2p.core.web import formats
from p2p.inventory.models import HandlingUnit, Move, Reservation
from planning import selectors
from planning.models import DemandMove, ReplenishmentOrder, ShipmentMove
from strategies.models import Location

CODES = 46  # of the page's shares: millimetres on A4


def delivery_note(row: DemandMove) -> bytes:
    """The delivery note a delivery is on: all that went to the customer with it and was not taken back."""
    rows = _lines(row)
    customer = row.demand.customer
    number = row.delivery_note or str(row.demand)
    facts = (
        (_("To"), f"{customer.name} ({customer.number})" if customer else "–"),
        (_("From"), row.demand.site.name),
        (_("Orders"), ", ".join(sorted({one.demand.number for one in rows}))),
        (_("Delivered"), paper.moment(row.move.effective_at)),
    )
    heads = (_("Item"), _("Name"), _("Quantity"), _("Lot or serial"), _("Order"), "")
    story: list[Flowable] = [
        paper.head(_("Delivery note"), number, row.demand.site.name, facts),
        paper.gap(4),
        paper.table(heads, [_line(one) for one in rows], (26, 40, 18, 26, 24, CODES), right=(2,)),
        *_units([one.move.handling_unit for one in rows]),
        *_signed(),
    ]
    return paper.pdf(story, title=f"{_('Delivery note')} {number}")


def _lines(row: DemandMove) -> list[DemandMove]:
    found = selectors.deliveries().filter(
        move__kind=Move.Kind.DELIVERY, move__reverses=None, move__reversed_by=None
    )
    if not row.delivery_note:
        return [row]
    mine = found.filter(
        delivery_note=row.delivery_note, demand__customer=row.demand.customer, demand__site=row.demand.site
    )
    return list(mine.order_by("demand__number", "demand__line", "pk")) or [row]


def despatch_note(row: ShipmentMove) -> bytes:
    """The despatch note a shipment is on: all that left with it for the same site and was not taken back, with the
    handling units it stands on."""
    rows = _shipped(row)
    order = row.order
    number = row.despatch_note or order.number
    facts = (
        (_("To"), order.site.name),
        (_("From"), row.move.source.site.name),
        (_("Orders"), ", ".join(sorted({one.order.number for one in rows}))),
        (_("Shipped"), paper.moment(row.move.effective_at)),
    )
    heads = (_("Item"), _("Name"), _("Quantity"), _("Lot or serial"), _("Order"), "")
    story: list[Flowable] = [
        paper.head(_("Despatch note"), number, row.move.source.site.name, facts),
        paper.gap(4),
        paper.table(heads, [_line(one) for one in rows], (26, 40, 18, 26, 24, CODES), right=(2,)),
        *_units([one.move.into_unit for one in rows]),
        *_signed(),
    ]
    return paper.pdf(story, title=f"{_('Despatch note')} {number}")


def transfer_note(order: ReplenishmentOrder) -> bytes:
    """What a transfer is picked with before it leaves: what is still to go, from where, and what is kept for it."""
    assert order.from_location is not None
    target = order.to_location
    facts = (
        (_("From"), f"{order.from_location.site.name} · {order.from_location.code}"),
        (_("To"), f"{order.site.name} · {target.code}" if target else order.site.name),
        (_("Due"), formats.day(order.due_on)),
    )
    kept = Reservation.objects.filter(reference=order.number, item=order.item_id).select_related(
        "location", "lot", "serial", "handling_unit"
    )
    heads = (_("Item"), _("Name"), _("Quantity"), _("Lot or serial"), _("Place"), "")
    left = max(order.quantity - order.shipped_quantity, Decimal(0))
    rows = [_wanted(order, row.quantity, row.location, row.lot or row.serial) for row in kept.order_by("pk")]
    rest = left - sum((row.quantity for row in kept), Decimal(0))
    rows += [_wanted(order, rest, order.from_location, None)] if rest > 0 or not rows else []
    story: list[Flowable] = [
        paper.head(_("Transfer"), order.number, order.from_location.site.name, facts),
        paper.gap(4),
        paper.table(heads, rows, (26, 40, 18, 26, 24, CODES), right=(2,)),
        paper.gap(6),
        paper.coded(order.number, height=10 * mm, width=CODES * paper.width() / 180),
        paper.gap(14),
        paper.text(_("Picked: day, name"), paper.SMALL),
    ]
    return paper.pdf(story, title=f"{_('Transfer')} {order.number}")


def _wanted(order: ReplenishmentOrder, quantity: Decimal, place: Location, piece: Any) -> list[Any]:
    item = order.item
    return [
        paper.text(item.number, paper.BOLD),
        paper.text(item.name),
        paper.text(f"{formats.number(quantity)} {item.unit}", paper.RIGHT),
        paper.text(piece.number if piece else "–"),
        paper.text(place.code),
        paper.coded(piece.number if piece else item.number, height=8 * mm, width=CODES * paper.width() / 180),
    ]


def _shipped(row: ShipmentMove) -> list[ShipmentMove]:
    if not row.despatch_note:
        return [row]
    found = selectors.shipments().filter(
        despatch_note=row.despatch_note,
        order__site=row.order.site,
        move__kind=Move.Kind.TRANSFER,
        move__reverses=None,
        move__reversed_by=None,
    )
    return list(found.order_by("order__number", "pk")) or [row]


def _units(inner: list[HandlingUnit | None]) -> list[Flowable]:
    """The packing list: each unit with its shipping code, what it stands in, its content counted and its weight."""
    lines: dict[int, int] = {}
    for unit in inner:
        if unit is not None:
            lines[unit.pk] = lines.get(unit.pk, 0) + 1
    found: dict[int, HandlingUnit] = {}
    more = set(lines)
    while more:
        rows = HandlingUnit.objects.select_related("parent").filter(pk__in=more)
        found |= {row.pk: row for row in rows}
        more = {row.parent_id for row in found.values() if row.parent_id} - set(found)
    if not found:
        return []
    heads = (_("Handling unit"), _("Kind"), _("Stands in"), _("Lines"), _("Weight"), "")
    turn = sorted(found.values(), key=lambda unit: (unit.parent_id is not None, unit.number))
    table = [_unit(unit, lines.get(unit.pk, 0)) for unit in turn]
    return [paper.gap(6), paper.table(heads, table, (38, 22, 30, 16, 20, CODES + 8), right=(3, 4))]


def _unit(unit: HandlingUnit, lines: int) -> list[Any]:
    weight = f"{formats.number(unit.gross_weight)} kg" if unit.gross_weight is not None else "–"
    code = unit.sscc or unit.number
    return [
        paper.text(f"{unit.number} · {unit.sscc}" if unit.sscc else unit.number, paper.BOLD),
        paper.text(str(unit.get_kind_display())),
        paper.text(unit.parent.number if unit.parent else "–"),
        paper.text(str(lines) if lines else "–", paper.RIGHT),
        paper.text(weight, paper.RIGHT),
        paper.coded(code, height=8 * mm, width=(CODES + 8) * paper.width() / 180),
    ]


def _signed() -> list[Flowable]:
    return [paper.gap(14), paper.text(_("Received: day, name"), paper.SMALL)]


def _line(row: DemandMove | ShipmentMove) -> list[Any]:
    item, piece = row.move.item, row.move.serial or row.move.lot
    pieces = row.move.catch_quantity
    count = f"{formats.number(row.move.quantity)} {item.unit}"
    return [
        paper.text(item.number, paper.BOLD),
        paper.text(item.name),
        paper.text(f"{count}, {formats.number(pieces)} {item.catch_unit}" if pieces else count, paper.RIGHT),
        paper.text(piece.number if piece else "–"),
        paper.text(str(row.demand if isinstance(row, DemandMove) else row.order)),
        paper.coded(piece.number if piece else item.number, height=8 * mm, width=CODES * paper.width() / 180),
    ]
