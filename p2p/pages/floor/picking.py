"""Pick lists on the tablet: what is to be brought, in the order of walking; a scan opens the line it is for."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from execution import selectors as execution
from execution.models import MaterialMove, PickLine, PickList
from execution.services.by_scan import put_line_back
from p2p.core.facts import Refused
from p2p.core.web import formats
from p2p.core.web.page import who
from p2p.inventory.models import Count, CountPlace, HandlingUnit
from p2p.inventory.selectors import available
from p2p.inventory.selectors.pieces import content, inside
from p2p.inventory.selectors.scanned import Found, scanned
from p2p.inventory.services.needs import PRODUCTION
from p2p.pages.floor.bring import BringPage
from p2p.pages.floor.coming import Coming
from p2p.pages.floor.names import names_of
from p2p.pages.floor.said import one_of
from p2p.pages.floor.stock import SHOWN

ZERO = Decimal(0)


class Picking(BringPage):
    """Lists and lines of this site that are still open."""

    title = gettext_lazy("Pick")

    def lists(self) -> Any:
        rows = execution.pick_lists().filter(order__site=self.here, state=PickList.State.OPEN)
        return rows.order_by("order__priority", F("order__start_on").asc(nulls_last=True), "pk")

    @cached_property
    def pick_list(self) -> PickList:
        rows = execution.pick_lists().filter(order__site=self.here)
        return get_object_or_404(rows, number=self.kwargs["number"])

    def open_lines(self) -> list[PickLine]:
        """In the order of walking: by the place's place on the way."""
        rows = execution.pick_lines(self.pick_list).filter(
            picked_quantity__lt=F("quantity"), pick_list__state=PickList.State.OPEN
        )
        walk = (
            F("location__walk_order").asc(nulls_last=True),
            F("location__code").asc(nulls_last=True),
            "material__item__number",
            "pk",
        )
        return list(rows.select_related("handling_unit", "reservation").order_by(*walk))

    def list_url(self, **said: Any) -> str:
        query = f"?{urlencode(said)}" if said else ""
        return reverse("pages:floor-pick-list", args=[self.kwargs["number"]]) + query

    def line_url(self, line: PickLine, name: str = "line") -> str:
        return reverse(f"pages:floor-pick-{name}", args=[self.kwargs["number"], line.pk])


