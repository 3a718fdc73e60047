"""What costing knows, for every edge that needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from costing.models import CostRate, CostVersion, Entry, ItemCost, Posting, Settlement
from planning.models import ProductionOrder
from strategies.models import Site

ByElement = Mapping[int, Decimal]
"""Element id -> money, per unit or in all."""


@dataclass(frozen=True)
class Rates:
    """What an hour costs in a version, and what comes on top of it."""

    hourly: Mapping[int, tuple[int, Decimal]]
    """Cost category id -> (element id, money per hour)."""
    surcharges: tuple[tuple[int, int, Decimal], ...]
    """(base element id, overhead element id, fraction)."""


def active_version(site: Site | int) -> CostVersion | None:
    """The standard that postings of a site are valued at; None when none was activated."""
    key = site if isinstance(site, int) else site.pk
    return (
        CostVersion.objects.filter(
            site_id=key, kind=CostVersion.Kind.STANDARD, state=CostVersion.State.ACTIVE
        )
        .select_related("site__currency")
        .first()
    )


def standards(version: CostVersion | None, items: Collection[int]) -> dict[int, dict[int, Decimal]]:
    """Item id -> element id -> standard cost per one of the item's unit, all levels together. One query."""
    found: dict[int, dict[int, Decimal]] = {item: {} for item in items}
    if version is None or not items:
        return found
    rows = ItemCost.objects.filter(version=version, item__in=items).order_by("item_id", "element_id")
    for item, element, this, lower in rows.values_list("item_id", "element_id", "this_level", "lower_level"):
        if this + lower:
            found[item][element] = this + lower
    return found


def rates(version: CostVersion | None) -> Rates:
    """Every rate of a version, in one query."""
    if version is None:
        return Rates({}, ())
    hourly: dict[int, tuple[int, Decimal]] = {}
    surcharges: list[tuple[int, int, Decimal]] = []
    for rate in CostRate.objects.filter(version=version).order_by("pk"):
        if rate.category_id is not None:
            hourly[rate.category_id] = (rate.element_id, rate.per_hour)
        elif rate.base_id is not None:
            surcharges.append((rate.base_id, rate.element_id, rate.surcharge_fraction))
    return Rates(hourly, tuple(surcharges))


def wip_of(orders: Iterable[int]) -> dict[int, dict[int | None, Decimal]]:
    """Order id -> element id -> work in process now. One query."""
    rows = (
        Posting.objects.filter(account=Posting.Account.WIP, entry__order__in=list(orders))
        .values_list("entry__order_id", "element_id")
        .annotate(total=Sum("amount"))
        .order_by("entry__order_id", "element_id")
    )
    found: dict[int, dict[int | None, Decimal]] = defaultdict(dict)
    for order, element, total in rows:
        found[order][element] = total
    return found


def wip_value(site: Site | None = None) -> Decimal:
    """Money in work in process, of a site or of all."""
    rows = Posting.objects.filter(account=Posting.Account.WIP)
    if site is not None:
        rows = rows.filter(entry__site=site)
    total: Decimal | None = rows.aggregate(total=Sum("amount"))["total"]
    return total or Decimal(0)


def entries_of(order: ProductionOrder) -> QuerySet[Entry]:
    """The order's entries, newest first, with what a page shows of them."""
    return (
        Entry.objects.filter(order=order)
        .select_related("operation", "report", "move__item", "by")
        .prefetch_related("postings__element")
        .order_by("-id")
    )


@dataclass(frozen=True)
class AccountTotal:
    """One line of a trial balance."""

    account: str
    title: str
    amount: Decimal
    postings: int


def trial_balance(site: Site | None = None) -> list[AccountTotal]:
    """Every account with its balance; the sum is zero, because every entry is."""
    rows = Posting.objects.all() if site is None else Posting.objects.filter(entry__site=site)
    found = rows.values_list("account").annotate(total=Sum("amount"), many=Count("pk")).order_by("account")
    return [AccountTotal(code, str(Posting.Account(code).label), total, many) for code, total, many in found]


def settlement_of(order: ProductionOrder) -> Settlement | None:
    """The order's settlement with its variances, if it was ended."""
    return (
        Settlement.objects.filter(order=order)
        .select_related("version")
        .prefetch_related("variances__element", "variances__item", "variances__operation")
        .first()
    )
