"""Recalls: what is touched, held at once, looked at again, lifted, closed; and an exercise that only measures."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from p2p.core.clock import now
from p2p.core.facts import heard
from p2p.core.refusal import Refused
from p2p.inventory.models import Consumed, Hold, Recall, RecallLine
from p2p.inventory.selectors import recall as reads
from p2p.inventory.selectors.starts import Suspicion
from p2p.inventory.services import recall as service
from p2p.inventory.services.holds import unhold
from p2p.inventory.services.ledger import MoveLine, post, reverse
from p2p.inventory.trace_facts import Recalled, RecallLifted
from planning.models import Customer, Demand, DemandMove
from tests.factories import (
    make_item,
    make_location,
    make_lot,
    make_serial,
    make_user,
    make_vendor,
)
from tests.inventory.selectors.test_trace import Plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def plant():
    return Plant()


@pytest.fixture
def inspector():
    return make_user("inspector")


@pytest.fixture
def way(plant):
    steel = plant.bought(20)
    tube = plant.made(10, {steel: 10})
    frame = plant.made(5, {tube: 10})
    return steel, tube, frame


def sold(plant, lot, quantity, customer="Bike World"):
    move = plant.move("delivery", "STORE", "CUSTOMER", quantity, lot)
    demand = Demand.objects.create(
        number=f"SO-{move.pk}",
        site=plant.site,
        item=lot.item,
        unit=lot.item.unit,
        quantity=quantity,
        ordered_on=now().date(),
        due_on=now().date(),
        customer=Customer.objects.get_or_create(number=customer, defaults={"name": customer})[0],
    )
    DemandMove.objects.create(demand=demand, move=move)
    return demand


def drawn(inspector, *pieces, **also):
    return service.draw_up(title="Cracked weld", suspicion=Suspicion(pieces=pieces), by=inspector, **also)


def where(recall):
    return {
        (line.lot and line.lot.number, line.where, line.party): line.quantity
        for line in reads.lines_of(recall)
    }


def deliver(plant, lot, quantity=1):
    line = MoveLine(
        item=lot.item,
        lot=lot,
        source=plant.places["STORE"],
        target=plant.places["CUSTOMER"],
        quantity=Decimal(quantity),
        kind="delivery",
    )
    return post(lines=[line], by=None)


def test_everything_behind_a_lot_is_written_down_with_where_it_is_and_who_has_it(plant, way, inspector):
    steel, tube, frame = way
    sold(plant, frame, 3)
    recall = drawn(inspector, steel)
    assert where(recall) == {
        (steel.number, "stock", ""): 10,
        (steel.number, "consumed", ""): 10,
        (tube.number, "consumed", ""): 10,
        (frame.number, "stock", ""): 2,
        (frame.number, "shipped", "Bike World"): 3,
    }
    assert recall.summary["customers"] == 1 and not Hold.objects.exists()
    assert {line.depth for line in recall.lines.all()} == {0, 1, 2}


def test_what_the_start_was_made_of_is_touched_only_when_asked_for(way, inspector):
    steel, tube, frame = way
    assert {line.lot for line in reads.lines_of(drawn(inspector, frame))} == {frame}
    assert {line.lot for line in reads.lines_of(drawn(inspector, frame, upstream=True))} == {
        steel,
        tube,
        frame,
    }


def test_one_action_holds_all_of_it_and_nothing_goes_out_any_more(plant, way, inspector):
    steel, tube, frame = way
    recall = service.hold_all(recall=drawn(inspector, steel), by=inspector)
    assert recall.state == "held"
    held = Hold.objects.filter(kind="recall", reference=recall.number, released_at=None)
    assert {hold.lot for hold in held} == set(way)
    assert {hold.placed_by for hold in held} == {inspector}
    assert all(line.hold.lot == line.lot for line in reads.lines_of(recall))
    with pytest.raises(Refused, match="is on hold"):
        deliver(plant, frame)


def test_all_holds_are_placed_by_one_statement_however_many(plant, inspector):
    steel = plant.bought(100)
    for _ in range(15):
        plant.made(1, {steel: 1})
    recall = drawn(inspector, steel)
    with CaptureQueriesContext(connection) as queries:
        service.hold_all(recall=recall, by=inspector)
    written = [query["sql"] for query in queries if "INSERT INTO inventory_hold" in query["sql"]]
    assert len(written) == 1 and Hold.objects.count() == 16
    assert len(queries) < 60


def test_holding_twice_holds_nothing_twice(way, inspector):
    recall = drawn(inspector, way[0])
    service.hold_all(recall=recall, by=inspector)
    service.hold_all(recall=recall, by=inspector)
    assert Hold.objects.count() == 3


def test_serial_numbers_are_held_one_by_one(plant, inspector):
    serial = make_serial(make_item(tracking="serial"))
    plant.move("receipt", "SUPPLIER", "STORE", 1, serial)
    recall = service.hold_all(recall=drawn(inspector, serial), by=inspector)
    (hold,) = Hold.objects.filter(reference=recall.number)
    assert (hold.item, hold.serial, hold.lot) == (serial.item, serial, None)


def test_untracked_stock_is_held_at_its_place_only_when_asked_for(plant, inspector):
    steel = plant.bought(10)
    paint = make_item()
    plant.made(5, {steel: 5}, item=paint)
    plain = service.hold_all(recall=drawn(inspector, steel), by=inspector)
    assert not Hold.objects.filter(reference=plain.number, item=paint).exists()
    assert "untracked" in plain.lines.get(item=paint).note
    whole = service.hold_all(recall=drawn(inspector, steel, untracked=True), by=inspector)
    hold = Hold.objects.get(reference=whole.number, item=paint)
    assert hold.location == plant.places["STORE"] and whole.lines.get(item=paint).hold == hold


def test_what_is_made_of_recalled_stock_later_is_held_as_it_comes(plant, way, inspector):
    steel, tube, frame = way
    recall = service.hold_all(recall=drawn(inspector, steel), by=inspector)
    late = make_lot(make_item(tracking="lot"))
    issue = plant.move("regroup", "STORE", "ADJUSTMENT", 2, steel)
    came = plant.move("regroup", "ADJUSTMENT", "STORE", 2, late)
    Consumed.objects.create(issue=issue, receipt=came, quantity=2)
    assert Hold.objects.get(lot=late).reference == recall.number
    fresh = service.refresh(recall=recall, by=inspector)
    assert fresh.summary["changes"]["new"] == 1
    assert fresh.lines.get(lot=late).hold.lot == late


def test_looking_again_says_what_is_new_and_what_is_gone(plant, way, inspector):
    steel, tube, frame = way
    recall = drawn(inspector, steel)
    sold(plant, frame, 5)
    fresh = service.refresh(recall=recall, by=inspector)
    assert (fresh.summary["changes"]["new"], fresh.summary["changes"]["gone"]) == (1, 1)
    assert where(fresh)[frame.number, "shipped", "Bike World"] == 5


def test_lifting_lets_everything_go_again_and_tells_who_blocked(plant, way, inspector):
    recall = service.hold_all(recall=drawn(inspector, way[0]), by=inspector)
    with heard(RecallLifted) as told:
        recall = service.lift_all(recall=recall, by=inspector)
    assert recall.state == "open" and [fact.recall for fact in told] == [recall]
    assert not Hold.objects.filter(released_at=None).exists()
    assert deliver(plant, way[2])


def test_the_head_counts_the_holds_that_stand_however_they_were_lifted(way, inspector):
    recall = service.hold_all(recall=drawn(inspector, way[0]), by=inspector)
    assert recall.summary["holds"] == 3
    unhold(holds=[Hold.objects.filter(released_at=None).first()], by=inspector)
    recall.refresh_from_db()
    assert recall.summary["holds"] == 2
    assert recall.lines.exclude(hold=None).exclude(hold__released_at=None).count() == 0
    lifted = service.lift_all(recall=recall, by=inspector)
    recall.refresh_from_db()
    assert lifted.summary["holds"] == recall.summary["holds"] == 0
    assert recall.summary["lines"] > 0, "the rest of the head stays"


def test_lifting_lifts_only_its_own_holds(way, inspector):
    own = Hold.objects.create(kind="quality", item=way[0].item, lot=way[0])
    recall = service.hold_all(recall=drawn(inspector, way[0]), by=inspector)
    service.lift_all(recall=recall, by=inspector)
    own.refresh_from_db()
    assert own.released_at is None


def test_closing_needs_a_note_and_lifts_only_when_told(way, inspector):
    recall = service.hold_all(recall=drawn(inspector, way[0]), by=inspector)
    with pytest.raises(Refused, match="Say how it ended before you close it."):
        service.close(recall=recall, note=" ", by=inspector)
    closed = service.close(recall=recall, note="Sorted, all good", by=inspector)
    assert (closed.state, closed.note, closed.closed_by) == ("closed", "Sorted, all good", inspector)
    assert Hold.objects.filter(released_at=None).count() == 3
    again = service.reopen(recall=closed, by=inspector)
    assert (again.state, again.closed_at) == ("open", None)
    service.close(recall=again, note="Scrapped", lift=True, by=inspector)
    assert not Hold.objects.filter(released_at=None).exists()


def test_a_closed_recall_holds_and_looks_no_more(way, inspector):
    recall = service.close(recall=drawn(inspector, way[0]), note="False alarm", by=inspector)
    with pytest.raises(Refused, match="is Closed: cannot hold"):
        service.hold_all(recall=recall, by=inspector)
    with pytest.raises(Refused, match="reopen it first"):
        service.refresh(recall=recall, by=inspector)
    with pytest.raises(Refused):
        service.lift_all(recall=recall, by=inspector)


def test_a_recall_of_nothing_is_one_sentence(inspector):
    with pytest.raises(Refused, match="^Say where to begin"):
        service.draw_up(title="?", suspicion=Suspicion(), by=inspector)
    with pytest.raises(Refused, match="^Nothing was found that this touches"):
        service.draw_up(title="?", suspicion=Suspicion(vendor_lot="NOBODY"), by=inspector)
    with pytest.raises(Refused, match="^Say in a few words"):
        service.draw_up(title=" ", suspicion=Suspicion(), by=inspector)
    with pytest.raises(Refused, match="lies before its beginning"):
        moment = now()
        early = Suspicion(vendor_lot="X", since=moment, until=moment - timedelta(hours=1))
        service.draw_up(title="?", suspicion=early, by=inspector)
    assert not Recall.objects.exists()


def test_a_vendor_and_days_name_the_lots_that_came_then(plant, inspector):
    vendor = make_vendor()
    late = plant.bought(5, vendor=vendor)
    plant.bought(5, vendor=make_vendor())
    early = make_lot(make_item(tracking="lot"), vendor=vendor)
    plant.move("receipt", "SUPPLIER", "STORE", 5, early, at=now() - timedelta(days=30))
    found = reads.scope(Suspicion(vendor=vendor, since=now() - timedelta(days=3)))
    assert {node.piece for node in found.nodes.values()} == {late}
    assert {node.piece for node in reads.scope(Suspicion(vendor=vendor)).nodes.values()} == {early, late}


def test_a_vendors_own_lot_number_finds_our_lots(plant, inspector):
    lot = plant.bought(5, vendor_lot="HEAT-9")
    plant.bought(5, vendor_lot="HEAT-10")
    recall = service.draw_up(title="Heat 9", suspicion=Suspicion(vendor_lot="heat-9"), by=inspector)
    assert {line.lot for line in reads.lines_of(recall)} == {lot}


def test_a_recall_remembers_what_it_began_with(plant, inspector):
    vendor = make_vendor()
    lot = plant.bought(5, vendor=vendor)
    began = Suspicion(pieces=(lot,), vendor=vendor, since=now() - timedelta(days=1), until=now())
    recall = service.draw_up(title="Both", suspicion=began, by=inspector)
    recall.refresh_from_db()
    assert reads.suspicion_of(recall) == began
    assert lot.number in recall.starts["said"]


def test_an_exercise_measures_how_much_is_accounted_for_and_holds_nothing(plant, way, inspector):
    steel, tube, frame = way
    plant.move("scrap", "STORE", "SCRAP", 2, steel)
    plant.move("count", "STORE", "ADJUSTMENT", 1, steel)
    (balance,) = reads.balances(reads.scope(Suspicion(pieces=(steel,))))
    assert (balance.made, balance.stock, balance.consumed, balance.scrapped) == (20, 7, 10, 2)
    assert balance.difference == 1 and balance.share == Decimal("0.95")
    recall = drawn(inspector, steel, practice=True)
    with pytest.raises(Refused, match="is an exercise: it holds nothing"):
        service.hold_all(recall=recall, by=inspector)
    assert not Hold.objects.exists()


def test_what_came_back_from_a_customer_is_no_longer_shipped(plant, way, inspector):
    frame = way[2]
    sold(plant, frame, 4)
    plant.move("return", "CUSTOMER", "STORE", 1, frame)
    found = where(drawn(inspector, frame))
    assert found == {(frame.number, "stock", ""): 2, (frame.number, "shipped", "Bike World"): 3}


def test_the_apps_on_the_right_are_told_once_with_what_is_in_process(plant, inspector):
    steel = plant.bought(20)
    issue = plant.move("issue", "STORE", "PRODUCTION", 5, steel)
    with heard(Recalled) as told:
        recall = service.hold_all(recall=drawn(inspector, steel), by=inspector)
    assert [(fact.recall, fact.issues) for fact in told] == [(recall, (issue.pk,))]
    assert RecallLine.objects.get(recall=recall, where="process").quantity == 5


def test_untracked_stock_is_followed_to_where_it_lies_now_and_held_there(plant, inspector):
    bolt = make_item("BOLT")
    plant.places["RECEIVING"] = make_location(plant.site, code="RECEIVING")
    came = plant.move("receipt", "SUPPLIER", "RECEIVING", 240, None, item=bolt)
    plant.move("transfer", "RECEIVING", "STORE", 240, None, item=bolt)
    recall = service.hold_all(recall=drawn(inspector, came, untracked=True), by=inspector)
    (line,) = recall.lines.all()
    assert (line.where, line.location, line.quantity) == ("stock", plant.places["STORE"], 240)
    (held,) = Hold.objects.filter(reference=recall.number)
    assert held.location == plant.places["STORE"] and line.hold == held


def test_untracked_stock_may_lie_at_each_place_it_was_brought_to_and_what_left_is_said(plant, inspector):
    bolt = make_item("BOLT")
    plant.places["RECEIVING"] = make_location(plant.site, code="RECEIVING")
    came = plant.move("receipt", "SUPPLIER", "RECEIVING", 240, None, item=bolt)
    plant.move("transfer", "RECEIVING", "STORE", 200, None, item=bolt)
    plant.move("delivery", "STORE", "CUSTOMER", 150, None, item=bolt)
    recall = drawn(inspector, came, untracked=True)
    found = {line.location and line.location.code: (line.where, line.quantity) for line in recall.lines.all()}
    assert found == {"RECEIVING": ("stock", 40), "STORE": ("stock", 50), None: ("shipped", 150)}
    assert "may lie here" in recall.lines.filter(where="stock").first().note


def test_untracked_stock_is_not_sought_where_a_move_that_was_taken_back_went(plant, inspector):
    bolt = make_item("BOLT")
    plant.places["RECEIVING"] = make_location(plant.site, code="RECEIVING")
    plant.move("receipt", "SUPPLIER", "STORE", 100, None, item=bolt)
    came = plant.move("receipt", "SUPPLIER", "RECEIVING", 240, None, item=bolt)
    wrong = plant.move("transfer", "RECEIVING", "STORE", 50, None, item=bolt)
    sent = plant.move("delivery", "RECEIVING", "CUSTOMER", 50, None, item=bolt)
    reverse(moves=[sent, wrong], by=None)
    plant.move("scrap", "RECEIVING", "SCRAP", 10, None, item=bolt)
    recall = service.hold_all(recall=drawn(inspector, came, untracked=True), by=inspector)
    found = {line.location and line.location.code: (line.where, line.quantity) for line in recall.lines.all()}
    assert found == {"RECEIVING": ("stock", 230), None: ("scrapped", 10)}


def test_what_went_back_to_the_vendor_is_not_called_at_a_vendor(plant, inspector):
    steel = plant.bought(20)
    plant.move("return", "STORE", "SUPPLIER", 5, steel)
    recall = drawn(inspector, steel)
    assert recall.lines.get(where="returned").quantity == 5
    assert not recall.lines.filter(where="vendor").exists()
    assert recall.lines.get(where="returned").get_where_display() == "Returned to the vendor"
