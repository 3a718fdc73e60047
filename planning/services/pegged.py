"""Proposals that are for one need alone are firmed together with it, and their orders know what they are made for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from planning.models import Material, ProductionOrder, Proposal, ReplenishmentOrder
from planning.services.left_out import Skipped
from strategies.models import BomLine

OPEN = (Proposal.State.PROPOSED, Proposal.State.APPROVED)


def along(rows: Sequence[Proposal]) -> list[Proposal]:
    """Proposals with all that are made for them, and those that they are made for, at any depth: so no tie is lost.
    Only open ones are added. One query for each level, one where nothing is tied."""
    known = {row.pk: row for row in rows}
    fresh: list[Proposal] = list(rows)
    while fresh:
        above = {row.for_proposal_id for row in fresh if row.for_proposal_id} - known.keys()
        open_ones = Proposal.objects.filter(state__in=OPEN)
        found = list(open_ones.filter(for_proposal__in=[row.pk for row in fresh]))
        if above:
            found += open_ones.filter(pk__in=above)
        fresh = [row for row in found if row.pk not in known]
        known |= {row.pk: row for row in fresh}
    return sorted(known.values(), key=lambda row: row.pk)


def left_alone(rows: Sequence[Proposal]) -> Iterator[Skipped]:
    """Those whose own need stays a proposal: firmed alone they would be for nobody. Two queries where any is tied to a
    proposal that is not among the rows."""
    going = {row.pk: row for row in rows}
    outside = {row.for_proposal_id for row in rows if row.for_proposal_id} - going.keys()
    firm = set(_orders_of(outside).values_list("proposal_id", flat=True)) if outside else set()
    missing = Proposal.objects.in_bulk(outside - firm) if outside - firm else {}
    while True:
        alone = [row for row in going.values() if _lacks(row, going.keys() | firm)]
        if not alone:
            return
        for row in alone:
            above = missing.get(row.for_proposal_id or 0)
            reason = _("It is made for {above}, which stays a proposal.")
            yield Skipped(row, str(reason).format(above=above or _("another proposal")))
            missing[row.pk] = going.pop(row.pk)


def _lacks(row: Proposal, there: Iterable[int]) -> bool:
    return row.for_proposal_id is not None and row.for_proposal_id not in there


def _orders_of(proposals: Iterable[int | None]) -> QuerySet[ProductionOrder]:
    return ProductionOrder.objects.filter(proposal__in=proposals, state__in=ProductionOrder.OPEN)


def tie(
    rows: Sequence[Proposal],
    orders: Sequence[ProductionOrder],
    materials: Sequence[Material],
    bought: Sequence[ReplenishmentOrder],
) -> None:
    """Orders that come of tied proposals name their need: a demand line, or the component line of the order that takes
    them, one that is made in the same go or was before. Nothing is written. Two queries where any is tied."""
    tied = [row for row in rows if row.for_demand_id or row.for_material_id or row.for_proposal_id]
    if not tied:
        return
    lines = _lines(tied, materials, {order.proposal_id: order.pk for order in orders})
    made: dict[int | None, ProductionOrder | ReplenishmentOrder] = {}
    made |= {order.proposal_id: order for order in orders}
    made |= {order.proposal_id: order for order in bought}
    for row in tied:
        supply = made[row.pk]
        supply.for_demand_id = row.for_demand_id
        supply.for_material_id = row.for_material_id or lines.get((row.for_proposal_id, row.item_id))


def _lines(
    rows: Sequence[Proposal], materials: Sequence[Material], fresh: dict[int | None, int]
) -> dict[tuple[int | None, int], int]:
    """(proposal of an order, item) -> its component line: a pegged one before others, then the first."""
    above = {row.for_proposal_id for row in rows if row.for_proposal_id}
    order_of = {key: order for key, order in fresh.items() if key in above}
    order_of |= dict(_orders_of(above - order_of.keys()).values_list("proposal_id", "pk"))
    proposal_of = {order: key for key, order in order_of.items()}
    found = [row for row in materials if row.order_id in proposal_of]
    found += Material.objects.filter(order__in=set(proposal_of) - set(fresh.values()))
    found.sort(key=lambda row: (row.kind != BomLine.Kind.PEGGED, row.position))
    lines: dict[tuple[int | None, int], int] = {}
    for row in found:
        lines.setdefault((proposal_of[row.order_id], row.item_id), row.pk)
    return lines


def with_theirs(orders: Sequence[ProductionOrder]) -> list[ProductionOrder]:
    """Orders with those that are made for their components, at any depth, as far as they may become proposals again.
    One query for each level."""
    known = {order.pk: order for order in orders}
    fresh = list(orders)
    while fresh:
        rows = ProductionOrder.objects.filter(
            for_material__order__in=[order.pk for order in fresh],
            state__in=(ProductionOrder.State.FIRM, ProductionOrder.State.SCHEDULED),
            proposal__isnull=False,
        )
        fresh = [row for row in rows if row.pk not in known]
        known |= {row.pk: row for row in fresh}
    return list(known.values())


def follow_back(orders: Collection[int]) -> None:
    """Proposals for components of orders that become proposals again are for those proposals then. One statement."""
    above = Material.objects.filter(pk=OuterRef("for_material")).values("order__proposal")
    Proposal.objects.filter(for_material__order__in=orders).update(
        for_proposal=Subquery(above), for_material=None
    )
