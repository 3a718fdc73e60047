"""The tablet receives: scan or pick the order, scan or type what came, one touch books it, labels come after."""

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
from django.utils.translation import gettext_lazy

from p2p.core import clock
from p2p.core.access import Role, require
from p2p.core.facts import Refused, gather
from p2p.core.fields import plain
from p2p.core.web.page import who
from p2p.inventory.engine.scan import Reading
from p2p.inventory.models import HandlingUnit
from p2p.inventory.selectors.scanned import Found, scanned
from p2p.pages.floor.bring import BringPage
from p2p.pages.floor.coming import Coming, label_of, with_label
from p2p.pages.floor.hand import PIECES
from p2p.pages.floor.said import NEW_SERIAL, QUANTITY, Said, number, one_of
from p2p.pages.floor.tablet import DOERS
from planning import selectors
from planning.arrival_facts import Arriving
from planning.models import ReplenishmentMove
from planning.services.receipts import take_back
from planning.services.receive import ReceiptLine, receive_lines
from quality.models import Inspection
from strategies.models import Item, Location

SHOWN = 60


class _Receiving(BringPage):
    """Orders of this site that this person may receive."""

    title = gettext_lazy("Receive")
    roles = DOERS

    def orders(self) -> Any:
        rows = selectors.expected(who(self.request), today=clock.now().date(), roles=self.roles)
        return rows.filter(site=self.here).order_by("expected_on", "vendor__name", "number")

    def last(self) -> Any:
        """What was received last, all of it, with its labels and Undo: `?last=` names its first piece."""
        key = self.request.GET.get("last", "")
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            return None
        rows = selectors.receipts(who(self.request)).filter(pk=key, order__site=self.here)
        row = rows.filter(move__reverses=None, move__reversed_by=None).first()
        if row is not None:
            booked = [each.move for each in booked_with(row)]
            row.whole = sum(move.quantity for move in booked)
            waiting = Inspection.objects.filter(arrivals__move__in=booked, state=Inspection.State.OPEN)
            row.inspections = list(waiting.distinct().order_by("pk"))
        return row


def booked_with(row: ReplenishmentMove) -> list[ReplenishmentMove]:
    """All that was booked with it in one go: pieces with serial numbers are a receipt each."""
    rows = selectors.receipts().filter(
        order=row.order_id, move__posted_at=row.move.posted_at, move__by=row.move.by_id, move__reverses=None
    )
    return list(rows.order_by("pk"))


class Receive(_Receiving):
    """What is expected here: late first, then today."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        code = self.said.code
        found = self._meant(code)
        if len(found) == 1:
            return redirect(reverse("pages:floor-receive-order", args=[found[0].number]) + self._said(code))
        if found:
            return self.show(orders=found, code=code)
        words = _("Nothing is expected here for {code}.").format(code=code or "–")
        return self.show(refusal=words, code=code)

    def show(self, *, orders: Any = None, refusal: str = "", code: str = "") -> HttpResponse:
        rows = list(orders if orders is not None else self.orders()[:SHOWN])
        context = {
            "orders": rows,
            "narrowed": orders is not None,
            "last": self.last(),
            "refusal": refusal,
            "code": code,
            "receive_url": reverse("pages:floor-receive"),
        }
        return self.draw("receive", context, status=409 if refusal else 200)

    def _meant(self, code: str) -> list[Any]:
        """The order of that number; else what its vendor, or the item of the label, is expected with."""
        if not code:
            return []
        rows = self.orders()
        for column in ("number", "vendor__number"):
            found = list(rows.filter(**{f"{column}__iexact": code})[:SHOWN])
            if found:
                return found
        items = {one.item.pk for one in scanned(code, site=self.here) if one.item is not None}
        return list(rows.filter(item__in=items)[:SHOWN]) if items else []

    def _said(self, code: str) -> str:
        """What the label said besides the item goes along."""
        return with_label(Coming(), label_of(code)).query()


class ReceiveOrder(_Receiving):
    """One order: how many, which lot, where to; Receive books it."""

    back_to = "pages:floor-receive"

    @cached_property
    def order(self) -> Any:
        return get_object_or_404(self.orders(), number=self.kwargs["number"])

    @property
    def url(self) -> str:
        return reverse("pages:floor-receive-order", args=[self.order.number])

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        if not self.orders().filter(number=number).exists():
            messages.info(request, _("{order} expects nothing here any more.").format(order=number))
            return redirect("pages:floor-receive")
        return self.show(Coming.of(request.GET.dict()))

    def show(self, coming: Coming, *, refusal: Refused | str = "", code: str = "") -> HttpResponse:
        item = self.order.item
        amount = number(coming.quantity) or self.order.left
        context = {
            "order": self.order,
            "item": item,
            "coming": coming,
            "amount": amount,
            "over": amount > self.order.left,
            "fields": coming.fields(),
            "tracked": item.tracking,
            "by_lot": item.tracking == Item.Tracking.LOT,
            "by_serial": item.tracking == Item.Tracking.SERIAL,
            "bought": self.order.kind == "purchase",
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
            return replace(coming, quantity=self._amount(self.request.POST["amount"]))
        if self.request.POST.get("sheet") or not said.code:
            return coming
        label = label_of(said.code)
        if label is not None and self._names_the_item(label):
            return with_label(coming, label)
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
            number = said.code if chosen.kind == NEW_SERIAL else chosen.record.number
            return replace(coming, serials=", ".join(filter(None, [coming.serials, number])))
        return replace(coming, lot=chosen.record.number) if chosen.kind == "lot" else coming

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

    def _amount(self, text: str) -> str:
        found = number(text)
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
        last = f"?{urlencode({'last': rows[0].pk})}" if rows else ""
        return redirect(reverse("pages:floor-receive") + last)

    def _receive(self, coming: Coming) -> list[ReplenishmentMove]:
        line = ReceiptLine(
            order=self.order,
            quantity=number(coming.quantity) or Decimal(self.order.left),
            location=self._place(coming.place),
            into_unit=self._unit(coming.unit),
            lot=coming.lot,
            serials=coming.numbers(),
            vendor_lot=coming.vendor_lot,
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


class UndoReceive(_Receiving):
    """Take the last receipt back, by the one who booked it or a supervisor."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = selectors.receipts(who(request)).filter(order__site=self.here)
        row = get_object_or_404(rows, pk=pk)
        if row.move.by_id != who(request).pk:
            require(request.user, Role.SUPERVISOR, site=self.here)
        order = row.order
        try:
            self.once(lambda: take_back(receipts=booked_with(row), by=who(request)))
        except Refused as no:
            messages.error(request, str(no))
            return redirect("pages:floor-receive")
        messages.success(request, _("Taken back: {order} waits for it again.").format(order=order.number))
        return redirect("pages:floor-receive-order", order.number)
