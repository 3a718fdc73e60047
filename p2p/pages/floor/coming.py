"""What was scanned and typed of goods that come, before they are booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.inventory.engine.ranges import NoRange, numbers_in
from p2p.inventory.engine.scan import Garbled, Reading, read

LONGEST = {"serials": 2000}


@dataclass(frozen=True, kw_only=True)
class Coming:
    """What was scanned and typed so far, as it stands in hidden fields: "" for what is not said."""

    quantity: str = ""
    count: str = ""
    lot: str = ""
    vendor_lot: str = ""
    expires: str = ""
    serials: str = ""
    place: str = ""
    unit: str = ""
    note: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Coming:
        names = cls.__dataclass_fields__
        return cls(**{name: str(said.get(name, "")).strip()[: LONGEST.get(name, 60)] for name in names})

    def fields(self) -> list[tuple[str, str]]:
        return list(asdict(self).items())

    def query(self) -> str:
        kept = {name: value for name, value in asdict(self).items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    def numbers(self) -> list[str]:
        """The serial numbers; Refused where the text is no list and no range."""
        try:
            return numbers_in(self.serials)
        except NoRange as no:
            raise Refused(
                _("{text} is no range of serial numbers, such as SN-1..SN-9."), text=no.text, field="serials"
            ) from no

    def day(self) -> date | None:
        """The day it expires; Refused when what was typed is none."""
        try:
            found = parse_date(self.expires) if self.expires else None
        except ValueError:
            found = None
        if self.expires and found is None:
            raise Refused(_("{text} is no day."), text=self.expires, field="expires")
        return found


def label_of(code: str) -> Reading | None:
    try:
        said = read(code)
    except Garbled:
        return None
    return None if said.plain else said


def with_label(coming: Coming, said: Reading | None) -> Coming:
    if said is None:
        return coming
    piece = said.lot or said.piece
    return replace(
        coming,
        lot=piece or coming.lot,
        expires=said.expires.isoformat() if said.expires else coming.expires,
        serials=", ".join(filter(None, [coming.serials, said.serial])),
        quantity=plain(said.quantity) if said.quantity else coming.quantity,
    )
