"""Material is kept for a job on its component's page: picked out by scan or from the list, given back by one tap,
both undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.utils.translation import gettext as _

from execution.in_hand import in_hand
from execution.services.keep import Exchange, keep, let_go, undo_keep
from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.core.web.page import who
from p2p.inventory.models import HandlingUnit, Lot, Serial
from p2p.inventory.services.taking import Pile
from p2p.pages.floor.coming import Coming
from p2p.pages.floor.component import Booked
from p2p.pages.floor.said import number
from strategies.models import Location

ZERO = Decimal(0)
PARTS = ("kept", "freed")


class _Exchanges(Booked):
    """What was exchanged last on this tablet stands on the page with its undo, until the next entry."""

    def target(self, made: Any) -> str:
        if made is None or made == Exchange():
            return self.url
        said = {part: _told(getattr(made, part)) for part in PARTS}
        self.request.session[self.exchanged] = {"id": uuid4().hex, **said, **_sums(made)}
        return f"{self.url}?done=1"


class Keep(_Exchanges):
    def book(self, coming: Coming) -> Exchange:
        quantity, named = self.asked(replace(coming, count=""))
        done = keep(material=self.material, quantity=quantity, named=named, by=who(self.request))
        if done == Exchange():
            messages.info(self.request, _("This much of it is kept for this job already."))
        return done


class LetGo(_Exchanges):
    """One tap on what is kept: all of that pile is free for others."""

    def book(self, coming: Coming) -> Exchange:
        named = in_hand(
            self.material,
            location=coming.place,
            lot=coming.lot,
            serials=coming.numbers(),
            unit=coming.unit,
        )
        quantity = number(coming.quantity) or ZERO
        return let_go(material=self.material, quantity=quantity, named=named, by=who(self.request))


class UndoKeep(Booked):
    def book(self, coming: Coming) -> None:
        said = self.request.session.get(self.exchanged)
        if not said or self.request.POST.get("exchange") != said["id"]:
            raise Refused(_("This was changed or taken back since: look at the component again."))
        done = Exchange(*(tuple(_read(said[part])) for part in PARTS))
        undo_keep(material=self.material, exchange=done, by=who(self.request))
        del self.request.session[self.exchanged]
        messages.success(
            self.request, _("Taken back: what is kept is as it was, as far as it is still free.")
        )


def _sums(made: Exchange) -> dict[str, str]:
    sums = {part: sum((pile.quantity for pile in getattr(made, part)), ZERO) for part in PARTS}
    return {f"{part}_sum": plain(total) for part, total in sums.items() if total}


def _told(piles: Sequence[Pile]) -> list[dict[str, Any]]:
    return [
        {
            "place": one.place.pk,
            "quantity": plain(one.quantity),
            "lot": one.lot.pk if one.lot else None,
            "serial": one.serial.pk if one.serial else None,
            "unit": one.unit.pk if one.unit else None,
        }
        for one in piles
    ]


def _read(rows: Sequence[Mapping[str, Any]]) -> list[Pile]:
    places = Location.objects.select_related("site").in_bulk([row["place"] for row in rows])
    lots = Lot.objects.in_bulk([row["lot"] for row in rows if row["lot"]])
    serials = Serial.objects.in_bulk([row["serial"] for row in rows if row["serial"]])
    units = HandlingUnit.objects.in_bulk([row["unit"] for row in rows if row["unit"]])
    return [
        Pile(
            places[row["place"]],
            Decimal(row["quantity"]),
            lots.get(row["lot"]),
            serials.get(row["serial"]),
            units.get(row["unit"]),
        )
        for row in rows
    ]
