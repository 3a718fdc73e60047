"""How a material plan is to reckon: what the planner chooses when starting a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """first, last: days of need looked at, both inclusive; `first` is "today" of the plan.

    netting: count stock and open orders, buy what is bought. lead_times: start early enough; off = every
    level starts on the day of the need and is due `flat_days` later. lot_sizes, safety_stock: of the items'
    policies. start_after_order_days: demand is needed so many days after it was ordered, instead of on its
    due date.
    """

    first: date
    last: date
    netting: bool = True
    lead_times: bool = True
    lot_sizes: bool = True
    safety_stock: bool = True
    start_after_order_days: int | None = None
    flat_days: int = 0

    @property
    def plain(self) -> bool:
        """Lot for lot, all levels on one day, no stock, what is made only."""
        return not (self.netting or self.lead_times or self.lot_sizes or self.safety_stock)

    def as_settings(self) -> dict[str, Any]:
        """For the run's row: without the dates, which are columns there."""
        return {name: value for name, value in asdict(self).items() if name not in ("first", "last")}

    @classmethod
    def of(cls, first: date, last: date, settings: dict[str, Any]) -> Rules:
        known = {name: settings[name] for name in cls.__slots__ if name in settings}
        return cls(first=first, last=last, **known)
