"""What scales type: a number with a sign and a unit, several one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

# "12.35 kg", "+0012.35kg", "ST,GS,+  12.35 kg" (stable, gross); a comma may stand for the point.
_SAID = re.compile(r"(?:[A-Z]{2},(?:[A-Z]{2},)?)?\s*([+-]?)\s*(\d{1,12}(?:[.,]\d{1,9})?)\s*([^\W\d_]*)")
_BETWEEN = re.compile(r"[\n;]|,(?=\s)|,$")


@dataclass(frozen=True)
class Weighing:
    """`unit` is the code that the scale names, "" when it names none."""

    weight: Decimal
    unit: str


class NoWeight(ValueError):
    """`text` is nothing that a scale would say."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def weighings_in(text: str) -> list[Weighing]:
    """Every weighing of a text: one a line, or with a semicolon, or a comma and a space, between them. NoWeight names
    the first that is none; a negative weight is none."""
    found = []
    for part in (each.strip() for each in _BETWEEN.split(text)):
        if not part:
            continue
        match = _SAID.fullmatch(part)
        if match is None or match[1] == "-":
            raise NoWeight(part)
        found.append(Weighing(Decimal(match[2].replace(",", ".")), match[3]))
    return found
