"""Orders in mid-route come over: what was issued to them, and how far their operations are.

What they hold is opened as stock and issued at once, so that ledger, trace and work in process know it; what was
received of them lies in opening stock, and their quantity is what is still to come.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from execution.facts import MaterialIssued, OperationsTakenOver
from execution.models import MaterialMove, Report, WipMove
from execution.services.flush import issued
from execution.services.job import Job, job_of, operations_of
from execution.services.release import release
from execution.services.report import number_of
from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Lot, Move, Serial
from p2p.inventory.services.ledger import MoveLine, post_within
from planning.models import Material, Operation, ProductionOrder
from planning.services import progress
from strategies.models import Location, Resource

ZERO = Decimal(0)
Piece = TypeVar("Piece", Lot, Serial)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """`quantity` (the component's unit) was issued for a component line before the cut-over."""

    material: Material
    quantity: Decimal
    at: datetime
    lot: Lot | None = None
    serial: Serial | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """So far is an operation: pieces good and scrapped, resource seconds spent, the last moment of work."""

    operation: Operation
    good: Decimal
    scrap: Decimal
    seconds: int
    done: bool
    at: datetime
    resource: Resource | None = None


@transaction.atomic
def take_materials(*, holds: Sequence[Holds], by: User | None) -> list[MaterialMove]:
    """Open what the orders hold and issue it to them in one posting; tells MaterialIssued for each order.

    Refused, by name, where the site has no place outside of the kinds adjustment and production, or no store.
    """
    if not holds:
        return []
    places = _places({one.material.order.site_id for one in holds})
    lines = [line for one in holds for line in _opened_and_issued(one, places)]
    moves = post_within(lines=lines, by=by)
    rows = MaterialMove.objects.bulk_create(
        MaterialMove(material=one.material, move=move) for one, move in zip(holds, moves[1::2], strict=True)
    )
    progress.issue(quantities=issued([(row.material, row.move.quantity) for row in rows]))
    by_order: dict[int, list[MaterialMove]] = {}
    for row in rows:
        by_order.setdefault(row.material.order_id, []).append(row)
    for chosen in by_order.values():
        order = chosen[0].material.order
        tell(
            MaterialIssued(
                order=order, moves=tuple(row.move for row in chosen), material_moves=tuple(chosen), by=by
            )
        )
    return rows


def pieces(model: type[Piece], wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], Piece]:
    """Lots or serial numbers by item and number; those not known yet are made. Two statements."""
    named = {(item, number) for item, number in wanted if number}
    if not named:
        return {}
    rows: Any = model._default_manager
    rows.bulk_create(
        [model(item_id=item, number=number) for item, number in sorted(named)], ignore_conflicts=True
    )
    found = rows.filter(
        item__in={item for item, _no in named}, number__in={number for _item, number in named}
    )
    return {(piece.item_id, piece.number): piece for piece in found}


def _places(sites: set[int]) -> dict[tuple[int, str], Location]:
    """(site, kind) -> its first place of that kind. One query."""
    rows = Location.objects.filter(site__in=sites, active=True).select_related("site")
    return {(row.site_id, row.kind): row for row in rows.order_by("-pk")}


def _opened_and_issued(one: Holds, places: dict[tuple[int, str], Location]) -> tuple[MoveLine, MoveLine]:
    order, item = one.material.order, one.material.item

    def at(kind: str) -> Location:
        if (order.site_id, kind) not in places:
            raise Refused(
                _("{site} has no location of the kind {kind}: add one first."),
                code="no_place",
                site=order.site,
                kind=Location.Kind(kind).label,
            )
        return places[order.site_id, kind]

    inside = one.material.location
    inside = inside if inside is not None and inside.holds_stock else at(Location.Kind.STORE)
    opened = MoveLine(
        item=item,
        source=at(Location.Kind.ADJUSTMENT),
        target=inside,
        kind=Move.Kind.OPENING,
        quantity=one.quantity,
        lot=one.lot,
        serial=one.serial,
        reference=order.number,
        effective_at=one.at,
    )
    issue = replace(opened, source=inside, target=at(Location.Kind.PRODUCTION), kind=Move.Kind.ISSUE)
    return opened, issue


