"""The last step of a run: one atomic write, only by the attempt that still owns the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import BigIntegerField, Model, QuerySet
from django.db.models.expressions import RawSQL

from p2p.core import clock
from p2p.core.carry import plain_json
from p2p.core.runs.model import Cancelled, Run


@contextmanager
def storing(run: Run) -> Iterator[None]:
    """`with storing(run): ...` around the whole write. Fill `run.summary` inside: it is kept with the result.

    Just before commit the run's row is locked and looked at: when it was cancelled or another worker took it
    over, everything is rolled back (Cancelled). A run that has stored is never performed again, even when its
    worker dies before it could say so.
    """
    if not connection.in_atomic_block and connection.connection is not None and not connection.is_usable():
        # The server was restarted while the job was thinking: what it found is worth a new connection.
        connection.close()
    with transaction.atomic():
        yield
        mine = type(run)._base_manager.filter(
            pk=run.pk, attempt=run.attempt, state=Run.State.RUNNING, cancel_asked=False
        )
        stored_at = clock.now()
        run.summary = plain_json(run.summary)
        if not mine.update(stored_at=stored_at, summary=run.summary):
            raise Cancelled
    run.stored_at = stored_at


def revisions(rows: QuerySet[Any]) -> dict[Any, int]:
    """Primary key -> revision of every row: what the snapshot was taken from. One query.

    The revision is PostgreSQL's own: the transaction that wrote the row, so bulk writes and plain SQL count.
    (Changes within the reader's own transaction do not show: a test of it needs real transactions.)
    """
    table = connection.ops.quote_name(rows.model._meta.db_table)
    stamp = RawSQL(f"{table}.xmin::text::bigint", (), output_field=BigIntegerField())
    return dict(rows.order_by().annotate(revision_=stamp).values_list("pk", "revision_"))


def changed(model: type[Model], seen: Mapping[Any, int], *, lock: bool = True) -> set[Any]:
    """The keys of `seen` (from `revisions`) whose row changed or vanished since. Locks the rest in key order,
    so that what has not changed cannot change until the transaction ends."""
    if not seen:
        return set()
    table = connection.ops.quote_name(model._meta.db_table)
    key = connection.ops.quote_name(str(model._meta.pk.column))
    tail = f"ORDER BY {key} FOR UPDATE" if lock else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, xmin::text::bigint FROM {table} WHERE {key} = ANY(%s) {tail}", [list(seen)]
        )
        now = dict(cursor.fetchall())
    return {one for one, revision in seen.items() if now.get(one) != revision}
