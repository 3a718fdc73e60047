"""What a report says, and what of it cannot be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from execution.models import Device
from execution.services import gate, output
from execution.services.job import Job
from p2p.core.refusal import Refused
from planning.models import Operation
from strategies.models import ReasonCode, Resource, Worker


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the person says: pieces in the order's unit, resource seconds, when it happened."""

    good: Decimal
    scrap: Decimal
    seconds: int
    at: datetime
    finish: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is kept of a report beside its figures. `despite` is why a supervisor takes refusals upon himself, and
    `accepted` are their sentences."""

    reason: ReasonCode | None = None
    cause: str = ""
    resource: Resource | None = None
    worker: Worker | None = None
    device: Device | None = None
    vendor_receipt: str = ""
    note: str = ""
    end_picking: bool = False
    end_route: bool = False
    despite: str = ""
    made_up_for: int | None = None
    accepted: list[str] = field(default_factory=list)


def check_said(job: Job, operation: Operation, figures: Figures, said: Said) -> None:
    """Refused when the operation is not open for it, or the figures cannot be."""
    gate.check_open(job, operation)
    gate.check_vendor(operation, said.vendor_receipt)
    gate.check_time(operation, figures.at)
    gate.check_figures(
        job, operation, good=figures.good, scrap=figures.scrap, reason=said.reason, seconds=figures.seconds
    )
    gate.check_cause(operation, figures.scrap, said.cause)
    gate.check_tolerance(job, operation, figures.good, figures.scrap)


def check_naming(job: Job, operation: Operation, figures: Figures, naming: output.Naming) -> None:
    """Lot, serial numbers and plate are of what comes into stock; co- and by-products come from the last operation."""
    if naming.beside and operation is not job.last:
        raise Refused(
            _("{item} comes out at {last}, not at {operation}."),
            code="nothing_comes",
            field="outputs",
            about=operation,
            item=naming.beside[0].item.number,
            last=job.last,
            operation=operation,
        )
    if naming.says and not (operation is job.last and figures.good):
        raise Refused(
            _(
                "Nothing comes into stock with this report: leave lot, serial numbers and license plate empty."
            ),
            code="nothing_comes",
            field="plate" if naming.plate else "lot" if naming.lot else "serials",
        )
