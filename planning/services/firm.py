"""Proposals become orders, all of them at once; and orders nobody has touched become proposals again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import Refused, ask, tell
from p2p.core.numbers import decimal_of
from planning.copying import copy_records, take_keys
from planning.facts import Cancelling, Firmed, ProposalsMoved, Unfirmed
from planning.models import (
    Material,
    Operation,
    OperationLink,
    Output,
    PlanRun,
    ProductionOrder,
    Proposal,
    ReplenishmentOrder,
)
from planning.models.proposal import PROPOSAL_FLOW
from planning.services.build import Built, Draft, build, write
from planning.services.left_out import BILL, MADE, ROUTE, Skipped, not_to_be_made, versions_of, without_vendor
from planning.services.made_for import set_free
from planning.services.overflow import of_proposals
from planning.services.pegged import along, follow_back, left_alone, tie, with_theirs
from planning.services.replenishment import SERIES
from planning.snapshot.reach import USABLE
from planning.snapshot.recipes import Recipes
from strategies.models import BomVersion, RouteVersion, Site, Vendor
from strategies.services.numbering import take_numbers

if TYPE_CHECKING:
    from p2p.core.models import User


@dataclass(frozen=True, slots=True)
class FirmResult:
    """What came of the proposals."""

    orders: list[ProductionOrder]
    replenishments: list[ReplenishmentOrder]
    skipped: list[Skipped]


@transaction.atomic
def firm(
    *,
    proposals: QuerySet[Proposal] | Sequence[Proposal] | None = None,
    run: PlanRun | None = None,
    by: User | None,
) -> FirmResult:
    """Turn proposals (or all of a run that are still open) into production and replenishment orders.

    BOM and route are copied as they hold on the proposal's start; what its plan sent to a vendor for want of
    capacity goes there. All go or none; but a purchase without a vendor, and what cannot be made for its phantoms'
    sake, stay proposals and are named in the result. What is made for a chosen one alone goes with it, and so does what
    a chosen one is made for (`pegged`). Refused when a proposal was firmed or
    dismissed by someone else, when a newer plan covers the same days, or when nothing could be firmed.
    """
    wanted = _wanted(proposals, run)
    rows = list(wanted.order_by("pk"))
    if proposals is not None:
        rows = along(rows)
    if not rows:
        raise Refused(_("There is no open proposal to firm."), code="nothing_open")
    site = _one_site(rows)
    for one in PlanRun.objects.filter(pk__in={row.run_id for row in rows}).order_by("pk"):
        no = outdated(one)
        if no:
            raise no
    recipes = Recipes(site, {row.item_id for row in rows})
    skipped = [*without_vendor(rows, recipes), *not_to_be_made(rows, recipes)]
    left_out = {one.proposal.pk for one in skipped}
    rows = [row for row in rows if row.pk not in left_out]
    alone = list(left_alone(rows))
    skipped += alone
    left_out = {one.proposal.pk for one in alone}
    rows = [row for row in rows if row.pk not in left_out]
    if not rows:
        raise Refused(_("{reason}"), code="nothing_firmed", reason=skipped[0].reason)
    _take(rows)
    built = build(site, _drafts(rows, recipes), recipes)
    bought = _replenishments(site, [row for row in rows if row.kind not in MADE], recipes)
    tie(rows, built.orders, built.materials, bought)
    _number(built, bought)
    write(built)
    copy_records(ReplenishmentOrder, bought)
    tell(Firmed(orders=tuple(built.orders), replenishments=tuple(bought), by=by))
    return FirmResult(built.orders, bought, skipped)


def _wanted(
    proposals: QuerySet[Proposal] | Sequence[Proposal] | None, run: PlanRun | None
) -> QuerySet[Proposal]:
    if proposals is None:
        return Proposal.objects.filter(run=run, state__in=("proposed", "approved"))
    if isinstance(proposals, QuerySet):
        return Proposal.objects.filter(pk__in=proposals.values("pk"))
    return Proposal.objects.filter(pk__in=[one.pk for one in proposals])


def _one_site(rows: Sequence[Proposal]) -> Site:
    if len({row.site_id for row in rows}) > 1:
        raise Refused(
            _("These proposals belong to several sites: firm them site by site."), code="many_sites"
        )
    site: Site = rows[0].site
    return site


def outdated(run: PlanRun) -> Refused | None:
    """Why the proposals of a plan can no longer be firmed, or None: a newer plan looked at the same days."""
    newer = (
        PlanRun.objects.filter(
            site=run.site, state="done", pk__gt=run.pk, from_date__lte=run.to_date, to_date__gte=run.from_date
        )
        .order_by("-pk")
        .first()
    )
    if newer is None:
        return None
    return Refused(
        _("Plan {run} is outdated: {newer} covers the same days and came later. Firm from that one."),
        code="outdated",
        run=run,
        newer=newer,
    )


def _take(rows: Sequence[Proposal]) -> None:
    """One UPDATE for all; when somebody was quicker with one of them, none goes."""
    chosen = Proposal.objects.filter(pk__in=[row.pk for row in rows])
    if PROPOSAL_FLOW.take_many(chosen, "firm") == len(rows):
        return
    for row in rows:
        no = PROPOSAL_FLOW.refusal(row, "firm")
        if no:
            raise no
    raise Refused(
        _("Someone else firmed or dismissed one of these proposals just now."), code="changed_meanwhile"
    )


def _drafts(rows: Sequence[Proposal], recipes: Recipes) -> list[Draft]:
    made = [row for row in rows if row.kind in MADE]
    _check_named(made)
    decided = of_proposals(made) if recipes.overflows else {}
    return [
        Draft(
            number="",
            item=recipes.item(row.item_id),
            quantity=row.quantity,
            good=row.good_quantity,
            start_on=row.start_on,
            due_on=row.due_on,
            bom=versions_of(row, recipes)[0],
            route=versions_of(row, recipes)[1],
            named=row.named,
            need=row.need,
            priority=row.priority,
            proposal=row.pk,
            all_outside=row.kind == Proposal.Kind.SUBCONTRACT,
            overflow=decided.get(row.pk, {}),
        )
        for row in made
    ]


def _check_named(rows: Sequence[Proposal]) -> None:
    """Refused when a version that demand names may not be used any more. Two queries where any is named."""
    for model, column, words in ((BomVersion, "bom_id", BILL), (RouteVersion, "route_id", ROUTE)):
        named = {getattr(row, column): row for row in rows if row.named in words}
        gone = model._default_manager.filter(pk__in=named).exclude(state__in=USABLE) if named else ()
        for version in gone:
            raise Refused(
                _(
                    "{proposal} is for demand of {version}, which is {state}: change the demand and plan again."
                ),
                code="version_not_usable",
                proposal=named[version.pk],
                version=version,
                state=version.get_state_display(),
            )


def _replenishments(site: Site, rows: Sequence[Proposal], recipes: Recipes) -> list[ReplenishmentOrder]:
    today = clock.today(site.time_zone)
    vendors = Vendor.objects.select_related("currency").in_bulk()
    orders = []
    for key, row in zip(take_keys(ReplenishmentOrder, len(rows)), rows, strict=True):
        item, policy = recipes.item(row.item_id), recipes.policy(row.item_id)
        vendor = vendors.get(row.vendor_id or recipes.vendor_of(row.item_id, row.start_on) or 0)
        tier = recipes.purchase_price(item, vendor.pk, row.quantity, row.start_on) if vendor else None
        price: Decimal | None = None
        if tier is not None:
            factor: Fraction = recipes.measures.factor(item.pk, tier.unit_id, item.unit_id)
            price = decimal_of(Fraction(tier.price) / factor, 8)
        orders.append(
            ReplenishmentOrder(
                pk=key,
                kind="transfer" if row.kind == Proposal.Kind.TRANSFER else "purchase",
                site=site,
                item=item,
                vendor=vendor,
                to_location=policy.location if policy else None,
                quantity=row.quantity,
                price=price,
                currency_id=tier.currency_id if tier else None,
                ordered_on=min(today, row.start_on),
                due_on=row.due_on,
                proposal=row,
            )
        )
    return orders


def _number(built: Built, bought: Sequence[ReplenishmentOrder]) -> None:
    """As late as possible: the number series stays locked until the transaction ends."""
    makes = take_numbers(code="MO", count=len(built.orders))
    for order, number in zip(built.orders, makes, strict=True):
        order.number = number
    for kind, code in SERIES.items():
        mine = [one for one in bought if one.kind == kind]
        for replenishment, number in zip(mine, take_numbers(code=code, count=len(mine)), strict=True):
            replenishment.number = number


@transaction.atomic
def unfirm(*, orders: Sequence[ProductionOrder], by: User | None) -> list[Proposal]:
    """Make orders proposals again: only firm or scheduled ones that came from a plan; all of them or none. What is
    made for one of them alone goes along where it can; what cannot, and what is bought for it, is everybody's then."""
    keys = [order.pk for order in with_theirs(orders)]
    rows = list(ProductionOrder.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    for row in rows:
        if row.state not in ("firm", "scheduled"):
            raise Refused(
                _("{order} is {state}: only an order that is not released can become a proposal again."),
                code="wrong_state",
                order=row,
                state=row.get_state_display(),
            )
        if row.proposal_id is None:
            raise Refused(
                _("{order} did not come from a plan: cancel it instead."), code="no_proposal", order=row
            )
    ask(Cancelling(orders=tuple(rows), by=by))
    set_free(orders=rows, but=rows, by=by)
    proposals = Proposal.objects.filter(pk__in=[row.proposal_id for row in rows])
    PROPOSAL_FLOW.take_many(proposals, "unfirm")
    follow_back(keys)
    OperationLink.objects.filter(before__order__in=keys).delete()
    Material.objects.filter(order__in=keys).delete()
    Output.objects.filter(order__in=keys).delete()
    Operation.objects.filter(order__in=keys).delete()
    ProductionOrder.objects.filter(pk__in=keys).delete()
    tell(Unfirmed(numbers=tuple(row.number for row in rows), by=by))
    return list(proposals.order_by("pk"))


@transaction.atomic
def move_proposals(*, proposals: QuerySet[Proposal] | Sequence[Proposal], step: str, by: User | None) -> int:
    """Approve, dismiss or restore proposals; those that may, in one UPDATE. Refused when none may."""
    if step not in ("approve", "dismiss", "restore"):
        raise ValueError(step)
    chosen = _wanted(proposals, None)
    rows = list(chosen.order_by("pk"))
    moved = PROPOSAL_FLOW.take_many(chosen, step)
    if not moved:
        for row in rows:
            raise PROPOSAL_FLOW.refusal(row, step) or Refused(_("Look again: this proposal has changed."))
        raise Refused(_("There is no proposal to change."), code="nothing_open")
    for run in (
        PlanRun.objects.filter(pk__in={row.run_id for row in rows}).select_related("site").order_by("pk")
    ):
        mine = tuple(row for row in rows if row.run_id == run.pk)
        tell(ProposalsMoved(run=run, proposals=mine, step=PROPOSAL_FLOW.steps[step].target, by=by))
    return moved
