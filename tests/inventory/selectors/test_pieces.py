"""What happened to a handling unit: how much of what, in its unit, came onto it, went with it and was taken off."""

from __future__ import annotations

from decimal import Decimal

import pytest

from p2p.inventory.selectors.pieces import history
from p2p.inventory.services.packing import Packing, pack, unpack
from p2p.inventory.services.unit_moves import transfer_unit
from p2p.inventory.services.units import create_units
from tests.factories import make_item, make_locations, make_lot, make_site, make_stock, make_unit

pytestmark = pytest.mark.django_db


def test_a_pallets_history_names_item_lot_and_unit_and_says_what_was_packed_and_unpacked() -> None:
    places = make_locations(make_site(locations=False), "A", "B")
    meat = make_item(
        "MEAT",
        unit=make_unit("KG", digits=3),
        catch_unit=make_unit("PC"),
        catch_least=Decimal("0.5"),
        catch_most=Decimal(2),
    )
    bolt = make_item("BOLT", tracking="lot")
    make_stock(bolt, 10, places["A"], lot=make_lot(bolt, "L1"))
    make_stock(meat, 6, places["A"], catch_quantity=Decimal(5))
    (pallet,) = create_units(location=places["A"], number="PAL-1", by=None)
    pack(unit=pallet, lines=[Packing(item=bolt, quantity=Decimal(4))], by=None)
    pack(unit=pallet, lines=[Packing(item=meat, quantity=Decimal("3.5"), catch_quantity=Decimal(3))], by=None)
    transfer_unit(unit=pallet, target=places["B"], by=None)
    unpack(unit=pallet, lines=[Packing(item=bolt, quantity=Decimal(1))], by=None)
    told = sorted((event.title, event.said) for event in history(pallet) if event.url)
    assert told == [
        ("Packed", "3.5 KG, 3 PC MEAT: A"),
        ("Packed", "4 EA BOLT L1: A"),
        ("Transfer", "3.5 KG, 3 PC MEAT: A → B"),
        ("Transfer", "4 EA BOLT L1: A → B"),
        ("Unpacked", "1 EA BOLT L1: B"),
    ]