@transaction.atomic
def put_on_floor(*, orders: Sequence[ProductionOrder], by: User | None) -> None:
    """Release the orders that are not released yet, with pick lists for what they still need; what is short stays
    on the list without a place."""
    waiting = [one for one in orders if one.state in ("firm", "scheduled")]
    if waiting:
        release(orders=waiting, despite_shortage=True, by=by)


@transaction.atomic
def take_operations(*, stands: Sequence[Stands], by: User | None) -> list[Report]:
    """Write how far operations are: a report each (without flushing), pieces behind them, and times for costing.

    Orders are released first. Tells OperationsTakenOver. Refused, by name: more pieces than the operation before
    gave, good pieces of a last operation (they lie in opening stock).
    """
    if not stands:
        return []
    orders = progress.lock(orders=sorted({one.operation.order_id for one in stands}))
    put_on_floor(orders=orders, by=by)
    said = {one.operation.pk: one for one in stands}
    jobs = _jobs(progress.lock(orders=[order.pk for order in orders]))
    reports: dict[int, Report] = {}
    for key, one in zip(_keys(len(stands)), stands, strict=True):
        reports[one.operation.pk] = _report(key, one, by)
    Report.objects.bulk_create(reports.values())
    wip = [row for job in jobs for row in _pieces(job, said, reports)]
    WipMove.objects.bulk_create(wip)
    progress.take_over(
        standing=[progress.Progress(one.operation, one.good, one.scrap, one.done, one.at) for one in stands]
    )
    tell(OperationsTakenOver(reports=tuple(reports.values()), by=by))
    return list(reports.values())


def _jobs(orders: Sequence[ProductionOrder]) -> list[Job]:
    rows: dict[int, list[Operation]] = {}
    for operation in operations_of([order.pk for order in orders]):
        rows.setdefault(operation.order_id, []).append(operation)
    return [job_of(order, rows[order.pk]) for order in orders]


def _keys(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('execution_report_id_seq') FROM generate_series(1, %s)", [count])
        return [int(key) for (key,) in cursor.fetchall()]


def _report(key: int, one: Stands, by: User | None) -> Report:
    return Report(
        pk=key,
        number=number_of(key),
        operation=one.operation,
        good=one.good,
        scrap=one.scrap,
        seconds=one.seconds,
        resource=one.resource,
        finishes=one.done,
        note=_now("Taken over"),
        effective_at=one.at,
        posted_at=now(),
        by=by,
    )


def _pieces(job: Job, said: dict[int, Stands], reports: dict[int, Report]) -> list[WipMove]:
    """What stands behind each operation of an order, as its reports would have brought it there."""
    found: list[WipMove] = []
    left: dict[int, Decimal] = {}
    for operation in job.operations:
        one = said.get(operation.pk)
        if one is None:
            continue
        taken = one.good + one.scrap
        for source in job.takes_from(operation):
            there = left.get(source.pk, ZERO)
            if taken > there:
                raise _too_many(operation, taken, source, there)
            left[source.pk] = there - taken
            found.append(_row(source, -taken, WipMove.Kind.TAKEN, reports[operation.pk]))
        if one.good and operation is job.last:
            raise Refused(
                _(
                    "{operation} is the last one: its good pieces lie in opening stock, and the order's quantity is"
                    " what is still to come."
                ),
                code="last",
                field="good",
                operation=operation,
            )
        left[operation.pk] = one.good
        if one.good:
            found.append(_row(operation, one.good, WipMove.Kind.REPORTED, reports[operation.pk]))
    return [row for row in found if row.quantity]


def _too_many(operation: Operation, taken: Decimal, source: Operation, there: Decimal) -> Refused:
    return Refused(
        _("{operation}: {taken} pieces went in, and only {there} came out of {source}."),
        code="too_many",
        field="good",
        operation=operation,
        taken=plain(taken),
        there=plain(there),
        source=source,
    )


def _row(operation: Operation, pieces: Decimal, kind: str, report: Report) -> WipMove:
    return WipMove(
        operation=operation,
        location_id=operation.group.output_location_id if operation.group else None,
        quantity=pieces,
        kind=kind,
        report=report,
        effective_at=report.effective_at,
        posted_at=report.posted_at,
        by=report.by,
    )
