"""Old values of master data, kept by database triggers, so that bulk writes and plain SQL are caught too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
from django.db import models
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


class WhoDidIt(HistoryMiddleware):
    """Puts the user and the address of a writing request beside every old row it causes."""
