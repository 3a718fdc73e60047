"""Lines of pick lists picked by scan."""

from __future__ import annotations

from decimal import Decimal

import pytest

from execution.models import PickLine
from execution.services.adjust import adjust
from execution.services.by_scan import pick_line
from execution.services.chosen import InHand
from execution.services.keep import keep
from execution.services.release import release
from p2p.core.refusal import Refused
from p2p.inventory.models import Move, Reservation, Serial
from planning.models import Material
from tests.execution.conftest import Plant
from tests.factories import make_item, make_order, make_serial, make_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def pieces(plant: Plant) -> list[Serial]:
    """Five motors in the store; a released order wants three, and has the first and the third kept."""
    motor = make_item("MOTOR", tracking="serial")
    pieces = [make_serial(motor, f"SN-{number}") for number in range(5)]
    for piece in pieces:
        make_stock(motor, 1, plant.places["STORE"], serial=piece)
    steps = [{"group": plant.groups[0]}]
    order = make_order(plant.product, 3, site=plant.site, operations=steps, materials={motor: 1})
    release(orders=[order], by=None)
    mine = InHand(serials=(pieces[0], pieces[2]))
    keep(material=Material.objects.get(order=order), quantity=Decimal(2), named=mine, by=None)
    return pieces


@pytest.mark.parametrize(("quantity", "scanned"), [(1, (0, 2)), (3, (0, 2)), (2, (0, 0)), (1, (0, 4))])
def test_other_pieces_than_the_quantity_says_are_neither_picked_nor_taken_nor_given_back(
    pieces: list[Serial], quantity: int, scanned: tuple[int, ...]
) -> None:
    named = InHand(serials=tuple(pieces[place] for place in scanned))
    material, much = Material.objects.get(item=pieces[0].item), Decimal(quantity)
    line = PickLine.objects.get(serial=pieces[0])
    wrong = f"{quantity} pieces of MOTOR need {quantity} serial numbers|more than the 1 left on this line"
    with pytest.raises(Refused, match=wrong):
        pick_line(line=line, quantity=much, named=named, by=None)
    with pytest.raises(Refused, match=wrong):
        adjust(material=material, quantity=much, named=named, by=None)
    assert not Move.objects.filter(kind="issue").exists()
    assert Reservation.objects.filter(reference=material.order.number).count() == 3
    every = InHand(serials=(pieces[0], pieces[2]))
    adjust(material=material, quantity=Decimal(2), named=every, by=None)
    with pytest.raises(Refused, match=wrong):
        adjust(material=material, quantity=-much, named=named, by=None)
    material.refresh_from_db()
    assert material.issued_quantity == 2
