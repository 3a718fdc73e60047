"""A frozen count is named by whatever wants the stock it freezes, not only by the ledger."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.services.by_hand import HandLine, book_by_hand
from p2p.inventory.services.claims import claim_one
from p2p.inventory.services.counting import cancel_count, create_count
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import reserve
from strategies.models import Item, Location, Site
from tests.factories import make_item, make_locations, make_lot, make_reason, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db
SAID = (
    "Free stock at MAIN is short of {short} EA PAINT: PAINT at A is being counted ({count}), and none of it moves"
    " until the count is posted."
)


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "A", "B")


@pytest.fixture
def paint(places: dict[str, Location]) -> Item:
    item = make_item("PAINT", tracking="lot")
    make_stock(item, 10, places["A"], lot=make_lot(item, "L1"))
    return item


@pytest.fixture
def shane() -> User:
    return make_user("supervisor", username="shane")


def refusal(service, *args, **also) -> str:
    with pytest.raises(Refused) as told, transaction.atomic():
        service(*args, **also, by=None)
    assert told.value.code == "counted"
    return str(told.value)


@pytest.mark.parametrize("whole", [False, True])
def test_what_wants_the_item_is_told_the_count_and_the_place(
    site: Site, places: dict[str, Location], paint: Item, shane: User, whole: bool
) -> None:
    named = {"places": [places["A"]]} if whole else {"items": [paint]}
    count = create_count(site=site, kind="spot", frozen=True, by=shane, **named)
    why = make_reason(kind="adjustment")
    line = HandLine(item=paint, quantity=Decimal(4), place=places["A"])
    said = SAID.format(short=4, count=count.number)
    assert refusal(book_by_hand, act="issue", lines=[line], reason=why) == said
    need = Need(item=paint, quantity=Decimal(4), site=site)
    assert refusal(reserve, needs=[need]) == said
    assert refusal(claim_one, site=site, item=paint, quantity=Decimal(4)) == said
    cancel_count(count=count, by=shane)
    assert book_by_hand(act="issue", lines=[line], reason=why, by=None)


def test_what_lies_elsewhere_is_taken_and_only_what_is_then_missing_waits_for_the_count(
    site: Site, places: dict[str, Location], paint: Item, shane: User
) -> None:
    count = create_count(site=site, kind="spot", places=[places["A"]], frozen=True, by=shane)
    make_stock(paint, 3, places["B"], lot=make_lot(paint, "L2"))
    reserve(needs=[Need(item=paint, quantity=Decimal(2), site=site)], by=None)
    need = Need(item=paint, quantity=Decimal(5), site=site)
    assert refusal(reserve, needs=[need]) == SAID.format(short=4, count=count.number)


def test_a_shortage_that_no_count_causes_is_told_as_one(
    site: Site, places: dict[str, Location], paint: Item, shane: User
) -> None:
    create_count(site=site, kind="spot", places=[places["A"]], frozen=True, by=shane)
    need = Need(item=paint, quantity=Decimal(5), site=site, location=places["B"])
    with pytest.raises(Refused, match="Free stock at MAIN is short of: 5 EA PAINT"):
        reserve(needs=[need], by=None)
