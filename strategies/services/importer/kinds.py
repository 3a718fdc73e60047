"""What a cell of a sheet may hold: from text to a value with one sentence when it cannot be read, and
back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, Protocol

from django.db import models
from django.utils.translation import gettext as _

from p2p.core.characters import unfit, unstorable
from p2p.core.fields import plain

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")
_LOCAL_NUMBER = re.compile(r"[+-]?[\d.,'\s\u00a0\u202f]*\d")
_YES = {"yes", "y", "true", "t", "1", "x"}
_NO = {"no", "n", "false", "f", "0"}


class Unreadable(ValueError):
    """A cell that cannot be taken; the message is a sentence for whoever typed it."""


class Kind(Protocol):
    """How the text of a cell becomes a value. `parse` never sees an empty cell."""

    def parse(self, text: str) -> Any: ...

    def show(self, value: Any) -> str: ...


@dataclass(frozen=True)
class Text:
    """Words of at most `longest` characters, in any script."""

    longest: int = 0

    def parse(self, text: str) -> str:
        if sign := unfit(text):
            raise Unreadable(unstorable(sign))
        if self.longest and len(text) > self.longest:
            raise Unreadable(
                _("“{start}…” has {count} characters, {longest} fit.").format(
                    start=text[:20], count=len(text), longest=self.longest
                )
            )
        return text

    def show(self, value: Any) -> str:
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Number:
    """A decimal number within limits; `above` excludes its own value. Twelve digits before and after the
    point, or `places` after it."""

    at_least: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    at_most: Decimal | None = None
    places: int = 12

    def parse(self, text: str) -> Decimal:
        value = _decimal(text)
        if abs(value) >= 10**12:
            raise Unreadable(_("{text} is too large.").format(text=text))
        if value != round(value, self.places):
            raise Unreadable(
                _("{text} has more than {places} digits after the point.").format(
                    text=text, places=self.places
                )
            )
        self._within(value)
        return value

    def _within(self, value: Decimal) -> None:
        if self.at_least is not None and value < self.at_least:
            raise Unreadable(_("{value} is less than {limit}.").format(value=value, limit=self.at_least))
        if self.above is not None and value <= self.above:
            raise Unreadable(_("{value} has to be more than {limit}.").format(value=value, limit=self.above))
        if self.below is not None and value >= self.below:
            raise Unreadable(_("{value} has to be less than {limit}.").format(value=value, limit=self.below))
        if self.at_most is not None and value > self.at_most:
            raise Unreadable(_("{value} is more than {limit}.").format(value=value, limit=self.at_most))

    def show(self, value: Any) -> str:
        return "" if value is None else plain(value)


def _decimal(text: str) -> Decimal:
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if _LOCAL_NUMBER.fullmatch(text):
        # 1.234,56 or 1,234.56: which of them groups thousands is a guess that could be wrong a thousandfold.
        raise Unreadable(_("“{text}” is written in a local way: write it like 1234.56.").format(text=text))
    raise Unreadable(_("“{text}” is not a number.").format(text=text))


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    at_least: int = 0
    at_most: int = 2_147_483_647

    def parse(self, text: str) -> int:
        value = _decimal(text)
        if value != value.to_integral_value():
            raise Unreadable(_("{text} is not a whole number.").format(text=text))
        if not self.at_least <= value <= self.at_most:
            raise Unreadable(
                _("{text} is not between {least} and {most}.").format(
                    text=text, least=self.at_least, most=self.at_most
                )
            )
        return int(value)

    def show(self, value: Any) -> str:
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    def parse(self, text: str) -> bool:
        word = text.lower()
        if word in _YES or word in _NO:
            return word in _YES
        raise Unreadable(_("“{text}” is neither yes nor no.").format(text=text))

    def show(self, value: Any) -> str:
        return "" if value is None else "yes" if value else "no"


@dataclass(frozen=True)
class Day:
    """A calendar day, year first: 2026-11-18."""

    def parse(self, text: str) -> date:
        day, _space, clock = text.partition("T" if "T" in text else " ")
        try:
            if clock and time.fromisoformat(clock) != time(0):
                raise Unreadable(_("“{text}” is an instant, a day is wanted.").format(text=text))
            if len(day) == 10:
                return date.fromisoformat(day)
        except Unreadable:
            raise
        except ValueError:
            pass
        raise Unreadable(_("“{text}” is not a day written like 2026-11-18.").format(text=text))

    def show(self, value: Any) -> str:
        return value.isoformat() if value else ""


@dataclass(frozen=True)
class Clock:
    """A time of day: 07:00."""

    def parse(self, text: str) -> time:
        try:
            if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
                return time.fromisoformat(text.zfill(8 if text.count(":") == 2 else 5))
        except ValueError:
            pass
        raise Unreadable(_("“{text}” is not a time of day written like 07:00.").format(text=text))

    def show(self, value: Any) -> str:
        return value.strftime("%H:%M") if value else ""


@dataclass(frozen=True)
class Choice:
    """One of a model's choices, by its value or its words."""

    choices: type[models.TextChoices]

    def parse(self, text: str) -> str:
        word = text.casefold()
        for value, label in self.choices.choices:
            if word in {value.casefold(), str(label).casefold()}:
                return str(value)
        raise Unreadable(
            _("“{text}” is not one of {choices}.").format(text=text, choices=", ".join(self.choices.values))
        )

    def show(self, value: Any) -> str:
        return str(value or "")
