"""Goods go out to customers: several lines on one delivery note, in parts, from what is reserved or free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from p2p.core.fields import plain
from p2p.inventory.models import HandlingUnit, Lot, Move, Serial
from p2p.inventory.services.catch_parts import parted
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.ledger import MoveLine, post_within
from p2p.inventory.services.needs import DELIVERY
from p2p.inventory.services.taking import Wish, take
from planning.facts import Delivered
from planning.models import Demand, DemandMove
from planning.models.demand import DEMAND_FLOW
from planning.services.delivered import Ordered, book, locked
from strategies.models import Location
from strategies.services.numbering import take_numbers

if TYPE_CHECKING:
    from p2p.core.models import User

SERIES = "DN"


@dataclass(frozen=True, kw_only=True)
class DeliveryLine:
    """`quantity` (> 0, the item's unit) for a demand line.

    Taken from `location`, of `lot`, of `serials` or in `unit` when named; else what is reserved for the demand, then
    free stock by the item's picking rule. `final`: nothing more is delivered for it.
    """

    demand: Demand
    quantity: Decimal
    location: Location | None = None
    lot: Lot | None = None
    serials: Sequence[Serial] = ()
    unit: HandlingUnit | None = None
    final: bool = False
    catch_quantity: Decimal | None = None
    """Pieces of an item that is weighed and counted."""


@transaction.atomic
def deliver(
    *,
    lines: Sequence[DeliveryLine],
    delivery_note: str = "",
    at: datetime | None = None,
    by: User | None,
) -> list[DemandMove]:
    """Deliver all lines or none. Without a number each customer of each site gets the next delivery note.

    Refused, naming the demand or the item: a line that is not open or a forecast, more than is still wanted, a
    delivery note of several customers or of another one, stock that is not there, on hold, expired or with too
    little shelf life left. Locks demand in key order, then stock in its.
    """
    if not lines:
        raise Refused(_("Name what is delivered: there is no line with a quantity."), code="nothing")
    demands = locked({line.demand.pk for line in lines})
    current = [replace(line, demand=demands[line.demand.pk]) for line in lines]
    ordered = Ordered(list(demands.values()))
    _check(current, ordered)
    _check_note(delivery_note.strip(), demands)
    moves = _post(current, at=at, by=by)
    notes = _notes(list(demands.values()), delivery_note.strip())
    rows = DemandMove.objects.bulk_create(
        DemandMove(
            demand=line.demand,
            move=move,
            delivery_note=notes[line.demand.pk],
            reserved=move.quantity if reserved else Decimal(0),
        )
        for line, move, reserved in moves
    )
    book(rows, ordered, final={line.demand.pk for line in current if line.final}, by=by)
    for note in dict.fromkeys(notes.values()):
        part = [row for row in rows if row.delivery_note == note]
        tell(
            Delivered(
                demands=tuple({row.demand_id: row.demand for row in part}.values()),
                moves=tuple(row.move for row in part),
                delivery_note=note,
                by=by,
            )
        )
    return rows


def _check(lines: Sequence[DeliveryLine], ordered: Ordered) -> None:
    going: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        demand = line.demand
        no = DEMAND_FLOW.refusal(demand, "deliver")
        if no is not None:
            raise no
        if demand.kind == Demand.Kind.FORECAST:
            raise Refused(
                _("{demand} is a forecast: nobody gets a delivery for it."),
                code="forecast",
                about=demand,
                demand=demand,
            )
        check_quantity(demand.item, line.quantity)
        _check_place(line)
        going[demand.pk] += line.quantity
        left = ordered.left(demand)
        most = max(ordered.most(demand) - ordered.delivered(demand), Decimal(0))
        if going[demand.pk] > most:
            raise Refused(
                _("{demand}: {left} {unit} of {item} are still to deliver, not {quantity}.")
                if most == left
                else _(
                    "{demand}: {left} {unit} of {item} are still to deliver and the customer takes at most {most},"
                    " not {quantity}."
                ),
                code="over_delivery",
                most=plain(most),
                field="quantity",
                about=demand,
                demand=demand,
                left=plain(left),
                unit=demand.item.unit.code,
                item=demand.item.number,
                quantity=plain(going[demand.pk]),
            )


def _check_place(line: DeliveryLine) -> None:
    if line.location is not None and line.location.site_id != line.demand.site_id:
        raise Refused(
            _("{demand} is delivered from {site}: {place} is not there."),
            code="other_site",
            field="location",
            about=line.demand,
            demand=line.demand,
            site=line.demand.site.code,
            place=line.location.code,
        )


def _check_note(note: str, demands: Mapping[int, Demand]) -> None:
    """One delivery note is for one customer."""
    if not note:
        return
    customers = {demand.customer_id: demand for demand in demands.values()}
    before = DemandMove.objects.filter(delivery_note=note).select_related("demand__customer").first()
    if before is not None:
        customers.setdefault(before.demand.customer_id, before.demand)
    if len(customers) > 1:
        raise Refused(
            _("Delivery note {note} would be for several customers: {customers}."),
            code="several_customers",
            field="delivery_note",
            note=note,
            customers=", ".join(sorted(str(demand.customer or demand) for demand in customers.values())),
        )


def _notes(demands: Sequence[Demand], given: str) -> dict[int, str]:
    """The delivery note of each demand line. One statement."""
    if given:
        return {demand.pk: given for demand in demands}
    groups = list(dict.fromkeys((demand.site_id, demand.customer_id) for demand in demands))
    numbers = dict(zip(groups, take_numbers(code=SERIES, count=len(groups)), strict=True))
    return {demand.pk: numbers[demand.site_id, demand.customer_id] for demand in demands}


def _post(
    lines: Sequence[DeliveryLine], *, at: datetime | None, by: User | None
) -> list[tuple[DeliveryLine, Move, bool]]:
    """Every move with its line, and whether what it took was reserved for it."""
    doors = Doors(line.demand.site for line in lines)
    wishes = [
        Wish(
            item=line.demand.item,
            quantity=line.quantity,
            site=line.demand.site,
            location=line.location,
            lot=line.lot,
            serials=line.serials,
            unit=line.unit,
            reference=line.demand.reference,
            purpose=DELIVERY,
        )
        for line in lines
    ]
    wanted = [
        (
            line,
            one.reserved,
            MoveLine(
                item=line.demand.item,
                source=one.place,
                target=doors.outside(line.demand.site, Location.Kind.CUSTOMER),
                quantity=one.quantity,
                kind=Move.Kind.DELIVERY,
                lot=one.lot,
                serial=one.serial,
                handling_unit=one.unit,
                reference=line.demand.reference,
                effective_at=at,
                catch_quantity=pieces,
            ),
        )
        for line, taken in zip(lines, take(wishes=wishes), strict=True)
        for one, pieces in zip(
            taken, parted(item=line.demand.item, pieces=line.catch_quantity, parts=taken), strict=True
        )
    ]
    moves = post_within(lines=[move for _line, _kept, move in wanted], by=by)
    return [(line, move, kept) for (line, kept, _made), move in zip(wanted, moves, strict=True)]
