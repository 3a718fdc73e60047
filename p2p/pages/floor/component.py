"""A component of a job on the tablet: what is really used of it is said here, by scan or pad; stock follows at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from execution import selectors as execution
from execution.forms import reasons
from execution.models import Adjustment, MaterialMove
from execution.selectors import FLUSHED
from execution.services.adjust import adjust, undo_adjustment
from execution.services.chosen import InHand
from execution.services.handed_back import issues_of
from execution.services.job import beyond_plan
from execution.services.keeping import held, wanted
from execution.services.lines import Key, key_of
from p2p.core.access import Role, at_sites, may
from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.web import formats
from p2p.core.web.page import who
from p2p.inventory.models import Balance
from p2p.pages.floor.coming import Coming
from p2p.pages.floor.gathered import Gathered, progress
from p2p.pages.floor.job import job_url, materials_of
from p2p.pages.floor.said import number
from p2p.pages.floor.scans import Scans
from p2p.pages.floor.stock import SHOWN, lying_at
from p2p.pages.floor.tablet import DOERS
from planning.models import Material, Operation
from planning.services import substitute as alternates
from strategies.models import Item, ReasonCode, Site

ZERO = Decimal(0)


@dataclass
class Pile:
    """What of it was taken from one pile, or is kept there; `of` names lot, piece, place and unit."""

    of: Any
    quantity: Decimal


class ComponentPage(Scans):
    """Planned, taken, remaining; what lies free, what was taken; Take and Give back."""

    title = gettext_lazy("Component")

    @cached_property
    def operation(self) -> Operation:
        rows = at_sites(execution.operations(), self.request.user, *DOERS, path="order__site__code")
        return get_object_or_404(rows, order__number=self.kwargs["number"], number=self.kwargs["operation"])

    @cached_property
    def site(self) -> Site | None:
        """That of the job, wherever the tablet stands."""
        found: Site = self.operation.order.site
        return found

    @cached_property
    def material(self) -> Material:
        rows = materials_of(self.operation).annotate(beyond=beyond_plan())
        related = ("order__site", "operation", "item__unit", "item__catch_unit", "bom_line")
        return get_object_or_404(rows.select_related(*related), pk=self.kwargs["pk"])

    @property
    def item(self) -> Item:
        found: Item = self.material.item
        return found

    @property
    def url(self) -> str:
        return self.to("floor-component")

    def to(self, name: str) -> str:
        return reverse(
            f"pages:{name}", args=[self.kwargs["number"], self.kwargs["operation"], self.kwargs["pk"]]
        )

    @property
    def back_url(self) -> str:
        return job_url(self.operation)

    @cached_property
    def gathered(self) -> Gathered:
        return Gathered(self.request.session, f"component-{self.kwargs['pk']}")

    @property
    def exchanged(self) -> str:
        """In the session: what was kept last for it, and in exchange for what."""
        return f"floor_kept_{self.kwargs['pk']}"

    def get(self, request: HttpRequest, number: str, operation: int, pk: int) -> HttpResponse:
        coming = Coming.of(request.GET.dict())
        if coming.serials and self.by_serial:
            self.gathered.add([one for one in coming.numbers() if one not in self.gathered.numbers])
            return redirect(self.url)
        return self.show(coming)

    def post(self, request: HttpRequest, number: str, operation: int, pk: int) -> HttpResponse:
        coming = Coming.of(request.POST.dict())
        try:
            said = self.stepped_on(coming, self.said)
        except Refused as no:
            return self.show(coming, refusal=no, code=self.said.code)
        return redirect(self.url + said.query())

    # ---- what is shown

    def show(self, coming: Coming, *, refusal: Refused | str = "", code: str = "") -> HttpResponse:
        one, serials = self.material, self.gathered.numbers
        typed = Decimal(len(serials)) if serials else number(coming.quantity)
        flushed = one.flushing in FLUSHED
        context = {
            "operation": self.operation,
            "order": self.operation.order,
            "material": one,
            "item": self.item,
            "unit": self.item.unit.code,
            "flushed": flushed,
            "remaining": wanted(one),
            "typed": typed,
            "amount": typed or (None if flushed else wanted(one) or None),
            "coming": coming,
            "fields": coming.fields(),
            "by_lot": self.item.tracking == Item.Tracking.LOT,
            "by_serial": self.by_serial,
            "serials": serials,
            "progress": progress(len(serials), Decimal(len(serials))) if serials else None,
            "free": self._free(),
            "taken": self._taken_so_far(),
            "kept": self._kept(),
            "exchange": self.request.session.get(self.exchanged),
            "last": self._last(),
            "others": [row for row in alternates.possible(one.order) if row.material.pk == one.pk],
            "decides": may(self.request.user, Role.SUPERVISOR, site=self.here),
            "reasons": self._reasons(),
            "key": self.request.POST.get("key") or uuid4().hex,
            "why": isinstance(refusal, Refused) and refusal.code == "reason_missing",
            "refusal": refusal,
            "code": code,
            "here_url": self.url,
        }
        return self.draw("component", context, status=409 if refusal else 200)

    def _free(self) -> list[Balance]:
        """What could be taken, the first to expire first; what is reserved or on hold is named."""
        rows = lying_at(self.here).filter(item=self.item)
        return list(rows.order_by("lot__expires_on", "location__walk_order", "location__code", "id")[:SHOWN])

    def _taken_so_far(self) -> list[Pile]:
        piles: dict[tuple[Any, ...], Pile] = {}
        for row in issues_of(self.material):
            move = row.move
            key = (move.source_id, move.lot_id, move.serial_id, move.handling_unit_id)
            piles.setdefault(key, Pile(move, ZERO)).quantity += move.quantity
        return list(piles.values())[:SHOWN]

    def _kept(self) -> list[Pile]:
        piles: dict[Key, Pile] = {}
        for one in held(self.material):
            piles.setdefault(key_of(one.row), Pile(one.row, ZERO)).quantity += one.row.quantity
        return list(piles.values())[:SHOWN]

    def _last(self) -> dict[str, Any] | None:
        """What was set right last and stands, with its undo."""
        rows = Adjustment.objects.filter(material=self.material, reverses=None, reversed_by=None)
        row = rows.select_related("by", "reason").order_by("-pk").first()
        if row is None:
            return None
        moves = MaterialMove.objects.filter(adjustment=row, move__reverses=None).select_related("move__lot")
        lots = dict.fromkeys(one.move.lot.number for one in moves if one.move.lot)
        return {
            "pk": row.pk,
            "quantity": abs(row.quantity),
            "back": row.quantity < 0,
            "lots": ", ".join(lots) if row.quantity > 0 else "",
            "reason": row.reason.name if row.reason else "",
            "when": formats.hour(row.posted_at),
            "fresh": self.request.GET.get("last") == str(row.pk),
        }

    def _reasons(self) -> list[tuple[str, str, str]]:
        rows = reasons(ReasonCode.Kind.ADJUSTMENT).order_by("code")
        return [(row.code, row.name, row.icon or "circle-dashed") for row in rows]


class Booked(ComponentPage):
    """One entry: booked once, or refused with everything left as it stood."""

    def get(self, request: HttpRequest, number: str, operation: int, pk: int) -> HttpResponse:
        return redirect("pages:floor-component", number, operation, pk)

    def post(self, request: HttpRequest, number: str, operation: int, pk: int) -> HttpResponse:
        coming = Coming.of(request.POST.dict())
        try:
            made = self.once(lambda: self.book(coming))
        except Refused as no:
            return self.show(coming, refusal=no)
        if made is not None:
            self.gathered.clear()
            self.request.session.pop(self.exchanged, None)
        return redirect(self.target(made))

    def book(self, coming: Coming) -> Any:
        """Call one service; what it made."""
        raise NotImplementedError

    def asked(self, coming: Coming) -> tuple[Decimal, InHand]:
        """How much, and of what. Refused where nobody said how much."""
        pieces = self.pieces(coming)
        quantity = Decimal(len(pieces)) if pieces else number(coming.quantity)
        if quantity is None:
            raise Refused(_("Say how much: type a number above zero, or scan the pieces."), field="quantity")
        return quantity, self.in_hand(self.material, coming)

    def target(self, made: Any) -> str:
        return self.url + (f"?last={made[-1].pk}" if made else "")


class Adjusts(Booked):
    sign = 1

    def book(self, coming: Coming) -> Sequence[Adjustment]:
        quantity, named = self.asked(coming)
        why = reasons(ReasonCode.Kind.ADJUSTMENT).filter(code=self.request.POST.get("reason", "")).first()
        return adjust(
            material=self.material,
            quantity=self.sign * quantity,
            named=named,
            reason=why,
            by=who(self.request),
        )


class Take(Adjusts):
    """More of it goes into the order."""


class GiveBack(Adjusts):
    """Some of it goes back where it came from."""

    sign = -1


class UndoAdjustment(Booked):
    def book(self, coming: Coming) -> None:
        key = whole(self.request.POST.get("adjustment", ""))
        rows = Adjustment.objects.filter(material=self.material).select_related("material")
        row = rows.filter(pk=key).first() if key is not None else None
        if row is None:
            raise Refused(_("This entry is not of this component: look at it again."))
        undo_adjustment(adjustment=row, by=who(self.request))
        messages.success(self.request, _("Taken back: {item} is as it was.").format(item=self.item.number))


class Swap(Booked):
    """An approved alternate for all that is not taken yet: a supervisor decides."""

    def book(self, coming: Coming) -> Material:
        if not may(self.request.user, Role.SUPERVISOR, site=self.here):
            raise Refused(_("A supervisor decides whether an alternate is used."), code="supervisor")
        key = whole(self.request.POST.get("alternate", ""))
        rows = alternates.possible(self.material.order)
        mine = [row for row in rows if row.material.pk == self.material.pk and row.alternate.pk == key]
        if not mine:
            raise Refused(_("This alternate may not be used any more: look at the component again."))
        made = alternates.substitute(
            material=self.material, alternate=mine[0].alternate, by=who(self.request)
        )
        words = _("{other} is used instead of {item}.")
        messages.success(
            self.request, words.format(other=made.item.number, item=mine[0].material.item.number)
        )
        return made

    def target(self, made: Any) -> str:
        if made is None:
            return self.url
        args = [self.kwargs["number"], self.kwargs["operation"], made.pk]
        return reverse("pages:floor-component", args=args)
