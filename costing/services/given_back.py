"""Money for bought goods that go back to their vendor: the vendor owes what was paid, not the standard."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from costing.models import CostElement, Entry, Posting
from costing.services.elements import element_for
from costing.services.entries import Draft, money, pair, write
from costing.services.post import in_site_money, standards_for
from p2p.core.models import User
from p2p.inventory.models import Move
from planning.models import ReplenishmentOrder

Account = Posting.Account


@transaction.atomic
def post_given_back(
    *, order: ReplenishmentOrder, moves: Sequence[Move], price: Decimal | None, by: User | None
) -> list[Entry]:
    """The purchase price variance goes back too: (standard - price) x quantity; the move itself leaves stock at
    standard against accrued. Nothing where no price is known."""
    if price is None:
        return []
    site = order.site
    currency = order.currency_id or site.currency_id
    known = standards_for(site, moves)
    element = element_for(CostElement.Kind.MATERIAL)
    drafts = []
    for move in moves:
        paid = in_site_money(site, move.quantity * price, currency, move.effective_at.date())
        standard = sum((amount for _element, amount in known.of(site, move)), Decimal(0))
        amounts = [(element.pk, money(site, standard - paid))]
        drafts.append(
            Draft(
                site=site,
                kind=Entry.Kind.PRICE,
                effective_at=move.effective_at,
                lines=tuple(
                    pair(
                        Account.VARIANCE,
                        Account.ACCRUED,
                        amounts,
                        item=move.item_id,
                        quantity=move.quantity,
                    )
                ),
                move=move,
                reference=order.number,
            )
        )
    return write(drafts=drafts, by=by)
