"""Where stock may go below zero a reservation is of what lies there all the same: no more is reserved, and what is
reserved is nobody else's to owe."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Move, Reservation
from p2p.inventory.services.kept import keep_again
from p2p.inventory.services.ledger import MoveLine, post, reverse
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import consume, reserve
from strategies.models import Item, Location, Site
from tests.factories import make_item, make_locations, make_site, make_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False, may_go_negative=True)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "STORE", "LINE")


@pytest.fixture
def bolt() -> Item:
    return make_item("BOLT")


def issue(item: Item, quantity: int, places: dict[str, Location]) -> Move:
    ends = {"source": places["STORE"], "target": places["PRODUCTION"]}
    (move,) = post(lines=[MoveLine(item=item, quantity=Decimal(quantity), kind="issue", **ends)], by=None)
    return move


def promise(item: Item, quantity: int, place: Location) -> None:
    Reservation.objects.bulk_create(
        [Reservation(location=place, item=item, quantity=Decimal(quantity), reference="MO-1")]
    )


def pile(item: Item) -> tuple[Decimal, Decimal]:
    row = Balance.objects.get(item=item, location__code="STORE")
    return row.quantity, row.reserved


def test_the_database_itself_reserves_nothing_that_is_owed(places: Any, bolt: Item) -> None:
    issue(bolt, 3, places)
    make_stock(bolt, 5, places["STORE"])
    with pytest.raises(IntegrityError, match="balance_reserved_is_there"), transaction.atomic():
        promise(bolt, 3, places["STORE"])
    promise(bolt, 2, places["STORE"])
    assert pile(bolt) == (2, 2)
    assert problems() == []


def test_the_picking_rule_finds_what_lies_there_only(site: Site, places: Any, bolt: Item) -> None:
    issue(bolt, 3, places)
    make_stock(bolt, 5, places["STORE"])
    need = Need(item=bolt, quantity=Decimal(9), site=site, reference="MO-1")
    assert [row.quantity for row in reserve(needs=[need], partial=True, by=None)] == [2]


def test_what_is_reserved_is_taken_by_nobody_else(places: Any, bolt: Item) -> None:
    make_stock(bolt, 5, places["STORE"])
    promise(bolt, 4, places["STORE"])
    with pytest.raises(Refused) as no, transaction.atomic():
        issue(bolt, 2, places)
    assert str(no.value) == "Only 5 EA of BOLT at STORE, 4 of it reserved: 2 EA cannot be taken."
    issue(bolt, 1, places)
    consume(reservations=list(Reservation.objects.all()))
    issue(bolt, 6, places)
    assert pile(bolt) == (-2, 0)
    assert problems() == []


def test_what_brought_reserved_goods_is_not_taken_back(places: Any, bolt: Item) -> None:
    make_stock(bolt, 5, places["STORE"])
    promise(bolt, 4, places["STORE"])
    with pytest.raises(Refused, match="4 of it reserved"), transaction.atomic():
        reverse(moves=Move.objects.filter(item=bolt), by=None)


def test_what_is_taken_back_makes_good_what_is_owed_before_it_is_kept_again(places: Any, bolt: Item) -> None:
    make_stock(bolt, 5, places["STORE"])
    went = issue(bolt, 5, places)
    issue(bolt, 3, places)
    reverse(moves=[went], by=None)
    (row,) = keep_again(taken=[(went, Decimal(5))], documents=["MO-1"], by=None)
    assert (row.quantity, pile(bolt)) == (2, (2, 2))
    assert problems() == []


def test_more_reserved_than_lies_there_is_found(places: Any, bolt: Item) -> None:
    make_stock(bolt, 5, places["STORE"])
    promise(bolt, 5, places["STORE"])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE inventory_balance DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE inventory_balance DROP CONSTRAINT balance_reserved_is_there")
        cursor.execute("UPDATE inventory_balance SET quantity = -1")
        cursor.execute("ALTER TABLE inventory_balance ENABLE TRIGGER USER")
    said = [one.sentence for one in problems() if one.rule == "reservations never exceed stock"]
    assert said == ["BOLT at STORE: has 5, should be at most 0"]
