"""Cells of the BOM designer and rows pasted from a spreadsheet: typed text to values, or one sentence why not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.digits import whole
from p2p.core.web import formats
from strategies.models import BomLine, Item, Unit

MOST = Decimal(10) ** 12
NAMED = 5
"""Wrong rows of a paste that are named."""
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d")
CHOICES: dict[str, Any] = {
    "kind": BomLine.Kind.choices,
    "consumption": BomLine.Consumption.choices,
    "flushing": [("", gettext_lazy("As the component says")), *BomLine.Flushing.choices],
}
COLUMNS = {
    "component": ("component", "item", "number", "part", "material"),
    "quantity": ("quantity", "qty", "per", "amount"),
    "unit": ("unit", "uom"),
    "operation_number": ("operation", "op", "operation_number"),
    "scrap_fraction": ("scrap", "scrap_fraction"),
    "valid_from": ("from", "valid_from", "first day"),
    "valid_to": ("to", "valid_to", "last day"),
    "note": ("note", "remark", "comment"),
}
"""Heads of pasted columns; without a head the columns stand in this order."""


def number(text: str) -> Decimal:
    """ "1,234.5", "1.234,5" or "2,5" as the person writes numbers. Raises ValidationError with a sentence."""
    typed = re.sub(r"[\s\u00a0\u202f]", "", text).replace("\u2212", "-")
    comma = formats.number_locale() in ("de", "fr") or re.fullmatch(r"-?\d*,\d+", typed) is not None
    if formats.number_locale() == "en" and re.fullmatch(r"-?\d{1,3}(,\d{3})+", typed):
        comma = False
    plain = typed.replace(".", "").replace(",", ".") if comma and "," in typed else typed.replace(",", "")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise ValidationError(_("“{text}” is no number.").format(text=text.strip()[:40])) from None
    if not found.is_finite() or abs(found) >= MOST:
        raise ValidationError(_("“{text}” is too large.").format(text=text.strip()[:40]))
    return found


def day(text: str) -> date | None:
    """Empty is none. Raises ValidationError with a sentence."""
    typed = text.strip()
    if not typed:
        return None
    for pattern in DAYS:
        try:
            return datetime.strptime(typed, pattern).date()
        except ValueError:
            continue
    raise ValidationError(_("“{text}” is no day: write it like 2026-11-18.").format(text=typed[:40]))


class Cells:
    """Reads cells; items and units that many rows name are looked up once."""

    def __init__(self, components: Iterable[str] = (), units: Iterable[str] = ()) -> None:
        named = {text.strip().casefold() for text in components}
        self._items: dict[str, Item] = {}
        rows = Item.objects.filter(active=True).select_related("unit")
        if named:
            for item in rows.extra(where=["lower(strategies_item.number) = ANY(%s)"], params=[list(named)]):
                self._items[item.number.casefold()] = item
        self._rows = rows
        self._units = {unit.code.casefold(): unit for unit in Unit.objects.all()} if units else {}

    def read(self, field: str, text: str) -> Any:
        """The value of one cell. Raises ValidationError with a sentence."""
        reader = getattr(self, f"_{field}", None)
        if reader is not None:
            return reader(text)
        if field in CHOICES:
            return self._choice(field, text)
        raise ValidationError(_("There is no column {field}.").format(field=field))

    def _component(self, text: str) -> Item:
        typed = text.strip()
        known = self._items.get(typed.casefold())
        if known is not None:
            return known
        found = self._rows.filter(Q(number__iexact=typed)).first()
        if found is None and typed:
            named = list(self._rows.filter(name__iexact=typed)[:2])
            if len(named) == 2:
                raise ValidationError(
                    _("Several items are called “{text}”: give the number.").format(text=typed)
                )
            found = named[0] if named else None
        if found is None:
            raise ValidationError(_("There is no item “{text}”.").format(text=typed[:60]))
        self._items[typed.casefold()] = found
        return found

    def _unit(self, text: str) -> Unit | None:
        typed = text.strip()
        if not typed:
            return None
        found = self._units.get(typed.casefold()) or Unit.objects.filter(code__iexact=typed).first()
        if found is None:
            raise ValidationError(_("There is no unit “{text}”.").format(text=typed[:30]))
        return found

    def _quantity(self, text: str) -> Decimal:
        return number(text)

    def _scrap_fraction(self, text: str) -> Decimal:
        """Typed in percent: "2" and "2 %" are 0.02."""
        typed = text.replace("%", "").strip()
        return number(typed) / 100 if typed else Decimal(0)

    def _operation_number(self, text: str) -> int | None:
        typed = text.strip()
        if not typed:
            return None
        number = whole(typed, least=1, most=2**31 - 1)
        if number is None:
            raise ValidationError(_("An operation has a whole number like 10."))
        return number

    def _position(self, text: str) -> int:
        position = whole(text.strip(), least=1, most=2**31 - 1)
        if position is None:
            raise ValidationError(_("A position is a whole number like 10."))
        return position

    def _valid_from(self, text: str) -> date | None:
        return day(text)

    def _valid_to(self, text: str) -> date | None:
        return day(text)

    def _note(self, text: str) -> str:
        if len(text.strip()) > 200:
            raise ValidationError(_("A note has at most 200 characters."))
        return text.strip()

    def _choice(self, field: str, text: str) -> str:
        typed = text.strip().casefold()
        for key, label in CHOICES[field]:
            if typed in (key, str(label).casefold()):
                return str(key)
        raise ValidationError(_("“{text}” is not among the choices.").format(text=text.strip()[:40]))


def pasted(text: str) -> list[dict[str, Any]]:
    """Rows from a spreadsheet's clipboard: tabs between cells, columns by their heads or in the usual order.

    Raises ValidationError naming each wrong row and what is wrong with it, the first five of them.
    """
    table = [
        line.split("\t")
        for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if line.strip()
    ]
    if not table:
        raise ValidationError(_("There is nothing to paste: copy the cells of the spreadsheet first."))
    names, rows = _heads(table)
    place = names.index("component") if "component" in names else 0
    cells = Cells((row[place] for row in rows if len(row) > place), units=["all"])
    found: list[dict[str, Any]] = []
    wrong: list[str] = []
    for count, row in enumerate(rows, start=1):
        try:
            found.append(_row(cells, names, row, count))
        except ValidationError as no:
            wrong += no.messages
        if len(wrong) == NAMED:
            wrong.append(_("There may be more."))
            break
    if wrong:
        raise ValidationError(wrong)
    return found


def _heads(table: Sequence[Sequence[str]]) -> tuple[list[str], Sequence[Sequence[str]]]:
    known = {word: name for name, words in COLUMNS.items() for word in words}
    first = [cell.strip().casefold() for cell in table[0]]
    if "component" in {known.get(cell) for cell in first}:
        return [known.get(cell, "") for cell in first], table[1:]
    return list(COLUMNS), table


def _row(cells: Cells, names: Sequence[str], row: Sequence[str], count: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in zip(names, row, strict=False):
        if not name or (not text.strip() and name not in ("component", "quantity")):
            continue
        try:
            found[name] = cells.read(name, text)
        except ValidationError as wrong:
            raise ValidationError(
                _("Row {row}: {wrong}").format(row=count, wrong=" ".join(wrong.messages))
            ) from None
    if "quantity" not in found:
        found["quantity"] = Decimal(1)
    return found
