"""Old values of master data, kept by database triggers, so that bulk writes and plain SQL are caught too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
from django.db import connections, models
from pghistory.middleware import HistoryMiddleware

Tracked = TypeVar("Tracked", bound=type[models.Model])


def track() -> Callable[[Tracked], Tracked]:
    """Class decorator `@track()`: every update and delete keeps the row as it was, with who did it beside it.

    The event table is `<Model>Event` in the same app. It points left only by number, never by constraint.
    """

    def around(model: Tracked) -> Tracked:
        keep: Any = pghistory.track(
            pghistory.UpdateEvent("update", row=pghistory.Old, condition=pghistory.AnyChange()),
            pghistory.DeleteEvent("delete"),
            obj_field=pghistory.ObjForeignKey(related_name="+", related_query_name="+"),
            append_only=True,
        )
        tracked: Tracked = keep(model)
        return tracked

    return around


IGNORE = """
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean AS $$
        SELECT trigger_name = ANY (coalesce(nullif(current_setting('pgtrigger.ignore', true), ''), '{}')::text[])
    $$ LANGUAGE sql STABLE
"""


def without_savepoints(*, using: str, **_signal: Any) -> None:
    """After every migration: the library's question whether a trigger is to be ignored, without a savepoint.

    Its own function looks at a setting inside BEGIN ... EXCEPTION, for every row, and every trigger that a migration
    adds brings it back; see `core.0002` for what that does to bulk writes.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(IGNORE)


class WhoDidIt(HistoryMiddleware):
    """Puts the user and the address of a writing request beside every old row it causes."""
