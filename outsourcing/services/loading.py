"""Loading a delivery note: which pieces and components go along, from which places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from execution.models import WipMove
from execution.services import wip
from execution.services.elsewhere import give_surplus_back, misplaced
from execution.services.job import Job, lock_job
from execution.services.reserve import Part, fitting, less, standing
from outsourcing.models import Dispatch, DispatchLine, DispatchMove, SubcontractLine, SubcontractOrder
from outsourcing.services.places import place_at
from p2p.core import clock
from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.numbers import Rounding, rounded
from p2p.inventory.models import HandlingUnit, Lot, Move, Serial
from p2p.inventory.services import ledger
from p2p.inventory.services.claims import spend
from p2p.inventory.services.counted import refusal_of
from p2p.inventory.services.reservations import Need, Outcome, draw, share_out
from planning.models import Material, Operation
from planning.services import vendors
from strategies.models import BomLine, Item, Location

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class ToSend:
    """So many pieces for one line."""

    line: SubcontractLine
    quantity: Decimal


class Trip:
    """One delivery note being loaded: the jobs it takes from stay locked until the transaction ends."""

    def __init__(self, order: SubcontractOrder, at: datetime, by: User) -> None:
        self.order, self.at, self.by = order, at, by
        self.number = ""
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
            return left if components(job, operation) else ZERO
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
        """What is reserved for the production order and on no pick list goes first; what is reserved or claimed for
        others stays."""
        needs = self._needs(job, line, operation, quantity)
        also = [(need.item, self.place) for need in needs]
        shared = share_out(needs=needs, also=also, own=True)
        parts: list[Part] = []
        if shared.own:
            every = standing(needs)
            parts = fitting(needs, every)
            shared = share_out(needs=less(needs, parts), also=also)
            draw(parts=[(part.reservation, part.quantity) for part in parts])
            short = {index: lack for index, lack in enumerate(shared.missing) if lack}
            away = [part for part in every if part not in parts]
            refused = misplaced(needs, away, short)
            if refused is not None:
                raise refused
            give_surplus_back(parts=away, still=self._still(job, line, operation, needs) if away else {})
        spend(shared.spent)
        lacking = [(need, short) for need, short in zip(needs, shared.missing, strict=True) if short]
        if lacking:
            raise refusal_of(lacking)
        lines = [self._reserved(part) for part in parts] + self._moves(needs, shared)
        kept = [part.quantity for part in parts] + [ZERO] * len(shared.shares)
        moves = ledger.post(lines=lines, by=self.by)
        return [DispatchMove(move=move, reserved=own) for move, own in zip(moves, kept, strict=True)]

    def _needs(self, job: Job, line: SubcontractLine, operation: Operation, quantity: Decimal) -> list[Need]:
        return [
            Need(
                item=material.item,
                quantity=missing,
                site=self.order.site,
                location=material.location,
                reference=operation.order.number,
            )
            for material in components(job, operation)
            if (missing := self._missing(line, material, operation, quantity)) > 0
        ]

    def _still(
        self, job: Job, line: SubcontractLine, operation: Operation, needs: Sequence[Need]
    ) -> dict[tuple[str, int], Decimal]:
        """What the production order wants of each item once the needs are served."""
        still: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
        mine, left = components(job, operation), line.quantity - line.sent_quantity
        for material in job.materials:
            still[job.order.number, material.item_id] += (
                self._missing(line, material, operation, left)
                if material in mine
                else material.quantity - material.issued_quantity
            )
        for need in needs:
            still[need.reference, need.item.pk] -= need.quantity
        return still

    def hold(self, chosen: Sequence[tuple[SubcontractLine, Decimal]]) -> None:
        """Lock the stock of all lines in one order, before the note has its number: taken line by line, two notes could
        wait in a circle."""
        needs = [
            need
            for line, quantity in chosen
            for job, operation in [(self.jobs[line.operation.order_id], self.operation(line))]
            if not job.takes_from(operation)
            for need in self._needs(job, line, operation, quantity)
        ]
        share_out(needs=needs, also=[(need.item, self.place) for need in needs], own=True)

    def _reserved(self, part: Part) -> ledger.MoveLine:
        row = part.reservation
        return ledger.MoveLine(
            item=row.item,
            source=row.location,
            target=self.place,
            quantity=part.quantity,
            kind=Move.Kind.TRANSFER,
            lot=row.lot,
            serial=row.serial,
            handling_unit=row.handling_unit,
            reference=self.number,
            effective_at=self.at,
        )

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

    def _moves(self, needs: Sequence[Need], shared: Outcome) -> list[ledger.MoveLine]:
        lots = Lot.objects.in_bulk({share.pile.lot for share in shared.shares if share.pile.lot})
        serials = Serial.objects.in_bulk({share.pile.serial for share in shared.shares if share.pile.serial})
        units = HandlingUnit.objects.in_bulk({share.pile.unit for share in shared.shares if share.pile.unit})
        return [
            ledger.MoveLine(
                item=needs[share.want].item,
                source=shared.places[share.pile.location],
                target=self.place,
                quantity=share.quantity,
                kind=Move.Kind.TRANSFER,
                lot=lots.get(share.pile.lot or 0),
                serial=serials.get(share.pile.serial or 0),
                handling_unit=units.get(share.pile.unit or 0),
                reference=self.number,
                effective_at=self.at,
            )
            for share in shared.shares
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
        and material.kind in BomLine.FROM_STOCK
        and material.item.kind != Item.Kind.SERVICE
    ]
