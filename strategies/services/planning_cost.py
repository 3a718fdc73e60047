"""The plain cost figure that planning may weigh: written by costing when a version becomes the standard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from p2p.core.models import User
from strategies.models import PlanningCost, Site


@transaction.atomic
def record(
    *,
    site: Site,
    valid_from: date,
    costs: Mapping[int, Decimal],
    missing: Mapping[int, Sequence[str]] | None = None,
    by: User,
) -> int:
    """Item id -> money per one of its unit from `valid_from` on, and the numbers of what is not costed in it; the same
    day again replaces. How many rows."""
    without = missing or {}
    rows = [
        PlanningCost(
            item_id=item,
            site=site,
            valid_from=valid_from,
            unit_cost=cost,
            missing=list(without.get(item, ())),
        )
        for item, cost in costs.items()
    ]
    PlanningCost.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["item", "site", "valid_from"],
        update_fields=["unit_cost", "missing"],
    )
    return len(rows)
