"""The cost ledger, summed the ways that pages and checks need it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from costing.models import Entry, Posting, Settlement
from planning.models import ProductionOrder
from strategies.models import Site


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
    """One line of a trial balance; `ledger_account` is "" for what goes to the account's general one."""

    account: str
    title: str
    amount: Decimal
    postings: int
    ledger_account: str = ""
    currency: str = ""


def trial_balance(postings: QuerySet[Posting] | None = None) -> list[AccountTotal]:
    """Every account with its balance, of these postings or of all, each currency and ledger account by itself; whole
    entries sum to zero."""
    rows = Posting.objects.all() if postings is None else postings
    names = ("entry__site__currency__code", "account", "ledger_account")
    found = rows.values_list(*names).annotate(total=Sum("amount"), many=Count("pk")).order_by(*names)
    return [
        AccountTotal(code, str(Posting.Account(code).label), total, many, ledger, currency)
        for currency, code, ledger, total, many in found
    ]


def settlement_of(order: ProductionOrder) -> Settlement | None:
    """The order's settlement with its variances, if it was ended."""
    return (
        Settlement.objects.filter(order=order)
        .select_related("version")
        .prefetch_related("variances__element", "variances__item", "variances__operation")
        .first()
    )


def orders_with_wip(orders: QuerySet[ProductionOrder]) -> QuerySet[ProductionOrder]:
    """The orders of a queryset that have money in process, with it as `wip`."""
    sums = (
        Posting.objects.filter(account=Posting.Account.WIP, entry__order=OuterRef("pk"))
        .order_by()
        .values("entry__order")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    found: QuerySet[ProductionOrder] = (
        orders.annotate(wip=Subquery(sums)).filter(wip__isnull=False).exclude(wip=0)
    )
    return found
