"""Cost versions: open one, put prices and rates in, make it the standard of its site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from costing.facts import VersionActivated
from costing.models import (
    CostElement,
    CostRate,
    CostVersion,
    ItemCost,
    ItemPrice,
    RollupRun,
    RollupWarning,
)
from costing.models.version import COST_VERSION_FLOW
from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import CostCategory, Item, Site
from strategies.services import planning_cost


@dataclass(frozen=True)
class Price:
    """What one of the item's unit costs to buy."""

    item: Item
    price: Decimal
    source: str = ""


@dataclass(frozen=True)
class Hourly:
    """What an hour of a category costs, and under which element."""

    category: CostCategory
    element: CostElement
    per_hour: Decimal


@dataclass(frozen=True)
class PerPiece:
    """What a piece of a category costs, and under which element."""

    category: CostCategory
    element: CostElement
    per_piece: Decimal


@dataclass(frozen=True)
class Surcharge:
    """Overhead as a fraction of another element's cost."""

    base: CostElement
    element: CostElement
    fraction: Decimal


@transaction.atomic
def open_version(
    *,
    code: str,
    name: str,
    site: Site,
    valid_from: date,
    kind: str = CostVersion.Kind.STANDARD,
    like: CostVersion | None = None,
    by: User,
) -> CostVersion:
    """A pending version, with the prices and rates of another one (`like`) to begin with. Refused when the code is
    taken, and where the other is in another currency."""
    if CostVersion.objects.filter(code=code).exists():
        raise Refused(
            _("There is a cost version {version} already."), code="taken", field="code", version=code
        )
    if like is not None and like.site.currency_id != site.currency_id:
        raise Refused(
            _("{version} is in {theirs}, {site} counts in {ours}."),
            code="currency",
            field="like",
            version=like.code,
            theirs=like.site.currency.code,
            site=site.code,
            ours=site.currency.code,
        )
    version = CostVersion.objects.create(code=code, name=name, site=site, valid_from=valid_from, kind=kind)
    if like is not None:
        _take_along(like, version)
    return version


def _take_along(like: CostVersion, version: CostVersion) -> None:
    """Prices and rates; four statements for any number of items."""
    prices = list(ItemPrice.objects.filter(version=like).order_by("pk"))
    rates = list(CostRate.objects.filter(version=like).order_by("pk"))
    for price in prices:
        price.pk, price.version = None, version
    for rate in rates:
        rate.pk, rate.version = None, version
    ItemPrice.objects.bulk_create(prices, batch_size=2000)
    CostRate.objects.bulk_create(rates)


@transaction.atomic
def set_prices(*, version: CostVersion, prices: Iterable[Price], by: User) -> int:
    """Enter or replace purchase prices; how many. Refused on an active version or a negative price."""
    still_pending(version)
    rows = []
    for price in prices:
        if price.price < 0:
            raise Refused(
                _("The price of {item} cannot be below zero."),
                code="negative",
                field="price",
                item=price.item,
            )
        rows.append(ItemPrice(version=version, item=price.item, price=price.price, source=price.source))
    ItemPrice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["version", "item"], update_fields=["price", "source"]
    )
    return len(rows)


@transaction.atomic
def set_rates(
    *,
    version: CostVersion,
    hourly: Iterable[Hourly] = (),
    pieces: Iterable[PerPiece] = (),
    surcharges: Iterable[Surcharge] = (),
    by: User,
) -> int:
    """Replace the version's rates as a whole; how many. Refused where a category of pieces has a rate per hour, or one
    of hours a rate per piece."""
    still_pending(version)
    hourly, pieces = list(hourly), list(pieces)
    given: list[Hourly | PerPiece] = [*hourly, *pieces]
    for one in given:
        _of_its_kind(one)
    CostRate.objects.filter(version=version).delete()
    rows = [
        CostRate(version=version, category=one.category, element=one.element, per_hour=one.per_hour)
        for one in hourly
    ]
    rows += [
        CostRate(version=version, category=one.category, element=one.element, per_piece=one.per_piece)
        for one in pieces
    ]
    rows += [
        CostRate(version=version, base=one.base, element=one.element, surcharge_fraction=one.fraction)
        for one in surcharges
    ]
    return len(CostRate.objects.bulk_create(rows))


def _of_its_kind(rate: Hourly | PerPiece) -> None:
    by_piece = rate.category.kind == CostCategory.Kind.QUANTITY
    if by_piece == isinstance(rate, PerPiece):
        return
    said = (
        _("{category} is a cost category of pieces: its rate is per piece.")
        if by_piece
        else _("{category} is a cost category of hours: its rate is per hour.")
    )
    raise Refused(said, code="kind", field="category", category=rate.category.code)


def still_pending(version: CostVersion) -> None:
    if version.state != CostVersion.State.PENDING:
        raise Refused(
            _("{version} is {state}: open a new version to change prices and rates."),
            code="wrong_state",
            version=version.code,
            state=version.get_state_display(),
        )


@transaction.atomic
def activate(*, version: CostVersion, by: User) -> CostVersion:
    """Make a rolled-up version the standard of its site; the one before is retired.

    Of two people activating at once exactly one wins (one active version per site is a constraint).
    """
    # The site's row is the gate: whoever comes second sees the first one's version active.
    Site.objects.select_for_update().get(pk=version.site_id)
    if not ItemCost.objects.filter(version=version).exists():
        raise Refused(
            _("{version} has no costs yet: roll it up first."), code="no_costs", version=version.code
        )
    before = CostVersion.objects.filter(
        site=version.site_id, kind=version.kind, state=CostVersion.State.ACTIVE
    ).exclude(pk=version.pk)
    COST_VERSION_FLOW.take_many(before, "retire")
    COST_VERSION_FLOW.take(version, "activate", activated_at=clock.now())
    totals = (
        ItemCost.objects.filter(version=version)
        .values_list("item_id")
        .annotate(total=Sum(F("this_level") + F("lower_level")))
        .order_by("item_id")
    )
    planning_cost.record(
        site=version.site,
        valid_from=version.valid_from,
        costs=dict(totals),
        missing=_missing(version),
        by=by,
    )
    tell(VersionActivated(version=version, by=by))
    return version


def _missing(version: CostVersion) -> dict[int, list[str]]:
    """Item -> numbers of what the last roll-up could not cost in it."""
    run = RollupRun.objects.filter(version=version, state=RollupRun.State.DONE).order_by("-pk").first()
    said = RollupWarning.objects.filter(run=run, code=RollupWarning.INCOMPLETE).order_by("pk") if run else ()
    return {one.item_id: one.facts["missing"] for one in said if one.item_id}
