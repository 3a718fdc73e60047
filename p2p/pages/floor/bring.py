"""The tablet brings stock from place to place: what is to be put away, what lines need, what somebody just moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from p2p.core.facts import Refused
from p2p.core.web import formats
from p2p.core.web.once import first_time
from p2p.core.web.page import who
from p2p.inventory.models import HandlingUnit, Move, Serial, StockTask
from p2p.inventory.selectors.pieces import inside
from p2p.inventory.selectors.scanned import Found, scanned
from p2p.inventory.selectors.tasks import next_task, open_tasks, tasks
from p2p.inventory.services import supply, task_work
from p2p.pages.floor.gathered import Gathered, lies
from p2p.pages.floor.hand import Hand, Held, Step, held, step, with_amount
from p2p.pages.floor.names import Names, names_of
from p2p.pages.floor.said import Said
from p2p.pages.floor.stock import SHOWN, StockPage
from p2p.pages.floor.tablet import DOERS
from strategies.models import Location

Kind = StockTask.Kind
QUEUES = {
    Kind.PUT_AWAY: "pages:floor-put-away",
    Kind.SUPPLY: "pages:floor-supply",
    Kind.MOVE: "pages:floor-move",
}
MOST_WAITING = 8
"""Tasks named when all that is left waits for its inspection."""


@dataclass(frozen=True)
class Last:
    """The part of a task that was booked last: how much of what went where; `unit` went whole."""

    task: StockTask
    quantity: Decimal
    target: Location
    unit: HandlingUnit | None = None
    names: Sequence[Names] = ()


class BringPage(StockPage):
    """Base of pages that book: a refusal shows the page again as it was, with the sentence over it."""

    roles = DOERS

    def once(self, act: Any) -> Any:
        """Call `act` unless this form was sent before; None then. Refused passes through, with nothing booked."""
        with transaction.atomic():
            if first_time(self.request):
                return act()
        messages.info(self.request, _("This was booked before; it counts once."))
        return None

    @property
    def said(self) -> Said:
        return Said.of(self.request.POST)

    def pieces_of(self, now: Held) -> Gathered:
        """The serial numbers scanned so far of what is in hand: of one item from one place."""
        place = now.source.pk if now.source else 0
        item = now.item.pk if now.item else 0
        kind = now.task.kind if now.task else "hand"
        return Gathered(self.request.session, f"{kind}-{item}-{place}")

    def by_piece(self, said: Step, task: StockTask | None = None) -> Step:
        """A serial number that was scanned goes to those scanned before, and not into the hand: one scans the next.
        One that came into the hand without a scan here (from a list, a look-up) goes along as the first.
        Refused when it is there already, or does not lie where the others are taken from."""
        now = held(said.hand, self.here, task)
        if not said.hand.serial or now.serial is None or said.target is not None:
            return said
        first = Hand.of(self.request.POST.dict())
        place = self._place_of(now.serial, now.source)
        gathered = self.pieces_of(replace(now, source=place))
        if task is None and not first.pieces:
            gathered.clear()
        in_hand = held(first, self.here, task).serial if first.serial else None
        if in_hand is not None and in_hand != now.serial and in_hand.number not in gathered.numbers:
            self._place_of(in_hand, place)
            gathered.add([in_hand.number])
        gathered.add([now.serial.number])
        source = said.hand.source if task is not None and task.source == place else place.code
        return Step(replace(said.hand, serial="", source=source, pieces="1"))

    def _place_of(self, piece: Serial, wanted: Location | None) -> Location:
        """Where it lies. Refused when that is nowhere here, or not where the others are taken from."""
        place = lies(piece, self.here)
        if place is None or (wanted is not None and place != wanted):
            raise Refused(
                _("{piece} does not lie at {place}: nothing was changed."),
                piece=piece.number,
                place=wanted.code if wanted else self.here.code,
            )
        return place

    def sure(self, hand: Hand, gathered: Gathered) -> None:
        """Refused when numbers were scanned and none is kept any more: nobody means all that lies there then."""
        if hand.pieces and not gathered:
            raise Refused(_("No serial number is left on the list: scan what you take."))

    def dropped(self, now: Held) -> bool:
        """Whether a tap took a serial number off."""
        if "drop" in self.request.POST:
            self.pieces_of(now).drop(self.request.POST["drop"])
        if "none" in self.request.POST:
            self.pieces_of(now).clear()
        return "drop" in self.request.POST or "none" in self.request.POST

    def stepped(self, hand: Hand, task: StockTask | None = None) -> Step:
        """What the scan field says, or the number of the sheet that asks how much."""
        if "amount" in self.request.POST:
            item = held(hand, self.here, task).item
            unit, count = item.unit.code if item else "", self.request.POST.get("count", "")
            return Step(with_amount(hand, self.request.POST["amount"], unit=unit, count=count))
        return self.by_piece(step(hand, self.said, site=self.here, task=task), task)

    def last(self) -> Last | None:
        """What this person did last, shown with Undo: `?last=` names it."""
        asked = self.request.GET.get("last", "")
        task = tasks().filter(number=asked, site=self.here).first() if asked else None
        moves = task_work.standing_moves(task) if task else []
        batch = [move for move in moves if move.posted_at == moves[-1].posted_at]
        if task is None or not batch:
            return None
        together = Move.objects.filter(reference=task.number, posted_at=batch[-1].posted_at, item=task.item)
        mine = together.filter(reverses=None, reversed_by=None).select_related("lot", "serial").order_by("pk")
        moved = sum((move.quantity for move in mine), Decimal(0))
        whole = task.handling_unit if task.at_once else None
        return Last(task, moved, batch[-1].target, whole, names_of(mine))


class Queue(BringPage):
    """What is to be put away, or brought to lines: the next, and those after it."""

    kind = Kind.PUT_AWAY
    title = gettext_lazy("Put away")

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.GET.get("code"):
            return self.opened(request.GET["code"])
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.opened(self.said.code)

    def show(self, *, refusal: str = "", code: str = "") -> HttpResponse:
        rows = list(open_tasks(self.here, self.kind)[:SHOWN])
        first = next_task(self.here, self.kind, who(self.request))
        others = [row for row in rows if first is None or row.pk != first.pk]
        waiting = [] if rows else list(open_tasks(self.here, self.kind, waiting=True)[:MOST_WAITING])
        context = {"first": first, "others": others, "last": self.last(), "refusal": refusal, "code": code}
        context |= {"waiting": waiting, "queue_url": reverse(QUEUES[self.kind])}
        return self.draw("queue", context, status=409 if refusal else 200)

    def opened(self, code: str) -> HttpResponse:
        """A scan of what a task is for, its place or its number opens the task, with what was scanned in hand."""
        found = scanned(code, site=self.here)
        for one in found:
            row = self._for(one.kind, one.record)
            if row is not None:
                try:
                    return redirect(task_url(row) + self._taken(one, row).query())
                except Refused as no:
                    return self.show(refusal=str(no), code=code)
        if not found:
            return self.unknown(code)
        held = (self._for(one.kind, one.record, waiting=True) for one in found)
        task = next((row for row in held if row is not None), None)
        if task is not None:
            words = _("{code} waits for {inspection}: {task} can be done after its verdict.")
            said = {"code": code, "inspection": task.waits_for, "task": task.number}  # type: ignore[attr-defined]
            return self.show(refusal=words.format(**said), code=code)
        return self.show(refusal=_("Nothing is to be done with {code} here.").format(code=code), code=code)

    def _taken(self, one: Found, row: StockTask) -> Hand:
        """What was scanned in the list, in hand on the task's page; a serial number is the first of those scanned."""
        if one.kind in ("task", "card"):
            return Hand()
        if one.kind == "serial":
            now = held(Hand(serial=one.record.number), self.here, row)
            if one.record.number in self.pieces_of(now).numbers:
                return Hand(pieces="1")
            return self.by_piece(Step(Hand(serial=one.record.number)), row).hand
        said = {"place": "source"}.get(one.kind, one.kind)
        return Hand.of({said: getattr(one.record, "number", "") or one.record.code})

    def unknown(self, code: str) -> HttpResponse:
        words = _("{code} is nothing that is known at {site}.").format(code=code or "–", site=self.here.code)
        return self.show(refusal=words, code=code)

    def _for(self, kind: str, record: Any, *, waiting: bool = False) -> StockTask | None:
        rows = open_tasks(self.here, self.kind, waiting=waiting)
        column = {"place": "source", "unit": "handling_unit", "card": "rule", "task": "pk"}.get(kind, kind)
        narrowed = rows.filter(**{column: record.pk})
        if kind == "unit":
            narrowed = rows.filter(handling_unit__in=inside(record))
        found: StockTask | None = narrowed.first()
        if found is None and kind in ("lot", "serial"):
            found = rows.filter(item=record.item_id, lot=None, serial=None).first()
        return found


