"""Codes that a spreadsheet has turned into numbers or days, or has taken the zeros off."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    odd = [(row, row.cells[place], mangled(row.cells[place])) for row in checked.rows]
    odd = [each for each in odd if each[2] or each[1] in padded]
    there = (
        set(
            codes.filter(**{f"{name}__in": [str(text) for _row, text, _why in odd]}).values_list(
                name, flat=True
            )
        )
        if odd
        else set()
    )
    for row, text, why in odd:
        if text in there and not (isinstance(text, Native) and text in padded):
            continue
        lost = _("There is {code}: a spreadsheet has taken the zeros off. Format the column as text.")
        checked.refuse(row.line, column.name, why or lost.format(code=padded[text]), "mangled")
    _warn_of_numbers(checked, column.name, place)


def _warn_of_numbers(checked: Checked, name: str, place: int) -> None:
    typed = [row for row in checked.rows if isinstance(row.cells[place], Native)]
    if typed:
        text = _(
            "{count} cells are numbers, not text: zeros at their beginning, if there were any, are lost."
        )
        found = Problem(
            checked.sheet.name, text.format(count=len(typed)), typed[0].line, name, "warning", "numbers"
        )
        checked.problems.append(found)
