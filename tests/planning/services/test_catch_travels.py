"""What is weighed and counted travels with its pieces: shipped, received, lost and taken back, whole and in part."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, HandlingUnit
from p2p.inventory.services.packing import Packing, pack
from planning.models import ReplenishmentOrder, ShipmentMove
from planning.services.receive import receive
from planning.services.replenishment import create_replenishment
from planning.services.shipments import lose, take_back
from planning.services.shipping_units import ship_units
from planning.services.transfer import ShipLine, ship
from strategies.models import Item
from tests.factories import make_item, make_location, make_reason, make_site, make_stock, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ham() -> Item:
    return make_item(
        "HAM", unit=make_unit("KG", digits=3), catch_unit=make_unit("PC"), catch_least=Decimal("4"),
        catch_most=Decimal("6"),
    )  # fmt: skip


@pytest.fixture
def order(ham: Item) -> ReplenishmentOrder:
    """40 kg from FAR, where 60 kg in 12 pieces lie, to MAIN."""
    site = make_site("MAIN")
    make_location(site, code="ROAD", kind="transit", nettable=False)
    far = make_location(make_site("OTHER"), code="FAR")
    make_stock(ham, 60, far, catch_quantity=Decimal(12))
    return create_replenishment(
        site=site, item=ham, quantity=Decimal(40), due_on=date(2099, 1, 1), from_location=far, by=None
    )


def lying() -> dict[str, tuple[Any, ...]]:
    rows = Balance.objects.filter(quantity__gt=0).values_list("location__code", "quantity", "catch_quantity")
    return {code: (weight, pieces) for code, weight, pieces in rows}


def test_weight_and_pieces_leave_get_lost_and_arrive_together(ham: Item, order: ReplenishmentOrder) -> None:
    with pytest.raises(Refused, match="say how many PC that is"):
        ship(lines=[ShipLine(order=order, quantity=Decimal(30))], by=None)
    ship(lines=[ShipLine(order=order, quantity=Decimal(30), catch_quantity=Decimal(6))], by=None)
    assert lying() == {"FAR": (30, 6), "ROAD": (30, 6)}
    reason = make_reason("FELL", kind="scrap")
    lose(order=order, quantity=Decimal(11), catch_quantity=Decimal(2), reason=reason, by=None)
    assert lying() == {"FAR": (30, 6), "ROAD": (19, 4)}
    receive(order=order, quantity=Decimal(9), catch_quantity=Decimal(2), by=None)
    assert lying() == {"FAR": (30, 6), "ROAD": (10, 2), "STORE": (9, 2)}
    receive(order=order, quantity=Decimal(10), by=None)
    assert lying() == {"FAR": (30, 6), "STORE": (19, 4)}
    assert problems() == []


def test_a_part_is_taken_back_with_its_pieces(ham: Item, order: ReplenishmentOrder) -> None:
    ship(lines=[ShipLine(order=order, quantity=Decimal(30), catch_quantity=Decimal(6))], by=None)
    rows = list(ShipmentMove.objects.all())
    with pytest.raises(Refused, match="say how many PC"):
        take_back(shipments=rows, quantity=Decimal(9), by=None)
    take_back(shipments=rows, quantity=Decimal(9), catch_quantity=Decimal(2), by=None)
    assert lying() == {"FAR": (39, 8), "ROAD": (21, 4)}
    assert problems() == []


def test_the_page_and_rest_ask_for_pieces_and_keep_what_was_typed(
    ham: Item, order: ReplenishmentOrder, client: Client
) -> None:
    client.force_login(make_user("administrator"))
    url = reverse("planning:replenishment-ship", args=[order.pk])
    said = {"quantity": "30", "catch_quantity": "2"}
    no = client.post(url, said)
    assert no.status_code == 409
    assert 'value="2"' in no.content.decode()
    assert lying() == {"FAR": (60, 12)}
    assert client.post(url, said | {"catch_quantity": "6"}).status_code == 303
    assert lying()["ROAD"] == (30, 6)
    rest = f"/api/v1/planning/replenishments/{order.number}/ship/"
    body = {"quantity": "10", "catch_quantity": "2"}
    answer = client.post(rest, body, content_type="application/json", headers={"Idempotency-Key": "a"})
    assert answer.status_code == 200, answer.content
    assert lying()["ROAD"] == (40, 8)
    bolt = make_item("BOLT")
    make_stock(bolt, 10, order.from_location)
    other = create_replenishment(
        site=order.site, item=bolt, quantity=Decimal(1), due_on=date(2099, 1, 1),
        from_location=order.from_location, by=None,
    )  # fmt: skip
    page = client.get(reverse("planning:replenishment-ship", args=[other.pk])).content.decode()
    assert "catch_quantity" not in page


def test_a_pallet_takes_its_pieces_along_unless_two_orders_share_them(
    ham: Item, order: ReplenishmentOrder
) -> None:
    far = order.from_location
    assert far is not None
    pallet = HandlingUnit.objects.create(number="HU1", location=far)
    whole = Packing(item=ham, quantity=Decimal(60), catch_quantity=Decimal(12))
    pack(unit=pallet, lines=[whole], by=None)
    create_replenishment(
        site=order.site, item=ham, quantity=Decimal(20), due_on=date(2099, 1, 1), from_location=far, by=None
    )
    with pytest.raises(Refused, match="HU1 holds HAM for .* and for another transfer"):
        ship_units(units=[pallet], order=order, by=None)
    box = HandlingUnit.objects.create(number="BOX", location=far)
    part = Packing(item=ham, quantity=Decimal(20), catch_quantity=Decimal(4))
    pack(unit=box, lines=[part], out_of=pallet, by=None)
    ship_units(units=[pallet], order=order, by=None)
    assert lying() == {"FAR": (20, 4), "ROAD": (40, 8)}
