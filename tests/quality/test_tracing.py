"""What quality says on the way of a traced lot."""

from __future__ import annotations

from decimal import Decimal

import pytest

from execution.models import OutputMove
from p2p.core.clock import now
from p2p.inventory.models import Move
from p2p.inventory.selectors import key_of
from p2p.inventory.views.trace import readings
from planning.models import Output
from quality.models import Inspection, NonConformance, Result
from tests.factories import make_item, make_locations, make_lot, make_order, make_reason, make_site
from tests.quality.factories import make_characteristic, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    """A lot that an order brought, and the order's operation."""
    site = make_site()
    places = make_locations(site)
    lot = make_lot(make_item(tracking="lot"))
    order = make_order(lot.item, 5, site=site)
    move = Move.objects.create(
        item=lot.item,
        lot=lot,
        source=places["PRODUCTION"],
        target=places["STORE"],
        quantity=5,
        kind="output",
        effective_at=now(),
    )
    OutputMove.objects.create(output=Output.objects.get(order=order), move=move)
    return lot, order.operations.get()


def test_inspections_and_nonconformances_stand_along_the_way(made):
    lot, operation = made
    runout = make_characteristic("RUNOUT")
    plan = make_plan(operation.order.site, {runout: {"upper_limit": 1}}, name="Wheel check")
    seen = {"plan": plan, "item": lot.item, "quantity": 5, "sample_size": 2, "because": "plan"}
    inspection = Inspection.objects.create(number="QI-1", operation=operation, state="rejected", **seen)
    for sample, value in ((1, "0.4"), (2, "1.2")):
        Result.objects.create(
            inspection=inspection,
            characteristic=runout,
            sample=sample,
            value=Decimal(value),
            conforms=Decimal(value) <= 1,
            effective_at=now(),
        )
    NonConformance.objects.create(
        number="NC-1", site=plan.site, item=lot.item, lot=lot, quantity=2, reason=make_reason("BENT")
    )
    found = {one.kind: one for one in readings([key_of(lot)])}
    assert found["inspection"].said == "Rejected: RUNOUT 0.4–1.2 (1 of 2 wrong)"
    assert found["inspection"].tone == "bad" and "Wheel check" in found["inspection"].title
    assert found["nonconformance"].said == "2: Open · BENT"


def test_other_lots_and_orders_say_nothing_here(made):
    other = make_lot(make_item(tracking="lot"))
    NonConformance.objects.create(
        number="NC-2", site=make_site(), item=other.item, lot=other, quantity=2, reason=make_reason()
    )
    assert readings([key_of(made[0])]) == []
