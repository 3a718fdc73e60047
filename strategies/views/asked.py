"""What stands in the address of a page about bills, whatever somebody typed there."""

from __future__ import annotations

import re
from fractions import Fraction

from p2p.core.digits import whole

_FRACTION = re.compile(r"\d{1,60}(/\d{1,60}|\.\d{0,60})?")


def count_of(text: str) -> int:
    return min(whole(text) or 0, 100_000)


def key_of(text: str) -> int:
    return whole(text) or 0


def fraction(text: str) -> Fraction:
    # Not every text that is a fraction to Python can be worked with: 1e99999999 is one.
    if not _FRACTION.fullmatch(text):
        return Fraction(1)
    try:
        return Fraction(text)
    except ZeroDivisionError:
        return Fraction(1)
