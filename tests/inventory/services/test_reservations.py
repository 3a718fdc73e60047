"""Promising stock, giving it back, taking it; and holds, which forbid both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Hold, Reservation
from p2p.inventory.selectors import available, on_hand, totals
from p2p.inventory.services.holds import hold, unhold
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.reservations import Need, consume, reserve, unreserve
from strategies.models import Item, Location, Site
from tests.factories import make_item, make_location, make_locations, make_lot, make_site, make_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "STORE", "LINE")


def need(item: Item, quantity: Any, site: Site, **also: Any) -> Need:
    return Need(item=item, quantity=Decimal(str(quantity)), site=site, **also)


def issue(item: Item, quantity: Any, places: dict[str, Location]) -> None:
    line = MoveLine(
        item=item,
        source=places["STORE"],
        target=places["PRODUCTION"],
        quantity=Decimal(quantity),
        kind="issue",
    )
    with transaction.atomic():
        post(lines=[line], by=None)


def test_reserved_stock_is_not_free_for_others(site: Site, places: dict[str, Location]) -> None:
    item = make_item("BOLT")
    make_stock(item, 10, places["STORE"])
    (row,) = reserve(needs=[need(item, 8, site)], by=None)
    assert available(site) == {item.pk: 2}
    assert on_hand(site) == {item.pk: 10}
    with pytest.raises(Refused, match="Only 10 EA of BOLT at STORE, 8 of it reserved: 3 EA cannot be taken."):
        issue(item, 3, places)
    unreserve(reservations=[row], by=None)
    issue(item, 3, places)
    assert problems() == []


def test_a_shortage_names_every_item(site: Site, places: dict[str, Location]) -> None:
    bolt, nut, washer = make_item("BOLT"), make_item("NUT"), make_item("WASHER")
    make_stock(bolt, 10, places["STORE"])
    make_stock(nut, 1, places["STORE"])
    needs = [need(bolt, 4, site), need(nut, 3, site), need(washer, 5, site)]
    with (
        pytest.raises(Refused, match="Free stock at MAIN is short of: 2 EA NUT, 5 EA WASHER."),
        transaction.atomic(),
    ):
        reserve(needs=needs, by=None)
    assert not Reservation.objects.exists()
    rows = reserve(needs=needs, partial=True, by=None)
    assert [(row.item, row.quantity) for row in rows] == [(bolt, 4), (nut, 1)]


def test_places_that_do_not_count_in_planning_are_left_alone(site: Site, places: dict[str, Location]) -> None:
    item = make_item()
    aside = make_location(site, code="ASIDE", nettable=False)
    make_stock(item, 5, aside)
    with pytest.raises(Refused), transaction.atomic():
        reserve(needs=[need(item, 1, site)], by=None)
    (row,) = reserve(needs=[need(item, 1, site, location=aside)], by=None)
    assert row.location == aside


def test_consuming_lifts_the_promise_and_takes_the_stock(site: Site, places: dict[str, Location]) -> None:
    item = make_item()
    make_stock(item, 5, places["STORE"])
    (row,) = reserve(needs=[need(item, 5, site)], by=None)
    with transaction.atomic():
        consume(reservations=[row])
        issue(item, 5, places)
    assert totals(item).on_hand == totals(item).reserved == 0
    with pytest.raises(Refused, match="given to somebody else"), transaction.atomic():
        consume(reservations=[row])
    assert problems() == []


def test_shrinking_a_reservation_frees_the_difference(site: Site, places: dict[str, Location]) -> None:
    item = make_item()
    make_stock(item, 5, places["STORE"])
    (row,) = reserve(needs=[need(item, 5, site)], by=None)
    Reservation.objects.filter(pk=row.pk).update(quantity=2)
    assert Balance.objects.get(item=item).reserved == 2
    assert problems() == []


def test_ten_thousand_lines_are_reserved_in_a_handful_of_statements(
    site: Site, places: dict[str, Location], django_assert_max_num_queries: Any
) -> None:
    items = [make_item() for _ in range(20)]
    for item in items:
        make_stock(item, 500, places["STORE"])
    needs = [need(items[index % 20], 1, site) for index in range(10_000)]
    with django_assert_max_num_queries(5):
        rows = reserve(needs=needs, by=None)
    assert len(rows) == 10_000
    assert available(site) == {}
    assert problems() == []


def test_held_stock_is_neither_reserved_nor_issued(site: Site, places: dict[str, Location]) -> None:
    item = make_item("RESIN", tracking="lot")
    lot = make_lot(item, "L7")
    make_stock(item, 5, places["STORE"], lot=lot)
    row = hold(item=item, kind="quality", lot=lot, note="smells", by=None)
    assert available(site) == {}
    with pytest.raises(Refused, match="short of: 1 EA RESIN"), transaction.atomic():
        reserve(needs=[need(item, 1, site)], by=None)
    line = MoveLine(
        item=item,
        source=places["STORE"],
        target=places["PRODUCTION"],
        quantity=Decimal(1),
        kind="issue",
        lot=lot,
    )
    with pytest.raises(Refused, match=r"RESIN L7 at STORE is on hold \(smells\)."), transaction.atomic():
        post(lines=[line], by=None)
    unhold(holds=[row], by=None)
    with pytest.raises(Refused, match="already lifted"), transaction.atomic():
        unhold(holds=[row], by=None)
    post(lines=[line], by=None)
    assert available(site) == {item.pk: 4}


def test_a_hold_must_name_something(places: dict[str, Location]) -> None:
    with pytest.raises(Refused, match="a lot, a serial number or a place"), transaction.atomic():
        hold(item=make_item(), kind="quality", by=None)
    assert not Hold.objects.exists()
