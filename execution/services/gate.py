"""What must be true before anybody works on an operation or reports about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from execution.services.job import Job
from p2p.core.access import Role, may
from p2p.core.clock import now
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.services.checks import LARGEST, check_digits
from planning.models import Operation
from strategies.models import ReasonCode

ZERO = Decimal(0)


def check_open(job: Job, operation: Operation) -> None:
    """The order and the operation are released or started, and nothing blocks the operation."""
    for record in (job.order, operation):
        if record.state not in ("released", "started"):
            raise Refused(
                _("{record} is {state}: no work can be reported on it."),
                code="wrong_state",
                field="state",
                about=operation,
                record=record,
                state=record.get_state_display(),
            )
    block: str | None = operation.block  # type: ignore[attr-defined]
    if block:
        raise Refused(
            _("{operation} is blocked: {why}"),
            code="blocked",
            about=operation,
            operation=operation,
            why=block,
        )


def check_vendor(operation: Operation, vendor_receipt: str) -> None:
    """Work of a vendor comes with a receipt; work in house does not."""
    if operation.outside and not vendor_receipt:
        raise Refused(
            _("{operation} is done by a vendor: it is reported by receiving its pieces."),
            code="outside",
            about=operation,
            operation=operation,
        )
    if vendor_receipt and not operation.outside:
        raise Refused(
            _("{operation} is done in house: receipt {receipt} cannot report it."),
            code="not_outside",
            about=operation,
            operation=operation,
            receipt=vendor_receipt,
        )


def check_time(operation: Operation, at: datetime) -> None:
    """Nobody reports what is still to come; five minutes are forgiven, for tablets whose clock runs ahead."""
    if at > now() + timedelta(minutes=5):
        raise Refused(
            _("{operation} cannot be reported ahead of time."),
            code="in_the_future",
            field="at",
            operation=operation,
        )


def check_figures(
    job: Job, operation: Operation, *, good: Decimal, scrap: Decimal, reason: ReasonCode | None, seconds: int
) -> None:
    """Figures that can be: not negative, not nothing, no more digits than the unit allows, scrap with a
    reason.
    """
    for field, quantity in (("good", good), ("scrap", scrap)):
        if not quantity.is_finite() or quantity < 0 or quantity >= LARGEST:
            raise Refused(
                _("{quantity} is no quantity that can be reported on {operation}."),
                field=field,
                about=operation,
                quantity=quantity,
                operation=operation,
            )
        check_digits(job.order.item, quantity)
    if seconds < 0:
        raise Refused(
            _("The time spent on {operation} cannot be negative."), field="seconds", operation=operation
        )
    if scrap and reason is None:
        raise Refused(
            _("Say why {scrap} of {operation} are scrap: choose a reason."),
            code="reason_missing",
            field="reason",
            about=operation,
            scrap=plain(scrap),
            operation=operation,
        )
    if reason is not None and reason.kind != ReasonCode.Kind.SCRAP:
        raise Refused(
            _("{reason} is no reason for scrap."), field="reason", about=operation, reason=reason.name
        )


def check_cause(operation: Operation, scrap: Decimal, cause: str) -> None:
    """What is at fault is said of scrap only, and is one of the causes."""
    if cause and (not scrap or cause not in ReasonCode.Cause.values):
        raise Refused(
            _(
                "{cause} is no cause of scrap on {operation}: name material, machine or staff, and the pieces."
            ),
            code="cause",
            field="cause",
            about=operation,
            cause=cause,
            operation=operation,
        )


def check_supervisor(job: Job, by: User | None) -> None:
    """Who reports although something speaks against it is a supervisor of the site."""
    site = job.order.site
    if by is None or not may(by, Role.SUPERVISOR, site=site):
        raise Refused(
            _("Only a supervisor of {site} reports although something speaks against it."),
            code="supervisor",
            field="despite",
            about=job.order,
            site=site.code,
        )


def check_tolerance(job: Job, operation: Operation, good: Decimal, scrap: Decimal) -> None:
    """Good pieces stay within what is wanted and the site's tolerance; one scrap entry within what goes in."""
    wanted = wanted_from(job, operation)
    tolerated = 1 + job.order.site.over_report_fraction
    total = operation.good_quantity + good
    if total > wanted * tolerated:
        raise Refused(
            _("{total} good would be more than the {quantity} of {operation}{tolerance}."),
            code="over_tolerance",
            field="good",
            about=operation,
            total=plain(total),
            quantity=plain(wanted),
            operation=operation,
            tolerance=_tolerance(job),
        )
    if scrap > operation.quantity * tolerated:
        raise Refused(
            _("{scrap} scrap at once is more than the {quantity} of {operation}."),
            code="over_tolerance",
            field="scrap",
            about=operation,
            scrap=plain(scrap),
            quantity=plain(operation.quantity),
            operation=operation,
        )


def wanted_from(job: Job, operation: Operation) -> Decimal:
    """Good pieces at most: what goes in, for the route may lose fewer than it says; from the last operation what the
    order makes."""
    entering: Decimal = operation.quantity
    return min(entering, job.order.quantity) if operation == job.last else entering


def _tolerance(job: Job) -> str:
    share = job.order.site.over_report_fraction
    return f" (+{plain(share * 100)} %)" if share else ""


def check_pieces(job: Job, operation: Operation, pieces: Decimal) -> None:
    """The operations before have made the pieces: all branches that join here, each counted on its own."""
    missing = pieces_missing(job, operation, pieces)
    if missing is not None:
        raise missing


def pieces_missing(job: Job, operation: Operation, pieces: Decimal) -> Refused | None:
    """What `check_pieces` would say."""
    done = operation.good_quantity + operation.scrap_quantity
    for before in job.before[operation.pk]:
        ready = before.good_quantity - done
        if pieces > ready:
            return Refused(
                _(
                    "{operation} can take {ready} more from {before}, which has reported {good} good: not {pieces}."
                ),
                code="pieces_not_there",
                field="good",
                about=operation,
                operation=operation,
                ready=plain(max(ready, ZERO)),
                before=before,
                good=plain(before.good_quantity),
                pieces=plain(pieces),
            )
    return None


def check_unused(job: Job, operation: Operation, good_left: Decimal) -> None:
    """No operation behind has worked on more pieces than `good_left`."""
    for after in job.after[operation.pk]:
        used = after.good_quantity + after.scrap_quantity
        if used > good_left:
            raise Refused(
                _("{after} has already worked on {used} of these pieces: undo its reports first."),
                code="used",
                about=operation,
                after=after,
                used=plain(used),
            )
