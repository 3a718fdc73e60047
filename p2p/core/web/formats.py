"""How numbers, dates and durations are written for people: real minus sign, separators, "–" for none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as spell
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext
from django.utils.translation import pgettext as in_context

from p2p.core import clock

NONE = "–"
MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NO-BREAK SPACE}"
DAY_MONTH = {"de": "j. M", "es": "j M", "en": "j M"}
SEPARATORS = {"1,234.5": (",", "."), "1.234,5": (".", ","), "1 234,5": (NARROW, ",")}
LOCALES = {"1,234.5": "en", "1.234,5": "de", "1 234,5": "fr"}


@dataclass(frozen=True)
class Style:
    """How a person wants numbers and dates, in the words of `User.NumberFormat` and `User.DateFormat`."""

    numbers: str
    dates: str


_style: ContextVar[Style | None] = ContextVar("p2p_style", default=None)


@contextmanager
def written(style: Style) -> Iterator[None]:
    """Numbers and dates inside the block follow this style instead of the language's own."""
    token = _style.set(style)
    try:
        yield
    finally:
        _style.reset(token)


def number_locale() -> str:
    """The locale whose numbers look as this person's do, for scripts; "" leaves it to the language."""
    style = _style.get()
    return LOCALES.get(style.numbers, "") if style else ""


def _decimal(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def number(value: Any, places: int | None = None, *, sign: bool = False) -> str:
    """A number in the reader's language. Without `places`, as many decimals as the value has, up to six."""
    exact = _decimal(value)
    if exact is None:
        return NONE
    if not exact.is_finite():
        return NONE
    wanted = places if places is not None else min(6, _places_of(exact))
    rounded = exact.quantize(Decimal(1).scaleb(-wanted), rounding=ROUND_HALF_UP)
    words = _grouped(abs(rounded), wanted)
    if rounded < 0:
        return MINUS + words
    return "+" + words if sign and rounded > 0 else words


def _grouped(value: Decimal, places: int) -> str:
    style = _style.get()
    if style is None or style.numbers not in SEPARATORS:
        return number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
    thousands, point = SEPARATORS[style.numbers]
    whole, _dot, rest = f"{value:,.{places}f}".partition(".")
    return whole.replace(",", thousands) + (point + rest if rest else "")


def _places_of(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def price(value: Any) -> str:
    """Money for one: 12.50, and 0.0125 with all its decimals, for a screw costs less than a cent."""
    exact = _decimal(value)
    return number(exact, None if exact is None else max(2, min(8, _places_of(exact))))


def percent(value: Any, places: int = 0) -> str:
    """A share (0.62) as "62 %"."""
    exact = _decimal(value)
    return NONE if exact is None else f"{number(exact * 100, places)}{NARROW}%"


def _local(value: datetime | date) -> datetime | date:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def day(value: datetime | date | None, *, weekday: bool = False, year: bool = True) -> str:
    """ "18 Nov", with the year only when it is not this one, and never without `year`."""
    if not value:
        return NONE
    local = _local(value)
    style = _style.get()
    other_year = year and local.year != timezone.localtime(clock.now()).year
    if style is not None and style.dates == "2026-11-18":
        pattern = "Y-m-d" if year else "m-d"
    elif style is not None and style.dates == "11/18/2026":
        pattern = "m/d/Y" if other_year else "m/d"
    else:
        pattern = DAY_MONTH.get((get_language() or "en")[:2], "j M") + (" Y" if other_year else "")
    return spell(local, ("D " if weekday else "") + pattern)


def daymonth(value: datetime | date | None) -> str:
    """ "18 Nov": a day in a tight place whose year is plain."""
    return day(value, year=False)


def moment(value: datetime | None) -> str:
    """ "18 Nov 14:00" in the plant's time."""
    return f"{day(value)} {spell(_local(value), 'H:i')}" if value else NONE


def hour(value: datetime | None) -> str:
    return spell(_local(value), "H:i") if value else NONE


def duration(value: timedelta | int | float | Decimal | None) -> str:
    """ "3 d 6 h", "7 h 40", "25 min", "12 s": the two largest parts. A plain number counts seconds."""
    if value is None or value == "":
        return NONE
    seconds = round(value.total_seconds() if isinstance(value, timedelta) else float(value))
    sign, seconds = (MINUS, -seconds) if seconds < 0 else ("", seconds)
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    if days:
        return sign + (f"{number(days)} d {hours} h" if hours else f"{number(days)} d")
    if hours:
        return sign + (f"{hours} h {minutes:02d}" if minutes else f"{hours} h")
    if minutes:
        return f"{sign}{minutes} min"
    return f"{sign}{rest} s"


def ago(value: datetime | None) -> str:
    """How long since, as a duration; "now" under a minute."""
    if value is None:
        return NONE
    gone = clock.now() - value
    if timedelta(0) <= gone < timedelta(minutes=1):
        return in_context("moment", "now")
    return gettext("{duration} ago").format(duration=duration(gone))


def short(value: Any) -> str:
    """A figure for a tight place: 412,806 becomes "412.8 k"."""
    exact = _decimal(value)
    if exact is None:
        return NONE
    for power, letter in ((9, "bn"), (6, "m"), (3, "k")):
        if abs(exact) >= Decimal(10) ** (power + (1 if power == 3 else 0)):
            return f"{number(exact.scaleb(-power), 1)}{NARROW}{letter}"
    return number(exact, 0 if exact == exact.to_integral() else 1)
