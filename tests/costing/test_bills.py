"""What a bill says, in the standard cost: as an order of the costing lot would take it, and nothing is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.engine.rollup import Part, roll_up
from costing.models import CostElement
from costing.services.version import Price, open_version, set_prices
from costing.snapshot import take, use_of
from strategies.engine.need import Row, consumption_of
from strategies.models import BomStep
from tests.factories import make_bom, make_group, make_item, make_route, make_site, make_user

D = Decimal
amounts = st.decimals(min_value="0.01", max_value=500, places=2)
lines = st.builds(
    Row,
    quantity=amounts,
    consumption=st.sampled_from(["variable", "constant"]),
    series=st.sampled_from([D(1), D(100)]),
    formula=st.sampled_from(["standard", "height"]),
    height=amounts,
    width=st.none(),
    depth=st.none(),
    density=st.none(),
    rounding=st.sampled_from(["none", "quantity", "consumption", "measurement"]),
    rounding_multiple=amounts,
    scrap_fraction=st.decimals(min_value=0, max_value="0.5", places=2),
    scrap_quantity=st.decimals(min_value=0, max_value=5, places=2),
)


@given(st.lists(st.tuples(lines, amounts), min_size=1, max_size=6), st.integers(1, 400))
def test_a_costing_lot_costs_what_its_components_cost(rows, lot):
    needs = [consumption_of(row, batch=1) for row, _price in rows]
    parts = [Part(place, price=price, price_element=1) for place, (_row, price) in enumerate(rows, start=1)]
    uses = tuple(use_of(place, need, Fraction(lot)) for place, need in enumerate(needs, start=1))
    cost = roll_up([*parts, Part(0, lot=lot, uses=uses)]).costs[0].total
    taken = [
        need.needed(Fraction(lot)) * Fraction(price) for need, (_row, price) in zip(needs, rows, strict=True)
    ]
    assert abs(Fraction(cost) - sum(taken) / lot) <= Fraction(1, 10**8)


@pytest.mark.django_db
def test_steps_roundings_and_the_scrap_of_the_route_are_in_the_standard():
    by, site = make_user("cost_accountant"), make_site()
    for kind in ("material", "outsourcing"):
        CostElement.objects.create(code=kind, name=kind, kind=kind)
    policy = {"supply": "make", "minimum_quantity": D(10)}
    bike, glue, bolt, tube = make_item("BIKE", policy=policy), make_item(), make_item(), make_item()
    make_route(bike, [{"group": make_group(site), "scrap_fraction": D("0.5")}])
    bom = make_bom(
        bike,
        {
            glue: {"quantity": D(1), "formula": "step"},
            bolt: {"quantity": D(3), "rounding": "consumption", "rounding_multiple": D(50)},
            tube: {"quantity": D(1), "operation_number": 10},
        },
    )
    BomStep.objects.create(line=bom.lines.get(component=glue), from_quantity=0, quantity=20)
    version = open_version(code="STD", name="Standard", site=site, valid_from=date(2026, 1, 1), by=by)
    set_prices(version=version, prices=[Price(item, D(1)) for item in (glue, bolt, tube)], by=by)
    snapshot = take(version)
    # An order of 10 takes 20 glue, 50 bolts, and 20 tubes because half of them are scrapped.
    assert roll_up(snapshot.parts, snapshot.surcharges).costs[bike.pk].lower == {_material(): 9}


def _material() -> int:
    return CostElement.objects.get(kind="material").pk
