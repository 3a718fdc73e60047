"""How a file writes numbers and days: found from what can be read in one way only, never guessed.

“0,25” can only be a decimal comma and “1.234.567” only thousands; “1.234” may be either, so it waits until the
file has been read and is refused when nothing else in it says which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from strategies.services.importer.kinds import Unreadable

_GAPS = "[ '\u2019\u00a0\u202f]"
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")
_GROUPED_BY_GAPS = re.compile(rf"[+-]?\d{{1,3}}({_GAPS}\d{{3}})+([.,]\d*)?")
_MARKED = re.compile(r"([+-]?)(\d[\d.,]*|[.,]\d+)")
_DAY = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})")
_SHORT_YEAR = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{2}")
_MIDNIGHT = re.compile(r"[T ]0?0:00(:00(\.0+)?)?$")
_SERIAL = re.compile(r"[2-7]\d{4}(\.0+)?")

_MONTHS = "jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene|abr|ago|dic"
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
_NAMED_DAY = re.compile(rf"(\d{{1,2}}[-. ]+)?({_MONTHS})[a-zä]*\.?([-. ]+\d{{2,4}})?", re.IGNORECASE)
WAITS = object()
"""Cannot be said yet: the rest of the file decides."""


class Native(str):
    """The text of a cell that a spreadsheet holds as a number or a day, not as text: there is no doubt what it
    is. `number` is the value of a number."""

    __slots__ = ("number",)
    number: float | None

    def __new__(cls, text: str, number: float | None = None) -> Native:
        made = super().__new__(cls, text)
        made.number = number
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Native, (str(self), self.number)


@dataclass
class Habits:
    """What the cells read so far have proved. `strict` files (REST) are written our way and no other; `leaning`
    is the decimal mark that the file's separator leaves no doubt about."""

    strict: bool = False
    leaning: str = ""
    mac: bool = False
    proved: set[str] = field(default_factory=set)

    # ---- numbers

    def number(self, text: str) -> Any:
        """The number written our way (1234.56), WAITS, or the text as it is where it is no number."""
        if self.strict:
            return text
        words = text
        if _GROUPED_BY_GAPS.fullmatch(words):
            words = re.sub(_GAPS, "", words)
            if "," in words:
                self.proved.add(",")
            return words.replace(",", ".")
        marked = _MARKED.fullmatch(words)
        if marked is None or not ("," in words or "." in words):
            return text
        mark = decimal_mark(marked[2])
        if mark is WAITS:
            return WAITS
        if mark is None:
            return text
        self.proved.add(str(mark))
        return ours(words, str(mark))

    def settled_number(self, text: str) -> str:
        """The same for a text that had to wait. Raises Unreadable where the file proves nothing, or both."""
        marks = self.proved & {",", "."}
        if not marks and self.leaning == "." and "," not in text:
            marks = {self.leaning}
        if len(marks) == 1:
            return ours(text, marks.pop())
        digits = re.sub(r"[.,]", "", text)
        fraction = re.sub(r"[.,]", ".", text)
        raise Unreadable(
            _(
                "“{text}” may be {whole} or {part}, and nothing else in the file says which: write {whole} or {part}0."
            ).format(text=text, whole=digits, part=fraction)
        )

    # ---- days

    def day(self, text: str) -> Any:
        """The day written our way (2026-11-18), WAITS, or the text as it is where it is no day."""
        if isinstance(text, Native) and text.number is not None:
            return self._serial(text.number)
        if self.strict:
            return text
        words = _MIDNIGHT.sub("", text)
        found = _YEAR_FIRST.fullmatch(words)
        if found:
            return "-".join((found[1], found[2].zfill(2), found[3].zfill(2)))
        found = _DAY.fullmatch(words)
        if found is None:
            return self._no_day(text, words)
        first, second = int(found[1]), int(found[3])
        if found[2] == "." or first > 12 or first == second:
            self._prove_day(found[2], first > 12, "day")
            return f"{found[4]}-{second:02}-{first:02}"
        if second > 12:
            self._prove_day(found[2], True, "month")
            return f"{found[4]}-{first:02}-{second:02}"
        return WAITS

    def _prove_day(self, mark: str, sure: bool, first: str) -> None:
        if sure and mark != ".":
            self.proved.add(first)

    def settled_day(self, text: str) -> str:
        """The same for a text that had to wait. Raises Unreadable where the file proves nothing, or both."""
        found = _DAY.fullmatch(_MIDNIGHT.sub("", text))
        order = self.proved & {"day", "month"}
        if found is None or len(order) != 1:
            raise Unreadable(
                _("“{text}” may begin with the day or the month, and nothing else in the file says which: "
                  "write it like 2026-11-18.").format(text=text)
            )  # fmt: skip
        day, month = (found[1], found[3]) if order == {"day"} else (found[3], found[1])
        return f"{found[4]}-{month.zfill(2)}-{day.zfill(2)}"

    def _no_day(self, text: str, words: str) -> str:
        if _SERIAL.fullmatch(words):
            day = date(1899, 12, 30) + timedelta(days=int(float(words)))
            raise Unreadable(
                _(
                    "“{text}” is a day as a spreadsheet counts it, perhaps {day}: format the column as a date."
                ).format(text=text, day=day.isoformat())
            )
        if _SHORT_YEAR.fullmatch(words):
            raise Unreadable(
                _("“{text}” has a year of two digits: write it like 2026-11-18.").format(text=text)
            )
        return text

    def _serial(self, number: float) -> str:
        """A spreadsheet's own count of days; it knows from when it counts."""
        begin = date(1904, 1, 1) if self.mac else date(1899, 12, 30)
        if number != int(number) or not 61 <= number <= 300_000:
            raise Unreadable(_("{number} is no day: format the column as a date.").format(number=number))
        return (begin + timedelta(days=int(number))).isoformat()


