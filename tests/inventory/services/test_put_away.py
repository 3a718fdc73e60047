"""What comes into receiving gets its tasks: by rule, to who waits for it, without a query where nothing concerns it."""

from __future__ import annotations

import threading
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, Sum
from django.test.utils import CaptureQueriesContext

from p2p.core.outbox import deliver
from p2p.inventory.checking import problems
from p2p.inventory.models import HandlingUnit, Move, PutAwayRule, StockTask
from p2p.inventory.services import goods_left, put_away, supply, task_work
from p2p.inventory.services.ledger import MoveLine, post, reverse
from p2p.inventory.services.put_away import Arrived
from p2p.inventory.services.tasks import locked
from p2p.inventory.services.units import create_units
from strategies.models import ItemGroup, Location
from tests.factories import (
    make_item,
    make_location,
    make_locations,
    make_lot,
    make_site,
    make_stock,
    make_user,
)
from tests.inventory.services.test_races import at_once
from tests.inventory.services.test_unit_races import until_somebody_waits

pytestmark = pytest.mark.django_db


class Dock:
    def __init__(self) -> None:
        self.site = make_site("MAIN", locations=False)
        self.places = make_locations(self.site, "A-01", "A-02", "A-03")
        self.dock = make_location(self.site, code="DOCK", kind="receiving")
        self.by = make_user("operator")

    def receive(self, item: Any, quantity: Any, **also: Any) -> Move:
        return post(lines=[self.line(item, quantity, **also)], by=self.by)[0]

    def line(self, item: Any, quantity: Any, **also: Any) -> MoveLine:
        said = {
            "source": self.places["SUPPLIER"],
            "target": self.dock,
            "kind": "receipt",
            "reference": "PO-1",
        }
        return MoveLine(item=item, quantity=D(quantity), **{**said, **also})

    def rule(self, place: str, **also: Any) -> PutAwayRule:
        return PutAwayRule.objects.create(site=self.site, location=self.places[place], **also)

    def tasks(self) -> list[tuple[str, str | None, D]]:
        rows = StockTask.objects.filter(kind="put_away", state="open").order_by("pk")
        return [(row.item.number, row.target.code if row.target else None, row.quantity) for row in rows]


@pytest.fixture
def dock(db: None) -> Dock:
    return Dock()


def test_a_receipt_makes_a_task_to_the_rules_place_with_lot_and_document(dock: Dock) -> None:
    item = make_item("OIL", tracking="lot")
    dock.rule("A-02", item=item)
    lot = make_lot(item)
    dock.receive(item, 5, lot=lot)
    task = StockTask.objects.get()
    assert (task.kind, task.lot, task.reference, task.created_by) == ("put_away", lot, "PO-1", dock.by)
    assert (task.source, task.target, task.quantity) == (dock.dock, dock.places["A-02"], D(5))


def test_without_a_rule_it_goes_where_it_lies_and_a_new_item_into_the_first_empty_store(dock: Dock) -> None:
    known, new = make_item("KNOWN"), make_item("NEW")
    make_stock(known, 3, dock.places["A-01"])
    dock.receive(known, 5)
    dock.receive(new, 5)
    assert dock.tasks() == [("KNOWN", "A-01", D(5)), ("NEW", "A-02", D(5))]


def test_capacity_counts_what_is_on_its_way_and_the_rest_goes_to_the_next_place(dock: Dock) -> None:
    item = make_item("BOLT")
    dock.rule("A-01", item=item, capacity=D(8), sequence=1)
    dock.rule("A-02", item=item, sequence=2)
    dock.receive(item, 5)
    dock.receive(item, 5)
    assert dock.tasks() == [("BOLT", "A-01", D(5)), ("BOLT", "A-01", D(3)), ("BOLT", "A-02", D(2))]


def test_the_rule_of_a_group_above_the_items_is_used(dock: Dock) -> None:
    metal = ItemGroup.objects.create(code="METAL", name="Metal")
    group = ItemGroup.objects.create(code="SCREWS", name="Screws", parent=metal)
    dock.rule("A-03", group=metal)
    dock.receive(make_item("BOLT", group=group), 1)
    assert dock.tasks() == [("BOLT", "A-03", D(1))]


def test_where_nothing_is_known_the_task_has_no_place_and_takes_the_one_it_is_told(dock: Dock) -> None:
    Location.objects.filter(kind="store").update(nettable=False)
    dock.receive(make_item("BOLT"), 2)
    assert dock.tasks() == [("BOLT", None, D(2))]
    done = task_work.do(task=StockTask.objects.get(), target=dock.places["A-01"], by=dock.by)
    assert done.state == "done"


