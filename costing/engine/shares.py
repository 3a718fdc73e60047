"""Who carries what of an order that let several items come out: by-products their value, the others their share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from p2p.core.numbers import rounded


@dataclass(frozen=True, slots=True)
class Out:
    """One output of an order: its share of the cost (0 to 1), what it went into stock at, whether any of it came."""

    item: int
    main: bool
    share: Decimal
    standard: Decimal
    came: bool


def split(actual: Decimal, outputs: Sequence[Out], minor: Decimal) -> dict[int, Decimal]:
    """Item -> money; the sum is `actual` to the last `minor` unit.

    What has no share is a by-product, worth what it went into stock at. Of what these leave, each output with a share
    that came carries it, rounded half up; the main product carries the rest, and what did not come.
    """
    found = {one.item: one.standard for one in outputs if not one.main and not one.share}
    left = actual - sum(found.values(), Decimal(0))
    for one in outputs:
        if not one.main and one.share:
            found[one.item] = rounded(left * one.share, minor) if one.came else Decimal(0)
    shared = sum(found.values(), Decimal(0))
    found |= {one.item: actual - shared for one in outputs if one.main}
    return found
