"""The change feed: journal rows in the order of their ids, without ever skipping one.

Ids are given out before transactions end: row 12 may be visible while the transaction of row 11 still runs. A
reader that had gone past 11 would never see it. Every transaction that writes journal rows therefore holds, from
before its first row until it ends, a shared advisory lock that carries the last id given out before
(models/journal.py). Below the smallest lock everything is final: that is the horizon, and no reader is shown more.
The cursor is a plain id; it survives dump and restore, and nobody waits for anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Q, QuerySet

from p2p.core.models import Journal

_LAST = "SELECT last_value - (NOT is_called)::int FROM core_journal_id_seq"
_OLDEST = """
    SELECT min(((classid::bigint << 32) | objid::bigint) - (20530::bigint << 40))
      FROM pg_locks
     WHERE locktype = 'advisory' AND objsubid = 1 AND mode = 'ShareLock' AND granted
       AND classid::bigint >> 8 = 20530
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def horizon() -> int:
    """The last id at or below which no row can still appear."""
    with connection.cursor() as cursor:
        # In this order: whoever takes the lock after the second look gets ids above the first.
        cursor.execute(_LAST)
        (last,) = cursor.fetchone()
        cursor.execute(_OLDEST)
        (oldest,) = cursor.fetchone()
    return int(last) if oldest is None else min(int(last), int(oldest))


def events(
    *,
    after: int,
    until: int,
    facts: Sequence[str] = (),
    record_types: Sequence[str] = (),
    scopes: Iterable[str] | None = None,
) -> QuerySet[Journal]:
    """Rows with after < id <= until (a horizon), oldest first. `facts` are names or `planning.*`; `scopes` are
    the site codes the reader may see (None: all), rows of no site are for everybody."""
    rows = Journal.objects.filter(id__gt=after, id__lte=until).order_by("id")
    if facts:
        rows = rows.filter(_named(facts))
    if record_types:
        rows = rows.filter(record_type__in=[name.lower() for name in record_types])
    return rows if scopes is None else rows.filter(scope__in=["", *scopes])


def _named(facts: Sequence[str]) -> Q:
    wanted = Q(fact__in=[name for name in facts if not name.endswith("*")])
    for name in facts:
        if name.endswith("*"):
            wanted |= Q(fact__startswith=name.rstrip("*"))
    return wanted


def as_json(event: Journal) -> dict[str, object]:
    """One event as the feed and webhooks show it. `by` must have been selected with the row."""
    return {
        "id": event.pk,
        "at": event.at.isoformat().replace("+00:00", "Z"),
        "fact": event.fact,
        "record_type": event.record_type,
        "record_id": event.record_id,
        "record": event.record_key,
        "site": event.scope,
        "by": event.by.username if event.by else None,
        "payload": event.payload,
    }
