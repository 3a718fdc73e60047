"""Deliveries as the books of demand: what is still to deliver, what a delivery changes, and taking it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from p2p.core.fields import plain
from p2p.core.numbers import decimal_of
from p2p.inventory.models import Move, Reservation, SoftReservation
from p2p.inventory.services.claims import release
from p2p.inventory.services.kept import keep_again
from p2p.inventory.services.ledger import post_within, reverse
from p2p.inventory.services.reservations import unreserve
from planning.facts import Delivered
from planning.measures import Measures
from planning.models import Demand, DemandMove
from planning.models.demand import DEMAND_FLOW
from planning.services.again import check_part, posted_again
from strategies.engine.units import MissingConversion
from strategies.models import ReasonCode

if TYPE_CHECKING:
    from p2p.core.models import User


class Ordered:
    """Demand lines as quantities of their items' own units, which stock is counted in."""

    def __init__(self, demands: Collection[Demand]) -> None:
        self.measures = Measures({demand.item_id for demand in demands})

    def whole(self, demand: Demand) -> Decimal:
        """All that is wanted, rounded up to what can be counted."""
        unit = demand.item.unit_id
        return self.measures.up(self.measures.in_unit_of(demand.item, demand.quantity, demand.unit_id), unit)

    def delivered(self, demand: Demand) -> Decimal:
        """What was delivered: a twelfth of a dozen is a piece, although it cannot be written as a decimal."""
        exact = self.measures.in_unit_of(demand.item, demand.delivered_quantity, demand.unit_id)
        return decimal_of(exact, demand.item.unit.digits)

    def most(self, demand: Demand) -> Decimal:
        """All that may go: what is wanted and what the customer takes beyond it, in whole digits of the unit."""
        over = demand.customer.over_delivery_fraction if demand.customer else Decimal(0)
        whole = self.whole(demand)
        return whole + rounded_down(whole * over, demand.item.unit.digits)

    def enough(self, demand: Demand) -> Decimal:
        """With how much the line counts as delivered: what is wanted, less what the customer does without."""
        under = demand.customer.under_delivery_fraction if demand.customer else Decimal(0)
        whole = self.whole(demand)
        return whole - rounded_down(whole * under, demand.item.unit.digits)

    def left(self, demand: Demand) -> Decimal:
        """What is still to deliver; 0 where more was delivered than wanted."""
        wanted, came, own = demand.quantity, demand.delivered_quantity, demand.item.unit_id
        try:
            return self.measures.left(demand.item_id, wanted, came, demand.unit_id, own)
        except MissingConversion as gap:
            raise self.measures.refusal(demand.item.number, gap) from gap

    def in_its_unit(self, demand: Demand, quantity: Decimal) -> Decimal:
        """A quantity of the item's unit in the demand's, to twelve digits after the point."""
        factor = self.measures.factor(demand.item_id, demand.unit_id, demand.item.unit_id)
        return decimal_of(Fraction(quantity) / factor)


def locked(keys: Collection[int]) -> dict[int, Demand]:
    """The demand lines as they are now, locked in key order and read then, with what a delivery needs. Two queries."""
    rows = Demand.objects.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update().values_list("pk"))
    return {row.pk: row for row in rows.select_related("site", "item__unit", "unit", "customer")}


def book(
    rows: Sequence[DemandMove], ordered: Ordered, *, final: Collection[int] = (), by: User | None
) -> None:
    """Bring quantities and states of the demand in line with what went out or came back. The rows' demand lines are
    locked, one object for each; those in `final` (keys) are done, whatever is missing. Eight statements at most.
    """
    demands = {row.demand_id: row.demand for row in rows}
    change: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.counts:
            change[row.demand_id] += _sign(row.move) * row.move.quantity
    short, full = [], []
    for key, demand in demands.items():
        now_delivered = ordered.delivered(demand) + change[key]
        demand.delivered_quantity = max(ordered.in_its_unit(demand, now_delivered), Decimal(0))
        demand.revision += 1
        done = now_delivered >= ordered.enough(demand) or key in final
        if done and demand.state == Demand.State.OPEN:
            full.append(key)
        elif change[key] < 0 and not done and demand.state == Demand.State.DELIVERED:
            short.append(key)
    Demand.objects.bulk_update(demands.values(), ["delivered_quantity", "revision"])
    for keys, step in ((full, "deliver"), (short, "reopen")):
        if keys:
            DEMAND_FLOW.take_many(Demand.objects.filter(pk__in=keys), step, short_reason="")
            for key in keys:
                setattr(demands[key], DEMAND_FLOW.field, DEMAND_FLOW.steps[step].target)
    let_go([demands[key] for key in full], by=by)


