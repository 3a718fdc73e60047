"""The end of an order in money: clear its work in process and say why it differs from standard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from costing import selectors
from costing.engine.variances import Difference, explain
from costing.evidence import Evidence
from costing.facts import Settled
from costing.models import CostVersion, Entry, Posting, SettledOutput, Settlement, Variance
from costing.services.entries import Draft, Line, minor, write
from costing.yielded import carried, evidence_of
from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.models import User
from planning.models import ProductionOrder

Account = Posting.Account


@transaction.atomic
def settle(*, orders: Sequence[ProductionOrder], by: User | None) -> list[Settlement]:
    """Settle orders that have ended: WIP to variance by named differences; tells Settled for each.

    Per order, the variances add up to actual - standard and to the WIP it had, to the minor unit.
    """
    settled: list[Settlement] = []
    by_site: dict[int, list[ProductionOrder]] = defaultdict(list)
    for order in orders:
        by_site[order.site_id].append(order)
    for group in by_site.values():
        version = selectors.active_version(group[0].site_id)
        evidence = evidence_of(group, version)
        made = [_settle_one(order, version, evidence[order.pk], by) for order in group]
        _share_out(made)
        settled += made
    for one in settled:
        tell(Settled(settlement=one, by=by))
    return settled


def _settle_one(
    order: ProductionOrder, version: CostVersion | None, evidence: Evidence, by: User | None
) -> Settlement:
    case = evidence.case
    found = explain(case, minor(order.site))
    entry = _clear(order, found, by)
    settlement = Settlement.objects.create(
        order=order,
        entry=entry,
        version=version,
        good_quantity=order.good_quantity,
        standard=sum(case.standard.values(), Decimal(0)),
        actual=sum(case.actual.values(), Decimal(0)),
        by=by,
    )
    Variance.objects.bulk_create(
        Variance(
            settlement=settlement,
            kind=one.kind,
            element_id=one.element,
            item_id=one.item,
            operation_id=one.operation,
            amount=one.amount,
            because=dict(one.because),
        )
        for one in found
    )
    return settlement


def _share_out(settled: Sequence[Settlement]) -> None:
    """What each output carries of the actual cost, by-products at their value: the sums are the settlement's."""
    orders = [one.order for one in settled]
    found = carried(orders, {one.order_id: one.actual for one in settled})
    SettledOutput.objects.bulk_create(
        SettledOutput(
            settlement=one,
            item_id=each.output.item_id,
            kind=each.output.kind,
            quantity=each.output.received_quantity,
            cost_share=each.output.cost_share,
            standard=each.standard,
            actual=each.actual,
        )
        for one in settled
        for each in found[one.order_id]
    )


def _clear(order: ProductionOrder, found: Sequence[Difference], by: User | None) -> Entry | None:
    """Credit what WIP still holds by element, debit the variance account: the same amounts."""
    totals: dict[int | None, Decimal] = defaultdict(Decimal)
    for one in found:
        totals[one.element] += one.amount
    lines = [Line(Account.VARIANCE, amount, element) for element, amount in totals.items() if amount]
    lines += [Line(Account.WIP, -amount, element) for element, amount in totals.items() if amount]
    entries = write(
        drafts=[
            Draft(
                site=order.site,
                kind=Entry.Kind.SETTLEMENT,
                effective_at=order.ended_at or clock.now(),
                lines=tuple(lines),
                order=order,
                reference=order.number,
            )
        ],
        by=by,
    )
    return entries[0] if entries else None
