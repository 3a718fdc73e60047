"""The numbers of a job on the tablet: what is made, what is to go, how far one may go, and why not at all."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from execution.facts import Reporting
from execution.models import Report
from execution.services import gate
from execution.services.job import Job, job_of, operations_of
from p2p.core.facts import Refused, objections
from p2p.core.web import formats
from planning.models import Operation

ZERO = Decimal(0)


@dataclass(frozen=True)
class Figures:
    """Pieces in the order's unit. `there` is how many the operations before have ready, None at a first one."""

    good: Decimal
    scrap: Decimal
    target: Decimal
    limit: Decimal
    togo: Decimal
    there: Decimal | None

    @property
    def over(self) -> Decimal:
        """Good pieces beyond the order."""
        return max(ZERO, self.good - self.target)

    @property
    def quick(self) -> list[tuple[str, str]]:
        """Numbers for one tap: (words, what is typed)."""
        keys = [(f"+{step}", f"+{step}") for step in (1, 5, 10)]
        rest = self.togo if self.there is None else min(self.togo, self.there)
        if rest > 0:
            keys.append((_("All {rest}").format(rest=formats.number(rest)), f"{rest.normalize():f}"))
        return keys


def job_now(row: Operation) -> Job:
    """The order of an operation with all its operations, read without a lock."""
    return job_of(row.order, list(operations_of([row.order_id])))


def figures_of(row: Operation, job: Job) -> Figures:
    """The operation's own figures."""
    tolerance, wanted = row.order.site.over_report_fraction, gate.wanted_from(job, row)
    return Figures(
        good=row.good_quantity,
        scrap=row.scrap_quantity,
        target=wanted,
        limit=wanted + wanted * tolerance,
        togo=to_go(row, job),
        there=_there(row, job),
    )


def to_go(row: Operation, job: Job) -> Decimal:
    """How many pieces the operation still has to take in hand.

    Ordered, less good, less scrap: a scrapped piece is not good, and it is not there to be done again either.
    Never more than the operations before have made and will still make: what they scrapped does not come.
    """
    known: dict[int, Decimal] = {}

    def left(one: Operation) -> Decimal:
        if one.pk not in known:
            known[one.pk] = ZERO  # a circle of links cannot be; if it were, it must not hang the page
            known[one.pk] = _left(one)
        return known[one.pk]

    def _left(one: Operation) -> Decimal:
        if one.state in (Operation.State.FINISHED, Operation.State.CANCELLED):
            return ZERO
        done = one.good_quantity + one.scrap_quantity
        coming = [before.good_quantity + left(before) for before in job.before.get(one.pk, ())]
        return max(ZERO, min([one.quantity, *coming]) - done)

    return left(row)


def _there(row: Operation, job: Job) -> Decimal | None:
    done = row.good_quantity + row.scrap_quantity
    ready = [before.good_quantity - done for before in job.before.get(row.pk, ())]
    return max(ZERO, min(ready)) if ready else None


def why_not(row: Operation, job: Job) -> str:
    """Why nothing can be reported now, in the words of the rule that would refuse it; "" when it can."""
    try:
        gate.check_open(job, row)
        gate.check_vendor(row, "")
    except Refused as no:
        return str(no)
    return " ".join(objections(Reporting(operations=(row,))))


def in_words(row: Report) -> str:
    """ "20 good", "1 scrap: Gouge in metal", "20 good, 1 scrap: Gouge in metal"."""
    parts = []
    if row.good:
        parts.append(_("{number} good").format(number=formats.number(row.good)))
    if row.scrap:
        words = _("{number} scrap").format(number=formats.number(row.scrap))
        parts.append(f"{words}: {row.reason.name}" if row.reason else words)
    return ", ".join(parts) or _("Time only")
