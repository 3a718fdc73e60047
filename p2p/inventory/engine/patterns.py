"""Patterns of lot and serial numbers, such as {item}-{yy}{mm}{dd}-{n:3}: read, checked, and filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

LONGEST = 60
"""A lot or serial number has no more signs."""

WORDS = ("item", "yyyy", "yy", "mm", "dd", "week", "site", "order", "vendor_lot", "n")
_WIDTH = re.compile(r"[1-9]\d?")


class Unreadable(ValueError):
    """`place` is the first sign (from 1) that cannot be read; `what` is one of the reasons below, `part` what
    stands there."""

    UNKNOWN, OPEN, CLOSING, WIDTH, TWICE = "unknown", "open", "closing", "width", "twice"

    def __init__(self, what: str, place: int, part: str) -> None:
        super().__init__(f"{what} at {place}: {part}")
        self.what, self.place, self.part = what, place, part


@dataclass(frozen=True)
class Part:
    """Either plain text, or a word to be filled in; `width` is that of {n}, with zeros in front."""

    text: str = ""
    word: str = ""
    width: int = 1


@dataclass(frozen=True)
class Filled:
    """What stands before and after the running number; `width` 0: there is none, `before` is all."""

    before: str
    after: str = ""
    width: int = 0

    def numbered(self, number: int) -> str:
        """The whole with its running number; ("A-", "", 3) and 7 -> A-007."""
        return f"{self.before}{number:0{self.width}d}{self.after}" if self.width else self.before

    @property
    def key(self) -> str:
        """What the running number is counted for."""
        return f"{self.before}#{self.after}"


def parse(pattern: str) -> tuple[Part, ...]:
    """The pattern's parts in order. Unreadable, naming the first sign that is wrong: a brace that is not closed or
    not opened, a word that is not in WORDS, a width that is no number from 1 to 99, {n} twice."""
    parts: list[Part] = []
    place = 0
    while place < len(pattern):
        if pattern[place] == "{":
            part, place = _word(pattern, place)
            if part.word == "n" and any(one.word == "n" for one in parts):
                raise Unreadable(Unreadable.TWICE, place, "{n}")
            parts.append(part)
            continue
        end = min((at for at in (pattern.find("{", place), pattern.find("}", place)) if at >= 0), default=-1)
        if end == place:
            raise Unreadable(Unreadable.CLOSING, place + 1, "}")
        text = pattern[place:] if end < 0 else pattern[place:end]
        parts.append(Part(text=text))
        place += len(text)
    return tuple(parts)


def _word(pattern: str, place: int) -> tuple[Part, int]:
    end = pattern.find("}", place)
    if end < 0:
        raise Unreadable(Unreadable.OPEN, place + 1, pattern[place:])
    inside = pattern[place + 1 : end]
    word, colon, width = inside.partition(":")
    if word not in WORDS or (colon and word != "n"):
        raise Unreadable(Unreadable.UNKNOWN, place + 1, pattern[place : end + 1])
    if colon and not _WIDTH.fullmatch(width):
        raise Unreadable(Unreadable.WIDTH, place + 1, pattern[place : end + 1])
    return Part(word=word, width=int(width) if colon else 1), end + 1


def words_in(pattern: str) -> set[str]:
    """The words a pattern asks for. Unreadable as `parse`."""
    return {part.word for part in parse(pattern) if part.word}


def fill(pattern: str, *, day: date, words: Mapping[str, str]) -> Filled:
    """The pattern with everything but its running number filled in. `words` has item, site, order, vendor_lot as
    far as they are known (a missing one is left out); the week is that of ISO 8601."""
    texts = {
        "yyyy": f"{day.year:04d}",
        "yy": f"{day.year % 100:02d}",
        "mm": f"{day.month:02d}",
        "dd": f"{day.day:02d}",
        "week": f"{day.isocalendar().week:02d}",
        **words,
    }
    before, after, width = "", "", 0
    for part in parse(pattern):
        if part.word == "n":
            width = part.width
            continue
        text = part.text or texts.get(part.word, "")
        if width:
            after += text
        else:
            before += text
    return Filled(before, after, width)
