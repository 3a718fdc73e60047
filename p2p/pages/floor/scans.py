"""Pages that gather by scans what one touch books: how many, which lot, which pieces, which unit, which place."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from execution.in_hand import in_hand
from execution.services.chosen import InHand
from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.inventory.engine.scan import Reading
from p2p.inventory.models import HandlingUnit
from p2p.inventory.selectors.scanned import Found, scanned
from p2p.pages.floor.bring import BringPage
from p2p.pages.floor.coming import Coming, label_of, with_label
from p2p.pages.floor.gathered import Gathered, must_be_new
from p2p.pages.floor.hand import PIECES
from p2p.pages.floor.said import NEW_SERIAL, QUANTITY, Said, number, one_of, weight
from planning.models import Material
from strategies.models import Item, Location

TAKEN_OFF = ("unit", "place", "lot", "expires", "vendor_lot", "note", "quantity")
"""What a tap on its chip takes off again."""


class Scans(BringPage):
    """Of one `item`; serial numbers are `gathered` apart from the page."""

    gathered: Gathered

    @property
    def item(self) -> Item:
        raise NotImplementedError

    @property
    def brings_new(self) -> bool:
        """Whether pieces come that nobody has here yet."""
        return False

    @property
    def by_serial(self) -> bool:
        return bool(self.item.tracking == Item.Tracking.SERIAL)

    def stepped_on(self, coming: Coming, said: Said) -> Coming:
        """A number from the pad, a sheet that says more, or what the scan field says."""
        if "amount" in self.request.POST:
            return self._measured(coming, self.request.POST["amount"], self.request.POST.get("count", ""))
        if "drop" in self.request.POST:
            self.gathered.drop(self.request.POST["drop"])
            return coming
        if self.request.POST.get("off") in TAKEN_OFF:
            return self._without(coming, self.request.POST["off"])
        if self.request.POST.get("sheet") or not said.code:
            return self._gather(coming, coming.numbers())
        label = label_of(said.code)
        if label is not None and self._names_the_item(label):
            piece = (label.serial or label.piece) if self.by_serial else ""
            return self._gather(coming, [piece]) if piece else with_label(coming, label)
        chosen = one_of(said, self._able(said))
        if chosen is None or chosen.kind in ("card", "task"):
            raise self._not_this(said.code)
        return self._taken(coming, said, chosen)

    def _able(self, said: Said) -> list[Found]:
        """What it may be here: where new pieces come also a number that nobody knows yet."""
        found = scanned(said.code, site=self.here)
        mine = [one for one in found if one.kind not in PIECES or one.item == self.item]
        if not found and self.by_serial and self.brings_new:
            return [Found(NEW_SERIAL, said.code)]
        return mine or found

    def _taken(self, coming: Coming, said: Said, chosen: Found) -> Coming:
        if chosen.kind == QUANTITY:
            return replace(coming, quantity=self._amount(said.code))
        if chosen.kind in ("place", "unit"):
            return self._put(coming, chosen)
        if chosen.kind in PIECES and chosen.item != self.item:
            raise self._not_this(said.code)
        if chosen.kind in (NEW_SERIAL, "serial"):
            return self._gather(coming, [said.code if chosen.kind == NEW_SERIAL else chosen.record.number])
        return replace(coming, lot=chosen.record.number) if chosen.kind == "lot" else coming

    def _gather(self, coming: Coming, numbers: list[str]) -> Coming:
        """Serial numbers are kept apart from the page, until they are booked: a reload loses none of them."""
        if self.by_serial and numbers:
            if self.brings_new:
                must_be_new(self.item, numbers)
            self.gathered.add(numbers)
        return replace(coming, serials="") if self.by_serial else coming

    def _without(self, coming: Coming, what: str) -> Coming:
        """A pallet goes with the place where it stands."""
        gone = {"unit": ("unit", "place"), "quantity": ("quantity", "count")}.get(what, (what,))
        return replace(coming, **dict.fromkeys(gone, ""))

    def _not_this(self, code: str) -> Refused:
        return Refused(_("{text} is not {item}: nothing was changed."), text=code, item=self.item.number)

    def _names_the_item(self, label: Reading) -> bool:
        found = [one.item.pk for one in scanned(label.text, site=self.here) if one.item is not None]
        return self.item.pk in found or label.item == self.item.number

    def _put(self, coming: Coming, found: Found) -> Coming:
        if found.kind == "unit":
            place = found.record.location
            return replace(coming, unit=found.record.number, place=place.code if place else coming.place)
        return replace(coming, place=found.record.code)

    def _measured(self, coming: Coming, text: str, count: str) -> Coming:
        """The number of the pad, or of a scale; of what is weighed with how many pieces it is."""
        if count.strip() and number(count.strip()) is None:
            raise Refused(
                _("{quantity} is no number of pieces: type a number above zero."), quantity=count.strip()
            )
        return replace(coming, quantity=self._amount(text), count=count.strip())

    def _amount(self, text: str) -> str:
        found = weight(text, self.item.unit.code)
        if found is None:
            raise Refused(_("{quantity} is no quantity: type a number above zero."), quantity=text or "–")
        return plain(found)

    def pieces(self, coming: Coming) -> list[str]:
        return [*self.gathered.numbers, *coming.numbers()]

    def in_hand(self, material: Material, coming: Coming) -> InHand:
        """What was scanned of a component. A pallet says where it stands."""
        return in_hand(
            material,
            location="" if coming.unit else coming.place,
            lot=coming.lot,
            serials=self.pieces(coming),
            unit=coming.unit,
            catch_quantity=number(coming.count),
        )

    def place_named(self, code: str) -> Location | None:
        if not code:
            return None
        found = Location.objects.filter(site=self.here, code__iexact=code).select_related("site").first()
        if found is None:
            raise Refused(_("There is no place {place} at {site}."), place=code, site=self.here.code)
        return found

    def unit_named(self, text: str) -> HandlingUnit | None:
        if not text:
            return None
        found = HandlingUnit.objects.filter(number__iexact=text).first()
        if found is None:
            raise Refused(_("There is no handling unit {number}."), number=text)
        return found
