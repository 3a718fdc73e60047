"""Components that are taken by themselves: at start, with each report, at finish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from execution.engine.proposal import propose
from execution.services.elsewhere import give_surplus_back, misplaced
from execution.services.ends import input_place
from execution.services.job import Job
from execution.services.reserve import Part, fitting, less, standing
from p2p.core.fields import plain
from p2p.core.numbers import Rounding
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, HandlingUnit, Lot, Move, Serial
from p2p.inventory.services.claims import spend
from p2p.inventory.services.counted import counted
from p2p.inventory.services.ledger import MoveLine
from p2p.inventory.services.reservations import Need, Outcome, draw, share_out
from planning.models import Material, Operation
from planning.services.supplied import LYING_THERE
from strategies.models import BomLine, Item, Location

Flushing = BomLine.Flushing


@dataclass(frozen=True)
class Taking:
    """A line for the ledger and the component line it serves."""

    material: Material
    line: MoveLine


def due(
    job: Job, operation: Operation, processed: Decimal, when: Sequence[str]
) -> list[tuple[Material, Decimal]]:
    """What the operation's components of these ways of flushing still lack after `processed` pieces (good and
    scrapped). Components for the start lack everything with the first piece. What was taken or given back beyond the
    plan is not made up for."""
    lacking = []
    for material in job.materials:
        mine = material.operation_id == operation.pk or (
            material.operation_id is None and operation is job.first
        )
        # What goes into work at a vendor was sent there, not picked: it is used up as the pieces come back.
        way = Flushing.OPERATION if operation.outside else material.flushing
        ours = material.kind in (*BomLine.FROM_STOCK, *((LYING_THERE,) if operation.outside else ()))
        if not mine or way not in when or not ours:
            continue
        unit = material.item.unit
        proposal = propose(
            needed=material.quantity,
            constant=material.constant or way == Flushing.START,
            processed=processed,
            planned=operation.quantity,
            issued=material.issued_quantity - material.beyond,  # type: ignore[attr-defined]
            step=Decimal(1).scaleb(-unit.digits),
            rounding=Rounding(unit.rounding),
        )
        if proposal.remaining > 0:
            lacking.append((material, proposal.remaining))
    return lacking


def takings(
    job: Job,
    lacking: Sequence[tuple[Material, Decimal]],
    *,
    at: datetime,
    also: Sequence[tuple[Item, Location]] = (),
    despite: list[str] | None = None,
) -> list[Taking]:
    """Choose the stock for what is lacking and lock it, together with the balances of `also`, in key order.

    From the component's own place when it names one; else from the operation's input place first (`ends`). Refused,
    naming each item, when there is too little free stock, unless the site may go below zero. What is reserved for the
    order and on no pick list is used up first; what is reserved for it at another place than the component's own stays
    there, free again when the order wants no more of it, and is named when the own place has too little. With `despite`
    the sentence goes there and what is there is taken; the rest stays due.
    """
    needs = needs_of(job, lacking)
    outcome = share_out(needs=needs, also=also, own=True)
    reserved: list[Taking] = []
    away: list[Part] = []
    if outcome.own:
        every = standing(needs)
        parts = fitting(needs, every)
        away = [part for part in every if part not in parts]
        outcome = share_out(needs=less(needs, parts), also=also)
        draw(parts=[(part.reservation, part.quantity) for part in parts])
        reserved = [_reserved(job, lacking[part.index][0], part, at) for part in parts]
    spend(outcome.spent)
    short = {index: quantity for index, quantity in enumerate(outcome.missing) if quantity}
    below = _below_zero(
        job,
        [(lacking[index][0], needs[index], quantity) for index, quantity in short.items()],
        at,
        misplaced(needs, away, short),
        despite,
    )
    give_surplus_back(parts=away, still=_still(job, needs, outcome) if away else {})
    return reserved + _chosen(job, lacking, outcome, at) + below


def _still(job: Job, needs: Sequence[Need], outcome: Outcome) -> dict[tuple[str, int], Decimal]:
    """What the order wants of each item once the needs are served, as far as they are."""
    still: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for material in job.materials:
        still[job.order.number, material.item_id] += material.quantity - material.issued_quantity
    for need, missing in zip(needs, outcome.missing, strict=True):
        still[need.reference, need.item.pk] -= need.quantity - missing
    return still


def _chosen(
    job: Job, lacking: Sequence[tuple[Material, Decimal]], outcome: Outcome, at: datetime
) -> list[Taking]:
    """What was shared out of free stock, as lines for the ledger. Three queries."""
    lots = Lot.objects.in_bulk({share.pile.lot for share in outcome.shares if share.pile.lot})
    serials = Serial.objects.in_bulk({share.pile.serial for share in outcome.shares if share.pile.serial})
    units = HandlingUnit.objects.in_bulk({share.pile.unit for share in outcome.shares if share.pile.unit})
    return [
        Taking(
            lacking[share.want][0],
            MoveLine(
                item=lacking[share.want][0].item,
                source=outcome.places[share.pile.location],
                target=job.production,
                quantity=share.quantity,
                kind=Move.Kind.ISSUE,
                lot=lots.get(share.pile.lot or 0),
                serial=serials.get(share.pile.serial or 0),
                handling_unit=units.get(share.pile.unit or 0),
                reference=job.order.number,
                effective_at=at,
            ),
        )
        for share in outcome.shares
    ]


def _reserved(job: Job, material: Material, part: Part, at: datetime) -> Taking:
    row = part.reservation
    line = MoveLine(
        item=row.item,
        source=row.location,
        target=job.production,
        quantity=part.quantity,
        kind=Move.Kind.ISSUE,
        lot=row.lot,
        serial=row.serial,
        handling_unit=row.handling_unit,
        reference=job.order.number,
        effective_at=at,
    )
    return Taking(material, line)


def needs_of(job: Job, lacking: Sequence[tuple[Material, Decimal]]) -> list[Need]:
    """What is lacking, as stock is asked for it."""
    return [_need(job, material, quantity) for material, quantity in lacking]


def _need(job: Job, material: Material, quantity: Decimal) -> Need:
    operation = material.operation or job.first
    place = input_place(material, operation)
    return Need(
        item=material.item,
        quantity=quantity,
        site=job.order.site,
        location=job.place_of_vendor(operation) or (place if material.location_id else None),
        first_from=place,
        reference=job.order.number,
    )


def _below_zero(
    job: Job,
    short: Sequence[tuple[Material, Need, Decimal]],
    at: datetime,
    why: Refused | None,
    despite: list[str] | None,
) -> list[Taking]:
    """What lacks is owed by its place, where the site may go below zero: what is tracked is not, nor what lies there
    reserved for others."""
    if not short:
        return []
    owed = [_owed(job, material, need, quantity, at) for material, need, quantity in short]
    tracked = any(need.item.tracking != Item.Tracking.NONE for _material, need, _quantity in short)
    if job.order.site.may_go_negative and not tracked and not _promised(owed):
        return owed
    refusal = why or counted([(need, quantity) for _m, need, quantity in short]) or _lacking(job, short)
    if despite is None:
        raise refusal
    despite.append(str(refusal))
    return []


def _lacking(job: Job, short: Sequence[tuple[Material, Need, Decimal]]) -> Refused:
    names = ", ".join(
        f"{plain(quantity)} {need.item.unit.code} {need.item.number}" for _m, need, quantity in short
    )
    return Refused(
        _("{order} cannot take its components: free stock lacks {names}."),
        code="shortage",
        about=job.order,
        order=job.order.number,
        names=names,
    )


def _owed(job: Job, material: Material, need: Need, quantity: Decimal, at: datetime) -> Taking:
    line = MoveLine(
        item=need.item,
        source=need.location or need.first_from or job.output_place,
        target=job.production,
        quantity=quantity,
        kind=Move.Kind.ISSUE,
        reference=job.order.number,
        effective_at=at,
    )
    return Taking(material, line)


def _promised(owed: Sequence[Taking]) -> bool:
    """Whether something lies reserved where one of them would go below zero."""
    rows = Balance.objects.filter(lot=None, serial=None, handling_unit=None, reserved__gt=0)
    at = set(
        rows.filter(
            item__in={one.line.item.pk for one in owed}, location__in={one.line.source.pk for one in owed}
        ).values_list("item", "location")
    )
    return any((one.line.item.pk, one.line.source.pk) in at for one in owed)


def issued(rows: Sequence[tuple[Material, Decimal]]) -> dict[int, Decimal]:
    """Material key -> quantity, added up: what `progress.issue` is told."""
    totals: dict[int, Decimal] = {}
    for material, quantity in rows:
        totals[material.pk] = totals.get(material.pk, Decimal(0)) + quantity
    return totals
