"""An item through time: its moves, each with the balance after it; and the balance as a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import QuerySet

from p2p.inventory.models import Move
from p2p.inventory.selectors.past import PLACES, Scope, balance_at
from strategies.models import Item, Location

ZERO = Decimal(0)
FINE = 92
"""Days up to which the line has a point a day; beyond it has one a month."""


@dataclass(frozen=True)
class CardLine:
    """One move of the item as the stock card shows it: what it changed, and what there was after it."""

    move: Move
    change: Decimal
    balance: Decimal

    @property
    def only_moved(self) -> bool:
        """Whether it went from one place that is shown to another, so that nothing changed."""
        return not self.change

    @property
    def pieces(self) -> Decimal | None:
        """What it changed in pieces; None where the item is not counted beside its weight."""
        pieces = self.move.catch_quantity
        if pieces is None or not self.change:
            return None if pieces is None else Decimal(0)
        return pieces if self.change > 0 else -pieces


def moves() -> QuerySet[Move]:
    """The ledger, the latest first, with what a list shows."""
    return Move.objects.select_related(
        "item__unit", "item__catch_unit", "source__site", "target__site", "lot", "serial", "handling_unit", "into_unit",
        "reason", "by", "reverses",
    ).order_by("-effective_at", "-id")  # fmt: skip


# In the order of time, so that what was entered late stands where it happened. What was packed or unpacked where it
# lies changes nothing at any place: that is told where the handling unit is.
_PAGE = """
    WITH place AS MATERIALIZED ({places})
    SELECT m.id, CASE WHEN t.id IS NULL THEN 0 ELSE m.quantity END - CASE WHEN s.id IS NULL THEN 0 ELSE m.quantity END
    FROM inventory_move m LEFT JOIN place s ON s.id = m.source_id LEFT JOIN place t ON t.id = m.target_id
    WHERE m.item_id = %(item)s AND (s.id IS NOT NULL OR t.id IS NOT NULL)
        AND (%(since)s::timestamptz IS NULL OR m.effective_at >= %(since)s)
        AND (m.effective_at, m.id) < (%(until)s, %(before)s) AND m.source_id <> m.target_id {piece}
    ORDER BY m.effective_at DESC, m.id DESC
    LIMIT %(limit)s
"""
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
LARGEST = 2**63 - 1


def stock_card(
    item: Item,
    *,
    location: Location | None = None,
    before: int | None = None,
    limit: int = 50,
    scope: Scope | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[CardLine]:
    """The item's last `limit` moves between places (of those before move `before`), the latest first, each with the
    balance after it: at all places that hold stock, at `location` and what is in it, or as `scope` says.

    Four queries in one snapshot, however long the ledger is: the running balance begins with sums by month.
    """
    chosen = scope or Scope(item=item, location=location)
    with _one_snapshot():
        top, last = until or END_OF_TIME, LARGEST
        if before is not None:
            at = Move.objects.filter(pk=before).values_list("effective_at", flat=True).first()
            top, last = (at, before) if at is not None else (top, before)
        rows = _page(chosen, since=since, until=top, before=last, limit=limit)
        if not rows:
            return []
        found = moves().in_bulk([key for key, _change in rows])
        newest = found[rows[0][0]]
        balance = balance_at(chosen, newest.effective_at, newest.pk)
    lines = []
    for key, change in rows:
        lines.append(CardLine(found[key], change, balance))
        balance -= change
    return lines


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Later statements see what the first one saw, unless a transaction is under way already."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _page(
    scope: Scope, *, since: datetime | None, until: datetime, before: int, limit: int
) -> list[tuple[int, Decimal]]:
    sql = _PAGE.format(places=PLACES, piece=f"AND {scope.piece}" if scope.piece else "")
    parameters = {**scope.parameters(), "since": since, "until": until, "before": before, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [(key, Decimal(change)) for key, change in cursor.fetchall()]


def whole_card(
    scope: Scope, *, since: datetime | None, until: datetime | None, at_a_time: int = 2000
) -> Iterator[CardLine]:
    """The card for a file, the latest first, page by page."""
    before: int | None = None
    while True:
        part = stock_card(scope.item, scope=scope, since=since, until=until, before=before, limit=at_a_time)
        yield from part
        if len(part) < at_a_time:
            return
        before = part[-1].move.pk


_DAY = "(m.effective_at AT TIME ZONE 'UTC')::date"
_MONTH = "date_trunc('month', m.effective_at AT TIME ZONE 'UTC')::date"
# The sums know items and places, not lots: those come from the moves alone.
_FROM_SUMS = """
    SELECT s.month AS bucket, s.came - s.went AS quantity FROM inventory_movesum s JOIN place p ON p.id = s.location_id
    WHERE s.item_id = %(item)s AND s.month >= %(first)s AND s.month < %(last)s
    UNION ALL
"""
_CHANGES = """
    WITH place AS MATERIALIZED ({places})
    SELECT bucket, sum(quantity) FROM (
        {sums}
        SELECT {bucket} AS bucket, m.quantity
        FROM inventory_move m JOIN place p ON p.id = m.target_id WHERE {which}
        UNION ALL
        SELECT {bucket}, -m.quantity
        FROM inventory_move m JOIN place p ON p.id = m.source_id WHERE {which}
    ) changes GROUP BY 1
"""


def balance_line(scope: Scope, since: date, until: date) -> list[tuple[date, Decimal]]:
    """(day, what there was at its end): every day of a short time, else the last day of each month and `until`.
    Days and months are those of UTC. Two or three queries.
    """
    if (until - since).days <= FINE:
        return _daily(scope, since, until)
    return _monthly(scope, since, until)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)


def _changes(scope: Scope, bucket: str, since: date, until: date, *, sums: bool) -> dict[date, Decimal]:
    """Day or month -> what came less what went, from `since` to the day before `until`."""
    which = "m.item_id = %(item)s AND m.effective_at >= %(since)s AND m.effective_at < %(until)s"
    if scope.piece:
        which += f" AND {scope.piece}"
    if sums:
        which += " AND m.id > (SELECT coalesce(max(through), 0) FROM inventory_summark)"
    sql = _CHANGES.format(
        places=PLACES,
        bucket=bucket,
        which=which,
        sums=_FROM_SUMS if sums else "",
    )
    ends = {"since": _midnight(since), "until": _midnight(until), "first": since, "last": until}
    with connection.cursor() as cursor:
        cursor.execute(sql, {**scope.parameters(), **ends})
        return dict(cursor.fetchall())


def _daily(scope: Scope, since: date, until: date) -> list[tuple[date, Decimal]]:
    with _one_snapshot():
        balance = balance_at(scope, _midnight(since), 0)
        changes = _changes(scope, _DAY, since, until + timedelta(days=1), sums=False)
    points = []
    for number in range((until - since).days + 1):
        day = since + timedelta(days=number)
        balance += changes.get(day, ZERO)
        points.append((day, balance))
    return points


def _monthly(scope: Scope, since: date, until: date) -> list[tuple[date, Decimal]]:
    month, last = since.replace(day=1), until.replace(day=1)
    with _one_snapshot():
        balance = balance_at(scope, _midnight(month), 0)
        changes = _changes(scope, _MONTH, month, last, sums=not scope.piece)
        at_end = balance_at(scope, _midnight(until + timedelta(days=1)), 0)
    points = []
    while month < last:
        balance += changes.get(month, ZERO)
        month = (month + timedelta(days=32)).replace(day=1)
        points.append((month - timedelta(days=1), balance))
    return [*points, (until, at_end)]
