"""Handling units leave for transfer orders: what stands on a pallet travels with it, and stays a unit in transit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.inventory.models import Balance, HandlingUnit
from p2p.inventory.services.catch import only_number
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.taking import Wish, take
from p2p.inventory.services.unit_moves import content_of, locked_wholes, stand
from planning.models import ReplenishmentOrder, ShipmentMove
from planning.models.replenishment import REPLENISHMENT_FLOW
from planning.services.replenishment import locked
from planning.services.transfer import sent
from planning.services.travelling import check_sender
from strategies.models import Location, Site

if TYPE_CHECKING:
    from p2p.core.models import User


@dataclass(frozen=True)
class Part:
    """What of a unit's content goes for an order."""

    order: ReplenishmentOrder
    pile: Balance
    quantity: Decimal


@transaction.atomic
def ship_units(
    *,
    units: Sequence[HandlingUnit],
    order: ReplenishmentOrder,
    despatch_note: str = "",
    at: datetime | None = None,
    by: User | None,
) -> list[ShipmentMove]:
    """The units leave with all that stands in them, for `order` and the other open transfers from its site to its
    site, the earliest first; in transit they stay units.

    Refused, naming unit and item: content that no such order asks for, or more of it; a unit that is empty, not in
    use, at another site or in another unit; what is on hold or reserved for something else.
    """
    if order.from_location is None:
        raise Refused(
            _("{order} is a purchase: its vendor ships it."),
            code="no_transfer",
            about=order,
            order=order.number,
        )
    orders = _asking(order, units)
    check_sender([order], by)
    road = Doors([order.site]).outside(order.site, Location.Kind.TRANSIT)
    parts: list[Part] = []
    left = {one.pk: one.quantity - one.shipped_quantity for one in orders}
    wholes = locked_wholes(units)
    named = {unit.pk: unit for unit in units}
    for key, unit in named.items():
        _check_leaving(unit, wholes[key], order.from_location.site)
        parts += _shared(unit, _inmost_first(wholes[key]), orders, left)
    found = take(wishes=[_wish(part) for part in parts], targets=[(part.order.item, road) for part in parts])
    for key, unit in named.items():
        stand(unit=unit, place=road, whole=[row.pk for row in wholes[key]])
    taken = [(part.order, one) for part, some in zip(parts, found, strict=True) for one in some]
    roads = {one.pk: road for one in orders}
    return sent(taken, roads, despatch_note=despatch_note, whole=True, at=at, by=by)


def _asking(order: ReplenishmentOrder, units: Sequence[HandlingUnit]) -> list[ReplenishmentOrder]:
    """`order`, then the other transfers on the same way that still want something of what lies in the units; locked."""
    assert order.from_location is not None
    inside = Balance.objects.filter(quantity__gt=0, handling_unit__in=all_in(units)).values("item")
    others = ReplenishmentOrder.objects.filter(
        kind=ReplenishmentOrder.Kind.TRANSFER,
        state__in=ReplenishmentOrder.OPEN,
        site=order.site_id,
        from_location__site=order.from_location.site_id,
        shipped_quantity__lt=F("quantity"),
        item__in=inside,
    )
    rows = locked([order.pk, *others.values_list("pk", flat=True)])
    no = REPLENISHMENT_FLOW.refusal(rows[order.pk], "receive")
    if no is not None:
        raise no
    turn = sorted(rows.values(), key=lambda row: (row.pk != order.pk, row.due_on, row.number))
    return [row for row in turn if row.state in ReplenishmentOrder.OPEN]


def all_in(units: Sequence[HandlingUnit]) -> list[int]:
    """The units and all that stands in them: a query for each depth."""
    found: set[int] = set()
    more = {unit.pk for unit in units}
    while more:
        found |= more
        more = set(HandlingUnit.objects.filter(parent__in=more).values_list("pk", flat=True)) - found
    return sorted(found)


def _check_leaving(unit: HandlingUnit, rows: Sequence[HandlingUnit], site: Site) -> None:
    here = next(row for row in rows if row.pk == unit.pk)
    if here.state == HandlingUnit.State.RETIRED:
        raise Refused(_("{unit} is not in use any more."), field="unit", about=here, unit=here.number)
    if here.parent is not None:
        raise Refused(
            _("{unit} stands in {parent}: ship that one, or take it out first."),
            code="in_a_unit",
            field="unit",
            about=here,
            unit=here.number,
            parent=here.parent.number,
        )
    if (
        here.location is None
        or here.location.site_id != site.pk
        or here.location.kind == Location.Kind.TRANSIT
    ):
        raise Refused(
            _("{unit} does not stand at {site}."),
            code="other_site",
            field="unit",
            about=here,
            unit=here.number,
            site=site.code,
        )


def _inmost_first(rows: Sequence[HandlingUnit]) -> list[Balance]:
    """The content, that of boxes before that of what they stand in: a pallet may be served out of its boxes."""
    parents = {row.pk: row.parent_id for row in rows}

    def depth(unit: int | None) -> int:
        return 0 if unit is None or unit not in parents else 1 + depth(parents[unit])

    return sorted(content_of(list(parents)), key=lambda pile: (-depth(pile.handling_unit_id), pile.pk))


def _shared(
    unit: HandlingUnit,
    content: Sequence[Balance],
    orders: Sequence[ReplenishmentOrder],
    left: dict[int, Decimal],
) -> list[Part]:
    """The content among the orders, whole; `left` shrinks."""
    if not content:
        raise Refused(_("{unit} is empty."), code="empty", field="unit", about=unit, unit=unit.number)
    parts: list[Part] = []
    over: dict[int, Decimal] = defaultdict(Decimal)
    for pile in content:
        rest = pile.quantity
        for order in orders:
            part = min(rest, left[order.pk]) if order.item_id == pile.item_id else Decimal(0)
            if part > 0:
                parts.append(Part(order, pile, part))
                left[order.pk] -= part
                rest -= part
        over[pile.item_id] += rest
    for pile in content:
        if over[pile.item_id] > 0:
            raise Refused(
                _("{unit} holds {quantity} {measure} of {item} more than transfers to {site} ask for."),
                code="not_asked",
                field="unit",
                about=unit,
                unit=unit.number,
                quantity=plain(over[pile.item_id]),
                measure=pile.item.unit.code,
                item=pile.item.number,
                site=orders[0].site.code,
            )
    for part in parts:
        _check_pieces(unit, part)
    return parts


def _check_pieces(unit: HandlingUnit, part: Part) -> None:
    """Whose pieces are whose nobody can say where two orders share what is weighed and counted."""
    item = part.pile.item
    if item.catch_unit_id is None or part.quantity == part.pile.quantity:
        return
    if only_number(item, part.quantity) is None:
        raise Refused(
            _(
                "{unit} holds {item} for {order} and for another transfer: it is weighed and counted, so take it out of"
                " the unit and ship the pieces of each by themselves."
            ),
            code="catch_weight",
            field="unit",
            about=unit,
            unit=unit.number,
            item=item.number,
            order=part.order.number,
        )


def _wish(part: Part) -> Wish:
    pile = part.pile
    return Wish(
        item=pile.item,
        quantity=part.quantity,
        site=pile.location.site,
        location=pile.location,
        lot=pile.lot,
        serials=[pile.serial] if pile.serial else (),
        unit=pile.handling_unit,
        reference=part.order.number,
    )
