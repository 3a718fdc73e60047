from __future__ import annotations

import pytest

from planning.models import Demand
from strategies.services.importer import Table, take_in
from tests.factories import make_item, make_site, make_unit

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
