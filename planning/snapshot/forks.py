"""Orders that cannot be made for their phantoms' sake: these take each other in too many ways, or have no bill."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from p2p.core.facts import Refused
from strategies.models import BomLine, Item

AGAIN = 5000
"""So often lines of bills may come again in one order, because phantoms lie in phantoms."""
UNMADE = ("too_many_ways", "no_phantom_bom")
"""Codes of the refusals of this module."""


class Forks:
    """Every way through phantoms in phantoms makes lines of its own in the order of `item`: bills that fork often
    enough would never come to an end, so lines that come again are counted."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self._seen: set[int] = set()
        self._again: Counter[Item] = Counter()
        self._left = AGAIN

    def look(self, line: BomLine, component: Item) -> None:
        """Refused when lines came again too often, naming the phantom that came most."""
        if line.pk not in self._seen:
            self._seen.add(line.pk)
            return
        self._left -= 1
        if line.kind == BomLine.Kind.PHANTOM:
            self._again[component] += 1
        if self._left < 0:
            raise self._too_many()

    def _too_many(self) -> Refused:
        most = max(self._again, key=lambda item: (self._again[item], item.number), default=self.item)
        return Refused(
            _(
                "The phantoms in the BOM of {item} take each other in so many ways that an order would have the same "
                "lines more than {count} times over, most often those of {phantom}: let some of these phantoms be "
                "items with orders of their own."
            ),
            code="too_many_ways",
            item=self.item,
            count=number_format(AGAIN, force_grouping=True),
            phantom=most,
        )


def no_bill(item: Item, phantom: Item, line: BomLine, day: date) -> Refused:
    """An order of the item cannot be made: on its day a phantom is made of nothing."""
    return Refused(
        _(
            "An order of {item} takes the phantom {phantom} (line {position} of {bom}), which has no active BOM on "
            "{day}: activate one, or change the line."
        ),
        code="no_phantom_bom",
        item=item,
        phantom=phantom,
        position=line.position,
        bom=line.bom,
        day=day,
    )
