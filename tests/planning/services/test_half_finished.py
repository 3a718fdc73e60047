"""An order has its own copy of what its operations leave their pieces as."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from planning.models import Operation
from planning.services.order import create_order
from strategies.models import RouteOperation
from tests.factories import make_bom, make_group, make_item, make_route, make_site

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 13)


def test_an_order_and_the_phantoms_in_it_leave_what_their_routes_say() -> None:
    site = make_site("PLANT")
    group, raw, bent = make_group(site), make_item("RAW"), make_item("BENT")
    frame, bike = make_item("FRAME"), make_item("BIKE", supply="make")
    make_route(frame, [{"group": group, "name": "Bend", "half_finished": bent}, {"group": group}])
    make_bom(frame, {make_item("TUBE"): 1})
    make_bom(bike, {frame: {"quantity": Decimal(1), "kind": "phantom"}})
    route = make_route(bike, [{"group": group, "name": "Weld", "half_finished": raw}, {"group": group}])
    order = create_order(site=site, item=bike, quantity=Decimal(4), start_on=DAY, due_on=DAY, by=None)
    rows = Operation.objects.filter(order=order, half_finished__isnull=False)
    assert dict(rows.values_list("name", "half_finished__number")) == {"Weld": "RAW", "Bend": "BENT"}
    RouteOperation.objects.filter(route=route).update(half_finished=None)
    assert rows.count() == 2