def test_opening_stock_transfers_within_receiving_and_reversals_make_no_task(dock: Dock) -> None:
    item = make_item("BOLT")
    make_location(dock.site, code="DOCK-2", kind="receiving")
    make_stock(item, 5, dock.dock)
    assert dock.tasks() == []
    move = dock.receive(item, 5, target=dock.places["A-01"])
    reverse(moves=[move], by=None)
    assert dock.tasks() == []


def test_a_receipt_that_is_taken_back_takes_its_task_along(dock: Dock) -> None:
    move = dock.receive(make_item("BOLT"), 5)
    reverse(moves=[move], by=None)
    assert StockTask.objects.get().state == "cancelled"


def test_what_is_issued_out_of_receiving_makes_the_task_smaller(dock: Dock) -> None:
    item = make_item("BOLT")
    dock.receive(item, 5)
    post(
        lines=[dock.line(item, 2, source=dock.dock, target=dock.places["PRODUCTION"], kind="issue")], by=None
    )
    assert dock.tasks() == [("BOLT", "A-01", D(3))]
    part = task_work.do(task=StockTask.objects.get(), quantity=D(1), by=dock.by)
    assert (part.quantity, part.done_quantity) == (D(3), D(1))


def test_a_pallet_is_one_task_for_each_item_in_it_and_goes_as_one(dock: Dock) -> None:
    pallet = HandlingUnit.objects.create(number="PAL-1", location=dock.dock)
    item = make_item("BOLT")
    dock.receive(item, 5, into_unit=pallet)
    task = StockTask.objects.get()
    assert task.handling_unit == pallet
    task_work.do(task=task, by=dock.by)
    pallet.refresh_from_db()
    assert pallet.location == dock.places["A-01"]


def test_products_that_stay_at_the_line_have_no_task_and_those_with_a_rule_do(dock: Dock) -> None:
    line = make_location(dock.site, code="LINE", kind="line_side")
    kept, away = make_item("KEPT"), make_item("AWAY")
    dock.rule("A-01", item=away)
    made = {"source": dock.places["PRODUCTION"], "target": line, "kind": "output", "reference": "MO-1"}
    post(lines=[dock.line(item, 4, **made) for item in (kept, away)], by=None)
    assert dock.tasks() == [("AWAY", "A-01", D(4))]


def test_what_concerns_no_receiving_place_costs_no_query(dock: Dock) -> None:
    item = make_item("BOLT")
    move = make_stock(item, 5, dock.places["A-01"])
    with CaptureQueriesContext(connection) as said:
        put_away.arrivals([move])
        goods_left.left(moves=[move], by=None)
        supply.fell(moves=[move], by=None)
    assert len(said) == 0


def test_a_hundred_lines_take_as_many_queries_as_one(dock: Dock) -> None:
    def queries(count: int) -> int:
        arrivals = [Arrived(item=make_item(), place=dock.dock, quantity=D(1)) for _each in range(count)]
        with CaptureQueriesContext(connection) as said:
            put_away.places_for(arrivals)
        return len(said)

    assert queries(100) == queries(1)


def test_a_line_that_no_store_could_serve_is_fed_from_receiving_before_anything_is_put_away(
    dock: Dock,
) -> None:
    item = make_item("BOLT")
    line = make_location(dock.site, code="LINE", kind="line_side")
    (task,) = supply.bring(wants=[supply.Bring(item=item, target=line, quantity=D(4))], by=None)
    assert task.source is None
    dock.receive(item, 10)
    task.refresh_from_db()
    assert task.source == dock.dock
    assert dock.tasks() == [("BOLT", "A-01", D(6))]
    assert task_work.do(task=task, by=dock.by).state == "done"


def waits_or_ended(thread: threading.Thread) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0)"
        )
        return bool(cursor.fetchone()[0]) or not thread.is_alive()


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_line_is_fed_once_when_goods_come_in_at_two_docks_at_once() -> None:
    dock = Dock()
    item = make_item("BOLT")
    line = make_location(dock.site, code="LINE", kind="line_side")
    other = make_location(dock.site, code="DOCK-2", kind="receiving")
    supply.bring(wants=[supply.Bring(item=item, target=line, quantity=D(4))], by=None)

    def second() -> None:
        try:
            dock.receive(item, 10, target=other)
        finally:
            connection.close()

    thread = threading.Thread(target=second, daemon=True)
    with transaction.atomic():
        dock.receive(item, 10)
        thread.start()
        while not waits_or_ended(thread):
            thread.join(0.02)
    thread.join(60)
    assert not thread.is_alive()
    assert StockTask.objects.get(kind="supply").source == dock.dock
    assert StockTask.objects.filter(kind="put_away").aggregate(all=Sum("quantity"))["all"] == 16


