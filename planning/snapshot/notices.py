"""What a snapshot could not take, for the planner's list of messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planning.measures import Measures
from strategies.engine.units import MissingConversion


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the snapshot could not take: of which item, and what to say about it."""

    code: str
    item: int
    facts: dict[str, Any]


def gap_facts(measures: Measures, gap: MissingConversion) -> dict[str, Any]:
    """The two units between which nobody has entered a way."""
    units = measures.units
    return {"source": units[int(gap.source)].code, "target": units[int(gap.target)].code}
