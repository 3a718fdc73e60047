"""What covers demand that names its version: what is known to be of it, in stock or on order, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from p2p.inventory.models import Reservation
from p2p.inventory.services.ledger import reverse
from p2p.inventory.services.regroup import merge, split
from planning.models import Message
from planning.rules import Rules
from planning.services.delivery import DeliveryLine, deliver
from planning.snapshot.material import take
from strategies.models import Location
from tests.factories import (
    make_lot,
    make_serial,
    make_stock,
)
from tests.planning.versioned import DUE, FIRST, Plant, bikes, cover

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def plan(planned):
    return lambda plant: planned(plant.site)


# ---- stock that is known by its lot or serial number


def test_a_lot_covers_it_when_its_order_was_made_of_the_version(plan):
    plant = Plant("lot")
    plant.make(plant.order(plant.usual, 4), 4, lot=make_lot(plant.bike, "USUAL"))
    plant.make(plant.order(plant.light, 3), 3, lot=make_lot(plant.bike, "LIGHT"))
    plant.want("SO-1", 4)
    plant.want("SO-2", 5, bom_version=plant.light)
    run = plan(plant)
    assert bikes(run) == [(2, 2)]
    assert cover(run, "SO-1") == [("stock", 4)]
    assert cover(run, "SO-2") == [("proposal", 2), ("stock", 3)]


def test_stock_of_the_version_in_force_goes_to_whoever_needs_it_first(plan):
    plant = Plant("lot")
    plant.make(plant.order(plant.usual, 3), 3, lot=make_lot(plant.bike, "USUAL"))
    plant.want("SO-1", 1, due_on=DUE - timedelta(1))
    plant.want("SO-2", 3, bom_version=plant.usual)
    run = plan(plant)
    assert (cover(run, "SO-1"), cover(run, "SO-2")) == ([("stock", 1)], [("proposal", 1), ("stock", 2)])


def test_stock_of_another_version_is_kept_for_lines_that_name_it_and_serves_all_when_they_have_enough(plan):
    plant = Plant("lot")
    plant.make(plant.order(plant.light, 3), 3, lot=make_lot(plant.bike, "LIGHT"))
    plant.want("SO-1", 2, due_on=DUE - timedelta(1))
    plant.want("SO-2", 2, bom_version=plant.light)
    run = plan(plant)
    assert (cover(run, "SO-1"), cover(run, "SO-2")) == ([("proposal", 1), ("stock", 1)], [("stock", 2)])
    assert bikes(run) == [(1, 1)]


def test_what_was_made_for_such_lines_serves_them_before_earlier_ones(plan):
    plant = Plant("lot")
    made = plant.order(plant.light, 3, named="bom")
    plant.make(made, 3, lot=make_lot(plant.bike, "LIGHT"))
    plant.want("SO-1", 1, due_on=DUE - timedelta(1))
    plant.want("SO-2", 2, bom_version=plant.light)
    run = plan(plant)
    assert (cover(run, "SO-1"), cover(run, "SO-2")) == ([("stock", 1)], [("stock", 2)])
    assert bikes(run) == []
    plant.want("SO-3", 1, bom_version=plant.light)
    run = plan(plant)
    assert (cover(run, "SO-1"), bikes(run)) == ([("proposal", 1)], [(1, 1)])


def test_a_split_lot_stays_what_it_was_and_one_merged_of_two_versions_is_of_none():
    plant = Plant("lot")
    usual, light = make_lot(plant.bike, "USUAL"), make_lot(plant.bike, "LIGHT")
    plant.make(plant.order(plant.usual, 4), 4, lot=usual)
    plant.make(plant.order(plant.light, 3), 3, lot=light)
    part = split(lot=light, location=plant.store, quantity=D(1), by=None)
    assert plant.known() == [(plant.usual.pk, 4), (plant.light.pk, 2), (plant.light.pk, 1)]
    merge(lots=[usual, part], by=None)
    assert plant.known() == [(None, 5), (plant.light.pk, 2)]  # of the route they share


def test_what_was_taken_back_bought_or_entered_says_nothing():
    plant = Plant("lot")
    back, bought, entered = (make_lot(plant.bike, name) for name in ("BACK", "BOUGHT", "ENTERED"))
    moves = plant.make(plant.order(plant.light, 3), 3, lot=back)
    plant.move(2, plant.places["SUPPLIER"], plant.store, "receipt", lot=bought)
    make_stock(plant.bike, 2, plant.store, lot=entered)
    assert plant.known() == [(plant.light.pk, 3)]
    reverse(moves=moves, by=None)
    plant.move(3, plant.places["SUPPLIER"], plant.store, "receipt", lot=back)
    assert plant.known() == []


def test_a_serial_number_is_of_the_version_it_was_made_of_last(plan):
    plant = Plant("serial")
    first, second = make_serial(plant.bike, "1"), make_serial(plant.bike, "2")
    for serial in (first, second):
        plant.make(plant.order(plant.usual, 1), 1, serial=serial)
    plant.move(1, plant.store, plant.places["PRODUCTION"], "issue", serial=second)
    plant.make(plant.order(plant.light, 1), 1, serial=second)
    plant.want("SO-2", 2, bom_version=plant.light)
    run = plan(plant)
    assert cover(run, "SO-2") == [("proposal", 1), ("stock", 1)]


def test_stock_where_nothing_is_counted_does_not_cover_it(plan):
    plant = Plant("lot")
    plant.make(plant.order(plant.light, 3), 3, lot=make_lot(plant.bike, "LIGHT"))
    Location.objects.filter(pk=plant.store.pk).update(nettable=False)
    plant.want("SO-2", 3, bom_version=plant.light)
    assert cover(plan(plant), "SO-2") == [("proposal", 3)]


# ---- stock that nobody can tell apart


def day(number):
    return datetime(2026, 2, number, 12, tzinfo=UTC)


def test_pieces_without_lots_cover_it_only_when_they_were_made_for_such_lines(plan):
    plant = Plant()
    plant.make(plant.order(plant.light, 5), 5, day(1))
    plant.make(plant.order(plant.light, 3, named="bom"), 3, day(2))
    plant.want("SO-2", 4, bom_version=plant.light)
    run = plan(plant)
    assert cover(run, "SO-2") == [("proposal", 1), ("stock", 3)]


def test_pieces_without_lots_are_gone_for_good_once_fewer_are_there(plan):
    plant = Plant()
    plant.make(plant.order(plant.light, 3, named="bom"), 3, day(2))
    make_stock(plant.bike, 2, plant.store, effective_at=day(3))
    plant.move(4, plant.store, plant.places["SCRAP"], "scrap", at=day(4))
    make_stock(plant.bike, 10, plant.store, effective_at=day(5))
    plant.want("SO-2", 3, bom_version=plant.light)
    assert cover(plan(plant), "SO-2") == [("proposal", 2), ("stock", 1)]


def test_what_such_lines_got_is_gone_and_what_they_sent_back_is_there_again():
    plant = Plant()
    plant.make(plant.order(plant.light, 3, named="bom"), 3)
    make_stock(plant.bike, 9, plant.store)
    line = plant.want("SO-2", 3, bom_version=plant.light)
    other = plant.want("SO-1", 3)
    assert plant.known() == [(plant.light.pk, 3)]
    deliver(lines=[DeliveryLine(demand=other, quantity=D(3))], by=None)
    sent = deliver(lines=[DeliveryLine(demand=line, quantity=D(2))], by=None)
    assert plant.known() == [(plant.light.pk, 1)]
    reverse(moves=[row.move for row in sent], by=None)
    assert sum(quantity for _bom, quantity in plant.known()) == 3


def test_stock_of_unknown_origin_covers_the_line_it_is_reserved_for(plan):
    plant = Plant()
    make_stock(plant.bike, 9, plant.store)
    plant.want("SO-2", 3, bom_version=plant.light)
    assert cover(plan(plant), "SO-2") == [("proposal", 3)]
    Reservation.objects.create(location=plant.store, item=plant.bike, quantity=D(2), reference="SO-2/1")
    Reservation.objects.create(location=plant.store, item=plant.bike, quantity=D(2), reference="SO-1/1")
    assert cover(plan(plant), "SO-2") == [("proposal", 1), ("stock", 2)]


def test_a_lot_of_another_version_does_not_cover_the_line_it_is_reserved_for(plan):
    plant = Plant("lot")
    usual, old = make_lot(plant.bike, "USUAL"), make_lot(plant.bike, "OLD")
    plant.make(plant.order(plant.usual, 4), 4, lot=usual)
    make_stock(plant.bike, 4, plant.store, lot=old)
    plant.want("SO-2", 4, bom_version=plant.light)
    for lot in (usual, old):
        Reservation.objects.create(
            location=plant.store, item=plant.bike, lot=lot, quantity=D(1), reference="SO-2/1"
        )
    assert cover(plan(plant), "SO-2") == [("proposal", 3), ("stock", 1)]


# ---- open orders


def test_an_open_order_of_the_version_covers_it_whoever_it_is_for_and_one_of_another_does_not(plan):
    plant = Plant()
    light = plant.order(plant.light, 5)
    usual = plant.order(plant.usual, 5)
    plant.want("SO-1", 7)
    plant.want("SO-2", 3, bom_version=plant.light)
    run = plan(plant)
    assert bikes(run) == []
    assert cover(run, "SO-2") == [(light.number, 3)]
    assert sorted(cover(run, "SO-1")) == sorted([(light.number, 2), (usual.number, 5)])


def test_an_order_that_comes_too_late_is_left_to_others(plan):
    plant = Plant()
    late = plant.order(plant.light, 3, due_on=date(2026, 4, 20))
    plant.want("SO-1", 3, due_on=date(2026, 4, 21))
    plant.want("SO-2", 3, bom_version=plant.light)
    run = plan(plant)
    assert (cover(run, "SO-1"), cover(run, "SO-2")) == ([(late.number, 3)], [("proposal", 3)])


def test_an_order_of_bill_and_route_serves_a_line_that_names_one_of_them(plan):
    plant = Plant()
    both = plant.order(plant.light, 4, route=plant.long)
    plant.want("SO-1", 1, route_version=plant.long)
    plant.want("SO-2", 1, bom_version=plant.light)
    plant.want("SO-3", 1, bom_version=plant.light, route_version=plant.long)
    plant.want("SO-4", 1, bom_version=plant.usual)
    run = plan(plant)
    assert [cover(run, f"SO-{line}") for line in (1, 2, 3)] == [[(both.number, 1)]] * 3
    assert cover(run, "SO-4") == [("proposal", 1)]


def test_an_order_that_serves_two_is_moved_only_as_far_as_both_allow(plan):
    plant = Plant()
    shared = plant.order(plant.light, 5, due_on=date(2026, 3, 10))
    plant.want("SO-1", 2, due_on=date(2026, 3, 12))
    plant.want("SO-2", 3, bom_version=plant.light)
    rows = Message.objects.filter(run=plan(plant), code="postpone")
    assert [(row.facts["supply"], row.facts["day"]) for row in rows] == [(shared.number, "2026-03-12")]


# ---- the same again


def test_the_same_plant_gives_the_same_snapshot_and_the_switch_for_stock_counts(plan):
    plant = Plant("lot")
    plant.make(plant.order(plant.light, 3), 3, lot=make_lot(plant.bike, "LIGHT"))
    plant.order(plant.light, 3)
    plant.want("SO-1", 2)
    plant.want("SO-2", 5, bom_version=plant.light)
    rules = Rules(first=FIRST, last=FIRST + timedelta(days=60))
    assert repr(take(plant.site, rules).problem) == repr(take(plant.site, rules).problem)
    bare = take(plant.site, Rules(first=rules.first, last=rules.last, netting=False)).problem
    assert (bare.receipts, {item.on_hand for item in bare.items}) == ([], {0})
