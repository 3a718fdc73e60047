"""Money for bought goods that go back to their vendor: the vendor owes what was paid, not the standard."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from costing.models import Entry
from costing.services.outside import variance_of_price
from p2p.core.models import User
from p2p.inventory.models import Move
from planning.models import ReplenishmentOrder


@transaction.atomic
def post_given_back(
    *, order: ReplenishmentOrder, moves: Sequence[Move], price: Decimal | None, by: User | None
) -> list[Entry]:
    """The purchase price variance goes back too: (standard - price) x quantity; the move itself leaves stock at
    standard against accrued. Nothing where no price is known."""
    if price is None:
        return []
    return variance_of_price(order=order, moves=moves, price=price, sign=-1, by=by)
