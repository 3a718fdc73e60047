"""The tablet receives an order: scan or type what came, take off what was wrong, one touch books it."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from p2p.core.facts import Refused, gather
from p2p.core.web.page import who
from p2p.inventory.models import HandlingUnit
from p2p.pages.floor.coming import Coming
from p2p.pages.floor.gathered import Gathered, progress
from p2p.pages.floor.receiving import Receiving, came_for, remember
from p2p.pages.floor.road import Road, road_of
from p2p.pages.floor.said import number
from p2p.pages.floor.scans import Scans
from planning.arrival_facts import Arriving
from planning.models import ReplenishmentMove
from planning.services.receive import ReceiptLine, receive_lines
from strategies.models import Item


class ReceiveOrder(Scans, Receiving):
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
    def item(self) -> Item:
        found: Item = self.order.item
        return found

    @property
    def brings_new(self) -> bool:
        return bool(self.order.kind == "purchase")

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        if not self.waits:
            return self.gone(messages.INFO)
        return self.show(Coming.of(request.GET.dict()))

    @property
    def waits(self) -> bool:
        found: bool = self.orders().filter(number=self.kwargs["number"]).exists()
        return found

    def gone(self, level: int) -> HttpResponse:
        """It came whole, or was called off, while this page stood open."""
        words = _("{order} expects nothing here any more.").format(order=self.kwargs["number"])
        messages.add_message(self.request, level, words)
        return redirect("pages:floor-receive")

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
            "by_serial": self.by_serial,
            "bought": self.brings_new,
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
        if not self.waits:
            return self.gone(messages.ERROR)
        coming = Coming.of(request.POST.dict())
        try:
            said = self.stepped_on(coming, self.said)
        except Refused as no:
            return self.show(coming, refusal=no, code=self.said.code)
        return redirect(self.url + said.query())


class DoReceive(ReceiveOrder):
    """Book what stands on the page; refused it stands there still."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return redirect("pages:floor-receive-order", number)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        coming = Coming.of(request.POST.dict())
        try:
            rows = self.once(lambda: self._receive(coming))
        except Http404:
            return self.gone(messages.ERROR)
        except Refused as no:
            return self.show(coming, refusal=no)
        if rows:
            self.gathered.clear()
            remember(request, rows[0])
        last = f"?{urlencode({'last': rows[0].pk})}" if rows else ""
        return redirect(reverse("pages:floor-receive") + last)

    def plate_named(self, text: str) -> str:
        """The number of a pallet that is there, however it was typed; else that of a new one."""
        known = HandlingUnit.objects.filter(number__iexact=text).values_list("number", flat=True).first()
        return known or text

    def _receive(self, coming: Coming) -> list[ReplenishmentMove]:
        serials = [*self.gathered.numbers, *coming.numbers()]
        scanned_ones = Decimal(len(self.gathered)) or None
        offered = number(self.request.POST.get("offered", ""))
        if not (scanned_ones or coming.quantity) and offered not in (None, self.road.offered):
            raise Refused(_("Something was booked meanwhile: other goods are to come now. Look again."))
        line = ReceiptLine(
            order=self.order,
            quantity=scanned_ones or number(coming.quantity) or self.road.offered,
            location=self.place_named(coming.place),
            plate=self.plate_named(coming.unit),
            lot=coming.lot,
            serials=serials,
            vendor_lot=coming.vendor_lot,
            catch_quantity=number(coming.count),
            expires_on=coming.day(),
        )
        return receive_lines(lines=[line], delivery_note=coming.note, by=who(self.request))
