"""Codes that a spreadsheet has turned into numbers or days, or has taken the zeros off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from strategies.services.importer.habits import Native, mangled
from strategies.services.importer.kinds import Text
from strategies.services.importer.sheets import Column, Problem

if TYPE_CHECKING:
    from strategies.services.importer.checking import Checked


def numbers_for_codes(checked: Checked) -> None:
    """Codes that a spreadsheet has turned into numbers or days, or has taken the zeros off: the line is refused,
    unless a record is really called so. One query, one more where something looks odd."""
    name = checked.sheet.key[0]
    column = next((one for one in checked.sheet.fields if one.target == name), None)
    if len(checked.sheet.key) > 1 or not isinstance(column, Column) or not isinstance(column.kind, Text):
        return
    place, codes = checked.places.get(column.name, -1), checked.sheet.model._base_manager.order_by()
    padded = {
        code.lstrip("0"): code
        for code in codes.filter(**{f"{name}__startswith": "0"}).values_list(name, flat=True)
    }
    odd: list[tuple[int, str, str]] = []
    typed: list[int] = []
    for row in checked.rows:
        text = row.cells[place]
        why = mangled(text)
        if why or text in padded:
            odd.append((row.line, text, why))
        if isinstance(text, Native):
            typed.append(row.line)
    there = set(_called(codes, name, [str(text) for _line, text, _why in odd])) if odd else set()
    for line, text, why in odd:
        if text in there and not (isinstance(text, Native) and text in padded):
            continue
        lost = _("There is {code}: a spreadsheet has taken the zeros off. Format the column as text.")
        checked.refuse(line, column.name, why or lost.format(code=padded[text]), "mangled")
    _warn_of_numbers(checked, column.name, typed)


def _called(codes: QuerySet[Any], name: str, texts: Sequence[str]) -> Iterable[str]:
    return codes.filter(**{f"{name}__in": texts}).values_list(name, flat=True)


def _warn_of_numbers(checked: Checked, name: str, lines: Sequence[int]) -> None:
    if lines:
        text = _(
            "{count} cells are numbers, not text: zeros at their beginning, if there were any, are lost."
        )
        found = Problem(
            checked.sheet.name, text.format(count=len(lines)), lines[0], name, "warning", "numbers"
        )
        checked.problems.append(found)
