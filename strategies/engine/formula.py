"""Process formulas: everything grows with the batch, or with one ingredient."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def rescaled(amounts: Mapping[Name, Fraction], ratio: Fraction) -> dict[Name, Fraction]:
    """Every amount times `ratio` (> 0), exactly. Raises ValueError for a ratio of 0 or less."""
    if ratio <= 0:
        raise ValueError("a formula cannot shrink to nothing")
    return {name: amount * ratio for name, amount in amounts.items()}


def ratio_of(before: Fraction, after: Fraction) -> Fraction:
    """By how much everything grows when one amount does. Raises ValueError when either is not above 0."""
    if before <= 0 or after <= 0:
        raise ValueError("an amount has to be above 0")
    return after / before
