"""What stands in the address of a page about bills, whatever somebody typed there."""

from __future__ import annotations

from fractions import Fraction


def whole(text: str) -> int:
    return min(int(text), 100_000) if text.isdecimal() else 0


def key_of(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def fraction(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return Fraction(1)
