"""A form with a block of fields for each record: several orders received, several demand lines delivered at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.web.once import first_time
from p2p.core.web.page import Page, back, done, in_dialog
from planning.lineforms import LineForm

MOST = 200
"""Blocks on one form: more than these nobody fills in."""


class LinesPage(Page):
    """Declare model, head_class, line_class, submit and empty; override `records`, `act` and the texts.

    `?ids=1,2` says which records; a block may be doubled ("one more lot") without losing what was typed. What is sent
    twice counts once. A refusal stands in the block it is about, and nothing of the form is booked.
    """

    model: ClassVar[type[Model]]
    head_class: ClassVar[type[forms.Form]] = forms.Form
    line_class: ClassVar[type[LineForm]]
    submit: Any = ""
    text: Any = ""
    empty: Any = ""
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
        keys = [self.one] if self.one is not None else self._asked()
        found = self.rows().filter(pk__in=keys) if keys else self.rows().none()
        return list(found[:MOST])

    @property
    def one(self) -> int | None:
        """The record in the address, when it names one."""
        key: int | None = self.kwargs.get("pk")
        return key

    def _asked(self) -> list[int]:
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
        if not all([head.is_valid(), *[line.is_valid() for line in lines]]):
            return self.draw(head, lines, status=422)
        try:
            with transaction.atomic():
                if not first_time(request):
                    messages.info(request, _("This was booked before; it counts once."))
                    return done(request, to=self.target())
                said = self.act(head, [line for line in lines if line.given])
        except Refused as no:
            self._say(no, head, lines)
            return self.draw(head, lines, status=409)
        return done(request, to=self.target(), text=said)

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

    def _say(self, no: Refused, head: Any, lines: Sequence[LineForm]) -> None:
        """The sentence where it belongs: at the block of the record or item it is about, else over the form."""
        about = getattr(no.about, "pk", None)
        kind = type(no.about)
        for line in lines:
            same = type(line.record) is kind and line.record.pk == about
            of_item = type(line.record.item) is kind and line.record.item_id == about
            if (same or of_item) and line.given:
                line.add_error(no.field if no.field in line.fields else None, str(no))
                return
        head.add_error(no.field if no.field in head.fields else None, str(no))

    def draw(self, head: forms.Form, lines: Sequence[LineForm], status: int = 200) -> HttpResponse:
        counts: dict[int, int] = {}
        for line in lines:
            counts[line.record.pk] = counts.get(line.record.pk, 0) + 1
        context = {
            "page": self,
            "notices": self.notices(),
            "form": head,
            "lines": lines,
            "blocks": [
                (line, counts[line.record.pk], line.number + 1 == counts[line.record.pk]) for line in lines
            ],
            "action": self.request.get_full_path(),
            "key": self._key(),
            "record": None,
        }
        template = "planning/lines_dialog.html" if in_dialog(self.request) else self.template_name
        return render(self.request, template, context, status=status)

    def _key(self) -> str:
        typed: str = self.request.POST.get("key", "")
        return typed or uuid4().hex
