"""What was found at one place of a count, entered on a desktop."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from p2p.core.web.scanning import scanner
from p2p.inventory.forms import counts as forms
from p2p.inventory.models import Balance, CountPlace
from p2p.inventory.selectors import counts as selectors
from p2p.inventory.services.count_entry import Entry, enter
from p2p.inventory.views.counts import COUNTERS
from strategies.models import Item


class EnterPlace(ActionForm):
    """What was found at one place, on a desktop."""

    section, form_class, roles = "inventory", forms.EntryForm, COUNTERS
    model, submit, template_name = CountPlace, _("Save what was found"), "inventory/count_entry.html"

    @property
    def title(self) -> str:
        return _now("Count {place}").format(place=self.record.location.code)

    def form_kwargs(self) -> dict[str, Any]:
        return {"place": self.record}

    MOST = 3_000
    """Rows of a sheet; more lie at no place that one person counts."""

    @property
    def scanner(self) -> dict[str, Any]:
        return scanner()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """More rows, for who has no scripts: what was typed stays."""
        if "more" in request.POST:
            return self.draw(self.form_class(request.POST, **self.form_kwargs()), blank=20)
        return super().post(request, *args, **kwargs)

    def draw(self, form: Any, status: int = 200, blank: int = 5) -> HttpResponse:
        part = part_of(self.record)
        known = expected_rows(self.record, part)
        rows = _as_typed(form, known) if form.is_bound else known or self._only()
        empty = dict.fromkeys(forms.ASKED, "")
        context = {
            "part": part,
            "empty": empty,
            "page": self,
            "form": form,
            "record": self.record,
            "rows": [*rows, *(empty for _row in range(blank))],
            "count": self.record.count,
            "weighed": weighed_at(self.record),
        }
        return render(self.request, self.template_name, context, status=status)

    def _only(self) -> list[dict[str, str]]:
        """The one item that is counted at a place, ready for its number."""
        item = self.record.item
        nothing = dict.fromkeys(forms.ASKED, "")
        return [{**nothing, "item": item.number, "name": item.name}] if item else []

    def act(self, form: Any) -> Any:
        enter(entries=[Entry(place=self.record, found=form.cleaned_data["found"])], by=who(self.request))
        return reverse("inventory:count", args=[self.record.count.number])


def _as_typed(form: Any, known: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The rows that were sent, with what is known of them."""
    told = {_which(row): row for row in known}
    return [
        {**told.get(_which(row), {}), **row, "wrong": number in form.wrong}
        for number, row in enumerate(form.rows, start=1)
    ]


def _which(row: dict[str, str]) -> tuple[str, ...]:
    return row["item"].upper(), row["piece"].upper(), row["unit"].upper()


def part_of(place: CountPlace) -> selectors.Part | None:
    """What alone is counted again at the place; None where all of it is counted. One query, none the first time."""
    return selectors.parts([place.pk]).get(place.pk) if place.attempt > 1 else None


def expected_rows(place: CountPlace, part: selectors.Part | None = None) -> list[dict[str, str]]:
    """What is asked for at a place, by name, without its quantity where the count is blind: the lines entered
    before in this attempt, else the part that is counted again, else what the books have there."""
    entered = list(
        selectors.lines()
        .filter(place=place, attempt=place.attempt, kept=False)
        .order_by("item__number", "id")
    )
    if entered and place.state == CountPlace.State.COUNTED:
        return [_row(line, line.counted, line.counted_catch) for line in entered]
    if place.count.blind:
        return [_row(line) for line in part.asked] if part else []
    booked = [(selectors.key_of(line), _row(line, expected=_both(line))) for line in _lying(place)]
    if part is None:
        return [row for _key, row in booked]
    known = dict(booked)
    return [known.get(selectors.key_of(line)) or _row(line, expected="0") for line in part.asked]


def _lying(place: CountPlace) -> list[Balance]:
    """What the books have at the place."""
    rows = Balance.objects.filter(location=place.location_id).exclude(quantity=0)
    rows = rows.filter(item=place.item_id) if place.item_id else rows
    related = rows.select_related("item__unit", "item__catch_unit", "lot", "serial", "handling_unit")
    return list(related.order_by("item__number", "id"))


def weighed_at(place: CountPlace) -> bool:
    """Whether pieces are asked for beside the weight: at a place of an item, whether it is weighed and counted; else
    whether the plant has such items, since a blind sheet tells nothing. One query."""
    if place.item is not None:
        return place.item.catch_unit_id is not None
    return Item.objects.filter(catch_unit__isnull=False).exists()


def _both(line: Balance) -> str:
    pieces = line.catch_quantity
    said = f"{formats.number(line.quantity)} {line.item.unit.code}"
    return said if pieces is None else f"{said} · {formats.number(pieces)} {line.item.catch_unit.code}"


def _row(
    line: Any, quantity: Decimal | None = None, pieces: Decimal | None = None, expected: str = ""
) -> dict[str, str]:
    piece = line.lot or line.serial
    return {
        "item": line.item.number,
        "name": line.item.name,
        "piece": piece.number if piece else "",
        "unit": line.handling_unit.number if line.handling_unit else "",
        "quantity": "" if quantity is None else formats.number(quantity),
        "pieces": "" if pieces is None else formats.number(pieces),
        "expected": expected,
    }
