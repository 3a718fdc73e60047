"""What a route says, in the standard cost: the hours that planning reckons with for the costing lot."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from costing.engine.rollup import Part
from costing.evidence import _fees
from costing.models import CostElement, CostVersion, RollupWarning
from costing.services.version import Hourly, open_version, set_rates
from costing.snapshot import Snapshot, take
from costing.words import warning_words
from planning.services.order import create_order
from strategies.models import (
    ItemPolicy,
    OutsourcingPolicy,
    Resource,
    RouteGroup,
    RouteGroupPhase,
    RouteOperation,
    RouteVersion,
    UnitConversion,
    Vendor,
    VendorPrice,
)
from tests.factories import (
    make_bom,
    make_conversion,
    make_cost_category,
    make_group,
    make_item,
    make_route,
    make_site,
    make_unit,
    make_user,
    make_vendor,
)

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
        return sum(
            (
                3600 * (Fraction(step.hours_per_piece) * 10 + Fraction(step.hours_per_lot))
                for step in self.part().steps
            ),
            Fraction(0),
        )

    def fees(self) -> list[Fraction]:
        """What vendors ask per piece."""
        return [Fraction(fee.per_piece) for fee in self.part().fees]

    def part(self) -> Part:
        return next(part for part in self.taken().parts if part.item == self.bike.pk)

    def taken(self) -> Snapshot:
        CostVersion.objects.all().delete()
        version = open_version(
            code="STD", name="Standard", site=self.site, valid_from=date(2026, 1, 1), by=self.by
        )
        labour = CostElement.objects.get(code="labour")
        set_rates(version=version, hourly=[Hourly(self.category, labour, D(20))], surcharges=[], by=self.by)
        return take(version)

    def price(self, vendor: Vendor, number: int, price: str, **also: Any) -> None:
        row = {"unit": self.bike.unit, "currency": self.site.currency, "valid_from": date(2020, 1, 1), **also}
        VendorPrice.objects.create(
            vendor=vendor, item=self.bike, operation_number=number, price=D(price), **row
        )

    def policy(self, vendor: Vendor, rule: str, number: int | None = None, **also: Any) -> None:
        OutsourcingPolicy.objects.create(
            **{"site": self.site, "item": self.bike, "operation_number": number, "vendor": vendor, "rule": rule,
               "valid_from": date(2020, 1, 1), **also}
        )  # fmt: skip


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


def test_a_capacity_in_a_unit_that_does_not_convert_is_a_warning_and_no_cost(shop: Shop) -> None:
    Resource.objects.filter(group=shop.group).update(capacity_per_hour=D(60), capacity_unit=make_unit("KG"))
    shop.route({"run_basis": "capacity", "run_seconds": 1})
    assert shop.seconds() == 0
    (missing,) = shop.taken().missing
    said = warning_words(RollupWarning(code=missing.code, item=shop.bike, facts=dict(missing.facts)))
    assert "makes so many KG an hour, which does not convert" in said
    make_conversion("EA", "KG", 3, 2)
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


def test_the_policy_in_force_says_whether_an_operation_costs_our_hours_or_the_vendors_price(
    shop: Shop,
) -> None:
    shop.route({"run_seconds": 60}, {"run_seconds": 60, "outside": True}, {"run_seconds": 60})
    plater, painter = make_vendor("PLATE"), make_vendor("PAINT", preferred=True)
    for number in (10, 20, 30):
        shop.price(plater, number, "3")
        shop.price(painter, number, "5")
    assert (shop.seconds(), shop.fees()) == (1200, [5])
    shop.policy(plater, "vendor", 10)
    assert (shop.seconds(), shop.fees()) == (600, [3, 5])
    shop.policy(plater, "make", 20)
    shop.policy(painter, "overflow", 30)
    assert (shop.seconds(), shop.fees()) == (1200, [3])
    shop.policy(painter, "vendor", valid_from=date(2025, 1, 1))
    assert (shop.seconds(), shop.fees()) == (1200, [3])


def test_a_policy_of_the_whole_item_holds_on_its_days_where_the_operation_says_nothing(shop: Shop) -> None:
    shop.route({"run_seconds": 60}, {"run_seconds": 60})
    plater = make_vendor("PLATE")
    shop.price(plater, 10, "3")
    shop.policy(plater, "vendor", valid_to=date(2025, 12, 31))
    assert (shop.seconds(), shop.fees()) == (1200, [])
    OutsourcingPolicy.objects.update(valid_to=date(2026, 1, 1))
    assert (shop.seconds(), shop.fees()) == (0, [3])


def test_the_price_is_the_vendors_tier_for_the_costing_lot_in_the_items_unit(shop: Shop) -> None:
    shop.route({"run_seconds": 60})
    plater, cheap = make_vendor("PLATE"), make_vendor("CHEAP")
    dozen = make_unit("DZ")
    UnitConversion.objects.create(source=dozen, target=shop.bike.unit, numerator=12, denominator=1)
    shop.policy(plater, "vendor", 10)
    shop.price(cheap, 10, "1")
    shop.price(plater, 10, "6", minimum_quantity=D(11))
    assert shop.fees() == [6]
    shop.price(plater, 10, "9")
    assert shop.fees() == [9]
    shop.price(plater, 10, "96", unit=dozen, minimum_quantity=D("0.5"))
    assert shop.fees() == [8]
    shop.price(plater, 10, "7", minimum_quantity=D(10), order_maximum=D(9))
    assert shop.fees() == [8]


def test_a_vendor_is_paid_for_the_good_pieces_that_later_operations_lose_and_so_says_the_order(
    shop: Shop,
) -> None:
    ItemPolicy.objects.filter(item=shop.bike).update(yield_fraction=D("0.5"))
    shop.route(
        {"outside": True, "scrap_fraction": D("0.2")}, {"scrap_fraction": D("0.5"), "scrap_quantity": D(5)}
    )
    plater = make_vendor("PLATE", preferred=True)
    shop.price(plater, 10, "3")
    # Ten good ones: 20 are started, 2 x 20 + 5 leave the plater good, of 57 that are sent to him.
    shop.price(plater, 10, "2", minimum_quantity=D(57))
    shop.price(plater, 10, "1", minimum_quantity=D(58))
    part = shop.part()
    assert [Fraction(fee.per_piece) / Fraction(part.output_share) for fee in part.fees] == [
        Fraction(2 * 45, 10)
    ]
    order = create_order(
        site=shop.site,
        item=shop.bike,
        quantity=D(20),
        due_on=date(2026, 2, 1),
        start_on=date(2026, 1, 5),
        by=shop.by,
    )
    sent = list(order.operations.filter(outside=True).select_related("route_operation__route"))
    assert [one.quantity for one in sent] == [57]
    allowed = _fees(CostVersion.objects.get(), sent, [order], {shop.bike.pk: D(10)})
    assert allowed == {sent[0].pk: Fraction(2 * 45, 10)}


def test_what_the_vendor_of_an_operation_procures_is_in_its_price_and_not_among_our_components(
    shop: Shop,
) -> None:
    plater, tube, bolt = make_vendor(), make_item("TUBE"), make_item("BOLT")
    shop.route({"run_seconds": 60}, {"run_seconds": 60})
    make_bom(
        shop.bike,
        {
            tube: {"quantity": D(2), "operation_number": 10},
            bolt: {"quantity": D(1), "operation_number": 20},
        },
    )
    shop.price(plater, 10, "4")
    shop.policy(plater, "vendor", 10, supply="consigned", valid_to=date(2025, 12, 31))
    assert {use.component for use in shop.part().uses} == {tube.pk, bolt.pk}
    shop.policy(plater, "vendor", 10, supply="vendor", valid_from=date(2026, 1, 1))
    assert {use.component for use in shop.part().uses} == {bolt.pk}
    assert shop.fees() == [4]
