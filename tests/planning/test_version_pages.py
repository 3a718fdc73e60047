"""How a planner sees demand that names its version: on the line, its supply, lists, and by REST."""

from __future__ import annotations

import pytest

from planning.models import Proposal
from planning.services.firm import firm
from tests.factories import make_lot
from tests.planning.versioned import Plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(planned):
    return lambda plant: planned(plant.site)


def test_page_and_rest_of_a_line_say_of_which_version_what_covers_it_is(plan, planner):
    plant = Plant("lot")
    plant.make(plant.order(plant.light, 1), 1, lot=make_lot(plant.bike, "LIGHT"))
    light = plant.order(plant.light, 2)
    line = plant.want("SO-2", 5, bom_version=plant.light)
    plain = plant.want("SO-1", 1)
    run = plan(plant)
    proposal = Proposal.objects.get(run=run, named="bom")
    page = planner.get(f"/planning/demand/{line.pk}/").content.decode()
    assert "Only orders and stock that are known to be of BOM v2 cover it" in page
    assert page.count("BIKE BOM v2, route v1") == 2
    assert page.count("BIKE BOM v2<") == 1
    assert "known to be of" not in planner.get(f"/planning/demand/{plain.pk}/").content.decode()
    rows = planner.get("/api/v1/planning/demand/sales~SO-2~1~/supply/").json()
    assert [(row["kind"], row["record"], float(row["quantity"]), row["bom"]) for row in rows] == [
        ("stock", "", 1, None),
        ("order", light.number, 2, plant.light.pk),
        ("proposal", str(proposal), 2, plant.light.pk),
    ]


def test_proposal_and_order_say_which_version_demand_names(plan, planner):
    plant = Plant()
    plant.want("SO-2", 5, bom_version=plant.light, route_version=plant.long)
    proposal = Proposal.objects.get(run=plan(plant), item=plant.bike)
    page = planner.get(f"/planning/proposals/{proposal.pk}/").content.decode()
    assert "Demand names" in page and "BOM v2, route v2" in page
    assert "Sales line, wants BOM v2, route v2" in page
    order = firm(proposals=[proposal], by=None).orders[0]
    page = planner.get(order.get_absolute_url()).content.decode()
    assert "Demand names" in page and "BOM v2, route v2" in page
    for address in ("/planning/demand/?col=number&col=wanted", "/planning/proposals/?col=proposal&col=named"):
        assert "BOM v2, route v2" in planner.get(address).content.decode()
