"""What a scanned or typed code of the store is: a place, a handling unit, a lot, a serial number, an item, a card
or a task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from p2p.inventory.engine.scan import Garbled, Reading, read
from p2p.inventory.models import HandlingUnit, Lot, Serial, StockTask, SupplyRule
from strategies.models import Item, Location, Site

MOST = 20
"""Lots of several items may carry one number; more than these nobody chooses from."""


@dataclass(frozen=True)
class Found:
    """`kind`: place, unit, lot, serial, item, card or task; `record` is its row, with what pages show of it."""

    kind: str
    record: Any

    @property
    def item(self) -> Item | None:
        """The item it is, or is of."""
        found: Item | None = self.record if self.kind == "item" else getattr(self.record, "item", None)
        return found


def scanned(code: str, *, site: Site) -> list[Found]:
    """Everything that the code may be at the site, the surest first; at most seven queries, however much there is.

    `item~lot` names a lot of that item. Letters count as typed or in capitals.
    """
    try:
        said = read(code)
    except Garbled:
        return []
    if not said.plain:
        return list(_of_label(said, site))
    text = said.text
    if not text:
        return []
    ways = {text, text.upper()}
    return [
        *_all("place", Location.objects.filter(site=site, code__in=ways, active=True)),
        *_all("unit", units(site).filter(Q(number__in=ways) | Q(sscc=text))),
        *_all("card", cards(site).filter(card__in=ways)),
        *_all("task", StockTask.objects.filter(site=site, number__in=ways)),
        *_pieces(None, text),
        *_all("item", Item.objects.filter(number__in=ways, active=True).select_related("unit")),
    ]


def units(site: Site) -> QuerySet[HandlingUnit]:
    """Handling units that stand at the site, or nowhere yet."""
    rows = HandlingUnit.objects.exclude(state=HandlingUnit.State.RETIRED).select_related(
        "location__site", "parent"
    )
    return rows.filter(Q(location__site=site) | Q(location=None))


def cards(site: Site) -> QuerySet[SupplyRule]:
    """Kanban cards of the site's places."""
    rows = SupplyRule.objects.filter(location__site=site, active=True).exclude(card="")
    return rows.select_related("item__unit", "location__site", "source")


def _pieces(items: Sequence[Item] | None, number: str) -> Iterator[Found]:
    """Lots and serial numbers of this number: of these items, or of any (None)."""
    of_items = Q() if items is None else Q(item__in=items)
    ways = {number, number.upper()}
    yield from _all("lot", Lot.objects.filter(of_items, number__in=ways).select_related("item__unit"))
    serials = Serial.objects.filter(of_items, number__in=ways).select_related("item__unit", "lot")
    yield from _all("serial", serials)


def _items(said: Reading) -> Iterator[Item]:
    """The item that a label names by its number or GTIN."""
    rows = Item.objects.filter(active=True).select_related("unit").order_by("pk")
    if said.item:
        yield from rows.filter(number__in={said.item, said.item.upper()})[:MOST]
    elif said.gtin:
        bare = said.gtin.lstrip("0")
        yield from rows.filter(attributes__gtin__in=sorted({bare.zfill(size) for size in (8, 12, 13, 14)}))[
            :MOST
        ]


def _of_label(said: Reading, site: Site) -> Iterator[Found]:
    """What a label names, the narrowest first: a unit, a serial number, a lot, or else the item."""
    found: list[Found] = []
    if said.sscc:
        found += _all("unit", units(site).filter(sscc=said.sscc))
    items = list(_items(said))
    for number in (said.piece, said.serial, said.lot):
        found += _pieces(items, number) if number and not found else ()
    if not found and not said.piece:
        found += [Found("item", item) for item in items]
    yield from found


def _all(kind: str, rows: QuerySet[Any]) -> Iterator[Found]:
    for row in rows.order_by("pk")[:MOST]:
        yield Found(kind, row)
