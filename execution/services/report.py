"""Reporting pieces: the busiest door of the plant. One transaction, a fixed number of set-based statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from execution.facts import FinishingOperation, OperationFinished, Reported, Reporting
from execution.models import Device, MaterialMove, OutputMove, Report, WipMove
from execution.services import beside, gate, genealogy, output, reserve, wip
from execution.services.catching_up import lacking_before
from execution.services.clocks import clock_off
from execution.services.flush import Flushing, Taking, due, issued, needs_of, takings
from execution.services.giving_up import give_up
from execution.services.job import Job, lock_job
from execution.services.planned import planned_seconds
from execution.services.said import Figures, Said, check_naming, check_said
from execution.services.together import lock_stock
from p2p.core.clock import now
from p2p.core.facts import ask, tell
from p2p.core.models import User
from p2p.inventory.services.ledger import post_within
from planning.models import Operation, ProductionOrder
from planning.services import progress
from strategies.models import ReasonCode, Resource, Worker

ZERO = Decimal(0)


@transaction.atomic
def report(
    *,
    operation: Operation,
    good: Decimal,
    scrap: Decimal = ZERO,
    reason: ReasonCode | None = None,
    cause: str = "",
    seconds: int = 0,
    resource: Resource | None = None,
    worker: Worker | None = None,
    device: Device | None = None,
    at: datetime | None = None,
    finish: bool = False,
    end_picking: bool = False,
    end_route: bool = False,
    despite: str = "",
    vendor_receipt: str = "",
    note: str = "",
    lot: str = "",
    serials: Sequence[str] = (),
    plate: str = "",
    catch_quantity: Decimal | None = None,
    outputs: Sequence[beside.Beside] = (),
    by: User | None,
) -> Report:
    """Report good and scrapped pieces (the order's unit) of an operation, and `seconds` of resource time for
    them.

    Takes the pieces from the operations before, flushes the components that are due, and at the last
    operation brings the good ones into stock, with the edges of the trace. `finish` finishes the operation
    too. An outside operation is reported with the number of its `vendor_receipt` only.

    There `lot` or `serials` name the product by hand, `plate` is the license plate (a handling unit by its number,
    "+" for a new one) that it is put on, and `catch_quantity` counts what is weighed and counted. `outputs` says of
    co- and by-products what came otherwise than expected, and what nobody planned (`beside`).

    Where no time is given and the operation's route group says so, the planned time of the pieces is booked.

    `cause` is what is at fault for the scrap, else what its reason says. `end_picking`: what is left of the
    operation's material is not expected any more (`giving_up`). `end_route`: the operation is finished, no planned
    time is booked and open clockings end. `despite` is why a supervisor reports although the operations before have
    not reported the pieces (they are made up, `catching_up`) or flushed stock is short (the rest stays due).

    Asks Reporting (and FinishingOperation), tells Reported (and OperationFinished). Refused in one sentence:
    order or operation not open, blocked, over the site's tolerance, pieces of the operation before not
    there, more digits than the unit allows, scrap without a reason, components short.
    """
    said = Said(
        reason=reason,
        cause=cause or (reason.cause if reason and scrap else ""),
        resource=resource,
        worker=worker,
        device=device,
        vendor_receipt=vendor_receipt,
        note=note,
        end_picking=end_picking,
        end_route=end_route,
        despite=despite.strip(),
    )
    naming = output.Naming(
        lot=lot.strip(),
        serials=tuple(serials),
        plate=plate.strip(),
        catch_quantity=catch_quantity,
        beside=tuple(outputs),
    )
    figures = Figures(good=good, scrap=scrap, seconds=seconds, at=at or now(), finish=finish or end_route)
    return _report(operation, figures, said, naming, by)


def _report(
    operation: Operation, figures: Figures, said: Said, naming: output.Naming, by: User | None
) -> Report:
    key = _next_key()
    job = lock_job(operation.order_id)
    current = job.operation(operation.pk)
    check_said(job, current, figures, said)
    check_naming(job, current, figures, naming)
    brought = None
    if said.despite and _lacks(job, current, figures, said, by):
        brought = _make_up(job, current, figures, said, naming, key, by)
        job = lock_job(operation.order_id)
        current = job.operation(operation.pk)
    gate.check_pieces(job, current, figures.good + figures.scrap)
    if not (figures.seconds or said.end_route):
        figures = replace(figures, seconds=planned_seconds(current, figures.good + figures.scrap))
    ask(Reporting(operations=(current,), by=by))
    if figures.finish:
        ask(FinishingOperation(operations=(current,), by=by))
    taken = _take(job, current, figures, said, brought or _coming(job, current, figures, naming, by), by)
    return _book(job, current, figures, said, taken, key, by)


def _book(
    job: Job,
    current: Operation,
    figures: Figures,
    said: Said,
    taken: _Taken,
    key: int,
    by: User | None,
) -> Report:
    row = _record(key, current, figures, said, by)
    material_moves, output_moves = _move(job, current, row, taken)
    varied = beside.keep(order=job.order, report=row, outputs=taken.brought.outputs)
    progress.book(
        operation=current,
        good=row.good,
        scrap=row.scrap,
        last=current is job.last,
        finish=figures.finish,
        at=figures.at,
    )
    if said.end_picking:
        give_up(job=job, operation=current, report=row, by=by)
    if said.end_route:
        clock_off(operations=[current], at=figures.at)
    tell(
        Reported(
            report=row,
            operation=current,
            order=job.order,
            material_moves=tuple(material_moves),
            output_moves=tuple(output_moves),
            variations=tuple(varied),
            by=by,
        )
    )
    if figures.finish:
        tell(OperationFinished(operations=(current,), by=by))
    return row


def _lacks(job: Job, operation: Operation, figures: Figures, said: Said, by: User | None) -> bool:
    """Whether pieces are to be made up; only a supervisor may, and what he takes upon himself is kept."""
    gate.check_supervisor(job, by)
    missing = gate.pieces_missing(job, operation, figures.good + figures.scrap)
    if missing is not None:
        said.accepted.append(str(missing))
    return missing is not None


def _make_up(
    job: Job,
    operation: Operation,
    figures: Figures,
    said: Said,
    naming: output.Naming,
    key: int,
    by: User | None,
) -> output.Brought:
    """Reports what the operations before never did, without time of its own, for the report with this key. What the
    report itself brings is named before, for numbers and plates come before stock, and stock is locked in one go."""
    brought = _coming(job, operation, figures, naming, by)
    lock_stock(job=job, also=[(one.line.item, one.line.target) for one in brought.lines])
    for before, lack in lacking_before(job, operation, figures.good + figures.scrap):
        own = Said(despite=said.despite, made_up_for=key, note=said.note)
        figures_before = Figures(good=lack, scrap=ZERO, seconds=0, at=figures.at, finish=False)
        _report(before, figures_before, own, output.Naming(), by)
    return brought


def _next_key() -> int:
    """The report's number is its key: a number series would be a row that all reports of the plant queue at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('execution_report_id_seq')")
        return int(cursor.fetchone()[0])


def number_of(key: int) -> str:
    """RP-000123."""
    return f"RP-{key:06d}"


def _record(key: int, operation: Operation, figures: Figures, said: Said, by: User | None) -> Report:
    row = Report(
        pk=key,
        number=number_of(key),
        operation=operation,
        good=figures.good,
        scrap=figures.scrap,
        reason=said.reason,
        cause=said.cause,
        seconds=figures.seconds,
        resource=said.resource,
        worker=said.worker,
        device=said.device,
        finishes=figures.finish,
        ends_picking=said.end_picking,
        ends_route=said.end_route,
        made_up_for_id=said.made_up_for,
        accepted=said.accepted,
        accepted_why=said.despite if said.accepted else "",
        vendor_receipt=said.vendor_receipt,
        note=said.note,
        effective_at=figures.at,
        posted_at=now(),
        by=by,
    )
    row.save(force_insert=True)
    return row


@dataclass(frozen=True)
class _Taken:
    """What comes into stock and which components go for it, chosen and locked, not yet posted."""

    brought: output.Brought
    taken: list[Taking]


def _coming(
    job: Job, operation: Operation, figures: Figures, naming: output.Naming, by: User | None
) -> output.Brought:
    last = operation is job.last and bool(figures.good or naming.beside)
    return output.coming(job, figures.good, figures.at, naming, by) if last else output.Brought()


def _take(
    job: Job, operation: Operation, figures: Figures, said: Said, brought: output.Brought, by: User | None
) -> _Taken:
    """Chosen before the report is written, so that it keeps what was accepted: reports are never changed."""
    pieces = figures.good + figures.scrap
    processed = operation.good_quantity + operation.scrap_quantity + pieces
    lacking = due(job, operation, processed, (Flushing.START, Flushing.OPERATION)) if pieces else []
    also = [(one.line.item, one.line.target) for one in brought.lines]
    if job.order.state == ProductionOrder.State.RELEASED:
        reserve.at_start(order=job.order, beside=needs_of(job, lacking), also=also, by=by)
    despite = said.accepted if said.despite else None
    return _Taken(brought, takings(job, lacking, at=figures.at, also=also, despite=despite))


def _move(
    job: Job, operation: Operation, row: Report, chosen: _Taken
) -> tuple[list[MaterialMove], list[OutputMove]]:
    """Components out of stock, products into it: one posting, so that all balances are locked in one order."""
    taken, coming = chosen.taken, chosen.brought.lines
    moves = post_within(lines=[*(one.line for one in taken), *(one.line for one in coming)], by=row.by)
    material_moves = _material_moves(taken, moves, row)
    output_moves = OutputMove.objects.bulk_create(
        OutputMove(output=one.output, move=move, report=row)
        for one, move in zip(coming, moves[len(taken) :], strict=True)
    )
    WipMove.objects.bulk_create(wip.rows_of_report(job, operation, row))
    if material_moves:
        progress.issue(quantities=issued([(one.material, one.move.quantity) for one in material_moves]))
    output.count(coming)
    receipts = [one.move for one in output_moves if one.output.kind == "main"]
    if receipts:
        own = [(one.material, one.move) for one in material_moves]
        genealogy.link_receipts(order=job.order, materials=job.materials, receipts=receipts, own=own)
    if len(receipts) < len(output_moves):
        genealogy.link_beside(order=job.order)
    return material_moves, output_moves


def _material_moves(taken: Sequence[Taking], moves: Sequence[object], row: Report) -> list[MaterialMove]:
    return MaterialMove.objects.bulk_create(
        MaterialMove(material=one.material, move=move, report=row)  # type: ignore[misc]
        for one, move in zip(taken, moves, strict=False)
    )
