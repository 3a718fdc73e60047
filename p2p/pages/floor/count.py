"""The tablet at a place of a count: what lies there scanned or typed, then the place is done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.core.web.page import who
from p2p.inventory.forms.counts import found_of, number_of
from p2p.inventory.models import Balance, CountPlace
from p2p.inventory.selectors import counts as selectors
from p2p.inventory.selectors.scanned import Found, scanned
from p2p.inventory.services.count_entry import Entry, check_found, enter
from p2p.inventory.views.count_entry import expected_rows, part_of
from p2p.pages.floor.counting import OfCount
from p2p.pages.floor.hand import PIECES
from p2p.pages.floor.said import QUANTITY, Said, one_of
from strategies.models import Item

Row = dict[str, str]
MOST_ROWS = 300
LONGEST = 60


class PlacePage(OfCount):
    """One place: each scan or number adds a row; Done sends them all. Rows stay on the tablet until then."""

    @cached_property
    def place(self) -> CountPlace:
        found: CountPlace = get_object_or_404(selectors.places(self.count), pk=self.kwargs["place"])
        return found

    @cached_property
    def part(self) -> selectors.Part | None:
        """What alone is counted again here; None where all of it is counted."""
        return part_of(self.place)

    # ---- what is noted so far

    @property
    def _draft_key(self) -> str:
        return f"floor_count_{self.place.pk}_{self.place.attempt}"

    @property
    def rows(self) -> list[Row]:
        kept: list[Row] = self.request.session.get(self._draft_key, [])
        return kept

    def _keep(self, rows: Sequence[Row]) -> None:
        if rows:
            self.request.session[self._draft_key] = list(rows)[:MOST_ROWS]
        else:
            self.request.session.pop(self._draft_key, None)

    # ---- what is shown

    def get(self, request: HttpRequest, number: str, place: int) -> HttpResponse:
        return self._show(self._current(request.GET))

    def _current(self, said: Any) -> Row | None:
        """What the number is asked for: an item, with its lot and unit."""
        item = str(said.get("item", ""))[:LONGEST]
        if not item:
            return None
        known = Item.objects.filter(number=item).select_related("unit", "catch_unit").first()
        if known is None:
            return None
        return {
            "item": known.number,
            "name": known.name,
            "piece": str(said.get("piece", ""))[:LONGEST],
            "unit": str(said.get("unit", ""))[:LONGEST],
            "code": known.unit.code,
            "digits": str(known.unit.digits),
            "counted": known.catch_unit.code if known.catch_unit else "",
        }

    def _show(
        self,
        current: Row | None = None,
        *,
        refusal: Refused | str = "",
        code: str = "",
        amount: str = "",
        pieces: str = "",
    ) -> HttpResponse:
        place = self.place
        if self._asks_at_once(place, current, refusal):
            current = self._current({"item": place.item.number})
        noted = [_key(row) for row in self.rows]
        asked = [row for row in expected_rows(place, self.part) if _key(row) not in noted]
        done, whole = self.count.places_done, self.count.places_all
        unit = (self.request.POST.get("unit") or self.request.GET.get("unit") or "")[:LONGEST]
        context = {
            "count": self.count,
            "place": place,
            "rows": self.rows,
            "part": self.part,
            "asked": asked if place.state != CountPlace.State.COUNTED else [],
            "current": current,
            "refusal": refusal,
            "code": code,
            "typed": amount,
            "typed_pieces": pieces,
            "unit": unit,
            "kept": [("unit", unit)],
            "left": whole - done,
            "whole": whole,
            "mine": place.state != CountPlace.State.COUNTED or place.counted_by == who(self.request),
            "here_url": self.place_url(place),
            "later_url": reverse("pages:floor-count-next", args=[self.count.number]) + f"?later={place.pk}",
        }
        return self.draw("count_place", context, status=409 if refusal else 200)

    def _asks_at_once(self, place: CountPlace, current: Row | None, refusal: Refused | str) -> bool:
        if current is not None or place.item is None or refusal or self.rows or "closed" in self.request.GET:
            return False
        return place.state != CountPlace.State.COUNTED and not _pieces_of(place.item)

    # ---- what is said

    def post(self, request: HttpRequest, number: str, place: int) -> HttpResponse:
        said = request.POST
        try:
            if "done" in said or "nothing" in said:
                return self._done(nothing="nothing" in said)
            if "drop" in said:
                return self._drop(said["drop"])
            if "amount" in said:
                return self._note(said)
            return self._scan(Said.of(said), said)
        except Refused as no:
            return self._show(
                self._current(said) if "amount" in said else None,
                refusal=no,
                code=Said.of(said).code,
                amount=said.get("amount", ""),
                pieces=said.get("count", ""),
            )

    def _done(self, *, nothing: bool) -> HttpResponse:
        refused: list[str] = []
        found = [] if nothing else found_of(self.rows, lambda sentence, _row: refused.append(str(sentence)))
        if refused:
            raise Refused(refused[0])
        if not nothing and not found:
            raise Refused(_("Nothing is noted yet: scan what lies here, or tap Nothing here."))
        enter(entries=[Entry(place=self.place, found=found)], by=who(self.request))
        self._keep([])
        messages.success(self.request, _("{place} is counted.").format(place=self.place.location.code))
        return redirect(reverse("pages:floor-count-next", args=[self.count.number]))

    def _drop(self, which: str) -> HttpResponse:
        rows = self.rows
        dropped = whole(which)
        self._keep([row for number, row in enumerate(rows) if number != dropped])
        return redirect(self.place_url(self.place))

    def _note(self, said: Any) -> HttpResponse:
        """The number that was typed for what was scanned. The same thing once more takes the place of the first."""
        current, quantity = self._current(said), number_of(said["amount"].strip())
        if current is None:
            raise Refused(_("Scan first what was found."))
        if quantity is None or quantity < 0:
            raise Refused(_("Type how many there are."))
        row = {**current, "quantity": plain(quantity), "pieces": ""}
        if current["counted"]:
            row["pieces"] = said.get("count", "").strip() or ("" if quantity else "0")
        self._check(row)
        if self._alone(row):
            self._keep([row])
            return self._done(nothing=False)
        self._keep([*(one for one in self.rows if _key(one) != _key(row)), row])
        return redirect(self.place_url(self.place))

    def _alone(self, row: Row) -> bool:
        """Where only one loose item is counted, its number is all there is to say."""
        if self.place.item is None or _pieces_of(self.place.item) or row["unit"] or self.rows:
            return False
        there = Balance.objects.filter(location=self.place.location_id, item=self.place.item_id)
        return not there.exclude(quantity=0).filter(handling_unit__isnull=False).exists()

    def _check(self, row: Row) -> None:
        """What can never be is said at once, not when the whole place is sent."""
        refused: list[str] = []
        found = found_of([row], lambda sentence, _row: refused.append(str(sentence)))
        if refused:
            raise Refused(refused[0])
        check_found(self.place, found, self.part)

    def _scan(self, code: Said, said: Any) -> HttpResponse:
        if not code.code:
            raise Refused(_("Scan what lies here: an item, a lot, a serial number or a pallet."))
        found = self._meant(code)
        if found.kind == QUANTITY:
            assert self.place.item is not None
            return self._note({"item": self.place.item.number, "amount": code.code})
        if found.kind == "place":
            return self._other_place(found)
        if found.kind == "unit":
            return redirect(f"{self.place_url(self.place)}?unit={found.record.number}")
        unit = str(said.get("unit", ""))[:LONGEST]
        item = found.item
        assert item is not None
        piece = found.record.number if found.kind in ("lot", "serial") else ""
        if found.kind == "item" and _pieces_of(item):
            sentence = (
                _("{item} is counted by lot: scan the lot.")
                if item.tracking == Item.Tracking.LOT
                else _("{item} is counted piece by piece: scan each serial number.")
            )
            raise Refused(sentence.format(item=item.number))
        if found.kind == "serial":
            return self._serial(item, piece, unit)
        return self._show(self._current({"item": item.number, "piece": piece, "unit": unit}))

    def _serial(self, item: Item, piece: str, unit: str) -> HttpResponse:
        current = self._current({"item": item.number, "piece": piece, "unit": unit})
        assert current is not None
        if any(one["item"] == item.number and one["piece"] == piece for one in self.rows):
            raise Refused(_("{piece} is noted already: it is one piece.").format(piece=piece))
        row = {**current, "quantity": "1"}
        self._check(row)
        self._keep([*self.rows, row])
        return redirect(self.place_url(self.place))

    def _meant(self, code: Said) -> Found:
        kinds = ("place", "unit", *PIECES)
        found = [one for one in scanned(code.code, site=self.here) if one.kind in kinds]
        if self.place.item_id is not None:
            fitting = [one for one in found if one.item is None or one.item.pk == self.place.item_id]
            found = fitting or found
        if len(found) > 1:
            here = {row["item"] for row in expected_rows(self.place, self.part)}
            lying = [one for one in found if one.item is not None and one.item.number in here]
            found = [*(one for one in found if one.item is None), *lying] if lying else found
        chosen = one_of(code, found, counts=self._one_loose_item)
        if chosen is None:
            raise Refused(self._unknown(code).format(code=code.code, site=self.here.code))
        return chosen

    @property
    def _one_loose_item(self) -> bool:
        """Whether a number alone says it all."""
        item = self.place.item
        return item is not None and item.catch_unit_id is None and not _pieces_of(item)

    def _unknown(self, code: Said) -> str:
        if code.amount is not None:
            return _("{code} is no code here: scan first what lies here, then type how many.")
        return _("{code} is nothing that can be counted at {site}.")

    def _other_place(self, found: Found) -> HttpResponse:
        if found.record.pk == self.place.location_id:
            messages.info(
                self.request, _("This is {place}: scan what lies here.").format(place=found.record.code)
            )
            return redirect(self.place_url(self.place))
        other = selectors.places(self.count).filter(location=found.record).order_by("state", "id").last()
        if other is None:
            sentence = _("{place} is not on this count. You are asked to count {here}.")
            raise Refused(sentence.format(place=found.record.code, here=self.place.location.code))
        return redirect(self.place_url(other))


def _pieces_of(item: Item) -> bool:
    return item.tracking != Item.Tracking.NONE


def _key(row: Row) -> tuple[str, str, str]:
    return row["item"], row["piece"], row["unit"]
