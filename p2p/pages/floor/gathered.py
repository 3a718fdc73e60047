"""Serial numbers scanned one after the other: kept with the session until they are booked, so that a tablet that is
loaded again loses none."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, Serial
from strategies.models import Item, Location, Site

MOST = 1_000


class Gathered:
    """What was scanned for one thing: an order, a task, or what is moved."""

    def __init__(self, session: Any, about: str) -> None:
        self._session, self._key = session, f"floor_serials_{about}"

    @property
    def numbers(self) -> list[str]:
        found: list[str] = self._session.get(self._key, [])
        return found

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, numbers: Iterable[str]) -> None:
        """Take these along, all or none. Refused: one that is there already, more than anybody scans."""
        kept = self.numbers
        for number in numbers:
            if number in kept:
                raise Refused(
                    _("{piece} is scanned already: it is one piece, and {count} are scanned."),
                    piece=number,
                    count=len(self.numbers),
                )
            kept = [*kept, number]
        if len(kept) > MOST:
            raise Refused(
                _("At most {most} serial numbers are booked in one go: book these first."), most=MOST
            )
        self._session[self._key] = kept

    def drop(self, number: str) -> None:
        self._session[self._key] = [one for one in self.numbers if one != number]

    def clear(self) -> None:
        self._session.pop(self._key, None)

    def pieces(self, item: Item) -> list[Serial]:
        """Their rows, in the order in which they were scanned."""
        found = {row.number: row for row in Serial.objects.filter(item=item, number__in=self.numbers)}
        return [found[number] for number in self.numbers if number in found]


def lies(piece: Serial, site: Site) -> Location | None:
    """The place of the site where the piece lies; None where it does not."""
    rows = Balance.objects.filter(serial=piece, quantity__gt=0, location__site=site)
    row = rows.exclude(location__kind__in=Location.OUTSIDE).select_related("location").first()
    return row.location if row is not None else None


def must_be_new(item: Item, numbers: Iterable[str]) -> None:
    """Refused, by name and place, for a piece that comes in and lies somewhere already."""
    rows = Balance.objects.filter(item=item, serial__number__in=list(numbers), quantity__gt=0)
    rows = rows.exclude(location__kind__in=Location.OUTSIDE).select_related("serial", "location")
    row = rows.order_by("serial__number").first()
    if row is not None and row.serial is not None:
        raise Refused(
            _("{piece} came in before and lies at {place}: it cannot come in again."),
            piece=row.serial.number,
            place=row.location.code,
        )


def progress(done: int, of: Decimal) -> dict[str, Any]:
    """What the page shows: "3 of 5"."""
    return {"done": Decimal(done), "of": of, "over": done > of, "full": done == of}
