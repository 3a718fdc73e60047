"""What cannot be said of an item."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from strategies.models import Item


def said_wrong(item: Item) -> Iterable[tuple[str, object]]:
    """(field, sentence) of everything about the item alone that cannot be."""
    tracked = item.tracking != Item.Tracking.NONE
    if not item.number.strip():
        yield "number", _("The number is empty.")
    if item.kind == Item.Kind.SERVICE and tracked:
        yield "tracking", _("A service is not stored: {item} cannot be tracked by lot or serial number.")
    if item.kind == Item.Kind.SERVICE and item.phantom:
        yield "phantom", _("A service has no components: {item} cannot be a phantom.")
    if (item.shelf_life_days or item.retest_days) and not tracked:
        yield "shelf_life_days", _("Shelf life is kept by lot: track {item} by lot or serial number first.")
    if item.shelf_life_days and item.retest_days and item.retest_days > item.shelf_life_days:
        yield "retest_days", _("{item} is to be tested again only after its shelf life has ended.")
    yield from _said_wrong_of_weight(item)


def _said_wrong_of_weight(item: Item) -> Iterable[tuple[str, object]]:
    """What cannot be of an item that is weighed and counted."""
    least, most = item.catch_least, item.catch_most
    if item.catch_unit_id is None:
        if least is not None or most is not None:
            yield "catch_unit", _("Name the unit in which {item} is counted beside its weight.")
        return
    if item.tracking == Item.Tracking.SERIAL:
        yield "catch_unit", _("{item} has serial numbers: each is one piece, and nothing else is counted.")
    if item.kind == Item.Kind.SERVICE:
        yield "catch_unit", _("A service is not stored: {item} cannot be weighed and counted.")
    if item.phantom:
        yield "phantom", _("{item} is weighed and counted: it cannot be a phantom, which nobody would weigh.")
    if item.catch_unit_id == item.unit_id:
        yield "catch_unit", _("{item} is counted in its unit already: name another one beside it.")
    if least is None or most is None or least <= 0:
        yield "catch_least", _("Say what one piece of {item} weighs at least and at most.")
    elif most < least:
        yield "catch_most", _("What one piece of {item} weighs at most is less than what it weighs at least.")
