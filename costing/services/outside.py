"""Money for what vendors deliver and do: agreed prices accrue, differences go where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from costing.models import CostElement, Entry, Posting
from costing.services.elements import element_for
from costing.services.entries import Draft, money, pair, reversal, write
from costing.services.post import in_site_money, standards_for
from outsourcing.models import Invoice, Receipt, ReceiptLine
from p2p.core.models import User
from p2p.inventory.models import Move
from planning.models import ProductionOrder, ReplenishmentOrder

Account = Posting.Account
CLOSED_TO_WIP = (ProductionOrder.State.ENDED, ProductionOrder.State.CANCELLED)


@transaction.atomic
def post_receipt(*, receipt: Receipt, lines: Sequence[ReceiptLine], by: User | None) -> list[Entry]:
    """Accrue the agreed price of the good pieces: debit WIP (outsourcing), credit accrued.

    Rejected pieces are not paid. A line with negative quantities (an undone receipt) gives the money back.
    """
    element = element_for(CostElement.Kind.OUTSOURCING)
    drafts = []
    for row in lines:
        order = row.line.operation.order
        agreed = row.good * row.line.price
        amount = in_site_money(order.site, agreed, receipt.order.currency_id, receipt.effective_at.date())
        account = Account.VARIANCE if order.state in CLOSED_TO_WIP else Account.WIP
        drafts.append(
            Draft(
                site=order.site,
                kind=Entry.Kind.OUTSIDE,
                effective_at=receipt.effective_at,
                lines=tuple(pair(account, Account.ACCRUED, [(element.pk, amount)], quantity=row.good)),
                order=order,
                operation=row.line.operation,
                report=row.report,
                reference=receipt.number,
            )
        )
    return write(drafts=drafts, by=by)


@transaction.atomic
def post_invoice(*, invoice: Invoice, by: User | None) -> list[Entry]:
    """The invoice's difference to the agreed price: into WIP while the order lives, else into variance."""
    element = element_for(CostElement.Kind.OUTSOURCING)
    drafts = []
    for row in invoice.lines.select_related("line__operation__order__site__currency").order_by("pk"):
        order = row.line.operation.order
        difference = (row.price - row.line.price) * row.quantity
        amount = in_site_money(order.site, difference, invoice.currency_id, invoice.invoiced_on)
        account = Account.VARIANCE if order.state in CLOSED_TO_WIP else Account.WIP
        drafts.append(
            Draft(
                site=order.site,
                kind=Entry.Kind.PRICE,
                effective_at=invoice.posted_at,
                lines=tuple(pair(account, Account.ACCRUED, [(element.pk, amount)], quantity=row.quantity)),
                order=order,
                operation=row.line.operation,
                reference=invoice.number,
            )
        )
    return write(drafts=drafts, by=by)


@transaction.atomic
def post_purchase(
    *, order: ReplenishmentOrder, moves: Sequence[Move], price: Decimal | None, by: User | None
) -> list[Entry]:
    """Purchase price variance: (price - standard) x quantity; the receipt itself was booked at standard.

    A receipt taken back takes its own variance back, whatever the standard is by now. A transfer has none.
    """
    if order.kind != ReplenishmentOrder.Kind.PURCHASE:
        return []
    mirrors = [move for move in moves if move.reverses_id]
    if mirrors:
        return write(drafts=_taken_back(mirrors), by=by)
    if price is None:
        return []
    return variance_of_price(order=order, moves=moves, price=price, sign=1, by=by)


def variance_of_price(
    *, order: ReplenishmentOrder, moves: Sequence[Move], price: Decimal, sign: int, by: User | None
) -> list[Entry]:
    """(price - standard) x quantity of goods that came (`sign` 1) or went back (-1): variance against accrued."""
    site = order.site
    currency = order.currency_id or site.currency_id
    known = standards_for(site, moves)
    element = element_for(CostElement.Kind.MATERIAL)
    drafts = []
    for move in moves:
        paid = in_site_money(site, move.quantity * price, currency, move.effective_at.date())
        standard = sum((amount for _element, amount in known.of(site, move)), Decimal(0))
        amounts = [(element.pk, money(site, sign * (paid - standard)))]
        lines = pair(Account.VARIANCE, Account.ACCRUED, amounts, item=move.item_id, quantity=move.quantity)
        drafts.append(
            Draft(
                site=site,
                kind=Entry.Kind.PRICE,
                effective_at=move.effective_at,
                lines=tuple(lines),
                move=move,
                reference=order.number,
            )
        )
    return write(drafts=drafts, by=by)


def _taken_back(mirrors: Sequence[Move]) -> list[Draft]:
    first = {
        entry.move_id: entry
        for entry in Entry.objects.filter(
            move__in=[move.reverses_id for move in mirrors], kind=Entry.Kind.PRICE
        )
        .select_related("site__currency", "order", "operation")
        .prefetch_related("postings")
    }
    return [
        reversal(first[move.reverses_id], effective_at=move.effective_at, move=move, report=None)
        for move in mirrors
        if move.reverses_id in first
    ]
