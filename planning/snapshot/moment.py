"""All tables as of one moment, although they are read one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """A read-only transaction that sees the database as it is when its first question is asked.

    Within a transaction of the caller (tests, benchmarks) it is that transaction that decides what is seen.
    """
    with transaction.atomic():
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
