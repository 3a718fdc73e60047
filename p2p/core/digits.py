"""Digits that somebody typed, or put into an address."""

from __future__ import annotations

import unicodedata

LARGEST_KEY = 2**63 - 1
"""What a key of the database can be."""


def latin(text: str) -> str:
    """The text with the digits of every script as 0 to 9: "٤٢" says 42. For numbers, days and times only: codes keep
    the digits they are written with."""
    return text if text.isascii() else "".join(str(unicodedata.decimal(sign, sign)) for sign in text)


def whole(text: object, *, least: int = 0, most: int = LARGEST_KEY) -> int | None:
    """The number that a text says in plain digits, None where it says none or lies beyond the limits.

    `int()` by itself fails on some thousands of digits and the database on twenty: nothing that came from outside
    goes there unasked.
    """
    said = str(text)
    if not said.isdecimal() or len(said) > 19:
        return None
    number = int(said)
    return number if least <= number <= most else None
