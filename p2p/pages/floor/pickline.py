"""One line of a pick list on the tablet: scan, quantity, one touch takes it for the order; or not all is there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from execution.forms import reasons
from execution.models import PickLine
from execution.services.by_scan import pick_line, pick_short
from execution.services.chosen import InHand
from p2p.core.facts import Refused
from p2p.core.web import formats
from p2p.core.web.page import who
from p2p.pages.floor.coming import Coming
from p2p.pages.floor.gathered import Gathered, progress
from p2p.pages.floor.picking import Picking
from p2p.pages.floor.said import number
from p2p.pages.floor.scans import Scans
from strategies.models import Item, ReasonCode

ZERO = Decimal(0)


class PickLinePage(Scans, Picking):
    """One line: from where, how much of how many, and Pick."""

    @cached_property
    def line(self) -> PickLine | None:
        """None when nothing of it is left."""
        return next((line for line in self.open_lines() if line.pk == self.kwargs["pk"]), None)

    @property
    def current(self) -> PickLine:
        assert self.line is not None
        return self.line

    @property
    def back_url(self) -> str:
        return self.list_url()

    @property
    def item(self) -> Item:
        found: Item = self.current.material.item
        return found

    @property
    def left(self) -> Decimal:
        found: Decimal = self.current.quantity - self.current.picked_quantity
        return found

    @cached_property
    def gathered(self) -> Gathered:
        return Gathered(self.request.session, f"pick-{self.kwargs['pk']}")

    def get(self, request: HttpRequest, number: str, pk: int) -> HttpResponse:
        if self.line is None:
            return self.gone()
        coming = Coming.of(request.GET.dict())
        if coming.serials and self.by_serial:
            self.gathered.add([one for one in coming.numbers() if one not in self.gathered.numbers])
            return redirect(self.line_url(self.current) + replace(coming, serials="").query())
        return self.show(coming)

    def gone(self) -> HttpResponse:
        messages.info(self.request, _("This line is picked: nothing of it is left."))
        return redirect(self.list_url())

    def post(self, request: HttpRequest, number: str, pk: int) -> HttpResponse:
        if self.line is None:
            return self.gone()
        coming = Coming.of(request.POST.dict())
        try:
            said = self.stepped_on(coming, self.said)
        except Refused as no:
            return self.show(coming, refusal=no, code=self.said.code)
        return redirect(self.line_url(self.current) + said.query())

    def show(self, coming: Coming, *, refusal: Refused | str = "", code: str = "") -> HttpResponse:
        line, serials = self.current, self.gathered.numbers
        typed = Decimal(len(serials)) if serials else number(coming.quantity)
        rows = reasons(ReasonCode.Kind.ADJUSTMENT).order_by("code")
        context = {
            "line": line,
            "order": self.pick_list.order,
            "item": self.item,
            "unit": self.item.unit.code,
            "left": self.left,
            "typed": typed,
            "amount": typed or self.left,
            "over": bool(typed and typed > self.left),
            "other": bool(coming.place and line.location and coming.place != line.location.code),
            "coming": coming,
            "fields": coming.fields(),
            "by_lot": self.item.tracking == Item.Tracking.LOT,
            "by_serial": self.by_serial,
            "serials": serials,
            "progress": progress(len(serials), self.left) if serials else None,
            "reasons": [(row.code, row.name, row.icon or "circle-dashed") for row in rows],
            "key": self.request.POST.get("key") or uuid4().hex,
            "refusal": refusal,
            "code": code,
            "here_url": self.line_url(line),
            "do_url": self.line_url(line, "do"),
            "short_url": self.line_url(line, "short"),
        }
        return self.draw("pick_line", context, status=409 if refusal else 200)


class DoPick(PickLinePage):
    """Book what stands on the page; refused it stands there still."""

    def get(self, request: HttpRequest, number: str, pk: int) -> HttpResponse:
        return redirect("pages:floor-pick-line", number, pk)

    def post(self, request: HttpRequest, number: str, pk: int) -> HttpResponse:
        if self.line is None:
            return self.gone()
        coming = Coming.of(request.POST.dict())
        try:
            done = self.once(lambda: self.book(coming))
        except Refused as no:
            return self.show(coming, refusal=no)
        if done is not None:
            self.gathered.clear()
        return redirect(self.list_url(last=self.kwargs["pk"]))

    def named(self, coming: Coming) -> tuple[list[str], InHand]:
        material = self.current.material
        material.order = self.pick_list.order
        return self.pieces(coming), self.in_hand(material, coming)

    def book(self, coming: Coming) -> Any:
        pieces, given = self.named(coming)
        quantity = Decimal(len(pieces)) if pieces else number(coming.quantity) or self.left
        return pick_line(line=self.current, quantity=quantity, named=given, by=who(self.request))


class PickShort(DoPick):
    """Only what was typed or scanned is there, or nothing: the rest is sought elsewhere."""

    def book(self, coming: Coming) -> Any:
        pieces, given = self.named(coming)
        found = Decimal(len(pieces)) if pieces else number(coming.quantity) or ZERO
        why = reasons(ReasonCode.Kind.ADJUSTMENT).filter(code=self.request.POST.get("reason", "")).first()
        item, place = self.item, self.current.location
        missing = pick_short(line=self.current, quantity=found, reason=why, named=given, by=who(self.request))
        words = (
            _(
                "{quantity} {unit} of {item} are missing here: the list says where else they lie. {place} is counted."
            )
            if place is not None
            else _("{quantity} {unit} of {item} are missing: they are nowhere in stock.")
        )
        told = {"quantity": formats.number(missing), "unit": item.unit.code, "item": item.number}
        messages.success(self.request, words.format(**told, place=place.code if place else ""))
        return missing
