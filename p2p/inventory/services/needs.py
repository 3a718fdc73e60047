"""What is wanted of stock, and what came of sharing it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.engine.allocation import Share
from p2p.inventory.engine.fitting import Reason
from p2p.inventory.models import HandlingUnit, Lot
from strategies.models import Item, Location, Site

PRODUCTION, DELIVERY, TRANSFER = "production", "delivery", "transfer"
"""What stock is wanted for; a hold may forbid the first or the second only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """`quantity` of `item` at `site`: from `location`, `lot` or `handling_unit` (and what stands in it) only when
    named, from `first_from` before elsewhere.

    `wanted` is what a lot must have (characteristic: value, or {"min", "max"}); `minimum_days` of shelf life must be
    left at `needed_at` (now, when empty). Soft reservations with the same `reference`, or `claim` alone, are its own.
    """

    item: Item
    quantity: Decimal
    site: Site
    location: Location | None = None
    lot: Lot | None = None
    handling_unit: HandlingUnit | None = None
    first_from: Location | None = None
    reference: str = ""
    purpose: str = PRODUCTION
    wanted: Mapping[str, Any] = field(default_factory=dict)
    same_lot: bool = False
    minimum_days: int = 0
    needed_at: datetime | None = None
    priority: int = 50
    claim: int | None = None


@dataclass(frozen=True)
class Outcome:
    """Which pile serves which need (by its index), what is missing per need and why, the places by their keys (with
    code, kind and site only), and what of the needs' own soft reservations (by their keys) is used up by it."""

    shares: list[Share]
    missing: list[Decimal]
    places: dict[int, Location]
    reasons: dict[int, Reason] = field(default_factory=dict)
    spent: dict[int, Decimal] = field(default_factory=dict)
    own: bool = False
    """Something is reserved for the needs' references already (only when asked for)."""


def shortage(lacking: Sequence[tuple[Need, Decimal]]) -> Refused:
    """One sentence that names every item that is missing and how much of it."""
    names = ", ".join(
        f"{plain(quantity)} {need.item.unit.code} {need.item.number}" for need, quantity in lacking
    )
    return Refused(
        _("Free stock at {site} is short of: {names}."),
        code="shortage",
        about=lacking[0][0].item,
        site=lacking[0][0].site.code,
        names=names,
    )
