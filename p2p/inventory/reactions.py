"""What the ledger says when the left asks: items that were moved are counted in their unit for good."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, listen
from p2p.inventory import takeover
from p2p.inventory.models import Move
from strategies.facts import CheckingCutOver, ItemsRecounting, MeasuringCutOver


def counted(asked: ItemsRecounting) -> Iterator[Refused]:
    """Items with moves keep their unit and their tracking. One query."""
    named = {item.pk: item for item in asked.items}
    moved = Move.objects.filter(item__in=named).order_by("item").values_list("item", flat=True).distinct()
    for key in moved:
        yield Refused(
            _("{item} has stock moves in its unit and tracking: make a new item to count otherwise."),
            code="counted",
            field="unit",
            about=named[key],
            item=named[key].number,
        )


def wire() -> None:
    """Called once by AppConfig.ready."""
    listen("ask", ItemsRecounting, counted)
    listen("gather", MeasuringCutOver, takeover.figures)
    listen("gather", CheckingCutOver, takeover.broken)
