"""What a scanned code says: our own labels, GS1 element strings, and plain numbers; and how they are written.

Source: GS1 General Specifications, sections 3 (application identifiers), 7.8 (element strings) and 7.9 (check digit).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

GROUP = "\x1d"
"""FNC1 between elements, as scanners send it."""

PIECE = "~"
"""Between an item's number and that of its lot or serial number on labels without a GTIN."""

LONGEST = 200

_MARK = re.compile(r"^\](C1|e0|d2|Q3|J1)")
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
"""What a scanner may send first: which kind of bars it read (AIM, ISO/IEC 15424)."""
_RETAIL = re.compile(r"^\]E[04]")
_BRACKETS = re.compile(r"\((\d{2,4})\)([^(]*)")
# How long the value is where no FNC1 follows; by the first two digits of the identifier.
_FIXED = {
    "00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "11": 6, "12": 6, "13": 6, "14": 6, "15": 6, "16": 6, "17": 6,
    "18": 6, "19": 6, "20": 2, "31": 6, "32": 6, "33": 6, "34": 6, "35": 6, "36": 6, "41": 13,
}  # fmt: skip
# Identifiers of three and of four digits, by their first two.
_THREE = frozenset(("23", "24", "25", "40", "41", "42", "71"))
_FOUR = frozenset(("31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82"))
_DIGITS_ONLY = {"00", "01", "02", "11", "13", "15", "17", "20", "30", "37"}


