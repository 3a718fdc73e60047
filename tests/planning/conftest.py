"""A small plant that has been planned, for the tests of planning's edges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from planning.models import Customer, Demand, PlanRun, ScheduleRun
from planning.services import mrp, schedule
from planning.services.demand import create_demand
from planning.services.firm import firm
from strategies.models import Item, Site
from tests.factories import (
    make_bom,
    make_calendar,
    make_group,
    make_item,
    make_route,
    make_site,
    make_user,
    make_vendor,
)

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 31)


@dataclass
class Shop:
    site: Site
    bike: Item
    wheel: Item
    tube: Item
    line: Demand
    run: PlanRun


@pytest.fixture
def inline(settings, django_capture_on_commit_callbacks):
    """Runs are done on the spot, within the block that starts them."""
    settings.RUNS = "inline"
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def scheduled(inline) -> Any:
    """Schedules a site from an instant on, on the spot, and gives the finished run."""

    def make(site: Site, starts_at: datetime) -> ScheduleRun:
        with inline():
            run = schedule.schedule(site=site, starts_at=starts_at, by=None)
        run.refresh_from_db()
        assert run.state == "done", run.trace or run.problem
        return run

    return make


@pytest.fixture
def planned(inline) -> Any:
    """Plans a site for sixty days from its first one on, on the spot, and gives the run."""

    def make(site: Site, first: date = FIRST, **also: Any) -> PlanRun:
        with inline():
            run = mrp.plan(site=site, from_date=first, to_date=first + timedelta(days=60), by=None, **also)
        return PlanRun.objects.get(pk=run.pk)

    return make


@pytest.fixture
def shop(inline) -> Shop:
    """A bicycle of two wheels of one tube each, ten of them wanted and planned with everything on."""
    site = make_site("PLANT", calendar=make_calendar())
    group = make_group(site, "LINE", name="Line")
    bike = make_item("BIKE", supply="make", policy={"lead_time_days": 3})
    wheel = make_item("WHEEL", supply="make", policy={"lead_time_days": 2})
    tube = make_item("TUBE", supply="buy", policy={"lead_time_days": 5, "vendor": make_vendor("V1")})
    make_bom(bike, {wheel: 2})
    make_bom(wheel, {tube: 1})
    for item in (bike, wheel):
        make_route(item, [{"group": group, "run_seconds": 3600, "run_basis": "order"}])
    line = create_demand(
        number="SO-1", site=site, item=bike, quantity=Decimal(10), ordered_on=FIRST, due_on=date(2026, 3, 20),
        customer=Customer.objects.create(number="C1", name="Better Bike Shop"), by=None,
    )  # fmt: skip
    with inline():
        run = mrp.plan(site=site, from_date=FIRST, to_date=LAST, by=None)
    run.refresh_from_db()
    return Shop(site, bike, wheel, tube, line, run)


@pytest.fixture
def firmed(shop, inline) -> Any:
    """The same shop with its plan firmed and scheduled."""
    firm(run=shop.run, by=None)
    with inline():
        schedule.schedule(site=shop.site, starts_at=datetime(2026, 3, 2, tzinfo=UTC), by=None)
    return shop


@pytest.fixture
def planner(client):
    client.force_login(make_user("planner"))
    return client


@pytest.fixture
def operator(client):
    client.force_login(make_user("operator"))
    return client
