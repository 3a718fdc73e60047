"""Money for work: hours and pieces of reports at the rates of what they are booked under, and what comes on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.db.models import prefetch_related_objects

from costing import selectors
from costing.categories import Categories, Machines, named_by, of_work
from costing.models import Entry, Posting
from costing.services.entries import Draft, Line, money, pair, reversal, write
from costing.worked import WORK, books_pieces, setup_parts
from execution.models import Report
from p2p.core.models import User
from p2p.core.numbers import decimal_of
from planning.models import Operation, ProductionOrder
from strategies.models import Site

Account, Kind = Posting.Account, Entry.Kind
HOUR = 3600
Worked = tuple[Report, Operation, ProductionOrder]
Part = tuple[str, selectors.Rate | None, Fraction]
"""Kind of the entry, what one costs, hours or pieces."""


@transaction.atomic(savepoint=False)
def post_work(*, worked: Sequence[Worked], by: User | None) -> list[Entry]:
    """Hours and pieces of reports at the rates of their categories, and the surcharges that come on top of them.

    Part by part the category is the operation's own, else that of the machine that was used (or planned, or else of the
    one that the standard reckons with), else the work centre's. Of the time reported the first is setup, as much as is
    planned. What is absorbed names the ledger account of the machine, else of the work centre.
    Pieces are booked good or not, where the route group books them or there is none. A report that takes another one
    back mirrors what that had. Rates are read once a site.
    """
    by_site: dict[int, list[Worked]] = defaultdict(list)
    for one in worked:
        if one[0].reverses_id is None:
            by_site[one[2].site_id].append(one)
    drafts = [draft for group in by_site.values() for draft in _Posted(group).drafts()]
    return write(drafts=drafts + _mirrors([report for report, _operation, _order in worked]), by=by)


def _mirrors(reports: Sequence[Report]) -> list[Draft]:
    back = {report.reverses_id: report for report in reports if report.reverses_id is not None}
    if not back:
        return []
    rows = Entry.objects.filter(report__in=back, kind__in=WORK).order_by("pk")
    rows = rows.select_related("site__currency", "order", "operation").prefetch_related("postings")
    pairs = [(entry, back[entry.report_id]) for entry in rows if entry.report_id is not None]
    return [reversal(entry, effective_at=one.effective_at, move=None, report=one) for entry, one in pairs]


class _Posted:
    """Reports of one site."""

    def __init__(self, worked: Sequence[Worked]) -> None:
        self._worked, self._site = worked, worked[0][2].site
        version = selectors.active_version(self._site)
        self._rates = selectors.rates(version)
        self._named: dict[int, Categories] = {}
        if version is not None and self._rates.kinds:
            self._resolve(version.valid_from)

    def _resolve(self, day: date) -> None:
        prefetch_related_objects([report for report, _operation, _order in self._worked], "resource")
        planned = [operation for report, operation, _order in self._worked if report.resource is None]
        prefetch_related_objects(planned, "resource")
        prefetch_related_objects([operation for _report, operation, _order in self._worked], "group")
        left = [operation for operation in planned if operation.resource is None]
        keys = {operation.route_operation_id for operation in left if operation.route_operation_id}
        machines = Machines(self._site, day, keys) if left else None
        for report, operation, _order in self._worked:
            used = report.resource or operation.resource
            if used is None and machines is not None:
                machine = machines.standard(operation.route_operation_id, None, operation.group_id)
            else:
                machine = named_by(used)
            group = operation.group.cost_category_id if operation.group else None
            self._named[report.pk] = of_work(named_by(operation), machine, group, self._rates.kinds)

    def drafts(self) -> Iterator[Draft]:
        named = self._named
        if not named:
            return
        rated = [
            one for one in self._worked if not one[1].outside and self._rates.piece(named[one[0].pk].pieces)
        ]
        booked = books_pieces([operation for _report, operation, _order in rated])
        # Setup is told apart where it has a rate of its own.
        apart = [op for report, op, _order in self._worked if named[report.pk].setup != named[report.pk].run]
        setup = setup_parts({operation.pk: operation.setup_seconds for operation in apart})
        for report, operation, order in self._worked:
            parts = self._parts(report, setup.get(report.pk, 0), operation.pk in booked)
            for kind, rate, measure in parts:
                if rate is not None and measure:
                    yield self._draft((report, operation, order), kind, rate, measure)

    def _parts(self, report: Report, setup: int, pieces: bool) -> Iterator[Part]:
        named = self._named[report.pk]
        yield Kind.SETUP, self._rates.hour(named.setup), Fraction(setup, HOUR)
        yield Kind.TIME, self._rates.hour(named.run), Fraction(report.seconds - setup, HOUR)
        if pieces:
            yield Kind.PIECES, self._rates.piece(named.pieces), Fraction(report.good + report.scrap)

    def _draft(self, worked: Worked, kind: str, rate: selectors.Rate, measure: Fraction) -> Draft:
        report, operation, order = worked
        element, each = rate
        amount = money(order.site, decimal_of(measure * Fraction(each), 12))
        lines = pair(Account.WIP, Account.ABSORBED, [(element, amount)], quantity=decimal_of(measure, 12))
        lines = _named(lines, _ledger_account(report, operation))
        return Draft(
            site=order.site,
            kind=kind,
            effective_at=report.effective_at,
            lines=tuple(lines + _overhead(order.site, self._rates, {element: amount})),
            order=order,
            operation=operation,
            report=report,
            reference=report.number,
        )


def _ledger_account(report: Report, operation: Operation) -> str:
    """Of the machine that was used, or planned, else of the work centre."""
    machine = report.resource or operation.resource
    centre = operation.group.ledger_account if operation.group else ""
    return (machine.ledger_account if machine else "") or centre


def _named(lines: Sequence[Line], ledger_account: str) -> list[Line]:
    """With that account where the work is absorbed."""
    return [
        replace(line, ledger_account=ledger_account) if line.account == Account.ABSORBED else line
        for line in lines
    ]


def _overhead(site: Site, known: selectors.Rates, amounts: Mapping[int, Decimal]) -> list[Line]:
    return pair(
        Account.WIP,
        Account.OVERHEAD,
        [
            (element, money(site, amounts[base] * fraction))
            for base, element, fraction in known.surcharges
            if base in amounts
        ],
    )
