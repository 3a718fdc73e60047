"""What a route group says of the parts of an operation, and transfer quantities, decide where orders lie."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from planning.models import Operation
from planning.selectors.load import booked
from planning.services.order import create_order
from strategies.facts import GroupLoad
from strategies.models import RouteGroup
from strategies.services.routegroups import PhaseInput, save_route_group
from tests.factories import (
    make_calendar,
    make_group,
    make_item,
    make_order,
    make_route,
    make_site,
    make_user,
)
from tests.planning.laid import HOUR, MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def do(scheduled):
    """Everything finds a place."""

    def run(site):
        run = scheduled(site, MONDAY)
        assert run.summary["unplaced_count"] == 0
        return run

    return run


@pytest.fixture
def site():
    return make_site("ONE", calendar=make_calendar("DAY"))


def group_of(*phases: PhaseInput) -> RouteGroup:
    by = make_user("engineer")
    return save_route_group(code="OVEN", name="Oven", phases=phases, by=by)


def ordered(site, *steps):
    """An order for 8 pieces by a route with these operations, hours each."""
    item = make_item(supply="make")
    make_route(item, [{"run_basis": "order", **step} for step in steps])
    return create_order(
        site=site,
        item=item,
        quantity=Decimal(8),
        start_on=date(2026, 3, 2),
        due_on=date(2026, 3, 20),
        by=None,
    )


def hours(order):
    rows = order.operations.order_by("number")
    return [((row.starts_at - MONDAY) / HOUR, (row.ends_at - MONDAY) / HOUR) for row in rows]


def cooling(site, group):
    oven = {"group": make_group(site, "60"), "run_seconds": 6 * 3600, "queue_after_seconds": 10 * 3600}
    return ordered(
        site, {**oven, "route_group": group}, {"group": make_group(site, "70"), "run_seconds": 3600}
    )


def test_waiting_after_goes_on_over_night_unless_the_route_group_says_in_working_time(do, site):
    order = cooling(site, None)
    do(site)
    assert hours(order) == [(8, 14), (24 + 8, 24 + 9)]


def test_waiting_after_in_working_time_takes_the_next_days(do, site):
    order = cooling(site, group_of(PhaseInput(phase="queue_after", working_time=True)))
    do(site)
    assert order.operations.get(number=10).phases == {
        "by_clock": ["transit"],
        "holds": ["run", "setup"],
    }
    assert hours(order) == [(8, 14), (48 + 8, 48 + 9)]


def test_a_run_that_takes_no_capacity_lets_others_onto_the_machine(do, site):
    group = make_group(site, "60")
    drying = group_of(PhaseInput(phase="run", working_time=False), PhaseInput(phase="setup"))
    step = {"group": group, "setup_seconds": 3600, "run_seconds": 20 * 3600, "route_group": drying}
    orders = [ordered(site, step) for _each in range(2)]
    do(site)
    assert sorted(hours(order)[0] for order in orders) == [(8, 29), (9, 30)]
    day = int(MONDAY.timestamp())
    [[planned]] = booked(GroupLoad(site=site, bounds=[(day, day + 5 * 86400)])).values()
    assert round(planned, 6) == 2, "what is dried is no load of the machine"


def test_a_queue_that_takes_capacity_keeps_the_machine(do, site):
    group = make_group(site, "60")
    warming = group_of(PhaseInput(phase="queue_before", takes_capacity=True))
    step = {"group": group, "queue_seconds": 2 * 3600, "run_seconds": 3600, "route_group": warming}
    orders = [ordered(site, step) for _each in range(2)]
    do(site)
    assert sorted(hours(order)[0] for order in orders) == [(8, 11), (11, 14)]


def test_work_is_as_usual_where_a_route_group_says_nothing(site):
    order = ordered(site, {"group": make_group(site, "60"), "route_group": group_of()})
    assert order.operations.get().phases == {}


def overlapping(site, first, second, transfer):
    steps = [
        {"group": make_group(site, "60"), "run_seconds": first * 3600, "transfer_quantity": transfer},
        {"group": make_group(site, "70"), "run_seconds": second * 3600},
    ]
    return ordered(site, *steps)


def test_the_next_operation_starts_after_the_transfer_quantity(do, site):
    order = overlapping(site, 4, 5, 2)
    do(site)
    assert hours(order) == [(8, 12), (9, 14)]


def test_a_faster_one_starts_late_enough_not_to_wait_for_the_last_pieces(do, site):
    order = overlapping(site, 6, 2, 4)
    do(site)
    # The last four come at 14 and take an hour: begun at 13, after the first four have come at 11.
    assert hours(order) == [(8, 14), (13, 15)]


def test_a_transfer_quantity_of_all_of_it_is_no_overlap_and_neither_is_one_not_planned(do, site):
    whole = overlapping(site, 2, 2, 8)
    do(site)
    assert hours(whole) == [(8, 10), (10, 12)]
    group = group_of(PhaseInput(phase="overlap", planned=False))
    step = {
        "group": make_group(site, "61"),
        "run_seconds": 7200,
        "transfer_quantity": 2,
        "route_group": group,
    }
    order = ordered(site, step, {"group": make_group(site, "71"), "run_seconds": 7200})
    do(site)
    assert hours(order) == [(8, 10), (10, 12)]


def test_nothing_overlaps_with_what_a_vendor_does(do, site):
    steps = [{"run_seconds": 7200, "transfer_quantity": 2, "outside": True}, {"run_seconds": 7200}]
    order = make_order(make_item(), site=site, operations=steps)
    do(site)
    first, second = order.operations.order_by("number")
    assert second.starts_at >= first.ends_at


def test_started_work_lets_the_next_begin_by_even_progress(do, site):
    order = overlapping(site, 4, 5, 2)
    do(site)
    Operation.objects.filter(order=order, number=10).update(state="started", good_quantity=2)
    do(site)
    # Two pieces lie there already; the last two come at 12 and take an hour and a quarter.
    assert hours(order)[1] == (8.25, 13.25)