def test_a_task_shrinks_from_what_it_is_by_then(dock: Dock, monkeypatch: pytest.MonkeyPatch) -> None:
    item = make_item("BOLT")
    dock.receive(item, 5)
    lock = goods_left._locked

    def meanwhile(*found: Any, **named: Any) -> Any:
        StockTask.objects.update(quantity=F("quantity") + 2)
        return lock(*found, **named)

    monkeypatch.setattr(goods_left, "_locked", meanwhile)
    line = dock.line(item, 2, source=dock.dock, target=dock.places["PRODUCTION"], kind="issue")
    post(lines=[line], by=None)
    assert dock.tasks() == [("BOLT", "A-01", D(3))]


def test_what_left_of_one_lot_leaves_the_task_of_the_other_alone(dock: Dock) -> None:
    item = make_item("OIL", tracking="lot")
    first, second = make_lot(item, "L-1"), make_lot(item, "L-2")
    for lot in (first, second):
        dock.receive(item, 5, lot=lot)
    gone = dock.line(item, 5, source=dock.dock, target=dock.places["PRODUCTION"], kind="issue", lot=first)
    post(lines=[gone], by=None)
    assert list(StockTask.objects.order_by("pk").values_list("lot__number", "state")) == [
        ("L-1", "cancelled"),
        ("L-2", "open"),
    ]


def test_what_lies_loose_leaves_before_the_pallets_task_is_touched(dock: Dock) -> None:
    item = make_item("BOLT")
    dock.receive(item, 5)
    (pallet,) = create_units(location=dock.dock, by=None)
    dock.receive(item, 7, into_unit=pallet)
    gone = dock.line(item, 5, source=dock.dock, target=dock.places["PRODUCTION"], kind="issue")
    post(lines=[gone], by=None)
    assert dock.tasks() == [("BOLT", "A-02", D(7))]
    assert StockTask.objects.get(state="open").handling_unit == pallet


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_goods_leave_while_somebody_has_their_task_in_hand_and_nobody_waits_in_a_circle() -> None:
    """Who puts away holds the task and wants the stock; who issues holds the stock: he does not want the task, and
    what is too much of it goes once the other is through."""
    dock, item = Dock(), make_item("BOLT")
    dock.receive(item, 10)
    task = StockTask.objects.get()
    line = dock.line(item, 4, source=dock.dock, target=dock.places["PRODUCTION"], kind="issue")
    held, posted = threading.Event(), threading.Event()

    def put_away_part() -> None:
        with transaction.atomic():
            locked([task])
            held.set()
            posted.wait(30)
            task_work.do(task=task, quantity=D(2), by=None)

    def issue() -> None:
        held.wait(30)
        with transaction.atomic():
            post(lines=[line], by=None)
            posted.set()
            until_somebody_waits()

    assert at_once([put_away_part, issue]) == [None, None]
    deliver()
    task.refresh_from_db()
    assert (task.quantity - task.done_quantity, task.done_quantity) == (4, 2)
    assert problems() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_task_that_was_only_looked_at_meanwhile_shrinks_afterwards() -> None:
    dock, item = Dock(), make_item("BOLT")
    dock.receive(item, 10)
    task = StockTask.objects.get()
    line = dock.line(item, 4, source=dock.dock, target=dock.places["PRODUCTION"], kind="issue")
    with transaction.atomic():
        locked([task])
        assert [type(one).__name__ for one in at_once([lambda: post(lines=[line], by=None)])] == ["list"]
    task.refresh_from_db()
    assert task.quantity == 10
    assert deliver() == 1
    task.refresh_from_db()
    assert task.quantity == 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_goods_come_in_while_somebody_brings_what_a_line_waits_for_and_nobody_waits_in_a_circle() -> None:
    """Who supplies holds the task and wants the stock; who receives holds the stock: he does not want that task, and
    feeds the next one."""
    dock, item = Dock(), make_item("BOLT")
    line, far = (make_location(dock.site, code=code, kind="line_side") for code in ("LINE", "FAR"))
    mine, other = supply.bring(
        wants=[supply.Bring(item=item, target=place, quantity=D(4)) for place in (line, far)], by=None
    )
    make_stock(item, 10, dock.dock)
    StockTask.objects.filter(kind="supply").update(source=None)
    held, posted = threading.Event(), threading.Event()

    def bring() -> None:
        with transaction.atomic():
            locked([mine])
            held.set()
            posted.wait(30)
            task_work.do(task=mine, source=dock.dock, by=None)

    def receive() -> None:
        held.wait(30)
        with transaction.atomic():
            dock.receive(item, 6)
            posted.set()
            until_somebody_waits()

    assert at_once([bring, receive]) == [None, None]
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.state, other.source) == ("done", dock.dock)
    assert problems() == []
