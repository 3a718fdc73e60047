"""A site whose stock may go below zero plans what makes it good."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from p2p.inventory.services.ledger import MoveLine, post
from planning.models import PlanRun, Proposal
from planning.services import mrp
from planning.services.firm import firm
from tests.factories import make_item, make_locations, make_site, make_stock, make_vendor

pytestmark = pytest.mark.django_db
FIRST = date(2026, 3, 2)


def test_stock_below_zero_is_made_good_before_anything_else(settings, django_capture_on_commit_callbacks):
    settings.RUNS = "inline"
    site = make_site("PLANT", may_go_negative=True)
    places = make_locations(site)
    screw = make_item("SCREW", supply="buy", policy={"lead_time_days": 1, "vendor": make_vendor("V1")})
    make_stock(screw, 2, places["STORE"])
    gone = MoveLine(
        item=screw, source=places["STORE"], target=places["CUSTOMER"], quantity=Decimal(7), kind="delivery"
    )
    post(lines=[gone], by=None)
    with django_capture_on_commit_callbacks(execute=True):
        mrp.plan(site=site, from_date=FIRST, to_date=FIRST + timedelta(days=30), by=None)
    run = PlanRun.objects.get()
    assert run.state == "done", run.problem
    proposal = Proposal.objects.get(run=run)
    assert (proposal.quantity, proposal.priority, proposal.need) == (5, 0, "stock")
    (order,) = firm(run=run, by=None).replenishments
    assert order.quantity == 5
