"""The tablet ships one transfer or customer line: scan what goes, one touch books it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from p2p.core.facts import Refused
from p2p.core.web.page import who
from p2p.inventory.models import HandlingUnit
from p2p.inventory.selectors.scanned import Found
from p2p.pages.floor.coming import Coming
from p2p.pages.floor.gathered import Gathered, progress
from p2p.pages.floor.names import kept_of
from p2p.pages.floor.outgoing import DEMAND, TRANSFER, DemandOut, Out, Packed, TransferOut
from p2p.pages.floor.said import number
from p2p.pages.floor.scans import Scans
from p2p.pages.floor.ship import Shipping
from strategies.models import Item


class ShipOne(Scans, Shipping):
    """How many, which lot, which pieces, on which pallet; Ship books it."""

    back_to = "pages:floor-ship"

    @cached_property
    def out(self) -> Out | None:
        """None when nothing of it is to leave here any more."""
        kind, key = self.kwargs["kind"], self.kwargs["pk"]
        if kind not in (TRANSFER, DEMAND):
            raise Http404
        rows, made = (self.transfers(), TransferOut) if kind == TRANSFER else (self.demands(), DemandOut)
        found = list(rows.filter(pk=key)[:1])
        return made(found[0]) if found else None

    @property
    def going_out(self) -> Any:
        assert self.out is not None
        return self.out

    @property
    def item(self) -> Item:
        found: Item = self.going_out.item
        return found

    @cached_property
    def gathered(self) -> Gathered:
        return Gathered(self.request.session, f"shipment-{self.going_out.key}")

    def _put(self, coming: Coming, found: Found) -> Coming:
        """A transfer leaves the place that it is from."""
        source = self.going_out.source
        if found.kind == "place" and source is not None and found.record != source:
            raise Refused(
                _("{order} leaves {source}, not {place}: nothing was changed."),
                order=self.going_out.number,
                source=source.code,
                place=found.record.code,
            )
        return super()._put(coming, found)

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        if self.out is None:
            return self._gone()
        coming = Coming.of(request.GET.dict())
        if coming.serials and self.by_serial:
            fresh = [one for one in coming.numbers() if one not in self.gathered.numbers]
            self.gathered.add(fresh)
            return redirect(self.out.url + replace(coming, serials="").query())
        return self.show(coming)

    def _gone(self) -> HttpResponse:
        messages.info(self.request, _("Nothing of it is to leave here any more."))
        return redirect("pages:floor-ship")

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        if self.out is None:
            return self._gone()
        coming = Coming.of(request.POST.dict())
        try:
            said = self.stepped_on(coming, self.said)
        except Refused as no:
            return self.show(coming, refusal=no, code=self.said.code)
        return redirect(self.out.url + said.query())

    def show(self, coming: Coming, *, refusal: Refused | str = "", code: str = "") -> HttpResponse:
        out, serials = self.going_out, self.gathered.numbers
        unit = self._unit(coming)
        wanted = number(coming.quantity) or (self._of_unit(unit) if unit else None) or out.left
        amount = Decimal(len(serials)) if serials else wanted
        place = coming.place or (unit.location.code if unit and unit.location else "")
        kept = [] if unit or coming.lot or serials else out.kept(coming.place)
        at = {row.location.code for row in kept}
        context = {
            "out": out,
            "item": self.item,
            "coming": coming,
            "amount": amount,
            "over": amount > out.left,
            "fields": coming.fields(),
            "by_lot": self.item.tracking == Item.Tracking.LOT,
            "by_serial": self.by_serial,
            "serials": serials,
            "progress": progress(len(serials), wanted) if serials else None,
            "kept": kept_of(kept),
            "rest": amount > sum((row.quantity for row in kept), Decimal(0)),
            "place": place or (out.source.code if out.source else "") or (min(at) if len(at) == 1 else ""),
            "whole": unit is not None and out.whole_units,
            "key": self.request.POST.get("key") or uuid4().hex,
            "refusal": refusal,
            "code": code,
            "order_url": out.url,
            "do_url": reverse("pages:floor-ship-do", args=[out.kind, out.record.pk]),
        }
        return self.draw("ship_one", context, status=409 if refusal else 200)

    def _unit(self, coming: Coming) -> HandlingUnit | None:
        rows = HandlingUnit.objects.select_related("location")
        return rows.filter(number__iexact=coming.unit).first() if coming.unit else None

    def _of_unit(self, unit: HandlingUnit) -> Decimal:
        there: Decimal = self.going_out.in_unit(unit)
        return there if self.going_out.whole_units else min(there, self.going_out.left)


class DoShip(ShipOne):
    """Book what stands on the page; refused it stands there still."""

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        return redirect("pages:floor-ship-one", kind, pk)

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        if self.out is None:
            return self._gone()
        coming = Coming.of(request.POST.dict())
        try:
            rows = self.once(lambda: self._ship(coming))
        except Refused as no:
            return self.show(coming, refusal=no)
        if not rows:
            return redirect("pages:floor-ship")
        self.gathered.clear()
        return redirect(reverse("pages:floor-ship") + self.remember(kind, rows[0]))

    def _ship(self, coming: Coming) -> list[Any]:
        out, unit = self.going_out, self.unit_named(coming.unit)
        offered = number(self.request.POST.get("offered", ""))
        pieces = [*self.gathered.numbers, *coming.numbers()]
        said = Decimal(len(pieces)) if pieces else number(coming.quantity)
        if said is None and unit is None and offered not in (None, out.left):
            raise Refused(_("Something was booked meanwhile: other goods are to go now. Look again."))
        if unit is not None and out.whole_units and said is not None:
            raise Refused(
                _(
                    "{unit} leaves with all that stands in it: take the quantity off, or take the goods out first."
                ),
                unit=unit.number,
            )
        packed = Packed(
            quantity=said,
            lot=coming.lot,
            serials=pieces,
            unit=unit,
            place=self.place_named(coming.place) if unit is None else None,
            count=number(coming.count),
            note=coming.note,
        )
        return list(out.book(packed, by=who(self.request)))
