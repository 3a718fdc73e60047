"""Numbers as people type them: one after another, or from the first to the last."""

from __future__ import annotations

import re

MOST = 10_000
"""Numbers in one text: more is a slip of the finger."""
_ENDS = re.compile(r"\A(.*?)(?<!\d)(\d{1,18})(\D*)\Z", re.S)
_BETWEEN = re.compile(r"\s*(?:\.\.\.?|…|–|\bto\b)\s*")
_APART = re.compile(r"[,;\s]+")


class NoRange(ValueError):
    """What was typed as a range is none; `text` is what was typed."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no range")
        self.text = text


def numbers_in(text: str) -> list[str]:
    """Every number of a text such as "SN-7, SN-10..SN-12": SN-7, SN-10, SN-11, SN-12, in that order.

    A range keeps the leading zeros of its first number. Raises NoRange where the ends do not belong together, the
    last lies before the first, one counts in more than 18 digits, or there are more than MOST in the whole text.
    """
    found: list[str] = []
    for part in _APART.split(_BETWEEN.sub("..", text).strip()):
        first, dots, last = part.partition("..")
        if dots:
            found += _between(first, last, part, MOST - len(found))
        elif part:
            found.append(part)
        if len(found) > MOST:
            raise NoRange(part)
    return found


def _between(first: str, last: str, part: str, room: int) -> list[str]:
    low, high = _ENDS.match(first), _ENDS.match(last)
    if low is None or high is None:
        raise NoRange(part)
    before, start, after = low.groups()
    # The last may be typed short: SN-0010..19.
    other, end, tail = high.groups()
    if (other and other != before) or (tail and tail != after):
        raise NoRange(part)
    whole = start[: -len(end)] + end if len(end) < len(start) and not other else end
    if int(whole) < int(start) or int(whole) - int(start) >= room:
        raise NoRange(part)
    return [f"{before}{number:0{len(start)}d}{after}" for number in range(int(start), int(whole) + 1)]
