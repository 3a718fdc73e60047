from __future__ import annotations

import pytest

from planning.models import Demand, ProductionOrder, ReplenishmentOrder
from strategies.services.importer import Table, take_in
from tests.factories import make_bom, make_item, make_site, make_unit, make_vendor

pytestmark = pytest.mark.django_db
HEAD = ["number", "line", "site", "item", "unit", "quantity", "ordered_on", "due_on", "customer"]


@pytest.fixture
def plant():
    make_site("ONE")
    make_item("BIKE")


def take(*rows: str, customers: bool = True):
    demand = Table("demand", HEAD, [(2 + n, row.split(";")) for n, row in enumerate(rows)])
    people = Table("customers", ["number", "name"], [(2, ["C1", "Shop"])])
    return take_in([demand, people] if customers else [demand], by=None)


def test_demand_goes_in_changes_and_stays(plant):
    first = take(
        "4711;1;ONE;BIKE;EA;4;2026-03-02;2026-03-14;C1", "4711;2;ONE;BIKE;EA;1;2026-03-02;2026-03-14;"
    )
    assert first.tallies["demand"].created == 2
    second = take(
        "4711;1;ONE;BIKE;EA;5;2026-03-02;2026-03-14;C1", "4711;2;ONE;BIKE;EA;1;2026-03-02;2026-03-14;"
    )
    assert (second.tallies["demand"].changed, second.tallies["demand"].unchanged) == (1, 1)
    assert list(Demand.objects.order_by("line").values_list("quantity", "customer__number")) == [
        (5, "C1"),
        (1, None),
    ]


def test_what_is_wrong_is_named_with_its_line(plant):
    make_unit("CTN")
    outcome = take(
        "1;1;ONE;BIKE;EA;0;2026-03-02;2026-03-14;",
        "2;1;ONE;BIKE;EA;1;2026-03-02;2026-03-01;",
        "3;1;ONE;CAR;EA;1;2026-03-02;2026-03-14;",
    )
    assert [(one.line, one.column) for one in outcome.problems] == [
        (2, "quantity"),
        (3, "due_on"),
        (4, "item"),
    ]
    no_way = take("4;1;ONE;BIKE;CTN;1;2026-03-02;2026-03-14;")
    assert no_way.errors == 1 and "CTN" in no_way.problems[0].text
    assert not Demand.objects.exists()


@pytest.fixture
def pegged():
    """Presses take a frame each that is made for them, of a tube that is bought for the frame."""
    make_site("ONE")
    make_vendor("V1")
    press, frame = make_item("PRESS", supply="make"), make_item("FRAME", supply="make")
    tube = make_item("TUBE", supply="buy")
    make_bom(press, {frame: {"quantity": 1, "kind": "pegged"}})
    make_bom(frame, {tube: {"quantity": 2, "kind": "pegged"}})


def take_open(orders: list[str], purchases: list[str]):
    made = ["number", "site", "item", "quantity", "start_on", "due_on", "made_for"]
    bought = ["number", "site", "item", "vendor", "quantity", "ordered_on", "due_on", "made_for"]
    sheets = {"open_orders": (made, orders), "open_purchases": (bought, purchases)}
    return take_in(
        [
            Table(name, head, [(2 + n, row.split(";")) for n, row in enumerate(rows)])
            for name, (head, rows) in sheets.items()
        ],
        by=None,
    )


ORDERS = [
    "MO-1;ONE;PRESS;3;2026-03-02;2026-03-14;",
    "MO-2;ONE;FRAME;3;2026-03-02;2026-03-10;MO-1, 10",
]
PURCHASES = ["PO-1;ONE;TUBE;V1;6;2026-03-01;2026-03-05;mo-2"]


def test_open_orders_and_purchases_are_for_the_needs_they_name_once(pegged):
    for _time in range(2):
        assert take_open(ORDERS, PURCHASES).problems == []
        assert ProductionOrder.objects.get(number="MO-2").need_words == "MO-1, 10"
        assert ReplenishmentOrder.objects.get().need_words == "MO-2, 10"


def test_a_need_that_is_none_is_named_with_its_line_and_nothing_is_taken(pegged):
    outcome = take_open(
        [*ORDERS, "MO-3;ONE;FRAME;3;2026-03-02;2026-03-10;MO-1"],
        ["PO-1;ONE;TUBE;V1;6;2026-03-01;2026-03-05;SO-9/1"],
    )
    assert sorted((one.sheet, one.line, one.column, one.text) for one in outcome.problems) == [
        ("open_orders", 4, "made_for", "MO-1, 10 is covered: 0 EA are kept for it and 3 EA under way."),
        (
            "open_purchases",
            2,
            "made_for",
            "There is no order that takes TUBE and no demand line called SO-9/1.",
        ),
    ]
    assert not ProductionOrder.objects.exists()
