"""Going live in money: times of orders that came over, what the old books said of stock, and the months before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _now

from costing.models import Entry, Period, Posting
from costing.models.ledger import PERIOD_FLOW
from costing.services.entries import Draft, money, pair, write
from costing.services.work import post_work
from execution.models import Report
from p2p.core.models import User
from planning.models import Operation
from strategies.models import Site

Account = Posting.Account
BEFORE = date(2000, 1, 1)
REFERENCE = "OPENING"


@transaction.atomic(savepoint=False)
def value_times(*, reports: Sequence[Report], by: User | None) -> list[Entry]:
    """Hours and pieces spent on orders before the cut-over go into work in process at the active rates."""
    keys = {report.operation_id for report in reports}
    operations = Operation.objects.select_related("order__site__currency", "group").in_bulk(keys)
    return post_work(
        worked=[
            (report, operations[report.operation_id], operations[report.operation_id].order)
            for report in reports
        ],
        by=by,
    )


def opened_at_standard(site: Site) -> dict[int, Decimal]:
    """Item -> what opening its stock was worth at standard, and what was booked on top of it before. One query."""
    rows = (
        Posting.objects.filter(
            account=Account.OPENING, entry__site=site, entry__reference=REFERENCE, item__isnull=False
        )
        .values_list("item_id")
        .annotate(total=Sum("amount"))
        .order_by("item_id")
    )
    return {item: -total for item, total in rows}


@transaction.atomic(savepoint=False)
def book_old_values(*, site: Site, values: Mapping[int, Decimal], day: date, by: User | None) -> list[Entry]:
    """Bring the opening account of each item (by key) to what the old books say its stock is worth.

    Stock itself stays at standard: the difference is a variance, positive where the old books said more. A second
    run books nothing.
    """
    there = opened_at_standard(site)
    at = datetime.combine(day, datetime.min.time(), ZoneInfo(site.time_zone))
    drafts = []
    for item, value in sorted(values.items()):
        more = money(site, value) - there.get(item, Decimal(0))
        lines = pair(Account.VARIANCE, Account.OPENING, [(None, more)], item=item)
        drafts.append(
            Draft(site=site, kind=Entry.Kind.STOCK, effective_at=at, lines=tuple(lines), reference=REFERENCE)
        )
    return write(drafts=drafts, by=by)


@transaction.atomic
def close_before(*, site: Site, day: date) -> Period | None:
    """Close the time before the first day here: nothing is booked into it any more. None where a period covers it."""
    last = day - timedelta(days=1)
    PERIOD_FLOW.take_many(
        Period.objects.filter(site=site, last_day__lte=last, state=Period.State.OPEN), "close"
    )
    first = Period.objects.filter(site=site).order_by("first_day").values_list("first_day", flat=True).first()
    until = min(last, first - timedelta(days=1)) if first else last
    if until < BEFORE:
        return None
    return Period.objects.create(
        site=site,
        name=_now("Before go-live")[:20],
        first_day=BEFORE,
        last_day=until,
        state=Period.State.CLOSED,
    )
