"""Hard links of a route in schedules: no gap where there is room, and a sentence where there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse

from p2p.core.models import Journal
from p2p.core.web.journal import tell_apart
from planning.models import Operation, OperationLink, ProductionOrder
from planning.services import schedule
from planning.services.order import create_order
from planning.views.orders import reschedule_many
from strategies.models import RouteLink
from tests.factories import (
    make_calendar,
    make_group,
    make_item,
    make_order,
    make_resource,
    make_route,
    make_site,
    make_user,
)
from tests.planning.services.test_schedule import do  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = 3600


@pytest.fixture
def site():
    return make_site("PLANT", calendar=make_calendar())


@pytest.fixture
def forge(site):
    """A press that another order keeps until 13, and an oven before it."""
    press, oven = make_group(site, "PRESS"), make_group(site, "OVEN")
    make_order(make_item(), site=site, number="FIRST", operations=[{"group": press, "run_seconds": 5 * HOUR}],
               due_on=date(2026, 3, 2))  # fmt: skip
    return oven, press


@pytest.fixture
def order(site, forge):
    """Two hours in the oven and one at the press, that has to follow at once: as a route says."""
    oven, press = forge
    blade = make_item("BLADE", supply="make")
    route = make_route(blade, [
        {"group": oven, "run_seconds": 2 * HOUR, "run_basis": "order", "name": "Heat"},
        {"group": press, "run_seconds": HOUR, "run_basis": "order", "name": "Forge"},
    ])  # fmt: skip
    RouteLink.objects.filter(route=route).delete()
    first, second = route.operations.order_by("number")
    RouteLink.objects.create(route=route, before=first, after=second, hard=True)
    return create_order(
        site=site, item=blade, quantity=Decimal(1), start_on=MONDAY.date(), due_on=date(2026, 3, 2), by=None
    )


def hours(order):
    return [(row.starts_at - MONDAY) // timedelta(hours=1) for row in order.operations.order_by("number")]


def test_what_a_route_links_without_a_gap_is_put_off_until_the_next_can_follow(do, site, order):  # noqa: F811
    run = do(site)
    assert (hours(order), run.summary["gaps"]) == ([11, 13], [])
    OperationLink.objects.update(hard=False)
    do(site)
    assert hours(order) == [8, 13]


def test_a_gap_that_stays_is_said_on_the_page_and_over_rest(do, client, site, forge, order):  # noqa: F811
    heat = order.operations.get(number=10)
    begin = MONDAY + timedelta(hours=8)
    Operation.objects.filter(pk=heat.pk).update(
        locked=True, starts_at=begin, ends_at=begin + timedelta(hours=2), station=0,
        resource=forge[0].resources.get(),
    )  # fmt: skip
    run = do(site)
    assert hours(order) == [8, 13]
    said = {"order": order.number, "operation": "20", "name": "Forge", "before": "10", "before_name": "Heat"}
    assert run.summary["gaps"] == [{**said, "seconds": 3 * HOUR}]
    client.force_login(make_user("planner"))
    shown = client.get(reverse("planning:schedule", args=[run.pk])).content.decode()
    assert (
        "20 Forge begins 3 h of working time after it could: 10 Heat cannot be put off until then." in shown
    )
    assert f'<a href="{order.get_absolute_url()}">{order.number}</a>' in shown
    rest = client.get(f"/api/v1/planning/schedule-runs/{run.pk}/").json()
    assert rest["summary"]["gap_count"] == 1


def test_a_gap_of_an_order_that_was_unmade_meanwhile_is_not_told(do, forge, site, order, monkeypatch):  # noqa: F811
    heat = order.operations.get(number=10)
    begin = MONDAY + timedelta(hours=8)
    Operation.objects.filter(pk=heat.pk).update(
        locked=True, starts_at=begin, ends_at=begin + timedelta(hours=2), station=0,
        resource=forge[0].resources.get(),
    )  # fmt: skip
    think = schedule._think

    def unmade(*args):
        answer = think(*args)
        with transaction.atomic():  # as from another transaction: with a number of its own
            ProductionOrder.objects.filter(pk=order.pk).delete()
        return answer

    monkeypatch.setattr(schedule, "_think", unmade)
    monkeypatch.setattr(schedule, "ATTEMPTS", 1)
    assert do(site).summary["gaps"] == []


def test_another_machine_of_the_work_centre_takes_it_where_its_own_is_taken(do, site, forge, order):  # noqa: F811
    oven, _press = forge
    later = make_order(make_item(), site=site, operations=[{"group": oven, "run_seconds": 6 * HOUR}])
    begin = MONDAY + timedelta(hours=10)
    Operation.objects.filter(order=later).update(
        locked=True, starts_at=begin, ends_at=begin + timedelta(hours=6), station=0,
        resource=oven.resources.get(),
    )  # fmt: skip
    do(site)
    assert hours(order) == [32, 34]  # both wait for the next morning
    second = make_resource(oven, "OVEN-2")
    do(site)
    heat = order.operations.get(number=10)
    assert (hours(order), heat.resource) == ([11, 13], second)
    assert schedule.reschedule(orders=[order], starts_at=MONDAY, by=None)
    assert hours(order) == [11, 13]


@pytest.fixture
def heated(do, site, forge, order):  # noqa: F811
    """The order placed at eleven, its heat fixed at eight since: the forge cannot follow at once."""
    do(site)
    begin = MONDAY + timedelta(hours=8)
    Operation.objects.filter(order=order, number=10).update(
        locked=True, starts_at=begin, ends_at=begin + timedelta(hours=2), station=0,
        resource=forge[0].resources.get(),
    )  # fmt: skip
    return order


SAID = "20 Forge begins 3 h of working time after it could: 10 Heat cannot be put off until then."


def test_placing_one_order_anew_says_which_link_it_cannot_keep(heated):
    (placed,) = schedule.reschedule(orders=[heated], starts_at=MONDAY, by=None)
    assert hours(placed) == [8, 13]
    assert [(one["operation"], one["before"], one["seconds"]) for one in placed.open_gaps] == [
        ("20", "10", 3 * HOUR)
    ]
    told = Journal.objects.filter(fact="planning.OrderChanged").latest("pk")
    assert told.payload["gaps"] == placed.open_gaps
    assert tell_apart(told) == f"changed or rescheduled. {SAID}"


def test_placing_anew_moves_what_has_to_follow_at_once_over_rest_and_by_hand(do, client, site, order):  # noqa: F811
    do(site)
    client.force_login(make_user("planner"))
    later = (MONDAY + timedelta(days=1, hours=9)).isoformat()
    answer = client.post(
        f"/api/v1/planning/orders/{order.number}/reschedule/",
        {"starts_at": later},
        content_type="application/json",
    )
    assert (answer.status_code, hours(order)) == (200, [33, 35])
    where = reverse("planning:order-reschedule", args=[order.pk])
    assert client.post(where, {"starts_at": "2026-03-04T10:00"}).status_code == 303
    assert hours(order) == [58, 60]
    assert "gaps" not in Journal.objects.filter(fact="planning.OrderChanged").latest("pk").payload


def test_who_places_orders_anew_is_told_on_the_page(client, heated):
    client.force_login(make_user("planner"))
    where = reverse("planning:order-reschedule", args=[heated.pk])
    shown = client.post(where, {"starts_at": "2026-03-02T00:00"}, follow=True).content.decode()
    assert SAID in shown
    many = reschedule_many(records=ProductionOrder.objects.filter(pk=heated.pk), by=None)
    assert many.startswith("1 order placed anew.")
