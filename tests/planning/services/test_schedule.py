"""Schedule runs: on shifts, within capacity, in the order of the route, and nobody's changes are lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from p2p.core.refusal import Refused
from planning.models import Operation, OperationLink, PlanRun, Proposal
from planning.models.proposal import Peg
from planning.services import schedule
from planning.services.firm import firm
from tests.factories import (
    make_calendar,
    make_group,
    make_item,
    make_order,
    make_route,
    make_site,
    make_vendor,
)
from tests.planning.services.test_firm import make_run, propose

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = 3600


@pytest.fixture
def do(settings, django_capture_on_commit_callbacks):
    settings.RUNS = "inline"

    def run(site, at=MONDAY, **also):
        with django_capture_on_commit_callbacks(execute=True):
            run = schedule.schedule(site=site, starts_at=at, by=None, **also)
        run.refresh_from_db()
        assert run.state == "done", run.trace or run.problem
        return run

    return run


def day_shop(**also):
    """Weekdays from 8 to 16."""
    return make_site(calendar=make_calendar(), **also)


def times(order):
    return list(order.operations.order_by("number").values_list("starts_at", "ends_at"))


def test_an_order_without_links_runs_in_the_order_of_its_numbers(do):
    site = day_shop()
    order = make_order(
        make_item(), site=site,
        operations=[{"group": make_group(site), "run_seconds": hours * HOUR} for hours in (2, 1, 3)],
    )  # fmt: skip
    OperationLink.objects.filter(before__order=order).delete()
    do(site)
    begin, hour = MONDAY + timedelta(hours=8), timedelta(hours=1)
    assert times(order) == [
        (begin, begin + 2 * hour), (begin + 2 * hour, begin + 3 * hour), (begin + 3 * hour, begin + 6 * hour)
    ]  # fmt: skip


def test_an_order_without_links_that_feeds_another_is_done_before_that_begins(do):
    site = day_shop()
    frame, bike = make_item(supply="make"), make_item(supply="make")
    run = make_run(site)
    below, above = propose(run, frame, 1), propose(run, bike, 1)
    Peg.objects.create(run=run, item=frame, quantity=1, supply_proposal=below, need_proposal=above)
    first, second = (
        make_order(
            item, site=site, proposal=proposal,
            operations=[{"group": make_group(site), "run_seconds": HOUR} for _ in range(2)],
        )
        for item, proposal in ((frame, below), (bike, above))
    )  # fmt: skip
    OperationLink.objects.all().delete()
    do(site)
    assert times(first)[-1][1] == times(second)[0][0]


def test_work_pauses_over_night_and_follows_the_route(do):
    site = day_shop()
    group = make_group(site)
    order = make_order(
        make_item(), site=site,
        operations=[{"group": group, "run_seconds": 6 * HOUR}, {"group": group, "run_seconds": 4 * HOUR}],
    )  # fmt: skip
    run = do(site)
    hour = timedelta(hours=1)
    begin = MONDAY + 8 * hour
    assert times(order) == [(begin, begin + 6 * hour), (begin + 6 * hour, begin + 26 * hour)]
    order.refresh_from_db()
    assert (order.state, order.starts_at, order.ends_at) == ("scheduled", begin, begin + 26 * hour)
    assert (run.summary["orders"], run.summary["operations"], run.summary["late"]) == (1, 2, 0)


def test_two_orders_never_share_a_station_and_the_urgent_one_goes_first(do):
    site = day_shop()
    group = make_group(site)
    steps = [{"group": group, "run_seconds": 8 * HOUR}]
    slow = make_order(make_item(), site=site, operations=steps, due_on=date(2026, 3, 12))
    rush = make_order(make_item(), site=site, operations=steps, due_on=date(2026, 3, 2))
    do(site)
    assert times(rush)[0][1] <= times(slow)[0][0]


def test_a_late_order_is_counted_and_says_what_it_waited_for(do):
    site = day_shop()
    group = make_group(site, "PAINT", name="Paint")
    steps = [{"group": group, "run_seconds": 8 * HOUR}]
    for _ in range(3):
        make_order(make_item(), site=site, operations=steps, due_on=date(2026, 3, 3))
    run = do(site)
    assert run.summary["late"] == 1
    late = run.summary["late_orders"][0]
    assert late["late"] == 16 * HOUR
    assert {"resource"} <= {wait["kind"] for wait in late["waits"]}


def test_an_order_waits_for_the_one_that_feeds_it(do):
    site = day_shop()
    group = make_group(site, resources=2)
    frame, bike = make_item("FRAME"), make_item("BIKE")
    for item in (frame, bike):
        make_route(item, [{"group": group, "run_seconds": 5 * HOUR, "run_basis": "order"}])
    run = make_run(site)
    need = propose(run, bike, 1, start_on=date(2026, 3, 2))
    supply = propose(run, frame, 1, start_on=date(2026, 3, 2))
    Peg.objects.create(run=run, item=frame, quantity=1, supply_proposal=supply, need_proposal=need)
    firm(run=run, by=None)
    do(site)
    feeding, fed = Operation.objects.get(order__item=frame), Operation.objects.get(order__item=bike)
    assert fed.starts_at >= feeding.ends_at


def test_started_locked_and_frozen_work_stays_where_it_is(do):
    site = day_shop()
    group = make_group(site, resources=3)
    orders = [
        make_order(make_item(), site=site, operations=[{"group": group, "run_seconds": 4 * HOUR}])
        for _ in range(3)
    ]
    do(site)
    started, locked, free = (order.operations.get() for order in orders)
    Operation.objects.filter(pk=started.pk).update(state="started", began_at=started.starts_at)
    Operation.objects.filter(pk=locked.pk).update(locked=True)
    later = MONDAY + timedelta(hours=9)
    do(site, at=later)
    before = {one.pk: (one.starts_at, one.ends_at, one.resource_id) for one in (started, locked, free)}
    after = {one.pk: (one.starts_at, one.ends_at, one.resource_id) for one in Operation.objects.all()}
    assert after[started.pk] == before[started.pk]
    assert after[locked.pk] == before[locked.pk]
    assert after[free.pk][0] >= later
    do(site, at=MONDAY, frozen_hours=24)
    frozen = {one.pk: (one.starts_at, one.ends_at, one.resource_id) for one in Operation.objects.all()}
    assert frozen == after


def test_a_vendor_takes_his_days_and_is_never_full(do):
    site, vendor = day_shop(), make_vendor()
    orders = [
        make_order(
            make_item(), site=site, due_on=date(2026, 3, 30),
            operations=[{"outside": True, "vendor": vendor, "vendor_days": 5}],
        )
        for _ in range(2)
    ]  # fmt: skip
    do(site)
    assert [times(order) for order in orders] == [[(MONDAY, MONDAY + timedelta(days=5))]] * 2


def test_what_somebody_changed_meanwhile_is_scheduled_as_it_is_now(do, monkeypatch):
    site = day_shop()
    order = make_order(make_item(), site=site, operations=[{"group": make_group(site), "run_seconds": HOUR}])
    think, calls = schedule._think, []

    def change_once(*args):
        answer = think(*args)
        if not calls:
            with transaction.atomic():  # as from another transaction: with a number of its own
                order.operations.update(run_seconds=2 * HOUR)
        calls.append(1)
        return answer

    monkeypatch.setattr(schedule, "_think", change_once)
    run = do(site)
    start, end = times(order)[0]
    assert (run.summary["attempts"], end - start) == (2, timedelta(hours=2))


def test_an_operation_nobody_can_do_is_named_and_the_rest_is_scheduled(do):
    site = day_shop()
    idle = make_group(site, resources=0)
    stuck = make_order(make_item(), site=site, operations=[{"group": idle, "run_seconds": 60}])
    fine = make_order(make_item(), site=site, operations=[{"group": make_group(site), "run_seconds": 60}])
    run = do(site)
    assert [(one["order"], one["reason"]) for one in run.summary["unplaced"]] == [
        (stuck.number, "no_resource")
    ]
    assert times(stuck) == [(None, None)]
    assert times(fine)[0][0] is not None


def test_a_broken_schedule_is_thrown_away(settings, django_capture_on_commit_callbacks, monkeypatch):
    settings.RUNS = "inline"
    site = day_shop()
    order = make_order(make_item(), site=site, operations=[{"group": make_group(site), "run_seconds": 60}])
    real = schedule.engine.schedule

    def wrong(problem, **also):
        answer = real(problem, **also)
        answer.placed[0] = answer.placed[0]._replace(start=answer.placed[0].start - 9 * HOUR)
        return answer

    monkeypatch.setattr(schedule.engine, "schedule", wrong)
    with django_capture_on_commit_callbacks(execute=True):
        run = schedule.schedule(site=site, starts_at=MONDAY, by=None)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "broke its own rules" in run.problem
    assert times(order) == [(None, None)]


def test_one_order_is_placed_anew_and_no_other_moves(do):
    site = day_shop()
    group = make_group(site)
    orders = [
        make_order(make_item(), site=site, operations=[{"group": group, "run_seconds": 4 * HOUR}])
        for _ in range(3)
    ]
    do(site)
    moving, *others = sorted(orders, key=lambda one: times(one)[0][0])
    before = [times(one) for one in others]
    later = times(moving)[0][0] + timedelta(hours=2)
    schedule.reschedule(orders=[moving], starts_at=later, by=None)
    assert [times(one) for one in others] == before
    assert times(moving)[0][0] >= max(end for each in before for _, end in each)


def test_an_order_that_is_over_cannot_be_rescheduled():
    order = make_order(make_item(), site=day_shop(), state="finished")
    with pytest.raises(Refused, match="nothing to reschedule"):
        schedule.reschedule(orders=[order], by=None)


def test_january_is_scheduled_without_a_late_order(shared, do, settings, django_capture_on_commit_callbacks):
    from planning.services import mrp
    from tests.planning import plant
    from tests.planning.services.test_mrp import PLAIN

    folder = shared / "data" / "adventureworks_jan2012"
    site = plant.load(folder)
    plant.load_demand(folder, site)
    with django_capture_on_commit_callbacks(execute=True):
        run = mrp.plan(site=site, from_date=date(2012, 1, 4), to_date=date(2012, 2, 3), by=None, **PLAIN)
    assert Proposal.objects.filter(run=run).count() == 1410
    firm(run=PlanRun.objects.get(pk=run.pk), by=None)
    done = do(site, at=datetime(2012, 1, 4, tzinfo=UTC))
    assert (done.summary["orders"], done.summary["late"], done.summary["unplaced_count"]) == (1410, 0, 0)
    assert Decimal(done.summary["operations"]) == Operation.objects.count()
