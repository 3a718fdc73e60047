"""What strategies tell of lists of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model

from p2p.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class TakenIn(Fact):
    """Records are new or have changed by a list of rows that a program sent."""

    sheet: str
    records: Sequence[Model]

    def about(self) -> Sequence[Model]:
        return self.records

    def says(self, record: Model | None) -> dict[str, object]:
        return {"sheet": self.sheet}
