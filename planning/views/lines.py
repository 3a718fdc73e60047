"""A form with a block of fields for each record: several orders received, several demand lines delivered at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.web.once import first_time
from p2p.core.web.page import Page, back, done, in_dialog
from planning.lineforms import LineForm

MOST = 200
"""Blocks on one form: more than these nobody fills in."""
MOST_TRIED = 40
"""Blocks that are tried one by one when something is wrong: so many sentences are enough."""


class LinesPage(Page):
    """Declare model, head_class, line_class, submit and empty; override `records`, `act` and the texts.

    `?ids=1,2` says which records; a block may be doubled ("one more lot") without losing what was typed. What is sent
    twice counts once. Refusals stand in the blocks they are about, all at once, and nothing of the form is booked.
    """

    model: ClassVar[type[Model]]
    head_class: ClassVar[type[forms.Form]] = forms.Form
    line_class: ClassVar[type[LineForm]]
    submit: Any = ""
    text: Any = ""
    empty: Any = ""
    empty_action: tuple[Any, str] = ("", "")
    """Where records are chosen, when there is none: words and the name of the address."""
    more: Any = ""
    """Words of the button that doubles a block; "" for none."""
    template_name = "planning/lines.html"

    def rows(self) -> Any:
        """The records this person may work on."""
        raise NotImplementedError

    def act(self, head: Any, lines: Sequence[LineForm]) -> str:
        """Call the service with what was typed; the words of the toast."""
        raise NotImplementedError

    def target(self) -> str:
        """Where to go when it is done."""
        return back(self.request)

    def initial_of(self, record: Any) -> dict[str, Any]:
        return {}

    def notices(self) -> Sequence[Any]:
        """What is to be known before it is booked: things with `lines` (keys of records) and a `sentence`."""
        return ()

    def heading(self) -> Any:
        return self.title

    @cached_property
    def records(self) -> list[Any]:
        keys = self.asked
        found = self.rows().filter(pk__in=keys) if keys else self.rows().none()
        return list(found[:MOST])

    @property
    def one(self) -> int | None:
        """The record in the address, when it names one."""
        key: int | None = self.kwargs.get("pk")
        return key

    def left_out(self) -> Sequence[str]:
        """Why some that were asked for are not here, a sentence each."""
        return ()

    @cached_property
    def asked(self) -> list[int]:
        """Keys of the records in the address."""
        if self.one is not None:
            return [self.one]
        typed = self.request.GET.get("ids", "").split(",")
        return [key for each in typed if (key := whole(each)) is not None]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        lines = [
            self.line_class(record=one, user=request.user, initial=self.initial_of(one))
            for one in self.records
        ]
        return self.draw(self.head_class(), lines)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        head, lines = self.head_class(request.POST), self._typed()
        if request.POST.get("more"):
            return self._one_more(lines)
        fine = head.is_valid()
        wrong = [line for line in lines if not line.is_valid()]
        if not fine or wrong:
            # All that is wrong is told at once: also what the service would refuse of the blocks that are typed well.
            self._tell_each(head, [line for line in lines if line not in wrong] if fine else [])
            return self.draw(head, lines, status=422)
        given = [line for line in lines if line.given]
        try:
            with transaction.atomic():
                if not first_time(request):
                    messages.info(request, _("This was booked before; it counts once."))
                    return done(request, to=self.target())
                said = self.act(head, given)
        except (Refused, PermissionDenied) as no:
            if not self._tell_each(head, given):
                self._say(no, head, lines)
            return self.draw(head, lines, status=409)
        return done(request, to=self.target(), text=said)

    def _tell_each(self, head: Any, lines: Sequence[LineForm]) -> bool:
        """Whether one of several blocks is refused by itself: each is tried alone, those of one record together after
        that, and told what is wrong. Nothing of it stays."""
        alone = [line for line in lines if line.given][:MOST_TRIED]
        told = {line.record.pk for line in alone if self._tell(head, [line])}
        together: dict[Any, list[LineForm]] = {}
        for line in alone:
            together.setdefault(line.record.pk, []).append(line)
        for key, mine in together.items():
            if key not in told and len(mine) > 1 and self._tell(head, mine):
                told.add(key)
        return bool(told)

    def _tell(self, head: Any, lines: list[LineForm]) -> bool:
        try:
            with transaction.atomic():
                self.act(head, lines)
                transaction.set_rollback(True)
        except (Refused, PermissionDenied) as no:
            self._say(no, head, lines, lines[0])
            return True
        return False

    def _typed(self) -> list[LineForm]:
        lines = []
        for one in self.records:
            typed = self.request.POST.get(f"blocks-{one.pk}", "1")
            said = whole(typed, most=9999)
            count = 1 if said is None else min(said, MOST)
            lines += [
                self.line_class(self.request.POST, record=one, user=self.request.user, number=number)
                for number in range(count)
            ]
        return lines

    def _one_more(self, lines: list[LineForm]) -> HttpResponse:
        """The same with another block behind those of the record; nothing is checked yet."""
        kept = []
        for index, line in enumerate(lines):
            kept.append(self._unchecked(line))
            last = index + 1 == len(lines) or lines[index + 1].record.pk != line.record.pk
            if last and str(line.record.pk) == self.request.POST["more"]:
                another = self.line_class(record=line.record, user=line.user, number=line.number + 1)
                another.fields["quantity"].widget.attrs["autofocus"] = True
                kept.append(another)
        head = self.head_class(
            initial={name: self.request.POST.get(name) for name in self.head_class().fields}
        )
        return self.draw(head, kept)

    def _unchecked(self, line: LineForm) -> LineForm:
        start = {name: self.request.POST.get(f"{line.prefix}-{name}", "") for name in line.fields}
        return self.line_class(record=line.record, user=line.user, number=line.number, initial=start)

    def _say(
        self, no: Exception, head: Any, lines: Sequence[LineForm], else_at: LineForm | None = None
    ) -> None:
        """The sentence where it belongs: at the block of the record or item it is about, else over the form."""
        about, field = getattr(no, "about", None), getattr(no, "field", "")
        for line in lines:
            same = type(line.record) is type(about) and line.record.pk == about.pk
            of_item = type(line.record.item) is type(about) and line.record.item_id == about.pk
            if (same or of_item) and line.given:
                else_at = line
                break
        form = head if else_at is None or (field and field in head.fields) else else_at
        form.add_error(field if field in form.fields else None, str(no))

    def draw(self, head: forms.Form, lines: Sequence[LineForm], status: int = 200) -> HttpResponse:
        counts: dict[int, int] = {}
        for line in lines:
            counts[line.record.pk] = counts.get(line.record.pk, 0) + 1
        context = {
            "page": self,
            "notices": self.notices(),
            "left_out": self.left_out(),
            "form": head,
            "lines": lines,
            "blocks": [
                (line, counts[line.record.pk], line.number + 1 == counts[line.record.pk]) for line in lines
            ],
            "action": self.request.get_full_path(),
            "key": self._key(),
            "choose": self.empty_action[1] and reverse(self.empty_action[1]),
            "record": None,
        }
        template = "planning/lines_dialog.html" if in_dialog(self.request) else self.template_name
        return render(self.request, template, context, status=status)

    def _key(self) -> str:
        typed: str = self.request.POST.get("key", "")
        return typed or uuid4().hex