def decimal_mark(digits: str) -> Any:
    """Which mark is the decimal one in digits with points and commas: the mark, WAITS, or None for nonsense."""
    last = max(digits.rfind("."), digits.rfind(","))
    mark = digits[last]
    other = "," if mark == "." else "."
    head, tail = digits[:last], digits[last + 1 :]
    if digits.count(mark) > 1:
        groups = digits.split(mark)
        return other if _groups(groups) and other not in digits else None
    if other in head:
        return mark if _groups(head.split(other)) else None
    return WAITS if len(tail) == 3 and 1 <= len(head) <= 3 and head[0] != "0" else mark


def _groups(parts: list[str]) -> bool:
    return 1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])


def ours(text: str, mark: str) -> str:
    """Without marks of thousands, with a decimal point."""
    other = "," if mark == "." else "."
    return text.replace(other, "").replace(mark, ".")


def mangled(text: str) -> str:
    """What a spreadsheet may have made of an item number or a code, as a sentence; "" where nothing shows."""
    if isinstance(text, Native):
        if text.number is None:
            return _(
                "“{text}” is a day here: the cell was turned into one. Format the column as text."
            ).format(text=text)
        if text.number != int(text.number) or abs(text.number) >= 1e15:
            return _(
                "“{text}” is a number here that may have lost digits: format the column as text."
            ).format(text=text)
        return ""
    if _SCIENTIFIC.fullmatch(text) and ("+" in text or "." in text or "," in text):
        return _(
            "“{text}” looks like a number that a spreadsheet made of it: format the column as text."
        ).format(text=text)
    if (
        _DAY.fullmatch(_MIDNIGHT.sub("", text))
        or _YEAR_FIRST.fullmatch(_MIDNIGHT.sub("", text))
        or _NAMED_DAY.fullmatch(text)
    ):
        return _(
            "“{text}” looks like a day that a spreadsheet made of it: format the column as text."
        ).format(text=text)
    return ""
