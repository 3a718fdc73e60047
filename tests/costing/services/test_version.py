"""Cost versions: prices and rates in, a roll-up, one standard per site."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection

from costing import selectors
from costing.facts import VersionActivated
from costing.models import CostElement, CostVersion, ItemCost, RollupRun, RollupWarning
from costing.services.rollup import roll
from costing.services.version import (
    Hourly,
    Price,
    Surcharge,
    activate,
    open_version,
    set_prices,
    set_rates,
)
from p2p.core.facts import Refused, heard
from p2p.core.runs import perform
from strategies.models import Item, PlanningCost
from tests.factories import (
    make_bom,
    make_cost_category,
    make_group,
    make_item,
    make_route,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db


def _element(code: str, kind: str) -> CostElement:
    return CostElement.objects.create(code=code, name=code.title(), kind=kind)


class Bench:
    """A table of four legs and a top, two hours an order and a quarter hour a piece, 50 % overhead on labour."""

    def __init__(self) -> None:
        self.by = make_user("cost_accountant")
        self.site = make_site("PLANT")
        self.leg, self.top, self.table = make_item("LEG"), make_item("TOP"), make_item("TABLE")
        make_bom(self.table, {self.leg: 4, self.top: 1})
        self.category = make_cost_category("CARPENTRY")
        group = make_group(self.site, cost_category=self.category)
        make_route(self.table, [{"group": group, "setup_seconds": 7200, "run_seconds": 900}])
        self.material, self.labour = _element("mat", "material"), _element("lab", "labour")
        self.overhead = _element("ovh", "overhead")
        self.version = open_version(
            code="STD", name="Standard", site=self.site, valid_from=date(2026, 1, 1), by=self.by
        )

    def fill(self) -> CostVersion:
        set_prices(
            version=self.version, prices=[Price(self.leg, D("2.5")), Price(self.top, D(10))], by=self.by
        )
        set_rates(
            version=self.version,
            hourly=[Hourly(self.category, self.labour, D(20))],
            surcharges=[Surcharge(self.labour, self.overhead, D("0.5"))],
            by=self.by,
        )
        return self.version

    def roll(self) -> RollupRun:
        run = roll(version=self.version, by=self.by)
        perform(run._meta.label_lower, run.pk)
        run.refresh_from_db()
        return run


@pytest.fixture
def bench() -> Bench:
    return Bench()


def _cost(item: Item, version: CostVersion) -> dict[str, D]:
    rows = ItemCost.objects.filter(version=version, item=item)
    return {row.element.code: row.this_level + row.lower_level for row in rows}


def test_a_version_rolls_up_prices_hours_and_overhead(bench: Bench) -> None:
    bench.fill()
    run = bench.roll()
    assert run.state == "done", run.problem
    # 4 x 2.50 + 10; (2 h / 1 + 0.25 h) x 20; half of that again
    assert _cost(bench.table, bench.version) == {"mat": D(20), "lab": D(45), "ovh": D("22.5")}


def test_what_the_roll_up_could_not_know_is_named(bench: Bench) -> None:
    bench.roll()
    codes = set(RollupWarning.objects.values_list("code", "item__number"))
    assert {("no_price", "LEG"), ("no_price", "TOP"), ("no_rate", "TABLE"), ("zero_cost", "TABLE")} <= codes


def test_activation_makes_it_the_standard_retires_the_last_and_tells_planning(bench: Bench) -> None:
    old = bench.fill()
    bench.roll()
    activate(version=old, by=bench.by)
    bench.version = open_version(
        code="NEW", name="Next", site=bench.site, valid_from=date(2026, 7, 1), by=bench.by
    )
    bench.fill()
    bench.roll()
    with heard(VersionActivated) as told:
        activate(version=bench.version, by=bench.by)
    old.refresh_from_db()
    assert [one.version for one in told] == [bench.version]
    assert old.state == "retired"
    assert selectors.active_version(bench.site) == bench.version
    assert PlanningCost.objects.get(item=bench.table, valid_from=date(2026, 7, 1)).unit_cost == D("87.5")


def test_a_version_without_costs_cannot_be_activated(bench: Bench) -> None:
    with pytest.raises(Refused, match="STD has no costs yet: roll it up first"):
        activate(version=bench.version, by=bench.by)


def test_prices_of_an_active_version_stand(bench: Bench) -> None:
    version = bench.fill()
    bench.roll()
    activate(version=version, by=bench.by)
    with pytest.raises(Refused, match="STD is Active: open a new version"):
        set_prices(version=version, prices=[Price(bench.leg, D(1))], by=bench.by)


def test_a_negative_price_and_a_code_twice_are_refused(bench: Bench) -> None:
    with pytest.raises(Refused, match="price of LEG cannot be below zero"):
        set_prices(version=bench.version, prices=[Price(bench.leg, D(-1))], by=bench.by)
    with pytest.raises(Refused, match="There is a cost version STD already"):
        open_version(code="STD", name="", site=bench.site, valid_from=date(2026, 1, 1), by=bench.by)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_activate_at_once_exactly_one_wins(settings: Any) -> None:
    settings.RUNS = "inline"
    bench = Bench()
    bench.fill()
    bench.roll()
    said: list[str] = []
    gate = threading.Barrier(2, timeout=30)

    def press() -> None:
        version = CostVersion.objects.select_related("site").get(code="STD")
        gate.wait()
        try:
            activate(version=version, by=bench.by)
            said.append("activated")
        except Refused as no:
            said.append(str(no))
        finally:
            connection.close()

    people = [threading.Thread(target=press) for _one in range(2)]
    for one in people:
        one.start()
    for one in people:
        one.join(60)
    assert sorted(said)[1] == "activated"
    assert sorted(said)[0].startswith("STD is Active")