class PickMenu(Picking):
    """The open lists, the most urgent order first; a scan of a list or an order opens its list."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        code = self.said.code
        rows = self.lists()
        found = (rows.filter(number__iexact=code) | rows.filter(order__number__iexact=code)).first()
        if found is not None:
            return redirect("pages:floor-pick-list", found.number)
        words = _("{code} is no open pick list or order with one at {site}.")
        return self.show(refusal=words.format(code=code or "–", site=self.here.code), code=code)

    def show(self, *, refusal: str = "", code: str = "") -> HttpResponse:
        rows = list(self.lists()[: SHOWN + 1])
        context = {
            "lists": rows[:SHOWN],
            "more": len(rows) > SHOWN,
            "refusal": refusal,
            "code": code,
            "here_url": reverse("pages:floor-pick"),
        }
        return self.draw("pick_menu", context, status=409 if refusal else 200)


class PickOne(Picking):
    """One list: its lines in the order of walking, what was picked last with its undo. A scan opens the line it is for,
    with what was scanned in hand."""

    back_to = "pages:floor-pick"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        said = self.said
        try:
            chosen = one_of(said, scanned(said.code, site=self.here), counts=False)
            if chosen is None:
                raise Refused(
                    _("{text} is nothing that is known at {site}."),
                    text=said.code or "–",
                    site=self.here.code,
                )
            line = self._for(chosen)
        except Refused as no:
            return self.show(refusal=no, code=said.code)
        return redirect(self.line_url(line) + _held(chosen).query())

    def _for(self, found: Found) -> PickLine:
        """The line that names it, else the first of its item. Refused when no open line wants it."""
        lines = self.open_lines()
        column = {"place": "location_id", "unit": "handling_unit_id"}.get(found.kind, f"{found.kind}_id")
        keys, items = {found.record.pk}, {found.item.pk if found.item is not None else None}
        if found.kind == "unit":
            keys = set(HandlingUnit.objects.filter(pk__in=inside(found.record)).values_list("pk", flat=True))
            items = set(content(found.record).values_list("item", flat=True))
        named = found.kind in ("place", "unit", "lot", "serial")
        for line in lines:
            if named and getattr(line, column) in keys:
                return line
        for line in lines:
            if line.material.item_id in items:
                return line
        raise Refused(
            _("Nothing on {pick_list} is to be picked with {text}."),
            pick_list=self.pick_list.number,
            text=getattr(found.record, "code", "") or str(found.record),
        )

    def show(self, *, refusal: Refused | str = "", code: str = "") -> HttpResponse:
        lines = self.open_lines()
        free = self._free(lines)
        context = {
            "pick_list": self.pick_list,
            "order": self.pick_list.order,
            "waits": bool(lines) and not any(line.location_id or line.pk in free for line in lines),
            "lines": [
                (line, self.line_url(line), line.quantity - line.picked_quantity, line.pk in free)
                for line in lines
            ],
            "last": self._last(),
            "refusal": refusal,
            "code": code,
            "here_url": self.list_url(),
        }
        return self.draw("pick_list", context, status=409 if refusal else 200)

    def _free(self, lines: Sequence[PickLine]) -> set[int]:
        """Of the lines without a place, those whose item lies free at this site: what came after the list was made. Not
        what somebody missed here and nobody has counted since. Three queries, none where all have a place."""
        homeless = [line for line in lines if line.location_id is None]
        if not homeless:
            return set()
        items = {line.material.item_id for line in homeless}
        order = self.pick_list.order.number
        there = available(self.here, items, purpose=PRODUCTION, but=[order])
        asked = CountPlace.objects.filter(
            count__reference=self.pick_list.number, count__state__in=(Count.State.OPEN, Count.State.REVIEW)
        )
        missed = set(asked.values_list("item", flat=True))
        found = {item for item, quantity in there.items() if quantity > 0} - missed
        return {line.pk for line in homeless if line.material.item_id in found}

    def _last(self) -> dict[str, Any] | None:
        """What was picked last and stands, all of one go."""
        rows = MaterialMove.objects.filter(
            pick_line__pick_list=self.pick_list, move__reverses=None, move__reversed_by=None
        )
        row = rows.select_related("move__item__unit", "pick_line").order_by("-pk").first()
        if row is None or row.pick_line is None:
            return None
        batch = rows.filter(pick_line=row.pick_line, move__posted_at=row.move.posted_at).order_by("move")
        moves = [one.move for one in batch.select_related("move__lot", "move__serial")]
        return {
            "item": row.move.item,
            "quantity": sum((one.quantity for one in moves), ZERO),
            "names": names_of(moves),
            "when": formats.hour(row.move.posted_at),
            "url": self.line_url(row.pick_line, "undo"),
            "fresh": self.request.GET.get("last") == str(row.pick_line.pk),
        }


def _held(found: Found) -> Coming:
    if found.kind == "unit":
        place = found.record.location
        return Coming(unit=found.record.number, place=place.code if place else "")
    said = {"place": "place", "lot": "lot", "serial": "serials"}.get(found.kind)
    return (
        Coming()
        if said is None
        else Coming(**{said: getattr(found.record, "number", "") or found.record.code})
    )


class UndoPick(Picking):
    """Take back what was picked of a line last."""

    def post(self, request: HttpRequest, number: str, pk: int) -> HttpResponse:
        line = PickLine.objects.filter(pick_list=self.pick_list, pk=pk).select_related(
            "material__item__unit", "pick_list"
        )
        found = line.first()
        if found is None:
            raise Http404
        try:
            done = self.once(lambda: put_line_back(line=found, by=who(request)))
        except Refused as no:
            messages.error(request, str(no))
            return redirect(self.list_url())
        if done:
            messages.success(
                request,
                _("Taken back: {item} is to be picked again.").format(item=found.material.item.number),
            )
        return redirect(self.list_url())