class Garbled(ValueError):
    """The code begins like a GS1 element string but cannot be read; `part` is what cannot."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


@dataclass(frozen=True)
class Reading:
    """What a code says. `text` is the code itself; of a plain number it is all that is known.

    `gtin` and `item` name the item, `content` the GTIN of what a unit contains; `quantity` counts pieces.
    """

    text: str
    elements: Mapping[str, str] = field(default_factory=dict)
    item: str = ""
    gtin: str = ""
    content: str = ""
    lot: str = ""
    serial: str = ""
    sscc: str = ""
    piece: str = ""
    expires: date | None = None
    made: date | None = None
    quantity: Decimal | None = None

    @property
    def plain(self) -> bool:
        """Whether it is a number that may be anything."""
        return not (self.elements or self.item)


def unwrapped(code: str, *, before: str = "", behind: str = "") -> tuple[str, bool]:
    """A code without the characters that the scanners are set to send `before` and `behind` it; and whether it shows
    that a scanner read it: by those before it, a symbology identifier or FNC1."""
    text = code.strip(" \t\r\n").replace("\0", "")
    marked = bool(before) and text.startswith(before) and len(text) > len(before)
    text = text.removeprefix(before) if marked else text
    if behind and (marked or not before):
        text = text.removesuffix(behind)
    marked = marked or _SYMBOLOGY.match(text) is not None or GROUP in text
    if not (_MARK.match(text) or _RETAIL.match(text)):
        text = _SYMBOLOGY.sub("", text)
    return text.strip(" \t\r\n"), marked


def read(code: str) -> Reading:
    """Read a code as a scanner or a keyboard gives it.

    A GS1 element string begins with a symbology identifier (]C1, ]d2, ]Q3, ...) or FNC1, is written with brackets, or
    is an SSCC with its 00 or a GTIN with its 01; so is a retail code behind ]E0 or ]E4. `item~number` is a lot or
    serial number of an item; anything else is a plain number, without any other symbology identifier before it.
    Garbled when an element string cannot be read or its check digit is wrong.
    """
    text = code.strip(" \t\r\n").replace("\0", "")[:LONGEST]
    found = _elements(text)
    if found:
        return _of(text, found)
    text = _SYMBOLOGY.sub("", text).strip()
    item, mark, piece = text.rpartition(PIECE)
    if mark and item and piece:
        return Reading(text, item=item, piece=piece)
    return Reading(text)


def _elements(text: str) -> dict[str, str]:
    if _RETAIL.match(text) and gtin14(text[3:]):
        return {"01": gtin14(text[3:])}
    marked, bare = _MARK.match(text) is not None, _MARK.sub("", text)
    if bare.startswith("(") and _BRACKETS.match(bare):
        pairs = _BRACKETS.findall(bare)
        if "".join(f"({name}){value}" for name, value in pairs) != bare:
            raise Garbled(bare)
        return _checked(pairs)
    if marked or GROUP in bare:
        return _checked(_split(bare.strip(GROUP)))
    if (re.fullmatch(r"00\d{18}", bare) or re.fullmatch(r"01\d{14}", bare)) and has_check_digit(bare[2:]):
        return {bare[:2]: bare[2:]}
    return {}


def _split(text: str) -> Iterator[tuple[str, str]]:
    while text:
        first = text[:2]
        long = 4 if first in _FOUR else 3 if first in _THREE else 2
        name, rest = text[:long], text[long:]
        if len(name) < long or not name.isascii() or not name.isdigit():
            raise Garbled(text)
        length = _FIXED.get(first)
        if length is None:
            value, _mark, text = rest.partition(GROUP)
        else:
            value, text = rest[:length], rest[length:].removeprefix(GROUP)
        yield name, value


def _checked(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, raw in pairs:
        value = raw.strip()
        length = _FIXED.get(name[:2])
        wrong = not value or (length is not None and len(value) != length)
        wrong = wrong or (name in _DIGITS_ONLY and not (value.isascii() and value.isdigit()))
        wrong = wrong or (name in ("00", "01", "02") and not has_check_digit(value))
        if wrong:
            raise Garbled(f"({name}){value}")
        found[name] = value
    return found


def _of(text: str, found: Mapping[str, str]) -> Reading:
    count = found.get("37") or found.get("30")
    return Reading(
        text,
        elements=dict(found),
        item=found.get("240", ""),
        gtin=found.get("01", ""),
        content=found.get("02", ""),
        lot=found.get("10", ""),
        serial=found.get("21", ""),
        sscc=found.get("00", ""),
        expires=_day(found.get("17") or found.get("15")),
        made=_day(found.get("11")),
        quantity=Decimal(count) if count else None,
    )


def _day(text: str | None) -> date | None:
    """YYMMDD; day 00 is the last of the month. Years are those within 49 years back and 50 on (of 2020s: 20YY, and
    19YY from 76 on)."""
    if not text:
        return None
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    year += 1900 if year > 75 else 2000
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        raise Garbled(text) from None


def check_digit(digits: str) -> str:
    """The check digit of a GTIN or SSCC without it: weights 3 and 1 from the right, up to the next ten."""
    total = sum(int(sign) * (3 if place % 2 == 0 else 1) for place, sign in enumerate(reversed(digits)))
    return str(-total % 10)


def has_check_digit(code: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return code.isascii() and code.isdigit() and len(code) > 1 and check_digit(code[:-1]) == code[-1]


def gtin14(code: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits with its check digit, filled up to 14; "" when it is none."""
    code = code.strip()
    return code.zfill(14) if len(code) in (8, 12, 13, 14) and has_check_digit(code) else ""


def sscc(prefix: str, number: int, *, extension: int = 0) -> str:
    """Serial shipping container code: extension digit, company prefix (4 to 12 digits), number, check digit; 18
    digits in all. ValueError when the number does not fit any more or the prefix is none."""
    room = 16 - len(prefix)
    if not (prefix.isascii() and prefix.isdigit() and 4 <= len(prefix) <= 12 and 0 <= extension <= 9):
        raise ValueError("A GS1 company prefix has 4 to 12 digits.")
    if not 0 <= number < 10**room:
        raise ValueError("There is no number left below this company prefix.")
    body = f"{extension}{prefix}{number:0{room}d}"
    return body + check_digit(body)


def element_string(elements: Iterable[tuple[str, str]]) -> str:
    """As bars carry it: FNC1 (as GROUP) behind values of variable length but the last."""
    pairs = list(elements)
    ends = [GROUP if name[:2] not in _FIXED else "" for name, _value in pairs]
    return "".join(
        f"{name}{value}{end if place < len(pairs) - 1 else ''}"
        for place, ((name, value), end) in enumerate(zip(pairs, ends, strict=True))
    )


def in_brackets(elements: Iterable[tuple[str, str]]) -> str:
    """As people read it, and as a QR code carries it: (01)04012345678901(10)L7."""
    return "".join(f"({name}){value}" for name, value in elements)
