from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from p2p.core import clock
from planning.models import Output
from planning.selectors.outlook import outlook
from planning.services.demand import create_demand
from tests.factories import make_item, make_location, make_order, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


def test_stock_falls_by_the_day_and_the_lowest_day_is_named():
    site, item, planner = make_site(), make_item("BIKE"), make_user("planner")
    make_stock(item, 10, make_location(site, code="A"))
    today = clock.now().date()
    for number, quantity, days in (("SO-1", 4, 3), ("SO-2", 8, 5), ("SO-3", 1, 5)):
        create_demand(
            number=number,
            site=site,
            item=item,
            quantity=Decimal(quantity),
            due_on=today + timedelta(days=days),
            by=planner,
        )
    found = outlook(item, planner, today)
    assert (found.on_hand, found.demand, found.supply) == (Decimal(10), Decimal(13), Decimal(0))
    assert found.points == [
        (today, Decimal(10)), (today + timedelta(days=3), Decimal(6)), (today + timedelta(days=5), Decimal(-3))
    ]  # fmt: skip
    assert found.lowest == (today + timedelta(days=5), Decimal(-3))
    assert [(line.what.number, line.quantity) for line in found.demands] == [
        ("SO-1", -4),
        ("SO-2", -8),
        ("SO-3", -1),
    ]


def test_the_panels_of_an_item_show_what_comes_and_where_it_lies(client):
    site, item, planner = make_site(), make_item("BIKE"), make_user("planner")
    make_stock(item, 10, make_location(site, code="A", name="Aisle A"))
    due = date(2099, 1, 1)
    create_demand(number="SO-1", site=site, item=item, quantity=Decimal(12), due_on=due, by=planner)
    client.force_login(planner)
    shown = client.get(f"/planning/panels/item/{item.pk}/").content.decode()
    assert [word for word in ("SO-1", "−2", "<svg", "Nothing is on its way") if word not in shown] == []
    shown = client.get(f"/inventory/panels/item/{item.pk}/places").content.decode()
    assert [word for word in ("Aisle A", "Usable", "10") if word not in shown] == []


def test_what_comes_out_beside_an_order_is_shown_on_it_and_comes_to_its_own_item(client):
    site, bike, chips = make_site(), make_item("BIKE"), make_item("CHIPS", name="Steel chips")
    planner, order = make_user("planner"), make_order(bike, 10, site=site)
    Output.objects.update_or_create(
        order=order, item=bike, defaults={"unit": bike.unit, "kind": "main", "quantity": 10}
    )
    output = Output.objects.create(
        order=order, item=chips, unit=chips.unit, kind="co", quantity=30, received_quantity=5, cost_share=0
    )
    found = outlook(chips, planner, clock.now().date())
    assert (found.supply, [(line.what, line.quantity) for line in found.supplies]) == (25, [(order, 25)])
    assert found.points[-1][1] == 25
    assert outlook(bike, planner, clock.now().date()).supply == 10
    client.force_login(planner)
    shown = client.get(f"/planning/panels/item/{chips.pk}/").content.decode()
    assert order.number in shown
    shown = client.get(reverse("planning:order-materials", args=[order.pk])).content.decode()
    assert [word for word in ("CHIPS", "Steel chips", "Co-product", "30") if word not in shown] == []
    Output.objects.filter(pk=output.pk).update(received_quantity=30)
    assert outlook(chips, planner, clock.now().date()).supplies == []
