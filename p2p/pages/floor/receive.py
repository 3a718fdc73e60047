"""The tablet receives an order: scan or type what came, take off what was wrong, one touch books it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from p2p.core.facts import Refused, gather
from p2p.core.fields import plain
from p2p.core.web.page import who
from p2p.inventory.engine.scan import Reading
from p2p.inventory.models import HandlingUnit
from p2p.inventory.selectors.scanned import Found, scanned
from p2p.pages.floor.coming import Coming, label_of, with_label
from p2p.pages.floor.gathered import Gathered, must_be_new, progress
from p2p.pages.floor.hand import PIECES
from p2p.pages.floor.receiving import Receiving, came_for, remember
from p2p.pages.floor.road import Road, road_of
from p2p.pages.floor.said import NEW_SERIAL, QUANTITY, Said, number, one_of, weight
from planning.arrival_facts import Arriving
from planning.models import ReplenishmentMove
from planning.services.receive import ReceiptLine, receive_lines
from strategies.models import Item, Location

TAKEN_OFF = ("unit", "place", "lot", "expires", "vendor_lot", "note", "quantity")
"""What a tap on its chip takes off again."""


class ReceiveOrder(Receiving):
    """One order: how many, which lot, where to; Receive books it."""

    back_to = "pages:floor-receive"

    @cached_property
    def order(self) -> Any:
        return get_object_or_404(self.orders(), number=self.kwargs["number"])

    @property
    def url(self) -> str:
        return reverse("pages:floor-receive-order", args=[self.order.number])

    @cached_property
    def gathered(self) -> Gathered:
        return Gathered(self.request.session, f"receipt-{self.order.pk}")

    @cached_property
    def road(self) -> Road:
        return road_of(self.order)

    @property
    def _by_serial(self) -> bool:
        return bool(self.order.item.tracking == Item.Tracking.SERIAL)

    @property
    def _bought(self) -> bool:
        return bool(self.order.kind == "purchase")

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        if not self.orders().filter(number=number).exists():
            messages.info(request, _("{order} expects nothing here any more.").format(order=number))
            return redirect("pages:floor-receive")
        return self.show(Coming.of(request.GET.dict()))

    def show(self, coming: Coming, *, refusal: Refused | str = "", code: str = "") -> HttpResponse:
        item, serials = self.order.item, self.gathered.numbers
        wanted = number(coming.quantity) or self.road.offered
        amount = Decimal(len(serials)) if serials else wanted
        context = {
            "order": self.order,
            "item": item,
            "coming": coming,
            "amount": amount,
            "over": amount > self.order.left,
            "road": self.road,
            "straight": self.road.straight(amount),
            "opened": self.road.opened(amount),
            "fields": coming.fields(),
            "tracked": item.tracking,
            "by_lot": item.tracking == Item.Tracking.LOT,
            "by_serial": self._by_serial,
            "bought": self._bought,
            "serials": serials,
            "progress": progress(len(serials), wanted) if serials else None,
            "came": came_for(self.order, who(self.request)),
            "place": coming.place or (self.order.to_location.code if self.order.to_location else ""),
            "key": self.request.POST.get("key") or uuid4().hex,
            "notices": gather(Arriving(orders=(self.order,))),
            "refusal": refusal,
            "code": code,
            "order_url": self.url,
            "do_url": reverse("pages:floor-receive-do", args=[self.order.number]),
        }
        return self.draw("receive_order", context, status=409 if refusal else 200)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        coming = Coming.of(request.POST.dict())
        try:
            said = self._stepped(coming, self.said)
        except Refused as no:
            return self.show(coming, refusal=no, code=self.said.code)
        return redirect(self.url + said.query())

    def _stepped(self, coming: Coming, said: Said) -> Coming:
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
            piece = (label.serial or label.piece) if self._by_serial else ""
            return self._gather(coming, [piece]) if piece else with_label(coming, label)
        chosen = one_of(said, self._able(said))
        if chosen is None or chosen.kind in ("card", "task"):
            raise self._not_this(said.code)
        return self._taken(coming, said, chosen)

    def _able(self, said: Said) -> list[Found]:
        """What it may be here: of a piece by piece item also a number that nobody knows yet."""
        found = scanned(said.code, site=self.here)
        mine = [one for one in found if one.kind not in PIECES or one.item == self.order.item]
        if not found and self.order.item.tracking == Item.Tracking.SERIAL:
            return [Found(NEW_SERIAL, said.code)]
        return mine or found

    def _taken(self, coming: Coming, said: Said, chosen: Found) -> Coming:
        if chosen.kind == QUANTITY:
            return replace(coming, quantity=self._amount(said.code))
        if chosen.kind in ("place", "unit"):
            return self._put(coming, chosen)
        if chosen.kind in PIECES and chosen.item != self.order.item:
            raise self._not_this(said.code)
        if chosen.kind in (NEW_SERIAL, "serial"):
            return self._gather(coming, [said.code if chosen.kind == NEW_SERIAL else chosen.record.number])
        return replace(coming, lot=chosen.record.number) if chosen.kind == "lot" else coming

    def _gather(self, coming: Coming, numbers: list[str]) -> Coming:
        """Serial numbers are kept apart from the page, until they are booked: a reload loses none of them."""
        if self._by_serial and numbers:
            if self._bought:
                must_be_new(self.order.item, numbers)
            self.gathered.add(numbers)
        return replace(coming, serials="") if self._by_serial else coming

    def _without(self, coming: Coming, what: str) -> Coming:
        """A pallet goes with the place where it stands."""
        gone = {"unit": ("unit", "place"), "quantity": ("quantity", "count")}.get(what, (what,))
        return replace(coming, **dict.fromkeys(gone, ""))

    def _not_this(self, code: str) -> Refused:
        return Refused(
            _("{text} is not {item}: nothing was changed."), text=code, item=self.order.item.number
        )

    def _names_the_item(self, label: Reading) -> bool:
        found = [one.item.pk for one in scanned(label.text, site=self.here) if one.item is not None]
        return self.order.item_id in found or label.item == self.order.item.number

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
        found = weight(text, self.order.item.unit.code)
        if found is None:
            raise Refused(_("{quantity} is no quantity: type a number above zero."), quantity=text or "–")
        return plain(found)


class DoReceive(ReceiveOrder):
    """Book what stands on the page; refused it stands there still."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return redirect("pages:floor-receive-order", number)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        coming = Coming.of(request.POST.dict())
        try:
            rows = self.once(lambda: self._receive(coming))
        except Refused as no:
            return self.show(coming, refusal=no)
        if rows:
            self.gathered.clear()
            remember(request, rows[0])
        last = f"?{urlencode({'last': rows[0].pk})}" if rows else ""
        return redirect(reverse("pages:floor-receive") + last)

    def _receive(self, coming: Coming) -> list[ReplenishmentMove]:
        serials = [*self.gathered.numbers, *coming.numbers()]
        scanned_ones = Decimal(len(self.gathered)) or None
        offered = number(self.request.POST.get("offered", ""))
        if not (scanned_ones or coming.quantity) and offered not in (None, self.road.offered):
            raise Refused(_("Something was booked meanwhile: other goods are to come now. Look again."))
        line = ReceiptLine(
            order=self.order,
            quantity=scanned_ones or number(coming.quantity) or self.road.offered,
            location=self._place(coming.place),
            into_unit=self._unit(coming.unit),
            lot=coming.lot,
            serials=serials,
            vendor_lot=coming.vendor_lot,
            catch_quantity=number(coming.count),
            expires_on=coming.day(),
        )
        return receive_lines(lines=[line], delivery_note=coming.note, by=who(self.request))

    def _place(self, code: str) -> Location | None:
        if not code:
            return None
        found = Location.objects.filter(site=self.here, code__iexact=code).select_related("site").first()
        if found is None:
            raise Refused(_("There is no place {place} at {site}."), place=code, site=self.here.code)
        return found

    def _unit(self, text: str) -> HandlingUnit | None:
        if not text:
            return None
        found = HandlingUnit.objects.filter(number__iexact=text).first()
        if found is None:
            raise Refused(_("There is no handling unit {number}."), number=text)
        return found