def let_go(demands: Sequence[Demand], *, by: User | None) -> None:
    """Nothing more goes to these lines: what is reserved or claimed for them is everybody's again. Four statements
    at most, none without lines.
    """
    if not demands:
        return
    theirs = Q(reference__in=[one.reference for one in demands], item__in=[one.item_id for one in demands])
    unreserve(reservations=list(Reservation.objects.filter(theirs)), by=by)
    release(claims=SoftReservation.objects.filter(theirs).select_related("item", "site"), by=by)


def _sign(move: Move) -> int:
    out = move.kind == Move.Kind.DELIVERY
    return 1 if out == (move.reverses_id is None) else -1


@transaction.atomic
def take_back(
    *,
    deliveries: Sequence[DemandMove],
    quantity: Decimal | None = None,
    catch_quantity: Decimal | None = None,
    reason: ReasonCode | None = None,
    at: datetime | None = None,
    by: User | None,
) -> list[DemandMove]:
    """Deliveries (or returns) that were booked by mistake are reversed, all or none: the goods lie where they came
    from, kept for the demand as far as they were and it waits for them again. Of one also a part (`quantity`, the
    item's unit, and `catch_quantity` pieces): the rest stays on its delivery note.

    Refused when one was taken back before, when a customer gave part of it back already, or when what a return
    brought is no longer there.
    """
    keys = [row.pk for row in deliveries]
    known = DemandMove.objects.filter(pk__in=keys).select_related(
        "move__item__unit",
        "move__source__site",
        "move__target__site",
        "move__lot",
        "move__serial",
        "move__handling_unit",
        "move__into_unit",
        "move__reason",
        "move__reversed_by",
    )
    first = list(known.order_by("pk"))
    demands = locked({row.demand_id for row in first})
    part = check_part([row.move for row in first], quantity)
    _check_not_returned(first, demands, part)
    mirrors = reverse(moves=[row.move for row in first], reason=reason, at=at, by=by)
    rows = [_row(row, demands, mirror) for row, mirror in zip(first, mirrors, strict=True)]
    kept = [(row.move, min(row.reserved, part or row.reserved)) for row in first]
    if part is not None:
        (again,) = post_within(lines=[posted_again(first[0].move, part, catch_quantity, at)], by=by)
        rows.append(_row(first[0], demands, again, first[0].reserved - kept[0][1]))
    DemandMove.objects.bulk_create(rows)
    book(rows, Ordered(list(demands.values())), by=by)
    waiting = {key for key, demand in demands.items() if demand.state == Demand.State.OPEN}
    back = [
        (one, demands[row.demand_id].reference)
        for one, row in zip(kept, first, strict=True)
        if row.demand_id in waiting and one[0].kind == Move.Kind.DELIVERY
    ]
    keep_again(taken=[one for one, _for in back], documents=[number for _one, number in back], by=by)
    _tell(rows, by=by)
    return rows


def _row(
    row: DemandMove, demands: dict[int, Demand], move: Move, reserved: Decimal = Decimal(0)
) -> DemandMove:
    return DemandMove(
        demand=demands[row.demand_id],
        move=move,
        delivery_note=row.delivery_note,
        counts=row.counts,
        reserved=reserved,
    )


def _tell(rows: Sequence[DemandMove], *, by: User | None) -> None:
    """One fact for each delivery note."""
    notes: dict[str, list[DemandMove]] = defaultdict(list)
    for row in rows:
        notes[row.delivery_note].append(row)
    for note, part in notes.items():
        tell(
            Delivered(
                demands=tuple({row.demand_id: row.demand for row in part}.values()),
                moves=tuple(row.move for row in part),
                delivery_note=note,
                by=by,
            )
        )


def rounded_down(quantity: Decimal, digits: int) -> Decimal:
    """A tolerance never reaches beyond what was agreed."""
    return quantity.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_FLOOR)


Piece = tuple[int, int | None, int | None]
"""Demand, lot, serial number."""


def with_customer(demands: Collection[int]) -> dict[Piece, Decimal]:
    """What was delivered and neither came back nor was taken back, in the item's unit. One query."""
    held: dict[Piece, Decimal] = defaultdict(Decimal)
    rows = DemandMove.objects.filter(demand__in=demands).select_related("move")
    for row in rows:
        key = (row.demand_id, row.move.lot_id, row.move.serial_id)
        held[key] += _sign(row.move) * row.move.quantity
    return held


def _check_not_returned(rows: Sequence[DemandMove], demands: dict[int, Demand], part: Decimal | None) -> None:
    held = with_customer(demands)
    for row in rows:
        if row.move.kind != Move.Kind.DELIVERY or row.move.reverses_id or hasattr(row.move, "reversed_by"):
            continue
        key = (row.demand_id, row.move.lot_id, row.move.serial_id)
        held[key] -= part or row.move.quantity
        if held[key] < 0:
            raise Refused(
                _("{quantity} {unit} of {item} for {demand} came back already: take the return back first."),
                code="returned",
                about=demands[row.demand_id],
                quantity=plain(-held[key]),
                unit=row.move.item.unit.code,
                item=row.move.item.number,
                demand=demands[row.demand_id],
            )
