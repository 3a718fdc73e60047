"""Lots and serial numbers as people type them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from p2p.inventory.models import Lot, Serial
from strategies.models import Item


class Numbers(Protocol):
    """A lot and serial numbers of an item, as people type them."""

    @property
    def item(self) -> Item: ...
    @property
    def lot(self) -> str: ...
    @property
    def serials(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Named:
    item: Item
    lot: str
    serials: Sequence[str]


def named(lines: Sequence[Numbers]) -> dict[tuple[type[Model], int, str], Any]:
    """(Lot or Serial, item id, number) -> the record, of all that the lines name. Two queries.

    Refused, naming item and number, when one is not known.
    """
    asked = [
        (model, line.item, number)
        for line in lines
        for model, numbers in ((Lot, [line.lot] if line.lot else []), (Serial, line.serials))
        for number in numbers
    ]
    found: dict[tuple[type[Model], int, str], Any] = {}
    for model in {model for model, _item, _number in asked}:
        mine = [(item.pk, number) for one, item, number in asked if one is model]
        rows = model._default_manager.filter(
            item__in={item for item, _number in mine}, number__in={number for _item, number in mine}
        )
        found |= {(model, row.item_id, row.number): row for row in rows}
    for model, item, number in asked:
        if (model, item.pk, number) not in found:
            raise Refused(
                _("{item} has no {number}."),
                code="no_piece",
                field="lot" if model is Lot else "serials",
                about=item,
                item=item.number,
                number=number,
            )
    return found
