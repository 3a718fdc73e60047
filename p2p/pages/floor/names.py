"""The lots and serial numbers that were booked in one go, as a line of the tablet says them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from p2p.core.web import formats
from p2p.inventory.models import Move, Reservation

IN_FULL = 3
"""So many are all named at once; of more the first, and the others by a tap."""


@dataclass(frozen=True)
class Names:
    """Numbers of one kind, each once, in the order in which they were booked. `word` stands before them."""

    word: str
    numbers: tuple[str, ...]

    @property
    def folded(self) -> bool:
        return len(self.numbers) > IN_FULL

    @property
    def whole(self) -> str:
        return self._with_word(", ".join(self.numbers))

    @property
    def short(self) -> str:
        """All of a few, else "SN-1 and 3 more"."""
        if not self.folded:
            return self.whole
        more = len(self.numbers) - 1
        words = ngettext("{first} and {count} more", "{first} and {count} more", more)
        return self._with_word(words.format(first=self.numbers[0], count=more))

    def _with_word(self, text: str) -> str:
        return f"{self.word} {text}" if self.word else text


def kept_of(rows: Iterable[Reservation]) -> list[Names]:
    """Lots with how much of each, then serial numbers, that are kept for one item; rows come with all that read."""
    every = list(rows)
    lots: dict[str, Decimal] = {}
    for row in every:
        if row.lot:
            lots[row.lot.number] = lots.get(row.lot.number, Decimal(0)) + row.quantity
    unit = every[0].item.unit.code if every else ""
    said = tuple(f"{lot}: {formats.number(quantity)} {unit}" for lot, quantity in lots.items())
    pieces = tuple(row.serial.number for row in every if row.serial)
    found = (Names(_("Kept lot"), said), Names(_("Kept"), pieces))
    return [one for one in found if one.numbers]


def names_of(moves: Iterable[Move]) -> list[Names]:
    """Lots, then serial numbers, of moves that come with both read; kinds of which there is none are left out."""
    every = list(moves)
    lots = dict.fromkeys(move.lot.number for move in every if move.lot)
    pieces = dict.fromkeys(move.serial.number for move in every if move.serial)
    found = (Names(_("Lot"), tuple(lots)), Names("", tuple(pieces)))
    return [one for one in found if one.numbers]
