"""What a scanned or typed code of the store is: a place, a handling unit, a lot, a serial number, an item, a card
or a task."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from p2p.inventory.models import HandlingUnit, Lot, Serial, StockTask, SupplyRule
from strategies.models import Item, Location, Site

LONGEST = 120
MOST = 20
"""Lots of several items may carry one number; more than these nobody chooses from."""

_PREFIX = re.compile(r"^\](C1|e0|d2|Q3|J1)")
_BRACKETS = re.compile(r"\((\d{2,4})\)([^(]*)")
_FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2}
_GROUP = "\x1d"


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


def elements(code: str) -> dict[str, str]:
    """Application identifier -> value of a GS1 element string, plain or in brackets; empty for other codes.

    GS1 General Specifications, section 3: fixed lengths by table, the others end with the group separator.
    """
    marked, text = _PREFIX.match(code) is not None, _PREFIX.sub("", code)
    if text.startswith("("):
        return dict(_BRACKETS.findall(text))
    if not marked and _GROUP not in text:
        return {"00": text[2:]} if re.fullmatch(r"00\d{18}", text) else {}
    return dict(_split(text.lstrip(_GROUP)))


def _split(text: str) -> Iterator[tuple[str, str]]:
    while len(text) > 2:
        name, rest = text[:2], text[2:]
        length = _FIXED.get(name)
        value, text = (rest[:length], rest[length:]) if length else rest.partition(_GROUP)[::2]
        text = text.lstrip(_GROUP)
        yield name, value


def scanned(code: str, *, site: Site) -> list[Found]:
    """Everything that the code may be at the site, the surest first; at most seven queries, however much there is.

    `item~lot` names a lot of that item. Letters count as typed or in capitals.
    """
    text = code.strip().replace("\0", "")[:LONGEST]
    parts = elements(text)
    if parts:
        return list(_of_elements(parts, site))
    if not text:
        return []
    item, _mark, piece = text.rpartition("~")
    ways = {text, text.upper()}
    return [
        *_all("place", Location.objects.filter(site=site, code__in=ways, active=True)),
        *_all("unit", units(site).filter(Q(number__in=ways) | Q(sscc=text))),
        *_all("card", cards(site).filter(card__in=ways)),
        *_all("task", StockTask.objects.filter(site=site, number__in=ways)),
        *_pieces(item, piece),
        *_all("item", Item.objects.filter(number__in=ways, active=True).select_related("unit")),
    ]


def units(site: Site) -> QuerySet[HandlingUnit]:
    """Handling units that stand at the site, or nowhere yet."""
    rows = HandlingUnit.objects.exclude(state=HandlingUnit.State.RETIRED).select_related("location__site")
    return rows.filter(Q(location__site=site) | Q(location=None))


def cards(site: Site) -> QuerySet[SupplyRule]:
    """Kanban cards of the site's places."""
    rows = SupplyRule.objects.filter(location__site=site, active=True).exclude(card="")
    return rows.select_related("item__unit", "location__site", "source")


def _pieces(item: str, number: str) -> Iterator[Found]:
    ways = {number, number.upper()}
    of_item = Q(item__number__in={item, item.upper()}) if item else Q()
    yield from _all("lot", Lot.objects.filter(of_item, number__in=ways).select_related("item__unit"))
    serials = Serial.objects.filter(of_item, number__in=ways).select_related("item__unit", "lot")
    yield from _all("serial", serials)


def _of_elements(parts: dict[str, str], site: Site) -> Iterator[Found]:
    if "00" in parts:
        yield from _all("unit", units(site).filter(sscc=parts["00"]))
    if "21" in parts:
        yield from _all(
            "serial", Serial.objects.filter(number=parts["21"]).select_related("item__unit", "lot")
        )
    if "10" in parts:
        yield from _all("lot", Lot.objects.filter(number=parts["10"]).select_related("item__unit"))


def _all(kind: str, rows: QuerySet[Any]) -> Iterator[Found]:
    for row in rows.order_by("pk")[:MOST]:
        yield Found(kind, row)