class Supply(Queue):
    """What lines need, the emptiest first. Scanning the card of an empty bin calls for it."""

    kind = Kind.SUPPLY
    title = gettext_lazy("Supply lines")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(code=request.GET.get("code", ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        if "fill" in request.POST:
            made = self.once(lambda: supply.replenish(site=self.here, by=who(request)))
            if made is not None:
                words = ngettext(
                    "{count} task made for what is below its minimum.",
                    "{count} tasks made for what is below its minimum.",
                    len(made),
                ).format(count=len(made))
                messages.success(request, words if made else _("No place is below its minimum."))
            return redirect("pages:floor-supply")
        return self.opened(self.said.code)

    def opened(self, code: str) -> HttpResponse:
        cards = [one for one in scanned(code, site=self.here) if one.kind == "card"]
        if cards or "/" in code:
            return self._call(code)
        return super().opened(code)

    def _call(self, code: str) -> HttpResponse:
        try:
            task = supply.call(card=code, site=self.here, by=who(self.request))
        except Refused as no:
            return self.show(refusal=str(no), code=code)
        words = (
            _("{item} is called for at {place}: {quantity} {unit} for bin {bin}, from {source}, {task}.")
            if task.source
            else _(
                "{item} is called for at {place}: {quantity} {unit} for bin {bin}, {task}. Nobody has it yet."
            )
        )
        said = {
            "item": task.item.number,
            "place": task.target.code if task.target else "",
            "unit": task.item.unit.code,
            "quantity": formats.number(task.quantity),
            "bin": task.reference,
            "source": task.source.code if task.source else "",
        }
        messages.success(self.request, words.format(**said, task=task.number))
        return redirect("pages:floor-supply")


def task_url(task: StockTask) -> str:
    return reverse("pages:floor-task", args=[task.number])
