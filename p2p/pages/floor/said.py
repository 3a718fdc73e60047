"""What was said in a scan field: read by a scanner or typed by hand, and which of several meanings was chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import is_plain
from p2p.core.refusal import Refused
from p2p.core.web import formats
from p2p.inventory.engine.scan import unwrapped
from p2p.inventory.selectors.scanned import Found

LONGEST = 120
MOST = Decimal(10) ** 9
QUANTITY = "quantity"
NEW_SERIAL = "new_serial"
_AMOUNT = re.compile(r"\d{1,12}([.,]\d{1,12})?", re.ASCII)

WORDS = {
    QUANTITY: (_("Quantity"), "keyboard"),
    NEW_SERIAL: (_("Serial number"), "hash"),
    "place": (_("Place"), "map-pin"),
    "unit": (_("Pallet or box"), "box"),
    "lot": (_("Lot"), "tag"),
    "serial": (_("Serial number"), "hash"),
    "item": (_("Item"), "packages"),
    "card": (_("Card"), "bell"),
    "task": (_("Task"), "list-check"),
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """`scanned`: a scanner read it, so digits are a code and never a quantity. `meaning` is the choice that was
    tapped when it could be several things."""

    code: str
    scanned: bool = False
    meaning: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Said:
        """Of a form. Without the device's word for it a code counts as typed, unless it carries what only scanners
        send: a symbology identifier, FNC1, or the beginning the scanners here are set to."""
        text, marked = unwrapped(
            str(said.get("code", ""))[:LONGEST], before=settings.SCAN_PREFIX, behind=settings.SCAN_SUFFIX
        )
        return cls(
            code=text,
            scanned=marked or said.get("scanned") == "1",
            meaning=str(said.get("meaning", ""))[:LONGEST],
        )

    @property
    def amount(self) -> Decimal | None:
        """The quantity it may be; None of a scanned code."""
        return None if self.scanned or not _AMOUNT.fullmatch(self.code) else number(self.code)


@dataclass(frozen=True)
class Choice:
    """A button: `value` comes back as the meaning."""

    value: str
    title: Any
    icon: str
    text: str
    words: str


class Which(Refused):
    """What was said can be several things; nothing was done until one of `choices` is tapped."""

    def __init__(self, said: Said, found: Sequence[Found]) -> None:
        super().__init__(_("{said} can be several things: which one do you mean?"), said=said.code)
        self.said = said
        self.choices = [_choice(said, one) for one in found]


def _choice(said: Said, one: Found) -> Choice:
    title, icon = WORDS[one.kind]
    words = ""
    if one.kind == QUANTITY:
        return Choice(QUANTITY, title, icon, formats.number(one.record), "")
    if one.kind == NEW_SERIAL:
        return Choice(NEW_SERIAL, title, icon, said.code, str(_("a new one")))
    if one.kind in ("place", "item"):
        words = one.record.name
    elif one.item is not None:
        words = f"{one.item.number} {one.item.name}"
    return Choice(_value(one), title, icon, str(getattr(one.record, "code", "") or one.record), words)


def _value(one: Found) -> str:
    return one.kind if one.kind in (QUANTITY, NEW_SERIAL) else f"{one.kind}-{one.record.pk}"


def one_of(said: Said, found: Sequence[Found], *, counts: bool = True) -> Found | None:
    """What is meant of all it may be; None where it is nothing. Digits typed by hand are a quantity too, where the
    page can take one (`counts`). Raises Which, with nothing done, when several are left and none was chosen."""
    able = list(found)
    if counts and said.amount is not None:
        able.insert(0, Found(QUANTITY, said.amount))
    if said.meaning and able:
        chosen = [one for one in able if _value(one) == said.meaning]
        if not chosen:
            raise Which(said, able)
        return chosen[0]
    if len(able) > 1:
        raise Which(said, able)
    return able[0] if able else None


def weight(text: str, unit: str) -> Decimal | None:
    """A quantity as people type it or a scale does, which may put a sign before and the item's own unit behind."""
    bare = text.strip().removeprefix("+").strip()
    if bare.upper().endswith(unit.upper()):
        bare = bare[: -len(unit)].strip() if unit else bare
    return number(bare)


def number(text: str) -> Decimal | None:
    """A quantity as people type it; None when it is none."""
    try:
        value = Decimal(text.replace(",", "."))
    except ArithmeticError:
        return None
    return value if is_plain(value) and 0 < value < MOST else None
