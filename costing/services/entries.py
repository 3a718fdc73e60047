"""The only writer of the cost ledger: drafts in, balanced entries out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from costing.models import Entry, Period, Posting
from execution.models import Report
from p2p.core import clock
from p2p.core.models import User
from p2p.core.numbers import rounded
from p2p.core.refusal import Refused
from p2p.inventory.models import Move
from planning.models import Operation, ProductionOrder
from strategies.models import Site

Account = Posting.Account


@dataclass(frozen=True)
class Line:
    """One side of an entry: debit positive, credit negative, in the site's minor unit."""

    account: str
    amount: Decimal
    element: int | None = None
    item: int | None = None
    quantity: Decimal | None = None
    ledger_account: str = ""


@dataclass(frozen=True)
class Draft:
    """One business fact in money, before it is written. `lines` sum to zero."""

    site: Site
    kind: str
    effective_at: datetime
    lines: tuple[Line, ...]
    order: ProductionOrder | None = None
    operation: Operation | None = None
    move: Move | None = None
    report: Report | None = None
    reference: str = ""
    why: str = ""
    reverses: Entry | None = field(default=None)


def minor(site: Site) -> Decimal:
    """The smallest amount a posting of the site can have: 0.01 for a currency with two digits."""
    return Decimal(1).scaleb(-site.currency.minor_digits)


def money(site: Site, amount: Decimal) -> Decimal:
    """`amount` in whole minor units, halves away from zero: the one place where postings are rounded."""
    return rounded(amount, minor(site))


def pair(
    debit: str,
    credit: str,
    amounts: Iterable[tuple[int | None, Decimal]],
    *,
    item: int | None = None,
    quantity: Decimal | None = None,
) -> list[Line]:
    """Debit one account and credit another by element; nothing for a zero amount."""
    lines: list[Line] = []
    for element, amount in amounts:
        if amount:
            lines.append(Line(debit, amount, element, item, quantity))
            lines.append(Line(credit, -amount, element, item, quantity))
    return lines


@transaction.atomic(savepoint=False)
def write(*, drafts: Sequence[Draft], by: User | None) -> list[Entry]:
    """Write every draft that has lines, in two statements however many there are.

    Raises Refused where an entry does not balance or its site has no open day left to post on.
    """
    meant = [draft for draft in drafts if draft.lines]
    if not meant:
        return []
    for draft in meant:
        difference = sum((line.amount for line in draft.lines), Decimal(0))
        if difference:
            raise Refused(_("The entry does not balance: {amount} too much."), amount=difference)
    days = _posting_days(meant)
    posted_at = clock.now()
    entries = Entry.objects.bulk_create(
        Entry(
            site=draft.site,
            kind=draft.kind,
            order=draft.order,
            operation=draft.operation,
            move=draft.move,
            report=draft.report,
            reference=draft.reference,
            why=draft.why,
            reverses=draft.reverses,
            effective_at=draft.effective_at,
            posted_on=day,
            posted_at=posted_at,
            by=by,
        )
        for draft, day in zip(meant, days, strict=True)
    )
    Posting.objects.bulk_create(
        _posting(entry, line) for entry, draft in zip(entries, meant, strict=True) for line in draft.lines
    )
    return entries


def _posting(entry: Entry, line: Line) -> Posting:
    return Posting(
        entry=entry,
        account=line.account,
        element_id=line.element,
        item_id=line.item,
        amount=line.amount,
        quantity=line.quantity,
        ledger_account=line.ledger_account,
    )


def reversal(entry: Entry, *, effective_at: datetime, move: Move | None, report: Report | None) -> Draft:
    """The same entry with the opposite sign. `entry.postings` should be prefetched."""
    lines = tuple(
        Line(line.account, -line.amount, line.element_id, line.item_id, line.quantity, line.ledger_account)
        for line in entry.postings.all()
    )
    return Draft(
        site=entry.site,
        kind=entry.kind,
        effective_at=effective_at,
        lines=lines,
        order=entry.order,
        operation=entry.operation,
        move=move,
        report=report,
        reference=entry.reference,
        reverses=entry,
    )


def _posting_days(drafts: Sequence[Draft]) -> list[date]:
    """The local day it happened on, or the first open day after it when that day's period is closed."""
    sites = {draft.site.pk for draft in drafts}
    closed: dict[int, list[tuple[date, date]]] = {site: [] for site in sites}
    periods = Period.objects.filter(site__in=sites, state=Period.State.CLOSED).order_by("site", "first_day")
    for site, first, last in periods.values_list("site_id", "first_day", "last_day"):
        closed[site].append((first, last))
    days = []
    for draft in drafts:
        day = draft.effective_at.astimezone(ZoneInfo(draft.site.time_zone)).date()
        for first, last in closed[draft.site.pk]:
            if first <= day <= last:
                day = date.fromordinal(last.toordinal() + 1)
        days.append(day)
    return days
