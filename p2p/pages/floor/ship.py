"""Goods that go, on the tablet: what is to leave, what left last with its paper, and taking that back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core import clock
from p2p.core.access import Role, require
from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.web.page import who
from p2p.inventory.models import Balance
from p2p.inventory.selectors.scanned import Found, scanned
from p2p.pages.floor.bring import BringPage
from p2p.pages.floor.coming import Coming, label_of, with_label
from p2p.pages.floor.outgoing import DEMAND, TRANSFER, DemandOut, Left, Out, TransferOut, left_with
from p2p.pages.floor.tablet import DOERS
from planning import selectors
from planning.services.delivered import Ordered
from planning.services.shipping_units import all_in

SHOWN = 60
REMEMBERED = "floor_last_shipment"


class Shipping(BringPage):
    """What leaves this site, as far as this person may ship it."""

    title = gettext_lazy("Ship")
    roles = DOERS

    def transfers(self) -> Any:
        rows = selectors.to_ship(who(self.request), today=clock.today(), roles=self.roles)
        return rows.filter(from_location__site=self.here).order_by("goes_on", "number")

    def demands(self) -> Any:
        rows = selectors.to_deliver(who(self.request), today=clock.today(), roles=self.roles)
        return rows.filter(site=self.here).order_by("goes_on", "number", "line")

    def going(self, *, items: Any = None, **named: Any) -> list[Out]:
        """Transfers and lines of customers together, or `?only=` one of both, the most urgent first. Of these `items`;
        `named` are filters of both."""
        given: dict[str, Any] = {**named, **({} if items is None else {"item__in": items})}
        only = self.request.GET.get("only", "")
        out: list[Out] = []
        if only != DEMAND:
            out += [TransferOut(row) for row in self.transfers().filter(**given)[:SHOWN]]
        if only != TRANSFER:
            out += measured(self.demands().filter(**given)[:SHOWN])
        return sorted(out, key=lambda one: (one.day, one.number))[:SHOWN]

    def last_out(self) -> Left | None:
        """What was shipped last: `?last=` names its first row. Without it what this tablet shipped last, silent."""
        text = self.request.GET.get("last") or self.request.session.get(REMEMBERED, "")
        kind, _dash, key = str(text).partition("-")
        found = whole(key)
        return left_with(kind, found, self.here) if kind in (TRANSFER, DEMAND) and found is not None else None

    def remember(self, kind: str, row: Any) -> str:
        said = f"{kind}-{row.pk}"
        self.request.session[REMEMBERED] = said
        return f"?{urlencode({'last': said})}"


class Ship(Shipping):
    """What is to leave here: late first, then today. A scan opens what it is for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        code = self.said.code
        out, said = self._meant(code)
        if len(out) == 1:
            return redirect(out[0].url + said.query())
        if out:
            return self.show(out=out, code=code)
        words = _("Nothing leaves here for {code}.").format(code=code or "–")
        return self.show(refusal=words, code=code)

    def show(self, *, out: list[Out] | None = None, refusal: str = "", code: str = "") -> HttpResponse:
        shown = self.going() if out is None else out
        context = {
            "out": shown,
            "most": len(shown) == SHOWN,
            "only": self.request.GET.get("only", ""),
            "narrowed": out is not None,
            "last": self.last_out(),
            "fresh": "last" in self.request.GET,
            "refusal": refusal,
            "code": code,
            "ship_url": reverse("pages:floor-ship"),
        }
        return self.draw("ship", context, status=409 if refusal else 200)

    def _meant(self, code: str) -> tuple[list[Out], Coming]:
        """What the code is for: an order, a line, all lines of a customer or to a site; else what wants the goods that
        carry it, and the goods are in hand then."""
        if not code:
            return [], Coming()
        number, slash, line = code.rpartition("/")
        place = whole(line) if slash else None
        demands = self.demands().filter(
            Q(number__iexact=number, line=place)
            if place is not None
            else Q(number__iexact=code) | Q(customer__number__iexact=code) | Q(reference__iexact=code)
        )
        transfers = self.transfers().filter(Q(number__iexact=code) | Q(site__code__iexact=code))
        named: list[Out] = [TransferOut(row) for row in transfers[:SHOWN]]
        named += measured(demands[:SHOWN])
        return (named, Coming()) if named else self._for_goods(code)

    def _for_goods(self, code: str) -> tuple[list[Out], Coming]:
        found = scanned(code, site=self.here)
        for one in found:
            if one.kind == "unit":
                rows = Balance.objects.filter(handling_unit__in=all_in([one.record]), quantity__gt=0)
                return self.going(items=list(rows.values_list("item", flat=True))), in_hand(one)
        items = {one.item.pk for one in found if one.item is not None}
        said = with_label(Coming(), label_of(code))
        mine = [one for one in found if one.item is not None]
        if said == Coming() and len(mine) == 1:
            said = in_hand(mine[0])
        return (self.going(items=items) if items else []), said


def measured(rows: Any) -> list[DemandOut]:
    """Lines of customers, what is left of them read for all at once."""
    found = list(rows)
    ordered = Ordered(found)
    return [DemandOut(row, ordered) for row in found]


def in_hand(one: Found) -> Coming:
    """What was scanned in the list, ready on the page it opens."""
    if one.kind == "unit":
        return Coming(unit=one.record.number)
    if one.kind == "lot":
        return Coming(lot=one.record.number)
    return Coming(serials=one.record.number) if one.kind == "serial" else Coming()


class UndoShip(Shipping):
    """Take what left last back, by the one who booked it or a supervisor."""

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        left = left_with(kind, pk, self.here) if kind in (TRANSFER, DEMAND) else None
        if left is None:
            raise Http404
        if left.move.by_id != who(request).pk:
            require(request.user, Role.SUPERVISOR, site=self.here)
        try:
            self.once(lambda: left.take_back(by=who(request)))
        except Refused as no:
            messages.error(request, str(no))
            return redirect("pages:floor-ship")
        messages.success(request, _("Taken back: {what} is to leave again.").format(what=left.number))
        return redirect("pages:floor-ship")
