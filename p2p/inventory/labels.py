"""Labels of items, lots, serial numbers, handling units and places: what they say to people and to scanners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from p2p.core.fields import plain
from p2p.core.paper.label import Label
from p2p.inventory.engine.scan import PIECE, element_string, gtin14, in_brackets
from p2p.inventory.models import Balance, HandlingUnit, Lot, Serial
from p2p.inventory.selectors.pieces import content
from strategies.models import Item, Location

COUNTED = 10**8
"""AI 30 and 37 have eight digits at most."""
GTIN = "gtin"
"""The attribute of an item that holds its GTIN."""


def gtin_of(item: Item) -> str:
    """The item's GTIN in 14 digits; empty when it has none, or one with a wrong check digit."""
    return gtin14(str((item.attributes or {}).get(GTIN, "")))


def label_of(record: Any, *, quantity: Decimal | None = None) -> Label:
    """The label of an item, lot, serial number, handling unit or place; `quantity` is how much it is put on."""
    if isinstance(record, Lot):
        return lot_label(record, quantity=quantity)
    if isinstance(record, Serial):
        return serial_label(record)
    if isinstance(record, HandlingUnit):
        return unit_label(record, content_of(record))
    return place_label(record) if isinstance(record, Location) else item_label(record)


def _label(
    title: str, number: str, lines: Sequence[str], parts: Sequence[tuple[str, str]], code: str
) -> Label:
    """With GS1 elements where there are any, else with the code of this plant."""
    if not parts:
        return Label(title, number, lines, said=code)
    return Label(title, number, lines, said=in_brackets(parts), elements=element_string(parts))


def item_label(item: Item) -> Label:
    gtin = gtin_of(item)
    return _label(_("Item"), item.number, (item.name,), [("01", gtin)] if gtin else [], item.number)


def lot_label(lot: Lot, *, quantity: Decimal | None = None, pieces: Decimal | None = None) -> Label:
    """(01) (10) (17) (30) where the item has a GTIN, else item~lot; `pieces` of what is weighed and counted."""
    item, gtin = lot.item, gtin_of(lot.item)
    lines = [f"{item.number} {item.name}"]
    if quantity is not None:
        counted = f", {plain(pieces)} {item.catch_unit.code}" if pieces and item.catch_unit else ""
        lines.append(f"{plain(quantity)} {item.unit.code}{counted}")
    if lot.expires_on:
        lines.append(_("Expires {day}").format(day=lot.expires_on.isoformat()))
    if lot.vendor_lot:
        lines.append(_("Vendor's lot {lot}").format(lot=lot.vendor_lot))
    parts = [("01", gtin), *_of_lot(lot), *_count("30", quantity)] if gtin and _fits(lot.number) else []
    return _label(_("Lot"), lot.number, lines, parts, f"{item.number}{PIECE}{lot.number}")


def serial_label(serial: Serial) -> Label:
    """(01) (21) where the item has a GTIN, else item~serial number."""
    item, gtin = serial.item, gtin_of(serial.item)
    parts = [("01", gtin), ("21", serial.number)] if gtin and _fits(serial.number) else []
    lines = [f"{item.number} {item.name}"]
    return _label(_("Serial number"), serial.number, lines, parts, f"{item.number}{PIECE}{serial.number}")


def unit_label(unit: HandlingUnit, there: Sequence[Balance]) -> Label:
    """(00) where it has a shipping code, else its number; with (02) (37) (10) (17) of what is in it, when that is one
    lot of one item with a GTIN."""
    lines = [f"{_both(row)} {row.item.number}" for row in there[:3]]
    if len(there) > 3:
        lines.append(_("and {count} more").format(count=len(there) - 3))
    if unit.sscc:
        lines.append(f"SSCC {unit.sscc}")
    parts = [("00", unit.sscc), *_inside(there)] if unit.sscc else []
    return _label(str(unit.get_kind_display()), unit.number, lines, parts, unit.number)


def _both(row: Balance) -> str:
    """How much it is, and how many pieces where it is weighed and counted."""
    said = f"{plain(row.quantity)} {row.item.unit.code}"
    if row.catch_quantity is None or row.item.catch_unit is None:
        return said
    return f"{said}, {plain(row.catch_quantity)} {row.item.catch_unit.code}"


def _inside(there: Sequence[Balance]) -> list[tuple[str, str]]:
    if len(there) != 1:
        return []
    (row,) = there
    count, gtin = _count("37", row.quantity), gtin_of(row.item)
    lot = row.lot if row.lot and _fits(row.lot.number) else None
    return [("02", gtin), *count, *(_of_lot(lot) if lot else [])] if gtin and count else []


def place_label(place: Location) -> Label:
    return Label(place.site.code, place.code, (place.name, str(place.get_kind_display())))


def _of_lot(lot: Lot) -> list[tuple[str, str]]:
    return [("10", lot.number), *([("17", _day(lot.expires_on))] if lot.expires_on else [])]


def _day(day: date) -> str:
    return f"{day:%y%m%d}"


def _count(name: str, quantity: Decimal | None) -> list[tuple[str, str]]:
    whole = quantity is not None and quantity == quantity.to_integral_value() and 0 < quantity < COUNTED
    return [(name, str(int(quantity)))] if whole and quantity is not None else []


def _fits(number: str) -> bool:
    """GS1 allows 20 signs of ASCII in a lot or serial number; brackets would be read as identifiers."""
    return len(number) <= 20 and number.isascii() and not set("() ") & set(number)


def content_of(unit: HandlingUnit) -> list[Balance]:
    """What lies in it, and in what stands in it."""
    return list(content(unit)[:100])
