"""The designer's estimate of materials and the roll-up leave out the same: what vendors procure by their policies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from costing.models import CostVersion
from costing.services.version import Price, open_version, set_prices
from costing.snapshot import take
from strategies.models import BomLine, BomVersion, PlanningCost
from strategies.selectors import designing
from tests.costing.test_work import Shop
from tests.factories import make_bom, make_item, make_route, make_vendor

D = Decimal
DAY = date(2026, 1, 1)
pytestmark = pytest.mark.django_db


def rolled(shop: Shop) -> set[str]:
    """Numbers of what the roll-up takes into the bike, phantoms by their name."""
    version = open_version(
        code=f"V{CostVersion.objects.count()}", name="V", site=shop.site, valid_from=DAY, by=shop.by
    )
    set_prices(
        version=version,
        prices=[Price(cost.item, cost.unit_cost) for cost in PlanningCost.objects.all()],
        by=shop.by,
    )
    snapshot = take(version)
    names = {part.item: part for part in snapshot.parts}
    keys = {use.component for use in names[shop.bike.pk].uses}
    return {
        BomLine.objects.filter(component=snapshot.stand_ins.get(key, key))[0].component.number for key in keys
    }


def estimated(shop: Shop, bom: BomVersion) -> D:
    lines = bom.lines.select_related("component__unit", "unit")
    figures = designing.figures(bom, lines, day=DAY, site=shop.site)
    assert figures.unpriced == 0
    return figures.materials


@pytest.fixture
def shop() -> Shop:
    found = Shop()
    for number, cost in (("TUBE", 7), ("BOLT", 3), ("ZINC", 11)):
        PlanningCost.objects.create(
            item=make_item(number), site=found.site, valid_from=DAY, unit_cost=D(cost)
        )
    return found


def item_of(number: str):
    return PlanningCost.objects.get(item__number=number).item


def test_what_the_vendor_of_an_operation_procures_costs_nothing_in_the_designer(shop: Shop) -> None:
    plater = make_vendor()
    shop.route({"run_seconds": 60}, {"run_seconds": 60})
    bom = make_bom(
        shop.bike,
        {
            item_of("TUBE"): {"quantity": 2, "operation_number": 20},
            item_of("BOLT"): {"quantity": 1, "operation_number": 10},
            item_of("ZINC"): {"quantity": 1},
        },
    )
    assert (estimated(shop, bom), rolled(shop)) == (D(28), {"TUBE", "BOLT", "ZINC"})
    shop.policy(plater, "vendor", 10, supply="consigned")
    assert estimated(shop, bom) == D(28)
    shop.policy(plater, "vendor", 10, supply="vendor", valid_from=DAY)
    # What names no operation goes into the first one.
    assert (estimated(shop, bom), rolled(shop)) == (D(14), {"TUBE"})
    assert designing.figures(bom, bom.lines.all(), day=date(2025, 12, 31), site=shop.site).day.year == 2025


def test_in_a_phantom_it_goes_by_the_phantoms_own_route_and_policy(shop: Shop) -> None:
    plater, kit = make_vendor(), make_item("KIT")
    make_route(kit, [{"run_seconds": 1}, {"run_seconds": 1}])
    make_bom(
        kit,
        {
            item_of("TUBE"): {"quantity": 1, "operation_number": 10},
            item_of("BOLT"): {"quantity": 1, "operation_number": 20},
        },
    )
    bom = make_bom(shop.bike, {kit: {"quantity": 4, "kind": "phantom"}, item_of("ZINC"): 1})
    assert estimated(shop, bom) == D(51)
    shop.policy(plater, "vendor", 20, supply="vendor", item=kit)
    assert estimated(shop, bom) == D(39)
    shop.policy(plater, "vendor", 10, supply="vendor", item=kit)
    # All of it: the phantom costs no material, and nothing is missing.
    assert estimated(shop, bom) == D(11)
