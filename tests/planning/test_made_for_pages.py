"""Pages and REST say what an order or a proposal is made for, and what is made for an order or a demand line."""

from __future__ import annotations

import pytest
from django.urls import reverse

from planning.models import PlanRun, ProductionOrder, Proposal, ReplenishmentOrder
from planning.services import mrp
from planning.services.firm import firm
from strategies.models import BomLine, ItemPolicy
from tests.planning.conftest import FIRST, LAST

pytestmark = pytest.mark.django_db


@pytest.fixture
def tied(shop, inline):
    """Wheels are made for their bicycle, tubes are bought for their wheel, and the bicycle is made for its customer."""
    BomLine.objects.update(kind="pegged")
    ItemPolicy.objects.filter(item=shop.bike).update(strategy="mto")
    with inline():
        run = mrp.plan(site=shop.site, from_date=FIRST, to_date=LAST, by=None)
    shop.run = PlanRun.objects.get(pk=run.pk)
    return shop


def text(client, url):
    return " ".join(client.get(url).content.decode().split())


def test_a_proposal_says_whom_it_is_for_in_the_list_on_its_page_and_by_rest(tied, planner):
    bike, wheel = (Proposal.objects.get(run=tied.run, item=item) for item in (tied.bike, tied.wheel))
    page = text(planner, reverse("planning:proposal", args=[wheel.pk]))
    assert "Made for" in page and reverse("planning:proposal", args=[bike.pk]) in page
    listed = text(planner, reverse("planning:proposals"))
    assert "SO-1/1" in listed and str(bike) in listed
    found = planner.get(f"/api/v1/planning/proposals/?run={tied.run.pk}").json()["results"]
    assert {row["item"]: row["made_for"] for row in found} == {
        "BIKE": "SO-1/1", "WHEEL": str(bike), "TUBE": str(wheel),
    }  # fmt: skip


def test_an_order_its_parent_its_purchase_and_the_demand_line_name_each_other(tied, planner):
    firm(run=tied.run, by=None)
    bike, wheel = (ProductionOrder.objects.get(item=item) for item in (tied.bike, tied.wheel))
    tube = ReplenishmentOrder.objects.get()
    assert f"{bike.number}, line 10" in text(planner, f"/orders/{wheel.number}/")
    below = text(planner, reverse("planning:order-plan", args=[bike.pk]))
    assert f'href="/orders/{wheel.number}/"' in below and "Made and bought for this order alone" in below
    line = text(planner, reverse("planning:demand", args=[tied.line.pk]))
    assert "Made for it" in line and bike.number in line
    assert f"{wheel.number}, line 10" in text(planner, reverse("planning:replenishment", args=[tube.number]))
    assert planner.get(f"/api/v1/planning/orders/{wheel.number}/").json()["made_for"] == f"{bike.number}, 10"
    assert planner.get(f"/api/v1/planning/orders/{bike.number}/").json()["made_for"] == "SO-1/1"
    bought = planner.get(f"/api/v1/planning/replenishments/{tube.number}/").json()
    assert bought["made_for"] == f"{wheel.number}, 10"


def test_cancelling_an_order_says_what_is_everybodys_then(tied, planner):
    firm(run=tied.run, by=None)
    bike, wheel = (ProductionOrder.objects.get(item=item) for item in (tied.bike, tied.wheel))
    answer = planner.post(reverse("planning:order-cancel", args=[bike.pk]), follow=True)
    assert f"free now: {wheel.number}." in answer.content.decode()
    wheel.refresh_from_db()
    assert wheel.made_for is None
