"""An item never goes into itself: looked at over all versions that are not retired, and one writer at a time."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from django.db import connection
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from strategies.engine.bom import Line, loop_through
from strategies.models import BomVersion, Item
from strategies.selectors.bom_graph import edges_below


def take_turn() -> None:
    """Two people could close a loop from both ends at once: whoever looks for loops waits here for the other's
    transaction to end. Everybody locks the bills first and takes the turn last, so that nobody waits in a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('strategies.bom', 0))")


def refuse_loop(bom: BomVersion) -> None:
    """Refused, with the path, when the item of the bill goes into itself over any chain of bills, phantoms or
    alternates. Call it after the rows are written."""
    take_turn()
    edges = edges_below(bom.item_id)
    if not any(component == bom.item_id for _parent, component in edges):
        return
    lines = [Line(parent, component, Fraction(1)) for parent, component in edges]
    first = next(
        component
        for parent, component in edges
        if parent == bom.item_id and loop_through(bom.item_id, component, lines)
    )
    path = loop_through(bom.item_id, first, lines)
    numbers = dict(Item.objects.filter(pk__in=path).values_list("pk", "number"))
    raise loop_refused([numbers[key] for key in path])


def loop_refused(path: Sequence[str]) -> Refused:
    """The sentence, with the item numbers on the way round."""
    return Refused(
        _("An item cannot go into itself: {path}."), code="loop", field="component", path=" → ".join(path)
    )
