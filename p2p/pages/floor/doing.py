"""One task of the store on the tablet: scanned, done, taken back, put back, closed."""

from __future__ import annotations

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

from p2p.core.facts import Refused
from p2p.core.web.page import who
from p2p.inventory.models import Balance, StockTask
from p2p.inventory.selectors.pieces import content
from p2p.inventory.selectors.tasks import next_task, tasks
from p2p.inventory.services import task_work
from p2p.inventory.services import tasks as work
from p2p.inventory.services.piece_moves import do_pieces
from p2p.pages.floor.bring import QUEUES, BringPage, Kind, task_url
from p2p.pages.floor.gathered import Gathered, progress
from p2p.pages.floor.hand import Hand, Held, Step, held
from p2p.pages.floor.said import number
from p2p.pages.floor.stock import lying_at
from strategies.models import Location


class TaskPage(BringPage):
    """One task: where from, where to, how much; scanning the goal books it."""

    @cached_property
    def task(self) -> StockTask:
        row: StockTask = get_object_or_404(tasks().filter(site=self.here), number=self.kwargs["number"])
        return row

    @property
    def back_url(self) -> str:
        return reverse(QUEUES[Kind(self.task.kind)])

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return self.show(Hand.of(request.GET.dict()))

    def show(self, hand: Hand, *, refusal: Refused | str = "", code: str = "", key: str = "") -> HttpResponse:
        now = held(hand, self.here, self.task)
        left = max(self.task.quantity - self.task.done_quantity, Decimal(0))
        serials = self.pieces_of(now).numbers
        open_ = self.task.state in ("open", "started")
        context = {
            "task": self.task,
            "hand": hand,
            "now": now,
            "amount": Decimal(len(serials)) or now.quantity or (Decimal(1) if now.serial else left),
            "serials": serials,
            "progress": progress(len(serials), left) if serials else None,
            "left": left,
            "lines": self._elsewhere(now),
            "fields": hand.fields(),
            "refusal": refusal,
            "code": code,
            "key": key or uuid4().hex,
            "last": self.last(),
            "open": open_,
            "along": self._along(hand, now) if open_ else [],
            "do_url": reverse("pages:floor-task-do", args=[self.task.number]),
            "scan_url": task_url(self.task),
        }
        return self.draw("task", context, status=409 if refusal else 200)

    def _along(self, hand: Hand, now: Held) -> list[Balance]:
        """What lies on the handling unit that goes whole, boxes in boxes included; nothing where only a part of it, or
        something loose, is brought."""
        part = hand.quantity or hand.source or hand.lot or hand.serial
        return [] if part or now.unit is None else list(content(now.unit))

    def _elsewhere(self, now: Held) -> list[Any]:
        """Where it lies when the task does not say from where, or too little lies there."""
        rows = lying_at(self.here).filter(item=self.task.item, location__kind=Location.Kind.STORE)
        if now.source is not None and now.there >= (now.quantity or Decimal(1)):
            return []
        return list(
            rows.exclude(location=now.source).order_by("lot__expires_on", "location__walk_order", "id")[:6]
        )

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """A scan."""
        hand = Hand.of(request.POST.dict())
        try:
            if self.dropped(held(hand, self.here, self.task)):
                return redirect(task_url(self.task) + hand.query())
            said = self.stepped(hand, self.task)
            if said.target is None:
                return redirect(task_url(self.task) + said.hand.query())
            return self.booked(said)
        except Refused as no:
            return self.show(hand, refusal=no, code=self.said.code)

    def booked(self, said: Step) -> HttpResponse:
        """Do it, and go on to the next. Refused passes through."""
        now = held(said.hand, self.here, self.task)
        pieces = self.pieces_of(now)
        if pieces:
            return self._booked_pieces(said, pieces)
        done = self.once(lambda: self._done(now, said))
        return redirect(self._after(done or self.task))

    def _done(self, now: Held, said: Step) -> StockTask:
        hand = said.hand
        self.sure(hand, self.pieces_of(now))
        return task_work.do(
            task=self.task,
            quantity=now.quantity,
            source=now.source if hand.source else None,
            target=said.target,
            lot=now.lot if hand.lot else None,
            serial=now.serial if hand.serial else None,
            handling_unit=now.unit if hand.unit else None,
            into_unit=said.into,
            catch_quantity=number(hand.count),
            by=who(self.request),
        )

    def _booked_pieces(self, said: Step, pieces: Gathered) -> HttpResponse:
        """All that were scanned, in one go."""
        serials, by = pieces.pieces(self.task.item), who(self.request)
        done = self.once(
            lambda: do_pieces(task=self.task, serials=serials, target=said.target, into_unit=said.into, by=by)
        )
        pieces.clear()
        return redirect(self._after(done or self.task))

    def _after(self, task: StockTask) -> str:
        """The next task of the kind, or this one while something of it is left."""
        last = urlencode({"last": task.number})
        if task.state in ("open", "started"):
            return f"{task_url(task)}?{last}"
        following = next_task(self.here, task.kind, who(self.request))
        return f"{task_url(following) if following else reverse(QUEUES[Kind(task.kind)])}?{last}"


class TaskAct(TaskPage):
    """A button of a task: `enter` calls one service and says where to go."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return redirect(task_url(self.task))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        hand = Hand.of(request.POST.dict())
        try:
            return self.enter(hand)
        except Refused as no:
            key = "" if no.code == "key_reused" else request.POST.get("key", "")[:80]
            return self.show(hand, refusal=no, key=key)

    def enter(self, hand: Hand) -> HttpResponse:
        raise NotImplementedError


class DoTask(TaskAct):
    def enter(self, hand: Hand) -> HttpResponse:
        code = self.request.POST.get("target", "")
        place = (
            Location.objects.filter(site=self.here, code=code).select_related("site").first()
            if code
            else None
        )
        return self.booked(Step(hand, target=place or self.task.target))


class StartTask(TaskAct):
    def enter(self, hand: Hand) -> HttpResponse:
        work.start(tasks=[self.task], by=who(self.request))
        return redirect(task_url(self.task) + hand.query())


class PutBack(TaskAct):
    def enter(self, hand: Hand) -> HttpResponse:
        work.put_back(tasks=[self.task], by=who(self.request))
        messages.success(self.request, _("{task} is anybody's again.").format(task=self.task.number))
        return redirect(self.back_url)


class CloseTask(TaskAct):
    """The rest is not there or not needed."""

    def enter(self, hand: Hand) -> HttpResponse:
        work.cancel(tasks=[self.task], by=who(self.request))
        words = _("{task} is closed: what is left of it is not brought.").format(task=self.task.number)
        messages.success(self.request, words)
        return redirect(self.back_url)


class UndoTask(TaskAct):
    def enter(self, hand: Hand) -> HttpResponse:
        self.once(lambda: task_work.undo(task=self.task, by=who(self.request)))
        messages.success(self.request, _("Taken back: {task}.").format(task=self.task.number))
        return redirect(self.back_url if self.task.kind == Kind.MOVE else task_url(self.task))
