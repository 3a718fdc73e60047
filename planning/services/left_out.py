"""Proposals that are not firmed with the others, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from planning.models import Proposal
from planning.models.proposal import Named
from planning.snapshot.recipes import Recipes

BILL, ROUTE = (Named.BOM, Named.BOTH), (Named.ROUTE, Named.BOTH)
"""What a proposal keeps of the versions its demand names: its order is made of them."""
MADE = (Proposal.Kind.MAKE, Proposal.Kind.SUBCONTRACT)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A proposal that could not be firmed with the others, and why."""

    proposal: Proposal
    reason: str


def without_vendor(rows: Sequence[Proposal], recipes: Recipes) -> Iterable[Skipped]:
    for row in rows:
        if row.kind == Proposal.Kind.BUY and not (
            row.vendor_id or recipes.vendor_of(row.item_id, row.start_on)
        ):
            item = recipes.item(row.item_id)
            reason = _("{item} has no vendor: name one in its order settings, or enter a price.")
            yield Skipped(row, str(reason).format(item=item.number))


def not_to_be_made(rows: Sequence[Proposal], recipes: Recipes) -> Iterable[Skipped]:
    """Those whose phantoms have no bill, or take each other in too many ways."""
    for row in rows:
        if row.kind in MADE:
            reason = recipes.why_unmade(*versions_of(row, recipes), row.start_on, row.quantity)
            if reason:
                yield Skipped(row, reason)


def versions_of(row: Proposal, recipes: Recipes) -> tuple[int | None, int | None]:
    """(bill, route) of its order: those that its demand names, else those in force on its start."""
    bom = row.bom_id if row.named in BILL else recipes.boms.on(row.item_id, row.start_on, row.quantity)
    route = row.route_id if row.named in ROUTE else recipes.routes.on(row.item_id, row.start_on, row.quantity)
    return bom, route
