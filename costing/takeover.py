"""Going live, seen from costing: the sheet of old stock values, and the value of stock and work in process."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext_lazy

from costing.models import Posting
from costing.services.takeover import REFERENCE, book_old_values, close_before, value_times
from execution.facts import OperationsTakenOver
from planning.takeover import ITEM, SITE, records
from strategies.facts import Figure, MeasuringCutOver, NamingMeasures, TakenOver
from strategies.models import Site
from strategies.services.importer import Column, Day, Number, Row, Sheet, Tally, register_sheet

if TYPE_CHECKING:
    from p2p.core.models import User

Account = Posting.Account
TITLES = {
    Account.INVENTORY: ("stock.value", gettext_lazy("Value of stock at standard")),
    Account.OPENING: ("opening.value", gettext_lazy("Opening stock in the old books")),
    Account.WIP: ("wip.value", gettext_lazy("Value of work in process")),
}


def _store(rows: Sequence[Row], by: User | None) -> Tally:
    sites = records(rows, "site", Site.objects.select_related("currency"))
    booked = 0
    for key, site in sites.items():
        chosen = [row for row in rows if row.values["site"] == key]
        values: dict[int, Decimal] = {}
        for row in chosen:
            values[row.values["item"]] = values.get(row.values["item"], Decimal(0)) + row.values["value"]
        day = min(row.values["effective_at"] for row in chosen)
        booked += len(book_old_values(site=site, values=values, day=day, by=by))
    return Tally(changed=min(booked, len(rows)), unchanged=len(rows) - min(booked, len(rows)))


OPENING_VALUES = Sheet(
    opens=True,
    name="opening_values",
    title=gettext_lazy("Value of opening stock"),
    about=gettext_lazy(
        "What the old books say the stock of an item is worth: stock is valued at standard, the difference is booked."
    ),
    model=Posting,
    key=("site", "item"),
    after=("opening_stock", "open_materials"),
    store=_store,
    fields=(
        SITE,
        ITEM,
        Column("value", Number(at_least=Decimal(0), places=4), required=True, example="14069.00"),
        Column("day", Day(), field="effective_at", required=True, example="2026-07-01"),
    ),
)


def measures(asked: NamingMeasures) -> tuple[str, ...]:
    """What `figures` knows."""
    return tuple(measure for measure, _title in TITLES.values())


def figures(asked: MeasuringCutOver) -> list[Figure]:
    """Stock and opening by item, work in process by order, and their totals. Three queries."""
    rows = Posting.objects.filter(entry__site=asked.site)
    found = []
    for account, by in (
        (Account.INVENTORY, "item__number"),
        (Account.OPENING, "item__number"),
        (Account.WIP, "entry__order__number"),
    ):
        measure, title = TITLES[account]
        sign = -1 if account == Account.OPENING else 1
        chosen = rows.filter(account=account)
        if account == Account.OPENING:  # what was opened to be issued to orders at once is in their work
            chosen = chosen.filter(entry__reference=REFERENCE)
        sums = chosen.values_list(by).annotate(total=Sum("amount")).order_by(by)
        lines = [(of or "", sign * total) for of, total in sums if total]
        found.append(Figure(measure, str(title), "", sum((total for _of, total in lines), Decimal(0))))
        found += [Figure(measure, str(title), of, total) for of, total in lines if of]
    return found


def times(fact: OperationsTakenOver) -> None:
    """Hours that were spent before the cut-over."""
    value_times(reports=fact.reports, by=fact.by)


def went_live(fact: TakenOver) -> None:
    """Nothing is booked any more into the time before the first day."""
    close_before(site=fact.cut_over.site, day=fact.cut_over.day)


def register() -> None:
    """Called once, when apps are ready."""
    register_sheet(OPENING_VALUES)
