from __future__ import annotations

import io
import zipfile
from collections import Counter
from decimal import Decimal

import pytest

from p2p.demo import adventureworks
from p2p.demo.load import make_people, people_are_there
from p2p.demo.steps import LOGINS
from p2p.inventory.models import Balance
from strategies.models import BomLine, Item, ItemPolicy, Resource, RouteOperation, RouteVersion
from strategies.services.importer import take_in
from strategies.services.importer.reading import tables

BIG = {"customers", "demand"}


@pytest.fixture(scope="module")
def archive() -> bytes:
    return adventureworks.archive()


def small(archive: bytes) -> list:
    """All sheets but the 140,000 lines of customers and demand."""
    return [table for table in tables(io.BytesIO(archive), "plant.zip") if table.name not in BIG]


def test_the_archive_holds_every_line_of_the_data(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        lines = {name: file.read(name).count(b"\n") - 1 for name in file.namelist()}
    assert lines["items.csv"] == 504
    assert lines["bom_lines.csv"] == 2576  # 2,679 less 103 that have no parent
    assert lines["demand.csv"] == 121_317
    assert lines["vendor_prices.csv"] == 460


@pytest.mark.django_db
@pytest.mark.slow
def test_the_plant_goes_in_without_an_error_and_a_second_time_changes_nothing(archive):
    first = take_in(small(archive), by=None)
    assert [problem for problem in first.problems if problem.is_error] == []
    assert Counter(problem.code for problem in first.problems) == {
        "no_conversion": 299,
        "made_without_route": 72,
        "made_without_bom": 1,
    }
    assert [one.text for one in first.problems if one.code == "made_without_bom"] == [
        "FR-R92B-62 HL Road Frame - Black, 62 is made here, but has no active BOM: nothing is planned below it."
    ]
    second = take_in(small(archive), by=None)
    assert second.saved
    assert {
        name: (tally.created, tally.changed, tally.refused) for name, tally in second.tallies.items()
    } == dict.fromkeys(first.tallies, (0, 0, 0))
    _looks_like_the_plant()


def _looks_like_the_plant() -> None:
    assert Counter(ItemPolicy.objects.values_list("supply", flat=True)) == {"make": 239, "buy": 265}
    assert BomLine.objects.filter(unit__code="OZ").count() == 92
    assert Item.objects.get(number="PA-187B").unit.code == "OZ"
    stations = dict(Resource.objects.values_list("group__code", "stations"))
    assert stations == {"10": 4, "20": 4, "30": 5, "40": 5, "45": 3, "50": 5, "60": 5}
    assert RouteVersion.objects.count() == 167
    assert set(RouteOperation.objects.values_list("run_basis", flat=True)) == {"order"}
    touring = RouteOperation.objects.filter(route__item__number="FR-T67U-44").order_by("number")
    assert list(touring.values_list("number", "group__code", "setup_seconds", "run_seconds"))[:4] == [
        (10, "10", 360, 7200),
        (20, "20", 900, 6300),
        (30, "30", 0, 3600),
        (40, "40", 0, 5400),
    ]
    assert sum(Balance.objects.values_list("quantity", flat=True)) == 335_974


def test_the_notes_name_every_odd_thing_of_the_data():
    notes = {note.code: note.text for note in adventureworks.notes()}
    assert notes["routes_missing"].startswith(
        "89 made products with a BOM have no route in the data: 18 take"
    )
    assert notes["cost_is_zero"].startswith("200 products have a standard cost of 0")
    assert "hours per order" in notes["hours_per_order"]
    assert "Subassembly 120 h: 5" in notes["hours_per_day"]
    assert "Paint Storage" in notes["place_without_hours"]
    assert all(not note.is_error for note in adventureworks.notes())


def test_costing_finds_prices_of_bought_items_and_rates_of_work_centres():
    costs = adventureworks.standard_costs()
    assert len(costs) == 83 and Decimal(0) not in costs.values()  # of 265 bought items
    assert adventureworks.cost_rates()["WC-20"] == Decimal("25.0000")
    unit, price, days = adventureworks.vendor_prices()["AR-5381"]
    assert (unit, price, days) == ("CS", Decimal("47.8700"), 17)


@pytest.mark.django_db
def test_there_is_a_log_in_for_every_role_and_a_second_time_makes_none():
    assert not people_are_there()
    for _time in range(2):
        make_people(lambda phase, done, total: None)
    assert people_are_there()
    assert len(LOGINS) >= 9
