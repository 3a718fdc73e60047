"""What a service takes for "leave this as it is", where None means "take it away"."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused


class Keep(Enum):
    """One value, so that mypy can tell it from every other."""

    AS_IT_IS = "keep"


KEEP: Final = Keep.AS_IT_IS


def put(record: Model, given: Mapping[str, Any]) -> bool:
    """Set what is given on the record; whether anything is different now."""
    differs = False
    for name, value in given.items():
        if value is not KEEP and getattr(record, name) != value:
            setattr(record, name, value)
            differs = True
    return differs


def check_revision(record: Any, revision: int | None) -> None:
    """Refused when the record was changed after the edge read it: the later of two people is told."""
    if revision is not None and revision != record.revision:
        raise Refused(
            _(
                "{record} was changed by somebody else while you had it open. "
                "Nothing of yours was saved: open it again and repeat your change."
            ),
            code="changed_meanwhile",
            about=record,
            record=str(record),
        )
