"""Nonconforming pieces that were reported: scrap is reported, and what was called good before is taken back first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as words
from django.utils.translation import gettext_lazy as _

from execution.models import OutputMove, Report, Variation
from execution.services.beside import Beside
from execution.services.job import lock_job
from execution.services.report import report
from execution.services.together import lock_stock
from execution.services.undo import undo
from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.inventory.models import Move
from planning.models import Operation, Output
from quality.models import NonConformance
from quality.services.stock import say_which
from strategies.models import Item


@dataclass(frozen=True)
class Which:
    """Which of the pieces go: those with these serial numbers, so many of what is weighed and counted."""

    serials: Sequence[str]
    catch_quantity: Decimal | None


def scrap_reported(record: NonConformance, which: Which, by: User) -> Report:
    """Report scrap; pieces that were reported good are taken back first and reported again as scrap. What is left of
    them keeps its lot, serial numbers and license plate, and of what is weighed and counted the pieces that `which`
    leaves; what came beside them stays as it came. Refused when no report has so many good ones, or nobody says which
    or how many pieces go."""
    operation = record.operation
    assert operation is not None
    note = words("Decision on {record}").format(record=record.number)
    good_ones = operation.good_quantity + operation.scrap_quantity + record.quantity - operation.quantity
    if good_ones <= 0:
        return report(
            operation=operation,
            good=Decimal(0),
            scrap=record.quantity,
            reason=record.reason,
            note=note,
            by=by,
        )
    earlier = _report_to_correct(record, operation)
    kept = {**_kept(record, earlier, which), "outputs": _beside(earlier)}
    lock_stock(job=lock_job(operation.order_id), reports=[earlier, *earlier.made_up.filter(reversed_by=None)])
    undo(report=earlier, by=by)
    operation.refresh_from_db()
    return report(
        operation=operation,
        good=earlier.good - record.quantity,
        scrap=earlier.scrap + record.quantity,
        reason=record.reason,
        seconds=earlier.seconds,
        resource=earlier.resource,
        worker=earlier.worker,
        at=earlier.effective_at,
        note=note,
        by=by,
        **kept,
    )


def _report_to_correct(record: NonConformance, operation: Operation) -> Report:
    earlier = (
        Report.objects.filter(operation=operation, reverses__isnull=True, reversed_by__isnull=True)
        .filter(good__gte=record.quantity)
        .order_by("-id")
        .first()
    )
    if earlier is None:
        raise Refused(
            _(
                "No single report of {operation} has {quantity} good pieces to scrap: correct the reports instead."
            ),
            code="no_report",
            operation=operation,
            quantity=plain(record.quantity),
        )
    return earlier


def _kept(record: NonConformance, earlier: Report, which: Which) -> dict[str, Any]:
    """How the good ones that are left are named when they are reported again; nothing where none come into stock."""
    if earlier.good == record.quantity:
        return {}
    rows = OutputMove.objects.filter(report=earlier, output__kind="main").order_by("pk")
    related = ("move__item__unit", "move__item__catch_unit", "move__lot", "move__serial", "move__into_unit")
    moves = [row.move for row in rows.select_related(*related)]
    if not moves:
        return {}
    first = moves[0]
    return {
        "lot": first.lot.number if first.lot else "",
        "plate": first.into_unit.number if first.into_unit else "",
        "serials": _serials_left(record, earlier, moves, which),
        "catch_quantity": _pieces_left(record, earlier, moves, which),
    }


def _beside(earlier: Report) -> list[Beside]:
    """Co- and by-products as the report brought them: they came all the same, and keep their names."""
    rows = OutputMove.objects.filter(report=earlier).exclude(output__kind="main").order_by("pk")
    related = ("output__item__unit", "move__lot", "move__serial", "move__into_unit")
    brought: dict[int, list[OutputMove]] = {}
    for row in rows.select_related(*related):
        brought.setdefault(row.output_id, []).append(row)
    varied = earlier.variations.select_related("output__item__unit", "reason")
    said = {row.output_id: row for row in varied}
    outputs = {row.output_id: row.output for several in brought.values() for row in several}
    outputs |= {row.output_id: row.output for row in said.values()}
    return [_again(output, brought.get(key, []), said.get(key)) for key, output in sorted(outputs.items())]


def _again(output: Output, rows: Sequence[OutputMove], said: Variation | None) -> Beside:
    moves = [row.move for row in rows]
    counted = [move.catch_quantity for move in moves if move.catch_quantity]
    return Beside(
        item=output.item,
        quantity=sum((move.quantity for move in moves), Decimal(0)),
        scrap=said.scrap if said else Decimal(0),
        reason=said.reason if said else None,
        lot=next((move.lot.number for move in moves if move.lot and not move.serial), ""),
        serials=tuple(move.serial.number for move in moves if move.serial),
        plate=next((move.into_unit.number for move in moves if move.into_unit), ""),
        catch_quantity=sum(counted, Decimal(0)) or None,
        kind=output.kind,
        cost_share=said.cost_share if said and not output.planned else None,
    )


def _serials_left(
    record: NonConformance, earlier: Report, moves: Sequence[Move], which: Which
) -> Sequence[str]:
    if moves[0].item.tracking != Item.Tracking.SERIAL:
        return ()
    brought = [move.serial.number for move in moves if move.serial]
    gone = set(which.serials)
    stranger = min(gone - set(brought), default="")
    if stranger:
        raise Refused(
            _("{serial} did not come with {report}: name pieces that it brought."),
            code="serial_stranger",
            field="serials",
            serial=stranger,
            report=earlier.number,
        )
    if len(gone) != record.quantity:
        raise say_which(record, len(brought))
    return [number for number in brought if number not in gone]


def _pieces_left(
    record: NonConformance, earlier: Report, moves: Sequence[Move], which: Which
) -> Decimal | None:
    item = moves[0].item
    if item.catch_unit is None:
        return None
    there = sum((move.catch_quantity or Decimal(0) for move in moves), Decimal(0))
    gone = which.catch_quantity
    if gone is None or not gone.is_finite() or not 0 < gone < there:
        raise Refused(
            _(
                "{report} brought {there} {unit} of {item}: say how many of them the {quantity} {weight} are that are"
                " scrapped, and leave some."
            ),
            code="catch_weight",
            field="catch_quantity",
            report=earlier.number,
            there=plain(there),
            unit=item.catch_unit.code,
            item=item.number,
            quantity=plain(record.quantity),
            weight=item.unit.code,
        )
    return there - gone
