"""Customers give goods back: what was delivered to them, the same lot or piece, into quarantine or where it is put."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from p2p.core.fields import plain
from p2p.inventory.models import Lot, Move, Serial
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.ledger import MoveLine, post_within
from planning.facts import Returned
from planning.models import Demand, DemandMove
from planning.services.delivered import Ordered, Piece, book, locked, with_customer
from strategies.models import Location, ReasonCode

if TYPE_CHECKING:
    from p2p.core.models import User


@dataclass(frozen=True, kw_only=True)
class ReturnLine:
    """`quantity` (> 0, the item's unit) of what was delivered for a demand line comes back: this `lot` or `serial` of
    it. It goes to `location`, else to the site's quarantine.
    """

    demand: Demand
    quantity: Decimal
    lot: Lot | None = None
    serial: Serial | None = None
    location: Location | None = None
    catch_quantity: Decimal | None = None
    """Pieces of an item that is weighed and counted."""


@transaction.atomic
def return_goods(
    *,
    lines: Sequence[ReturnLine],
    reason: ReasonCode,
    replace: bool = False,
    delivery_note: str = "",
    at: datetime | None = None,
    by: User | None,
) -> list[DemandMove]:
    """Take goods back from customers, all lines or none. With `replace` they are delivered again: the demand is open
    for them. `delivery_note` is the number on the paper that came with them.

    Refused, naming the demand: more than the customer has of that lot or piece, a reason of another kind, a place of
    another site.
    """
    if not lines:
        raise Refused(_("Name what came back: there is no line with a quantity."), code="nothing")
    if reason.kind != ReasonCode.Kind.RETURN:
        raise Refused(_("{reason} is no reason for a return."), code="reason", field="reason", reason=reason)
    demands = locked({line.demand.pk for line in lines})
    _check(lines, demands)
    doors = Doors(demand.site for demand in demands.values())
    moves = post_within(lines=[_move(line, demands, doors, reason, at) for line in lines], by=by)
    rows = DemandMove.objects.bulk_create(
        DemandMove(
            demand=demands[line.demand.pk], move=move, delivery_note=delivery_note.strip(), counts=replace
        )
        for line, move in zip(lines, moves, strict=True)
    )
    book(rows, Ordered(list(demands.values())), by=by)
    tell(
        Returned(
            demands=tuple(demands.values()),
            moves=tuple(moves),
            delivery_note=delivery_note.strip(),
            reason=reason.code,
            by=by,
        )
    )
    return rows


def _check(lines: Sequence[ReturnLine], demands: dict[int, Demand]) -> None:
    held = with_customer(demands)
    coming: dict[Piece, Decimal] = defaultdict(Decimal)
    for line in lines:
        demand = demands[line.demand.pk]
        check_quantity(demand.item, line.quantity)
        key = (demand.pk, line.lot.pk if line.lot else None, line.serial.pk if line.serial else None)
        coming[key] += line.quantity
        if coming[key] > held[key]:
            piece = line.serial or line.lot
            raise Refused(
                _("{demand}: the customer has {there} {unit} of {item}, so {quantity} cannot come back."),
                code="not_delivered",
                field="quantity",
                about=demand,
                demand=demand,
                there=plain(max(held[key], Decimal(0))),
                unit=demand.item.unit.code,
                item=f"{demand.item.number} {piece.number}" if piece else demand.item.number,
                quantity=plain(coming[key]),
            )
        if line.location is not None and line.location.site_id != demand.site_id:
            raise Refused(
                _("{demand} was delivered from {site}: {place} is not there."),
                code="other_site",
                field="location",
                about=demand,
                demand=demand,
                site=demand.site.code,
                place=line.location.code,
            )


def _move(
    line: ReturnLine, demands: dict[int, Demand], doors: Doors, reason: ReasonCode, at: datetime | None
) -> MoveLine:
    demand = demands[line.demand.pk]
    return MoveLine(
        item=demand.item,
        source=doors.outside(demand.site, Location.Kind.CUSTOMER),
        target=line.location or doors.outside(demand.site, Location.Kind.QUARANTINE),
        quantity=line.quantity,
        kind=Move.Kind.RETURN,
        lot=line.lot,
        serial=line.serial,
        reason=reason,
        reference=demand.reference,
        effective_at=at,
        catch_quantity=line.catch_quantity,
    )
