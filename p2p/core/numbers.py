"""Exact arithmetic with quantities and money: round once, at a named place, and lose nothing when splitting."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

Name = TypeVar("Name")
Exact = Decimal | Fraction | int

QUANTITY_PLACES = 12
PRICE_PLACES = 8


class Rounding(StrEnum):
    """Which way a number goes that lies between two steps."""

    UP = "up"  # away from zero: a started carton is a carton
    DOWN = "down"  # towards zero
    HALF_UP = "half_up"  # commercial: a half goes away from zero
    HALF_EVEN = "half_even"  # bankers': a half goes to the even neighbour
    CEILING = "ceiling"  # towards plus infinity
    FLOOR = "floor"  # towards minus infinity


class ScrapRule(StrEnum):
    """How a share of scrap enlarges a need. DIVISOR is the default of the house; a site may choose MARKUP."""

    DIVISOR = "divisor"  # q / (1 - s): what must go in so that q good ones come out
    MARKUP = "markup"  # q * (1 + s)


def rounded(value: Exact, step: Exact, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """`value` as a multiple of `step` (> 0), exactly: no binary or context precision enters.

    `step` is a unit's digit (Decimal("0.001")) or a lot multiple (Decimal(12)). Raises ValueError on step <= 0.
    """
    size = Fraction(step)
    if size <= 0:
        raise ValueError("A rounding step must be positive.")
    count = _whole(Fraction(value) / size, mode)
    return decimal_of(count * size)


def _whole(value: Fraction, mode: Rounding) -> int:
    floor, rest = divmod(value.numerator, value.denominator)
    if not rest:
        return floor
    if mode is Rounding.FLOOR:
        return floor
    if mode is Rounding.CEILING:
        return floor + 1
    if mode is Rounding.UP:
        return floor + 1 if value > 0 else floor
    if mode is Rounding.DOWN:
        return floor if value > 0 else floor + 1
    twice = 2 * rest - value.denominator
    if twice:
        return floor + (twice > 0)
    if mode is Rounding.HALF_EVEN:
        return floor + floor % 2
    return floor + 1 if value > 0 else floor


def decimal_of(value: Exact, places: int | None = None) -> Decimal:
    """A fraction as a Decimal: exactly when it has an end, else rounded half up to `places` (12 by default)."""
    whole = Fraction(value)
    denominator, twos, fives = whole.denominator, 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    digits = max(twos, fives)
    if denominator != 1 or (places is not None and digits > places):
        digits = QUANTITY_PLACES if places is None else places
    return from_scaled(_whole(whole * 10**digits, Rounding.HALF_UP), digits)


def with_scrap(quantity: Exact, share: Exact, rule: ScrapRule = ScrapRule.DIVISOR) -> Fraction:
    """The input for `quantity` good output at a scrap share 0 <= s < 1, as an exact fraction: round it once,
    to the item's unit. Raises ValueError for a share outside that range."""
    scrap = Fraction(share)
    if not 0 <= scrap < 1:
        raise ValueError("A scrap share must be at least 0 and less than 1.")
    if rule is ScrapRule.MARKUP:
        return Fraction(quantity) * (1 + scrap)
    return Fraction(quantity) / (1 - scrap)


def converted(quantity: Exact, factor: Exact) -> Fraction:
    """A quantity in another unit, exactly; `factor` is target units per source unit."""
    return Fraction(quantity) * Fraction(factor)


def split_exactly(
    total: Decimal, weights: Mapping[Name, Exact], minor: Decimal, remainder_to: Name
) -> dict[Name, Decimal]:
    """`total` shared out by `weights` (>= 0, not all zero), each share a multiple of `minor` rounded half up.

    The shares add up to `total` exactly: what rounding leaves over goes to `remainder_to`, which may be a name
    without weight (a rounding element). `total` must itself be a multiple of `minor`.
    """
    if any(Fraction(weight) < 0 for weight in weights.values()):
        raise ValueError("A weight cannot be negative.")
    whole = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
    if not whole:
        raise ValueError("Nothing to split by: every weight is zero.")
    if Fraction(total) % Fraction(minor):
        raise ValueError(f"{total} is not a multiple of {minor}.")
    shares = {
        name: rounded(Fraction(total) * Fraction(weight) / whole, minor) for name, weight in weights.items()
    }
    rest = decimal_of(Fraction(total) - sum((Fraction(share) for share in shares.values()), Fraction(0)))
    if rest or remainder_to in shares:
        shares[remainder_to] = decimal_of(Fraction(shares.get(remainder_to, 0)) + Fraction(rest))
    return shares


def to_scaled(value: Exact, places: int) -> int:
    """`value` times 10**places as an integer, exactly; ValueError when it has more digits than that."""
    scaled = Fraction(value) * 10**places
    if scaled.denominator != 1:
        raise ValueError(f"{value} has more than {places} decimal places.")
    return int(scaled.numerator)


def from_scaled(value: int, places: int) -> Decimal:
    """The inverse of `to_scaled`, free of the decimal context's precision."""
    return Decimal(f"{value}E{-places}")
