"""What an overflow policy needs to decide of an operation: who would take it, and what is kept of the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from planning.engine.overflow import Limit
from strategies.models import OutsourcingPolicy, VendorPrice

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Way:
    """The vendor an overflow policy names for an operation; kept: why that one could not take it, "" if it could."""

    vendor: int
    vendor_name: str
    days: int
    load: Fraction
    on_downtime: bool
    kept: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def limit(self) -> Limit:
        return Limit(self.load, self.on_downtime, kept=bool(self.kept), away=self.days * DAY)


@dataclass(frozen=True, slots=True)
class Overflow:
    """What was decided of an operation, as the operation and the plan's message keep it: plain facts."""

    facts: dict[str, Any]

    @property
    def out(self) -> bool:
        """Whether it goes, and was not kept back by what the vendor takes."""
        return "kept" not in self.facts

    @property
    def vendor(self) -> int:
        return int(self.facts["vendor_id"])

    @property
    def days(self) -> int:
        return int(self.facts["days"])


def way_of(
    policy: OutsourcingPolicy,
    prices: Iterable[tuple[VendorPrice, Fraction | None]],
    quantity: Decimal,
    day: date,
) -> Way:
    """Who takes so many pieces when the policy says so. `prices`: those of the work that hold on the day, with the
    item's units in one unit of the price (None: no conversion)."""
    mine = [(price, factor) for price, factor in prices if price.vendor_id == policy.vendor_id]
    pieces = Fraction(quantity)
    known = [(price, factor) for price, factor in mine if factor is not None]
    reached = [one for one in known if _least(*one) <= pieces]
    fit = [price for price, factor in reached if pieces <= _most(price, factor, pieces)]
    days = policy.lead_time_days or max((price.lead_time_days for price in fit), default=0)
    kept, facts = "", {"day": day.isoformat()}
    if not policy.vendor.active:
        kept = "vendor"
    elif not mine:
        kept = "no_price"
    elif not known:
        kept = "no_conversion"
    elif not fit and len(reached) < len(known):
        least = min(_least(*one) for one in known if one not in reached)
        kept, facts = "minimum", {"quantity": str(round(float(least), 6))}
    elif not fit:
        most = max(_most(*one, pieces) for one in known)
        kept, facts = "maximum", {"quantity": str(round(float(most), 6))}
    elif not days:
        kept = "no_days"
    return Way(
        policy.vendor_id,
        policy.vendor.name,
        days,
        Fraction(policy.overflow_load),
        policy.overflow_on_downtime,
        kept,
        facts,
    )


def _least(price: VendorPrice, factor: Fraction) -> Fraction:
    return max(Fraction(price.minimum_quantity), Fraction(price.order_minimum or 0)) * factor


def _most(price: VendorPrice, factor: Fraction, endless: Fraction) -> Fraction:
    return Fraction(price.order_maximum) * factor if price.order_maximum is not None else endless
