"""The count sheet: places in the order one walks, with room to write what was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from reportlab.platypus import Flowable

from p2p.core import paper
from p2p.core.web import formats
from p2p.inventory.models import Balance, Count, CountPlace

Lying = Mapping[tuple[int, int | None], Sequence[Any]]
ROOM = 2
"""Empty lines for what nobody expects."""


def what_lies(count: Count) -> Lying:
    """(place, item or None) -> what the books have there. One query."""
    asked = CountPlace.objects.filter(count=count)
    whole = asked.filter(item__isnull=True).values("location")
    rows = Balance.objects.filter(Q(location__in=whole) | Q(location__in=asked.values("location"))).exclude(
        quantity=0
    )
    found: dict[tuple[int, int | None], list[Any]] = defaultdict(list)
    related = rows.select_related("item__unit", "lot", "serial", "handling_unit")
    for row in related.order_by("location", "item__number", "id"):
        found[row.location_id, None].append(row)
        found[row.location_id, row.item_id].append(row)
    return found


def sheet(count: Count, places: Sequence[CountPlace], lying: Lying) -> bytes:
    """A4. A blind count names what lies there, not how much; its lots and serials are not named either."""
    heads = (_("Place"), _("Item"), _("Lot, serial or unit"), _("Expected"), _("Counted"), _("Unit"))
    rows = [line for place in places for line in _lines(count, place, lying)]
    facts = (
        (_("Site"), count.site.code),
        (_("Kind"), count.get_kind_display()),
        (_("Day"), formats.day(count.planned_on)),
        (_("Places"), str(len(places))),
        (_("Counted by"), ""),
    )
    story: list[Flowable] = [
        paper.head(_("Count sheet"), count.number, count.number, facts),
        paper.gap(4),
        paper.table(heads, rows, (26, 60, 40, 22, 26, 12), right=(3,)),
        paper.gap(3),
        paper.text(
            _("Write 0 where nothing lies. Write down what you find and is not listed, too."), paper.SMALL
        ),
    ]
    return paper.pdf(story, title=f"{_('Count sheet')} {count.number}")


def _lines(count: Count, place: CountPlace, lying: Lying) -> list[list[Any]]:
    found = lying.get((place.location_id, place.item_id), ())
    lines: list[list[Any]] = []
    for row in found:
        piece = row.lot or row.serial or row.handling_unit
        lines.append(
            [
                place.location.code,
                [paper.text(row.item.number, paper.BOLD), paper.text(row.item.name)],
                str(piece) if piece and not count.blind else "",
                paper.text("" if count.blind else formats.number(row.quantity), paper.RIGHT),
                "",
                row.item.unit.code,
            ]
        )
    if place.item is not None and not lines:
        name = [paper.text(place.item.number, paper.BOLD), paper.text(place.item.name)]
        lines.append([place.location.code, name, "", "", "", place.item.unit.code])
    if place.item is None:
        lines += [[place.location.code, "", "", "", "", ""] for _line in range(ROOM if lines else 1)]
    return lines
