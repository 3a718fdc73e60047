"""Sending pieces and components to the vendor, and taking a delivery note back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from execution.models import WipMove
from execution.services import wip
from execution.services.job import Job, lock_job
from outsourcing.facts import Dispatched, Dispatching
from outsourcing.models import (
    Dispatch,
    DispatchLine,
    DispatchMove,
    Receipt,
    SubcontractLine,
    SubcontractOrder,
)
from outsourcing.models.order import SUBCONTRACT_FLOW
from outsourcing.services.places import place_at
from p2p.core import clock
from p2p.core.facts import Refused, ask, tell
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.numbers import Rounding, rounded
from p2p.inventory.models import Lot, Move, Serial
from p2p.inventory.services import ledger
from p2p.inventory.services.reservations import Need, share_out, shortage
from planning.models import Material, Operation
from planning.services import vendors
from strategies.models import Item, Location
from strategies.services.numbering import take_numbers

ZERO = Decimal(0)
FROM_STOCK = ("item", "pegged")
"""Kinds of component that come from our own stock; the others the vendor has or buys."""


@dataclass(frozen=True, kw_only=True)
class ToSend:
    """So many pieces for one line."""

    line: SubcontractLine
    quantity: Decimal


@transaction.atomic
def dispatch(
    *,
    order: SubcontractOrder,
    lines: Sequence[ToSend] | None = None,
    at: datetime | None = None,
    by: User,
) -> Dispatch:
    """Send pieces of the operations before, or components where there are none, to the vendor's place.

    Without `lines` everything goes that stands ready. Raises Refused naming the operation: nothing ready, more
    than the line asks for, fewer pieces there than named, components short.
    """
    locked = (
        SubcontractOrder.objects.select_for_update(of=("self",))
        .select_related("vendor", "site")
        .get(pk=order.pk)
    )
    ask(Dispatching(order=locked, by=by))
    refusal = SUBCONTRACT_FLOW.refusal(locked, "dispatch")
    if refusal is not None:
        raise refusal
    trip = _Trip(locked, take_numbers(code="DN", count=1)[0], at or clock.now(), by)
    for line, quantity in trip.chosen(lines):
        trip.load(line, quantity)
    if not trip.rows:
        raise Refused(
            _("Nothing stands ready to go to {vendor}."), code="nothing_ready", vendor=locked.vendor
        )
    note = trip.leave()
    SUBCONTRACT_FLOW.take(order, "dispatch", revision=F("revision") + 1)
    tell(Dispatched(dispatch=note, by=by))
    return note


class _Trip:
    """One delivery note being loaded: the jobs it takes from stay locked until the transaction ends."""

    def __init__(self, order: SubcontractOrder, number: str, at: datetime, by: User) -> None:
        self.order, self.number, self.at, self.by = order, number, at, by
        self.place = place_at(vendor=order.vendor, site=order.site)
        rows = (
            SubcontractLine.objects.filter(order=order, cancelled=False, complete=False)
            .select_related("operation")
            .order_by("operation__order_id", "pk")
            .select_for_update(of=("self",))
        )
        self.lines = {line.pk: line for line in rows}
        self.jobs = {
            key: lock_job(key) for key in sorted({line.operation.order_id for line in self.lines.values()})
        }
        self.rows: list[tuple[DispatchLine, list[DispatchMove]]] = []

    def chosen(self, wanted: Sequence[ToSend] | None) -> list[tuple[SubcontractLine, Decimal]]:
        """The lines to send with their quantities, checked."""
        if wanted is None:
            every = [(line, self.ready(line)) for line in self.lines.values()]
            return [(line, quantity) for line, quantity in every if quantity > 0]
        found = []
        for one in wanted:
            line = self.lines.get(one.line.pk)
            if line is None:
                raise Refused(
                    _("{line} is no open line of {order}."), code="line", line=one.line, order=self.order
                )
            if one.quantity <= 0 or line.sent_quantity + one.quantity > line.quantity:
                raise Refused(
                    _("{operation}: {sent} of {quantity} pieces have been sent, {more} more is too many."),
                    code="quantity",
                    field="quantity",
                    operation=self.operation(line),
                    sent=plain(line.sent_quantity),
                    quantity=plain(line.quantity),
                    more=plain(one.quantity),
                )
            found.append((line, one.quantity))
        return found

    def operation(self, line: SubcontractLine) -> Operation:
        return self.jobs[line.operation.order_id].operation(line.operation_id)

    def ready(self, line: SubcontractLine) -> Decimal:
        """Pieces that could go now: what stands behind the operations before, or all where there are none."""
        job, operation = self.jobs[line.operation.order_id], self.operation(line)
        left: Decimal = line.quantity - line.sent_quantity
        before = job.takes_from(operation)
        if not before:
            return left
        piles = wip.piles(before)
        here: list[Decimal] = [
            sum((part for _p, kind, part in piles.get(one.pk, []) if kind != "vendor"), ZERO)
            for one in before
        ]
        return min([left, *here])

    def load(self, line: SubcontractLine, quantity: Decimal) -> None:
        """Put pieces, or components, of one line on the note."""
        job, operation = self.jobs[line.operation.order_id], self.operation(line)
        before = job.takes_from(operation)
        moves = [row for one in before for row in self._carry(one, quantity)]
        if not before:
            moves = self._send_components(job, line, operation, quantity)
        if not moves:
            raise Refused(
                _("{operation} needs nothing from us: the vendor has it all."),
                code="nothing_to_send",
                operation=operation,
            )
        self.rows.append((DispatchLine(line=line, quantity=quantity), moves))
        vendors.lie_at_vendor(operation=operation, quantity=quantity)
        SubcontractLine.objects.filter(pk=line.pk).update(sent_quantity=F("sent_quantity") + quantity)

    def _carry(self, before: Operation, quantity: Decimal) -> list[DispatchMove]:
        left, rows = quantity, []
        piles = [pile for pile in wip.piles([before]).get(before.pk, []) if pile[1] != Location.Kind.VENDOR]
        places = Location.objects.in_bulk([place for place, _kind, _pieces in piles if place])
        for place, _kind, pieces in piles:
            part = min(left, pieces)
            if part <= 0:
                continue
            moved = wip.carry(
                operation=before,
                quantity=part,
                source=places[place] if place else None,
                target=self.place,
                kind=WipMove.Kind.DISPATCHED,
                reference=self.number,
                at=self.at,
                by=self.by,
            )
            rows.append(DispatchMove(wip_move=moved[-1]))
            left -= part
        if left > 0:
            raise Refused(
                _("{ready} pieces stand behind {before}: {quantity} cannot be sent."),
                code="pieces_not_there",
                field="quantity",
                ready=plain(quantity - left),
                before=before,
                quantity=plain(quantity),
            )
        return rows

    def _send_components(
        self, job: Job, line: SubcontractLine, operation: Operation, quantity: Decimal
    ) -> list[DispatchMove]:
        wanted = [
            (material, missing)
            for material in components(job, operation)
            if (missing := self._missing(line, material, operation, quantity)) > 0
        ]
        needs = [
            Need(
                item=material.item,
                quantity=missing,
                site=self.order.site,
                location=material.location,
                reference=self.order.number,
            )
            for material, missing in wanted
        ]
        shares, short = share_out(needs=needs)
        lacking = [(need, quantity) for need, quantity in zip(needs, short, strict=True) if quantity]
        if lacking:
            raise shortage(lacking)
        posted = ledger.post(lines=self._moves(needs, shares), by=self.by)
        return [DispatchMove(move=move) for move in posted]

    def _missing(
        self, line: SubcontractLine, material: Material, operation: Operation, quantity: Decimal
    ) -> Decimal:
        """What must go so that `quantity` more pieces can be worked on: the BOM ratio, less what is there."""
        share = Decimal(1) if material.constant else (line.sent_quantity + quantity) / operation.quantity
        step = Decimal(1).scaleb(-material.item.unit.digits)
        needed = rounded(material.quantity * min(share, Decimal(1)), step, Rounding.UP)
        sent = DispatchMove.objects.filter(
            dispatch_line__line=line,
            dispatch_line__dispatch__undone_at__isnull=True,
            move__item=material.item,
        ).aggregate(all=Sum("move__quantity"))["all"]
        return needed - (sent or ZERO)

    def _moves(self, needs: Sequence[Need], shares: Sequence[object]) -> list[ledger.MoveLine]:
        piles = [(share.want, share.pile, share.quantity) for share in shares]  # type: ignore[attr-defined]
        places = Location.objects.select_related("site").in_bulk({pile.location for _w, pile, _q in piles})
        lots = Lot.objects.in_bulk({pile.lot for _w, pile, _q in piles if pile.lot})
        serials = Serial.objects.in_bulk({pile.serial for _w, pile, _q in piles if pile.serial})
        return [
            ledger.MoveLine(
                item=needs[want].item,
                source=places[pile.location],
                target=self.place,
                quantity=quantity,
                kind=Move.Kind.TRANSFER,
                lot=lots.get(pile.lot),
                serial=serials.get(pile.serial),
                reference=self.number,
                effective_at=self.at,
            )
            for want, pile, quantity in piles
        ]

    def leave(self) -> Dispatch:
        """Write the note with its lines."""
        note = Dispatch.objects.create(
            number=self.number, order=self.order, effective_at=self.at, posted_at=clock.now(), by=self.by
        )
        for row, _moves in self.rows:
            row.dispatch = note
        DispatchLine.objects.bulk_create([row for row, _moves in self.rows])
        for row, moves in self.rows:
            for each in moves:
                each.dispatch_line = row
        DispatchMove.objects.bulk_create([each for _row, moves in self.rows for each in moves])
        return note


def components(job: Job, operation: Operation) -> list[Material]:
    """What we supply to this operation from stock."""
    return [
        material
        for material in job.materials
        if (
            material.operation_id == operation.pk
            or (material.operation_id is None and operation is job.first)
        )
        and material.kind in FROM_STOCK
        and material.item.kind != Item.Kind.SERVICE
    ]


@transaction.atomic
def undo(*, dispatch: Dispatch, by: User) -> Dispatch:
    """Take a delivery note back: pieces and components lie where they came from.

    Raises Refused when the vendor has worked on them already, or the note was taken back before.
    """
    order = SubcontractOrder.objects.select_for_update(of=("self",)).get(pk=dispatch.order_id)
    if not Dispatch.objects.filter(pk=dispatch.pk, undone_at__isnull=True).update(
        undone_at=clock.now(), undone_by=by
    ):
        raise Refused(_("{dispatch} was taken back before."), code="already_undone", dispatch=dispatch)
    rows = list(dispatch.lines.select_related("line__operation").order_by("id"))
    for key in sorted({row.line.operation.order_id for row in rows}):
        lock_job(key)
    _take_back(dispatch, by)
    for row in rows:
        vendors.lie_at_vendor(operation=row.line.operation, quantity=-row.quantity)
        SubcontractLine.objects.filter(pk=row.line_id).update(sent_quantity=F("sent_quantity") - row.quantity)
    step_back(order)
    dispatch.refresh_from_db()
    tell(Dispatched(dispatch=dispatch, undone=True, by=by))
    return dispatch


def _take_back(dispatch: Dispatch, by: User) -> None:
    sent = DispatchMove.objects.filter(dispatch_line__dispatch=dispatch).order_by("id")
    moved = sent.filter(move__isnull=False).select_related(
        "move__item__unit", "move__source__site", "move__target__site"
    )
    ledger.reverse(moves=[row.move for row in moved if row.move], by=by)
    for row in sent.filter(wip_move__isnull=False).select_related(
        "wip_move__operation", "wip_move__location"
    ):
        arrived = row.wip_move
        assert arrived is not None
        # The pair of a carry is written together: what left stands right before what arrived.
        left = WipMove.objects.filter(
            operation=arrived.operation,
            reference=dispatch.number,
            quantity=-arrived.quantity,
            pk__lt=arrived.pk,
        ).select_related("location")
        wip.carry(
            operation=arrived.operation,
            quantity=arrived.quantity,
            source=arrived.location,
            target=left.latest("pk").location,
            kind=WipMove.Kind.RETURNED,
            reference=dispatch.number,
            by=by,
        )


def step_back(order: SubcontractOrder) -> None:
    """Where an order stands when nothing of it is on the way or back any more."""
    standing = (
        Dispatch.objects.filter(order=order, undone_at__isnull=True).exists()
        or Receipt.objects.filter(order=order, reverses__isnull=True, reversed_by__isnull=True).exists()
    )
    if standing or order.state != SubcontractOrder.State.IN_WORK:
        return
    SUBCONTRACT_FLOW.take(order, "back_to_acknowledged" if order.acknowledged_at else "back_to_sent")
