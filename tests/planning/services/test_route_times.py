"""What an order takes over from its route: every kind of time, what is planned of it, and no alternates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from p2p.core.refusal import Refused
from planning.models import OperationLink
from planning.services.order import change_order, create_order
from strategies.models import RouteGroup, RouteGroupPhase, RouteLink, RouteOperation, RouteVersion
from strategies.services.routechecks import route_is_whole
from tests.factories import make_conversion, make_group, make_item, make_route, make_site, make_unit

pytestmark = pytest.mark.django_db


def order_of(columns: dict, *, quantity: int = 10, **machine):
    """An order of an item made in one operation with these columns."""
    site = make_site()
    group = make_group(site, "60", resources=2)
    group.resources.update(**machine)
    bike = make_item("BIKE", supply="make")
    route = make_route(bike, [{"group": group, **columns}])
    order = create_order(site=site, item=bike, quantity=Decimal(quantity), due_on=date(2026, 12, 20), by=None)
    return order, route


@pytest.mark.parametrize(
    ("columns", "machine", "seconds"),
    [
        ({"run_basis": "capacity"}, {"capacity_per_hour": 40}, 900),
        ({"run_basis": "resource_batch", "run_seconds": 600}, {"batch_capacity": 4}, 1800),
        ({"run_basis": "batch", "run_seconds": 600, "run_quantity": 3}, {}, 2400),
        ({"run_basis": "order", "run_seconds": 600}, {}, 600),
        ({"run_seconds": Decimal("0.25"), "run_quantity": 3}, {}, 1),
    ],
)
def test_run_time_of_every_basis(columns, machine, seconds):
    order, _route = order_of(columns, **machine)
    assert order.operations.get().run_seconds == seconds


def test_the_slowest_resource_of_the_work_centre_decides_so_that_the_time_holds_on_any():
    order, route = order_of({"run_basis": "capacity"}, capacity_per_hour=40)
    assert order.operations.get().run_seconds == 900
    route.operations.get().group.resources.filter(code="60-1").update(capacity_per_hour=10)
    change_order(order=order, quantity=Decimal(20), by=None)
    assert order.operations.get().run_seconds == 7200


def test_a_capacity_in_another_unit_is_converted_exactly():
    kilogram = make_unit("KG")
    make_conversion("EA", "KG", 3, 2)
    order, _route = order_of({"run_basis": "capacity"}, capacity_per_hour=60, capacity_unit=kilogram)
    assert order.operations.get().run_seconds == 900, "60 kg are 40 pieces an hour"


def test_a_capacity_in_a_unit_without_a_conversion_is_refused_by_name_here_and_when_the_route_is_submitted():
    kilogram = make_unit("KG")
    with pytest.raises(Refused, match="60-1 makes so many KG an hour, and item BIKE is counted in EA"):
        order_of({"run_basis": "capacity"}, capacity_per_hour=60, capacity_unit=kilogram)
    with pytest.raises(Refused, match="1 to 1 is never assumed"):
        route_is_whole(RouteVersion.objects.get())
    make_conversion("EA", "KG", 3, 2)
    route_is_whole(RouteVersion.objects.get())


def test_an_order_on_a_route_that_was_retired_meanwhile_is_timed_by_its_resources_all_the_same():
    order, route = order_of({"run_basis": "capacity"}, capacity_per_hour=40)
    type(route).objects.filter(pk=route.pk).update(state="retired")
    change_order(order=order, quantity=Decimal(20), by=None)
    assert order.operations.get().run_seconds == 1800


def test_waiting_after_goes_into_the_order_and_parts_that_are_not_planned_take_no_time():
    oven = RouteGroup.objects.create(code="OVEN", name="Oven")
    RouteGroupPhase.objects.create(group=oven, phase="transit", planned=False)
    times = {"queue_seconds": 60, "queue_after_seconds": 120, "transit_seconds": 300, "route_group": oven}
    order, _route = order_of(times)
    step = order.operations.get()
    assert (step.queue_seconds, step.queue_after_seconds, step.transit_seconds) == (60, 120, 0)


def test_alternates_stay_in_the_route():
    site = make_site()
    group = make_group(site)
    bike = make_item("BIKE", supply="make")
    route = make_route(bike, [{"group": group}, {"group": group}])
    first = route.operations.get(number=10)
    RouteOperation.objects.create(route=route, number=15, name="By hand", alternate_of=first)
    order = create_order(site=site, item=bike, quantity=Decimal(1), due_on=date(2026, 12, 20), by=None)
    assert list(order.operations.order_by("number").values_list("number", flat=True)) == [10, 20]


def test_a_link_to_an_alternate_is_not_part_of_an_order():
    site = make_site()
    bike = make_item("BIKE", supply="make")
    route = make_route(bike, [{"group": make_group(site)}] * 2)
    first, second = route.operations.order_by("number")
    other = RouteOperation.objects.create(route=route, number=11, name="Elsewhere", alternate_of=first)
    RouteLink.objects.create(route=route, before=other, after=second)
    order = create_order(site=site, item=bike, quantity=Decimal(1), due_on=date(2026, 12, 20), by=None)
    links = OperationLink.objects.filter(before__order=order)
    assert list(links.values_list("before__number", "after__number")) == [(10, 20)]
