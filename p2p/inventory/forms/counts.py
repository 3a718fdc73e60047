"""Forms of counting; each field is a parameter of one service."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import is_plain
from p2p.inventory.models import Count, CountClass, CountPlace, HandlingUnit, Lot, Serial
from p2p.inventory.services.count_entry import Found
from strategies.models import Item, Location, ReasonCode, Site

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+\.|(?:\.\d{3})+,)\d+")


class NewCountForm(forms.Form):
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.filter(active=True))
    kind = forms.ChoiceField(label=_("Kind"), choices=Count.Kind.choices)
    count_class = forms.ModelChoiceField(
        label=_("Only this class"), queryset=CountClass.objects.all(), required=False
    )
    at_most = forms.IntegerField(
        label=_("At most so many places"), min_value=1, max_value=100_000, required=False
    )
    places = forms.CharField(
        label=_("Places, for a spot count"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Codes with a space or a comma between them; a place stands for all places in it."),
    )
    items = forms.CharField(
        label=_("Items, for a spot count"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Numbers with a comma or a new line between them: counted wherever they lie."),
    )
    planned_on = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    blind = forms.BooleanField(
        label=_("Blind: who counts does not see what should be there"), required=False, initial=True
    )
    frozen = forms.BooleanField(label=_("Nothing moves there until it is posted"), required=False)
    recount_by_other = forms.BooleanField(
        label=_("A recount is made by somebody else"), required=False, initial=True
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        site = given.get("site")
        if site is not None:
            given["places"] = self._places(site, given.get("places", ""))
        given["items"] = self._items(given.get("items", ""))
        return given

    def _places(self, site: Site, text: str) -> list[Location]:
        codes = [word for word in text.replace(",", " ").split() if word]
        known = {row.code.upper(): row for row in Location.objects.filter(site=site, code__in=_either(codes))}
        missing = [code for code in codes if code.upper() not in known]
        if missing:
            self.add_error(
                "places", _("{site} has no place {code}.").format(site=site.code, code=", ".join(missing[:5]))
            )
        return with_parts(list(known.values()))

    def _items(self, text: str) -> list[Item]:
        numbers = [word.strip() for word in text.replace("\n", ",").split(",") if word.strip()]
        known = {row.number.upper(): row for row in Item.objects.filter(number__in=_either(numbers))}
        missing = [number for number in numbers if number.upper() not in known]
        if missing:
            self.add_error("items", _("There is no item {number}.").format(number=", ".join(missing[:5])))
        return list(known.values())


def _either(words: Sequence[str]) -> list[str]:
    return [*words, *(word.upper() for word in words)]


def with_parts(places: Sequence[Location]) -> list[Location]:
    """The places, those in them instead of a place that only has others in it. A query for each level."""
    found: dict[int, Location] = {}
    level = list(places)
    while level:
        parts = list(Location.objects.filter(parent__in=level, active=True).exclude(pk__in=found))
        parents = {part.parent_id for part in parts}
        found |= {place.pk: place for place in level if place.pk not in parents}
        level = parts
    return list(found.values())


ASKED = ("item", "piece", "unit", "quantity", "pieces")
"""Of each row: `piece` is a lot or serial number, `pieces` the count of what is weighed and counted."""


class EntryForm(forms.Form):
    """What was found at a place: rows of what is ASKED, as many as were sent."""

    def __init__(
        self, data: Any = None, files: Any = None, *, place: CountPlace, initial: Any = None
    ) -> None:
        super().__init__(data, files, initial=initial)
        self.place = place
        self.rows: list[dict[str, str]] = []
        self.wrong: set[int] = set()
        """Which of the rows, from 1, were refused."""
        if data is not None:
            columns = [data.getlist(name) for name in ASKED]
            # A form without pieces has none to read.
            columns[-1] += [""] * (len(columns[0]) - len(columns[-1]))
            sent = [
                dict(zip(ASKED, (text.strip() for text in row), strict=True))
                for row in zip(*columns, strict=False)
            ]
            self.rows = [row for row in sent if any(row.values())]

    def clean(self) -> dict[str, Any]:
        """`found`: rows without a quantity were not found, as if they were not there."""
        super().clean()
        rows = []
        for number, row in enumerate(self.rows, start=1):
            if not row["quantity"]:
                continue
            if row["item"]:
                rows.append({**row, "row": str(number)})
            else:
                self._refuse(_("name the item."), {"row": str(number)})
        return {"found": found_of(rows, self._refuse)}

    def _refuse(self, sentence: Any, row: Mapping[str, str]) -> None:
        self.wrong.add(int(row["row"]))
        self.add_error(None, _("Row {row}: {sentence}").format(row=row["row"], sentence=sentence))


Refuse = Callable[[Any, Mapping[str, str]], None]
"""Told a sentence and the row it is about."""


def found_of(rows: Sequence[dict[str, str]], refuse: Refuse) -> list[Found]:
    """What was typed, as records; four queries at most. What cannot be is refused in a sentence."""
    items = {
        row.number.upper(): row
        for row in Item.objects.filter(number__in=_either([row["item"] for row in rows])).select_related(
            "unit", "catch_unit"
        )
    }
    numbers = _either([row["piece"] for row in rows if row["piece"]])
    pieces: dict[tuple[int, str], Any] = {}
    for model in (Lot, Serial):
        mine: Any = model.objects.filter(item__in=items.values(), number__in=numbers) if numbers else ()
        pieces |= {(piece.item_id, piece.number.upper()): piece for piece in mine}
    names = [row["unit"] for row in rows if row["unit"]]
    units = {unit.number: unit for unit in HandlingUnit.objects.filter(number__in=names)} if names else {}
    found = []
    for row in rows:
        one = _one(row, items, pieces, units, refuse)
        if one is not None:
            found.append(one)
    return found


def _one(
    row: dict[str, str],
    items: dict[str, Item],
    pieces: dict[tuple[int, str], Any],
    units: dict[str, HandlingUnit],
    refuse: Refuse,
) -> Found | None:
    item = items.get(row["item"].upper())
    piece = pieces.get((item.pk, row["piece"].upper())) if item and row["piece"] else None
    quantity, counted = number_of(row["quantity"]), number_of(row["pieces"]) if row.get("pieces") else None
    sentence: Any = ""
    if item is None:
        sentence = _("There is no item {number}.").format(number=row["item"])
    elif row["piece"] and piece is None:
        sentence = _("{item} has no {number}.").format(item=item.number, number=row["piece"])
    elif row["unit"] and row["unit"] not in units:
        sentence = _("There is no handling unit {number}.").format(number=row["unit"])
    elif quantity is None:
        sentence = _("{text} is no number.").format(text=row["quantity"])
    elif row.get("pieces") and counted is None:
        sentence = _("{text} is no number.").format(text=row["pieces"])
    if sentence or item is None or quantity is None:
        refuse(sentence, row)
        return None
    return Found(
        item=item,
        quantity=quantity,
        catch_quantity=counted,
        lot=piece if isinstance(piece, Lot) else None,
        serial=piece if isinstance(piece, Serial) else None,
        handling_unit=units.get(row["unit"]),
    )


def number_of(text: str) -> Decimal | None:
    """A number as people type it, with a point or a comma; where both occur the last is the decimal sign and the
    other stands between thousands. None when it is none, or could be read in two ways."""
    if "." in text and "," in text:
        if not _GROUPED.fullmatch(text):
            return None
        text = text.replace("," if text.rfind(",") < text.rfind(".") else ".", "")
    try:
        number = Decimal(text.replace(",", "."))
    except ArithmeticError:
        return None
    return number if is_plain(number) else None


class ReasonForm(forms.Form):
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reason"]
        field.queryset = ReasonCode.objects.filter(kind=ReasonCode.Kind.ADJUSTMENT, active=True)


class ClassifyForm(forms.Form):
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.filter(active=True), to_field_name="code"
    )
