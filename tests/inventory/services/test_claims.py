"""Soft reservations: claimed at a site, left alone by others, changed, given back, and used up by their owner."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from p2p.core.clock import now
from p2p.core.facts import heard
from p2p.core.refusal import Refused
from p2p.inventory.facts import Claimed, Unclaimed
from p2p.inventory.models import Reservation, SoftReservation
from p2p.inventory.selectors import available, balances, levels, totals
from p2p.inventory.services.claims import change_claim, claim, claim_one, release
from p2p.inventory.services.holds import hold, unhold
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import reserve
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


@pytest.fixture
def bolt(places: dict[str, Location]) -> Item:
    item = make_item("BOLT")
    make_stock(item, 10, places["STORE"])
    return item


def test_claimed_stock_is_not_available_although_it_is_not_reserved_anywhere(bolt: Item, site: Site) -> None:
    with heard(Claimed) as told:
        (row,) = claim(needs=[need(bolt, 4, site, reference="MO-1")], by=None)
    assert (row.site, row.quantity, row.reference) == (site, 4, "MO-1")
    assert told == [Claimed(claims=(row,))]
    assert available(site) == {bolt.pk: 6}
    assert (totals(bolt).claimed, totals(bolt).reserved, totals(bolt).available) == (4, 0, 6)


def test_nobody_else_can_reserve_or_claim_what_is_claimed(bolt: Item, site: Site) -> None:
    claim(needs=[need(bolt, 8, site, reference="MO-1")], by=None)
    for step in (reserve, claim):
        with pytest.raises(Refused, match="Free stock at MAIN is short of: 1 EA BOLT."), transaction.atomic():
            step(needs=[need(bolt, 3, site, reference="MO-2")], by=None)
    (row,) = reserve(needs=[need(bolt, 3, site, reference="MO-2")], partial=True, by=None)
    assert row.quantity == 2


def test_the_owner_reserves_what_it_claimed_and_the_claim_is_used_up(bolt: Item, site: Site) -> None:
    claim(needs=[need(bolt, 8, site, reference="MO-1")], by=None)
    claim(needs=[need(bolt, 1, site, reference="MO-2")], by=None)
    (row,) = reserve(needs=[need(bolt, 5, site, reference="MO-1")], by=None)
    assert row.quantity == 5
    assert dict(SoftReservation.objects.values_list("reference", "quantity")) == {"MO-1": 3, "MO-2": 1}
    reserve(needs=[need(bolt, 4, site, reference="MO-1")], by=None)
    assert dict(SoftReservation.objects.values_list("reference", "quantity")) == {"MO-2": 1}
    assert available(site) == {}


def test_a_claim_twice_for_the_same_document_is_two_claims(bolt: Item, site: Site) -> None:
    claim(needs=[need(bolt, 8, site, reference="MO-1")], by=None)
    with pytest.raises(Refused, match="short of: 6 EA BOLT"), transaction.atomic():
        claim(needs=[need(bolt, 8, site, reference="MO-1")], by=None)


def test_a_claim_is_replaced_in_one_step_and_nobody_slips_in_between(bolt: Item, site: Site) -> None:
    old = claim(needs=[need(bolt, 8, site, reference="MO-1")], by=None)
    (row,) = claim(needs=[need(bolt, 9, site, reference="MO-1")], replacing=old, by=None)
    assert [(one.pk, one.quantity) for one in SoftReservation.objects.all()] == [(row.pk, 9)]


def test_short_claims_take_what_there_is_when_that_is_allowed(bolt: Item, site: Site) -> None:
    rows = claim(needs=[need(bolt, 12, site), need(bolt, 3, site)], partial=True, by=None)
    assert [(row.quantity, row.need_index) for row in rows] == [(10, 0)]  # type: ignore[attr-defined]


def test_a_claim_is_changed_within_what_is_free(bolt: Item, site: Site) -> None:
    row = claim_one(site=site, item=bolt, quantity=Decimal(4), by=None)
    tomorrow = now() + timedelta(days=1)
    change_claim(claim=row, quantity=Decimal(10), priority=5, needed_at=tomorrow, by=None)
    row.refresh_from_db()
    assert (row.quantity, row.priority, row.needed_at) == (10, 5, tomorrow)
    with pytest.raises(Refused, match="short of: 1 EA BOLT"), transaction.atomic():
        change_claim(claim=row, quantity=Decimal(11), by=None)
    SoftReservation.objects.all().delete()
    with pytest.raises(Refused, match="by someone else meanwhile"), transaction.atomic():
        change_claim(claim=row, quantity=Decimal(1), by=None)


def test_a_claim_given_back_is_everybodys_again(bolt: Item, site: Site) -> None:
    rows = claim(needs=[need(bolt, 8, site)], by=None)
    with heard(Unclaimed) as told:
        assert release(claims=rows, by=None) == 1
        assert release(claims=rows, by=None) == 0
    assert len(told) == 1
    assert available(site) == {bolt.pk: 10}


def test_a_lot_is_claimed_by_name_and_others_take_another(site: Site, places: dict[str, Location]) -> None:
    item = make_item("GLUE", tracking="lot")
    old, new = make_lot(item, "L1"), make_lot(item, "L2")
    for lot in (old, new):
        make_stock(item, 5, places["STORE"], lot=lot)
    claim(needs=[need(item, 5, site, lot=old, reference="MO-1")], by=None)
    (row,) = reserve(needs=[need(item, 5, site, reference="MO-2")], by=None)
    assert row.lot_id == new.pk
    with pytest.raises(Refused, match="does not belong to BOLT"), transaction.atomic():
        claim(needs=[need(make_item("BOLT"), 1, site, lot=old)], by=None)


@pytest.mark.parametrize("quantity", ["0", "-1", "0.5"])
def test_a_claim_of_an_impossible_quantity_is_refused(bolt: Item, site: Site, quantity: str) -> None:
    with pytest.raises(Refused), transaction.atomic():
        claim(needs=[need(bolt, quantity, site)], by=None)
    assert not SoftReservation.objects.exists()


def test_levels_add_up_by_item_lot_place_and_site(site: Site, places: dict[str, Location]) -> None:
    item = make_item("GLUE", tracking="lot")
    one, two = make_lot(item, "L1"), make_lot(item, "L2")
    aside = make_location(site, code="ASIDE", nettable=False)
    for lot, quantity, place in ((one, 10, places["STORE"]), (two, 4, places["LINE"]), (two, 3, aside)):
        make_stock(item, quantity, place, lot=lot)
    reserve(needs=[need(item, 2, site, lot=one)], by=None)
    claim(needs=[need(item, 3, site, lot=one), need(item, 1, site)], by=None)
    hold(item=item, lot=two, kind="quality", by=None)

    def figures(*by: str, **also: Any) -> list[tuple[int, ...]]:
        return [
            tuple(int(each) for each in (row.on_hand, row.held, row.reserved, row.claimed, row.available))
            for row in levels(by=by, **also)
        ]

    assert figures("item") == [(17, 7, 2, 4, 4)]
    assert figures("item", "site") == [(17, 7, 2, 4, 4)]
    assert figures("lot") == [(10, 0, 2, 3, 5), (7, 7, 0, 0, 0)]
    assert figures("location", location=aside) == [(3, 3, 0, 0, 0)]
    assert figures("item", purpose="transfer", items=[]) == []


def test_a_hold_on_delivery_leaves_stock_free_for_production(bolt: Item, site: Site, places: Any) -> None:
    (row,) = [hold(item=bolt, location=places["STORE"], kind="customer", blocks="delivery", by=None)]
    assert available(site, purpose="production") == {bolt.pk: 10}
    assert available(site, purpose="delivery") == {}
    with pytest.raises(Refused, match="short of: 1 EA BOLT"), transaction.atomic():
        reserve(needs=[need(bolt, 1, site, purpose="delivery")], by=None)
    assert [one.quantity for one in reserve(needs=[need(bolt, 10, site)], by=None)] == [10]
    Reservation.objects.all().delete()
    ship = MoveLine(
        item=bolt, source=places["STORE"], target=places["CUSTOMER"], quantity=Decimal(1), kind="delivery"
    )
    with pytest.raises(Refused, match="BOLT at STORE is on hold"), transaction.atomic():
        post(lines=[ship], by=None)
    unhold(holds=[row], by=None)
    assert post(lines=[ship], by=None)


def test_a_whole_place_is_held_for_every_item_at_it(bolt: Item, site: Site, places: Any) -> None:
    nut = make_item("NUT")
    make_stock(nut, 3, places["LINE"])
    row = hold(location=places["STORE"], kind="quality", note="flooded", by=None)
    assert available(site) == {nut.pk: 3}
    assert {one.item.number: one.held for one in balances()} == {"BOLT": True, "NUT": False}
    make_stock(make_item("NAIL"), 1, places["STORE"])
    with pytest.raises(Refused, match="short of: 1 EA BOLT"), transaction.atomic():
        reserve(needs=[need(bolt, 1, site)], by=None)
    unhold(holds=[row], by=None)
    assert available(site, [bolt.pk]) == {bolt.pk: 10}


def test_a_hold_names_an_item_or_a_place_within_our_stock(places: Any) -> None:
    with pytest.raises(Refused, match="Say which item to hold"), transaction.atomic():
        hold(kind="quality", by=None)
    with pytest.raises(Refused, match="CUSTOMER is outside our stock"), transaction.atomic():
        hold(kind="quality", location=places["CUSTOMER"], by=None)
