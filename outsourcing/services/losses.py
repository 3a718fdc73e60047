"""Pieces that are lost at a vendor: what an order may lose by the policy, and who bears more than that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from outsourcing.models import ReceiptLine, SubcontractLine
from p2p.core.facts import Refused
from p2p.core.fields import plain
from planning.models import Operation
from strategies.selectors.outwork import OutsideRules

ZERO = Decimal(0)
Bearer = ReceiptLine.Bearer


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Who bears what is lost beyond the agreed share, and why. Empty where nothing was said."""

    borne_by: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Lost:
    """What a line lost when it closes: of all pieces sent, and beyond what may be lost."""

    pieces: Decimal
    sent: Decimal
    over: Decimal


def agreed(operations: Sequence[Operation]) -> dict[int, Decimal | None]:
    """Operation id -> the share that its vendor may lose by the policy that held on the order's start; None where
    nothing is agreed. Two queries for each site."""
    rows = Operation.objects.filter(pk__in=[one.pk for one in operations])
    known = list(rows.select_related("order__site", "route_operation__route").order_by("pk"))
    items = {_named(one)[0] for one in known}
    rules = {site: OutsideRules(site, items) for site in {one.order.site for one in known}}
    found: dict[int, Decimal | None] = {}
    for one in known:
        item, number = _named(one)
        policy = rules[one.order.site].on(item, number, one.order.start_on, vendor=one.vendor_id)
        found[one.pk] = (policy.allowed_loss_fraction or None) if policy else None
    return found


def _named(operation: Operation) -> tuple[int, int]:
    """Item and number by which policies know it: those of its route, of a phantom's the phantom's."""
    step = operation.route_operation
    return (step.route.item_id, step.number) if step else (operation.order.item_id, operation.number)


def missing(line: SubcontractLine, came: Decimal) -> Decimal:
    """Pieces sent that do not come back, when nothing comes any more after `came`. Of components without pieces before
    them none are missing: they lie at the vendor as stock."""
    left: Decimal = line.sent_quantity - line.received_quantity - line.rejected_quantity - came
    return max(ZERO, left)


def lost(line: SubcontractLine, rejected: Decimal) -> Lost:
    """Of a line that closes with `rejected` more pieces: scrapped at the vendor or never back."""
    pieces = line.rejected_quantity + rejected
    sent = line.sent_quantity or line.quantity
    share = line.allowed_loss_fraction
    over = ZERO if share is None else max(ZERO, pieces - sent * share)
    return Lost(pieces=pieces, sent=sent, over=over)


def decided(line: SubcontractLine, found: Lost, decision: Decision) -> Decision:
    """The decision about what is lost beyond the agreed share; empty where nothing is. Refused while nobody said who
    bears it, or why."""
    if not found.over:
        return Decision()
    if decision.borne_by not in Bearer.values or not decision.why.strip():
        raise Refused(
            _(
                "{line}: {vendor} lost {lost} of {sent} pieces, {over} more than agreed: say who bears them and why."
            ),
            code="loss",
            field="borne_by" if decision.borne_by not in Bearer.values else "why",
            line=line,
            vendor=line.order.vendor,
            lost=plain(found.pieces),
            sent=plain(found.sent),
            over=plain(found.over),
        )
    return decision
