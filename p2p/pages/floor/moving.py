"""The tablet moves anything from a place to another: scan what, then where to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.facts import Refused
from p2p.core.web.page import who
from p2p.inventory.models import HandlingUnit, StockTask
from p2p.inventory.selectors.pieces import inside
from p2p.inventory.selectors.tasks import open_tasks
from p2p.inventory.services import task_work
from p2p.inventory.services.piece_moves import carry_pieces
from p2p.pages.floor.bring import BringPage, Kind
from p2p.pages.floor.gathered import progress
from p2p.pages.floor.hand import Hand, Held, Step, held, seen
from p2p.pages.floor.said import number
from p2p.pages.floor.stock import SHOWN, lying_at
from strategies.models import Location


class Move(BringPage):
    """Anything from a place to another: scan what, then where to."""

    title = gettext_lazy("Move")

    def get(self, request: HttpRequest) -> HttpResponse:
        hand = Hand.of(request.GET.dict())
        if hand.unit and not hand.source:
            hand = seen(hand, held(hand, self.here).unit)
        return self.show(hand)

    def show(self, hand: Hand, *, refusal: Refused | str = "", code: str = "", key: str = "") -> HttpResponse:
        now = held(hand, self.here)
        serials = self.pieces_of(now).numbers if hand.pieces else []
        context = {
            "hand": hand,
            "now": now,
            "amount": Decimal(len(serials)) or now.quantity or (now.there if now.has_piece else None),
            "serials": serials,
            "progress": progress(len(serials), now.quantity or now.there) if serials else None,
            "lines": self._lines(now),
            "fields": hand.fields(),
            "refusal": refusal,
            "code": code,
            "key": key or uuid4().hex,
            "last": self.last(),
            "emptied": self._emptied(),
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
        if now.unit is None:
            return []
        return list(lying_at(self.here).filter(handling_unit__in=inside(now.unit))[:SHOWN])

    def post(self, request: HttpRequest) -> HttpResponse:
        hand = Hand.of(request.POST.dict())
        try:
            if self.dropped(held(hand, self.here)):
                return redirect(reverse("pages:floor-move") + hand.query())
            said = self.stepped(hand)
            if said.target is None:
                return redirect(reverse("pages:floor-move") + said.hand.query())
            made = self.once(lambda: self._carry(said))
        except Refused as no:
            return self.show(hand, refusal=no, code=self.said.code)
        return redirect(f"{reverse('pages:floor-move')}?{urlencode(self._after(said, made))}")

    def _after(self, said: Step, made: StockTask | None) -> dict[str, str]:
        if made is not None:
            return {"last": made.number}
        hand = said.hand
        return {"moved": hand.unit, "from": hand.source} if hand.unit and not hand.item else {}

    def _carry(self, said: Step) -> StockTask | None:
        now = held(said.hand, self.here)
        assert said.target is not None
        if now.whole_unit and said.into is None:
            return self._carry_unit(now, said.target)
        if now.item is None or now.source is None:
            raise Refused(_("Scan first what is moved and where it lies."))
        scanned_ones = self.pieces_of(now)
        self.sure(said.hand, scanned_ones)
        if said.hand.pieces:
            made = carry_pieces(
                item=now.item,
                serials=scanned_ones.pieces(now.item),
                source=now.source,
                target=said.target,
                into_unit=said.into,
                by=who(self.request),
            )
            scanned_ones.clear()
            return made
        return task_work.carry_now(
            item=now.item,
            quantity=now.quantity or now.there,
            source=now.source,
            target=said.target,
            lot=now.lot,
            serial=now.serial,
            handling_unit=now.unit,
            into_unit=said.into,
            catch_quantity=number(said.hand.count),
            by=who(self.request),
        )

    def _carry_unit(self, now: Held, target: Location) -> StockTask | None:
        assert now.unit is not None
        return task_work.carry_unit(unit=now.unit, target=target, seen_at=now.source, by=who(self.request))

    def _emptied(self) -> dict[str, Any] | None:
        """An empty unit that was moved last, with where it came from: `?moved=` and `?from=` name both. It has no task
        that could be undone, so Undo brings it back."""
        said = self.request.GET
        if not said.get("moved"):
            return None
        unit = HandlingUnit.objects.filter(number=said["moved"], location__site=self.here).first()
        back = Location.objects.filter(site=self.here, code=said.get("from", "")).first()
        return {"unit": unit, "back": back} if unit is not None else None
