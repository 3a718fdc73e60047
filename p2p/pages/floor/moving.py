"""The tablet moves anything from a place to another: scan what, then where to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.facts import Refused
from p2p.core.web.page import who
from p2p.inventory.models import HandlingUnit, StockTask
from p2p.inventory.selectors.tasks import open_tasks
from p2p.inventory.services import task_work
from p2p.pages.floor.bring import BringPage, Kind
from p2p.pages.floor.hand import Hand, Held, Step, held
from p2p.pages.floor.stock import SHOWN, lying_at
from strategies.models import Location


class Move(BringPage):
    """Anything from a place to another: scan what, then where to."""

    title = gettext_lazy("Move")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(Hand.of(request.GET.dict()))

    def show(self, hand: Hand, *, refusal: Refused | str = "", code: str = "", key: str = "") -> HttpResponse:
        now = held(hand, self.here)
        context = {
            "hand": hand,
            "now": now,
            "amount": now.quantity or (now.there if now.has_piece else None),
            "lines": self._lines(now),
            "fields": hand.fields(),
            "refusal": refusal,
            "code": code,
            "key": key or uuid4().hex,
            "last": self.last(),
            "others": [] if hand.query() else list(open_tasks(self.here, Kind.MOVE)[:SHOWN]),
            "scan_url": reverse("pages:floor-move"),
        }
        return self.draw("move", context, status=409 if refusal else 200)

    def _lines(self, now: Held) -> list[Any]:
        """What can be chosen next: what lies at the place, or the places where the piece lies."""
        if now.source is not None and not now.has_piece:
            return list(lying_at(self.here).filter(location=now.source)[:SHOWN])
        if now.item is not None and now.source is None:
            rows = lying_at(self.here).filter(item=now.item)
            rows = rows.filter(lot=now.lot) if now.lot else rows
            return list(rows.order_by("lot__expires_on", "location__walk_order", "id")[:SHOWN])
        return list(lying_at(self.here).filter(handling_unit=now.unit)[:SHOWN]) if now.unit else []

    def post(self, request: HttpRequest) -> HttpResponse:
        hand = Hand.of(request.POST.dict())
        try:
            said = self.stepped(hand)
            if said.target is None:
                return redirect(reverse("pages:floor-move") + said.hand.query())
            made = self.once(lambda: self._carry(said))
        except Refused as no:
            return self.show(hand, refusal=no, code=self.said.code)
        last = f"?{urlencode({'last': made.number})}" if made else ""
        return redirect(reverse("pages:floor-move") + last)

    def _carry(self, said: Step) -> StockTask | None:
        now = held(said.hand, self.here)
        assert said.target is not None
        if now.whole_unit and said.into is None:
            return self._carry_unit(now.unit, said.target)
        if now.item is None or now.source is None:
            raise Refused(_("Scan first what is moved and where it lies."))
        return task_work.carry_now(
            item=now.item,
            quantity=now.quantity or now.there,
            source=now.source,
            target=said.target,
            lot=now.lot,
            serial=now.serial,
            handling_unit=now.unit,
            into_unit=said.into,
            by=who(self.request),
        )

    def _carry_unit(self, unit: HandlingUnit | None, target: Location) -> StockTask | None:
        assert unit is not None
        made = task_work.carry_unit(unit=unit, target=target, by=who(self.request))
        if made is None:
            words = _("{unit} stands at {place} now.").format(unit=unit.number, place=target.code)
            messages.success(self.request, words)
        return made
