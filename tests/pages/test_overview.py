"""Cockpit, order page and search: figures over all areas, for whoever may see them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from p2p.core import clock
from p2p.core.access import Role
from p2p.pages import selectors
from planning.models import ProductionOrder
from strategies.models import Site
from tests.factories import make_group, make_item, make_order, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


def _orders(site: Site, many: int, **also: object) -> list[ProductionOrder]:
    group = make_group(site)
    part = make_item()
    item = make_item()
    return [
        make_order(item, 10, site=site, operations=[{"group": group}], materials={part: 2}, **also)
        for _one in range(many)
    ]


def test_an_order_that_ends_after_its_due_day_is_late_and_one_that_does_not_is_not() -> None:
    site = make_site("SHOP")
    far = clock.now().date() + timedelta(days=30)
    late, fine = _orders(site, 2, start_on=far, due_on=far, state="scheduled")
    ProductionOrder.objects.filter(pk=late.pk).update(ends_at=clock.now() + timedelta(days=33))
    ProductionOrder.objects.filter(pk=fine.pk).update(ends_at=clock.now() + timedelta(days=20))
    assert list(selectors.late_orders(site)) == [late]


def test_a_shortage_is_what_open_orders_need_beyond_stock() -> None:
    site = make_site("SHOP")
    order = _orders(site, 1, state="scheduled")[0]
    part = order.materials.get().item
    make_stock(part, 15, site.locations.get(code="STORE"))
    short = selectors.shortages(site)
    assert [(one.item, one.short, one.stops) for one in short] == [(part, D(5), 1)]
    assert selectors.orders_short(site, [part.pk]) == 1
    make_stock(part, 5, site.locations.get(code="STORE"))
    assert selectors.shortages(site) == []


def test_load_counts_booked_hours_where_they_are_worked_against_all_stations() -> None:
    site = make_site("SHOP")
    order = _orders(site, 1, state="scheduled")[0]
    operation = order.operations.get()
    resource = operation.group.resources.get() if operation.group else None
    start = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    type(operation).objects.filter(pk=operation.pk).update(
        resource=resource, starts_at=start, ends_at=start + timedelta(hours=6)
    )
    days = selectors.loads(site)[0].days
    assert sum(day.booked for day in days) == D(6)
    assert {day.offered for day in days} == {D(24)}


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_cockpit_and_order_page_open_for_every_role(client: Client, role: str) -> None:
    site = make_site("SHOP")
    order = _orders(site, 1)[0]
    client.force_login(make_user(role, site=site))
    assert client.get("/").status_code == 200
    page = client.get(f"/orders/{order.number}/")
    assert page.status_code == 200 and order.number in page.content.decode()


def test_an_order_of_another_site_is_not_there(client: Client) -> None:
    site = make_site("SHOP")
    order = _orders(site, 1)[0]
    ProductionOrder.objects.filter(pk=order.pk).update(number="MO-ELSEWHERE")
    client.force_login(make_user("planner", site=site))
    assert "MO-ELSEWHERE" in client.get("/search/", {"q": "MO-ELSE"}).content.decode()
    client.force_login(make_user("planner", site=make_site("OTHER")))
    assert client.get("/orders/MO-ELSEWHERE/").status_code == 404
    assert "MO-ELSEWHERE" not in client.get("/search/", {"q": "MO-ELSE"}).content.decode()


def test_the_cockpit_asks_the_same_number_of_questions_for_one_order_and_for_twenty(client: Client) -> None:
    site = make_site("SHOP")
    client.force_login(make_user("planner", site=site))
    past = {"start_on": date(2020, 1, 1), "due_on": date(2020, 1, 2), "state": "scheduled"}
    _orders(site, 1, **past)
    client.get("/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/")
    _orders(site, 20, **past)
    with CaptureQueriesContext(connection) as many:
        client.get("/")
    assert len(many) == len(few)


def test_search_finds_an_order_by_the_beginning_of_its_number_and_an_item_by_a_part_of_its_name(
    client: Client,
) -> None:
    site = make_site("SHOP")
    order = _orders(site, 1)[0]
    make_item("FR-1", name="Mountain frame")
    client.force_login(make_user("planner", site=site))
    assert order.number in client.get("/search/", {"q": order.number[:5]}).content.decode()
    assert "FR-1" in client.get("/search/", {"q": "tain fra"}).content.decode()
    assert "Nothing found" in client.get("/search/", {"q": "no such thing"}).content.decode()


def test_without_a_plant_the_cockpit_says_how_to_begin(client: Client) -> None:
    client.force_login(make_user("administrator"))
    assert "No plant yet" in client.get("/").content.decode()
