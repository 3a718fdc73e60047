"""`check_ledger` over what stands around the ledger: each rule is broken by force, and names the row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from p2p.inventory import checking_work
from p2p.inventory.checking import problems
from p2p.inventory.models import (
    Count,
    CountLine,
    CountPlace,
    HandlingUnit,
    Move,
    SoftReservation,
    StockTask,
    TaskMove,
)
from p2p.inventory.services.ledger import MoveLine, post
from planning import checking as planned
from planning.models import Demand, DemandMove, ReplenishmentMove, ReplenishmentOrder
from strategies.models import Item, Location
from tests.factories import (
    make_item,
    make_locations,
    make_lot,
    make_order,
    make_site,
    make_stock,
    make_vendor,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


class World:
    """One row of everything, all true."""

    def __init__(self) -> None:
        self.site = make_site("MAIN", locations=False)
        self.places = make_locations(self.site, "STORE", "LINE")
        self.bolt, self.nut = make_item("BOLT"), make_item("NUT")
        self.glue = make_item("GLUE", tracking="lot")
        self.lot = make_lot(self.glue, "L1")
        self._units()
        self._task()
        self._count()
        self._documents()

    def move(self, item: Item, source: str, target: str, kind: str, **also: Any) -> Move:
        line = MoveLine(
            item=item, source=self.places[source], target=self.places[target], quantity=Decimal(3), kind=kind,
            **also,
        )  # fmt: skip
        return post(lines=[line], by=None)[0]

    def _units(self) -> None:
        store: Location = self.places["STORE"]
        make_stock(self.bolt, 20, store)
        self.pallet = HandlingUnit.objects.create(number="P1", location=store)
        self.box = HandlingUnit.objects.create(number="B1", kind="box", location=store, parent=self.pallet)
        self.move(self.bolt, "STORE", "STORE", "transfer", into_unit=self.box)
        SoftReservation.objects.create(site=self.site, item=self.glue, lot=self.lot, quantity=1)

    def _task(self) -> None:
        row = StockTask.objects.create(
            number="T1", kind="move", site=self.site, item=self.bolt, quantity=5, done_quantity=3,
            state="started",
        )  # fmt: skip
        TaskMove.objects.create(task=row, move=self.move(self.bolt, "STORE", "LINE", "transfer"))

    def _count(self) -> None:
        count = Count.objects.create(number="C1", site=self.site, state="posted", planned_on=DAY)
        place = CountPlace.objects.create(count=count, location=self.places["STORE"], state="counted")
        move = self.move(self.bolt, "STORE", "ADJUSTMENT", "count")
        CountLine.objects.create(
            place=place, item=self.bolt, expected=14, counted=11, accepted=True, move=move
        )
        CountLine.objects.create(place=place, item=self.nut, expected=0, counted=4, accepted=False)

    def _documents(self) -> None:
        bought = ReplenishmentOrder.objects.create(
            number="PO-1", site=self.site, item=self.bolt, vendor=make_vendor(), quantity=9,
            received_quantity=3, ordered_on=DAY, due_on=DAY,
        )  # fmt: skip
        receipt = self.move(self.bolt, "SUPPLIER", "STORE", "receipt")
        ReplenishmentMove.objects.create(order=bought, move=receipt)
        demand = Demand.objects.create(
            number="SO-1", line=1, kind="sales", site=self.site, item=self.bolt, unit=self.bolt.unit,
            quantity=9, ordered_on=DAY, due_on=DAY,
        )  # fmt: skip
        DemandMove.objects.create(demand=demand, move=self.move(self.bolt, "STORE", "CUSTOMER", "delivery"))
        make_order(make_item("BIKE"), 5, site=self.site, number="MO-1")
        SoftReservation.objects.create(site=self.site, item=self.bolt, quantity=2, reference="MO-1")


BROKEN = {
    "what is in a handling unit lies where it stands": (
        "UPDATE inventory_handlingunit SET location_id = NULL, parent_id = NULL WHERE number = 'B1'",
        "B1 BOLT at STORE: has STORE, should be no place",
    ),
    "a handling unit stands where the one it is in stands": (
        "UPDATE inventory_handlingunit SET location_id = (SELECT id FROM strategies_location WHERE code = 'LINE')"
        " WHERE number = 'P1'",
        "B1: has STORE, should be LINE, where P1 stands",
    ),
    "a soft reservation is of a lot of its item": (
        "UPDATE inventory_softreservation SET item_id = (SELECT id FROM strategies_item WHERE number = 'NUT')"
        " WHERE lot_id IS NOT NULL",
        "has L1, should be a lot of NUT",
    ),
    "what was done for a task is the sum of its moves": (
        "UPDATE inventory_stocktask SET done_quantity = 4",
        "T1: has 4, should be 3",
    ),
    "a posted difference is its move": (
        "UPDATE inventory_countline SET counted = 12 WHERE move_id IS NOT NULL",
        "C1 STORE BOLT: has -2, should be -3",
    ),
    "what was not accepted was not posted": (
        "UPDATE inventory_countline SET accepted = false WHERE move_id IS NOT NULL",
        "C1 BOLT: has move",
    ),
    "received on an order is the sum of its receipts": (
        "UPDATE planning_replenishmentorder SET received_quantity = 5",
        "PO-1: has 5, should be 3",
    ),
    "shipped for a transfer is what left, less what was lost, with what came without travelling": (
        "UPDATE planning_replenishmentorder SET kind = 'transfer', vendor_id = NULL, shipped_quantity = 1,"
        " from_location_id = (SELECT id FROM strategies_location WHERE code = 'STORE')",
        "PO-1: has 1, should be 3",
    ),
    "a receipt is of its order's item": (
        "UPDATE planning_replenishmentorder SET item_id = (SELECT id FROM strategies_item WHERE number = 'NUT')",
        "PO-1: has BOLT, should be NUT",
    ),
    "a delivery is of its demand's item": (
        "UPDATE planning_demand SET item_id = (SELECT id FROM strategies_item WHERE number = 'NUT')",
        "SO-1 1: has BOLT, should be NUT",
    ),
    "nothing is claimed for an order that is over": (
        "UPDATE planning_productionorder SET state = 'cancelled'",
        "MO-1 BOLT: has 2, should be 0",
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_row_bent_by_force_is_named(rule: str) -> None:
    World()
    assert problems() == []
    bend, sentence = BROKEN[rule]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(bend)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert len(problems()) == 1, problems()
    (found,) = problems()
    assert found.rule == rule
    assert sentence in found.sentence


def test_a_posted_difference_without_a_move_is_named() -> None:
    World()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_countline SET accepted = true WHERE move_id IS NULL")
    assert [one.sentence for one in problems()] == ["C1 STORE NUT: has 4, should be no move"]


def test_what_a_plant_had_received_before_it_was_taken_over_has_no_move() -> None:
    World()
    ReplenishmentOrder.objects.update(source_system="old", received_quantity=8)
    assert problems() == []
    ReplenishmentOrder.objects.update(received_quantity=2)
    assert [one.sentence for one in problems()] == ["PO-1: has 2, should be at least 3"]


def test_every_rule_is_broken_here() -> None:
    assert set(BROKEN) >= set(checking_work.RULES) | set(planned.RULES)
