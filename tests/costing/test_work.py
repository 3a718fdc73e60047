"""What a route says, in the standard cost: the hours that planning reckons with for the costing lot."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from costing.models import CostElement
from costing.services.version import Hourly, open_version, set_rates
from costing.snapshot import take
from strategies.models import Resource, RouteGroup, RouteGroupPhase, RouteOperation, RouteVersion
from tests.factories import make_cost_category, make_group, make_item, make_route, make_site, make_user

D = Decimal
pytestmark = pytest.mark.django_db


class Shop:
    """A bike in costing lots of ten, and one work centre whose hour has a price."""

    def __init__(self) -> None:
        self.by, self.site = make_user("cost_accountant"), make_site()
        for kind in ("material", "outsourcing", "labour"):
            CostElement.objects.create(code=kind, name=kind, kind=kind)
        self.category = make_cost_category()
        self.group = make_group(self.site, cost_category=self.category)
        self.bike = make_item("BIKE", policy={"supply": "make", "minimum_quantity": D(10)})

    def route(self, *operations: dict[str, Any]) -> RouteVersion:
        return make_route(self.bike, [{"group": self.group, **one} for one in operations])

    def seconds(self) -> Fraction:
        """Work in an order of the costing lot, as the standard sees it."""
        version = open_version(
            code="STD", name="Standard", site=self.site, valid_from=date(2026, 1, 1), by=self.by
        )
        labour = CostElement.objects.get(code="labour")
        set_rates(version=version, hourly=[Hourly(self.category, labour, D(20))], surcharges=[], by=self.by)
        part = next(part for part in take(version).parts if part.item == self.bike.pk)
        return sum(
            (
                3600 * (Fraction(step.hours_per_piece) * 10 + Fraction(step.hours_per_lot))
                for step in part.steps
            ),
            Fraction(0),
        )


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_an_alternate_operation_costs_nothing_beside_the_one_it_stands_in_for(shop: Shop) -> None:
    route = shop.route({"setup_seconds": 100, "run_seconds": 60})
    RouteOperation.objects.create(
        route=route, number=11, name="Elsewhere", group=shop.group, setup_seconds=500, run_seconds=90,
        alternate_of=route.operations.get(number=10),
    )  # fmt: skip
    assert shop.seconds() == 100 + 600


def test_the_capacity_of_the_resource_is_the_run_time_where_the_operation_says_so(shop: Shop) -> None:
    Resource.objects.filter(group=shop.group).update(capacity_per_hour=D(40))
    shop.route({"run_basis": "capacity", "run_seconds": 1})
    assert shop.seconds() == 10 * 90


def test_a_started_batch_is_a_whole_one(shop: Shop) -> None:
    shop.route({"run_basis": "batch", "run_seconds": 60, "run_quantity": D(4)})
    assert shop.seconds() == 3 * 60


def test_batches_of_a_resource_have_its_size(shop: Shop) -> None:
    Resource.objects.filter(group=shop.group).update(batch_capacity=D(6))
    shop.route({"run_basis": "resource_batch", "run_seconds": 60})
    assert shop.seconds() == 2 * 60


def test_pieces_lost_further_on_are_worked_on_before(shop: Shop) -> None:
    shop.route({"run_seconds": 60}, {"run_seconds": 60, "scrap_fraction": D("0.5"), "scrap_quantity": D(5)})
    assert shop.seconds() == 60 * (25 + 25)


def test_phases_that_are_not_planned_or_not_estimated_cost_nothing(shop: Shop) -> None:
    unplanned = RouteGroup.objects.create(code="U", name="No setup")
    RouteGroupPhase.objects.create(group=unplanned, phase="setup", planned=False)
    unestimated = RouteGroup.objects.create(code="E", name="No run", estimates_run=False)
    shop.route(
        {"setup_seconds": 100, "run_seconds": 1, "route_group": unplanned},
        {"setup_seconds": 200, "run_seconds": 1, "route_group": unestimated},
    )
    assert shop.seconds() == 10 + 200
