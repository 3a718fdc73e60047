"""Bills that go in a circle do not stop a plan: it names the circle, and plans all that can be planned."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from planning.models import Message, Proposal
from planning.services.demand import create_demand
from planning.services.firm import firm
from planning.words import sentence
from tests.factories import make_bom, make_group, make_item, make_route, make_site

pytestmark = pytest.mark.django_db
FIRST, DUE = date(2026, 3, 2), date(2026, 3, 20)
D = Decimal


class Plant:
    """BIKE takes a KIT, which takes a FRAME; all take a BOLT each. TRIKE has nothing to do with them."""

    def __init__(self) -> None:
        self.site = make_site("PLANT")
        self.group = make_group(self.site)
        self.bike, self.kit, self.frame, self.trike = (
            make_item(name, supply="make") for name in ("BIKE", "KIT", "FRAME", "TRIKE")
        )
        self.bolt = make_item("BOLT", supply="buy")
        make_bom(self.trike, {self.bolt: 3})
        make_route(self.trike, [{"group": self.group}])

    def bill(self, item, below, kind="item", **also):
        line = {"quantity": D(1), "kind": kind}
        for name in ("component_bom", "component_route"):
            if name in also:
                line[name] = also.pop(name)
        return make_bom(item, {below: line, self.bolt: 1}, **also)

    def want(self, number, item, **also):
        return create_demand(
            number=number, site=self.site, item=item, quantity=D(2), ordered_on=FIRST, due_on=DUE, by=None,
            **also,
        )  # fmt: skip


def itself(plant):
    plant.bill(plant.bike, plant.bike)
    return {"BIKE → BIKE"}


def each_other(plant):
    plant.bill(plant.bike, plant.kit)
    plant.bill(plant.kit, plant.bike)
    return {"BIKE → KIT → BIKE", "KIT → BIKE → KIT"}


def a_phantom(plant):
    plant.bill(plant.bike, plant.kit, "phantom")
    plant.bill(plant.kit, plant.bike)
    return {"BIKE → KIT → BIKE", "KIT → BIKE → KIT"}


def phantoms_only(plant):
    plant.bill(plant.bike, plant.kit, "phantom")
    plant.bill(plant.kit, plant.frame, "phantom")
    plant.bill(plant.frame, plant.kit, "phantom")
    return {"KIT → FRAME → KIT", "FRAME → KIT → FRAME"}


def a_named_phantom(plant):
    chosen = plant.bill(plant.kit, plant.bike, version=2, state="approved")
    plant.bill(plant.kit, plant.frame)
    plant.bill(plant.bike, plant.kit, "phantom", component_bom=chosen)
    return {"BIKE → KIT v2 → BIKE", "KIT v2 → BIKE → KIT v2"}


def a_phantom_that_names_itself(plant):
    plant.bill(plant.kit, plant.frame)
    chosen = plant.bill(plant.kit, plant.kit, "phantom", version=2, state="approved")
    chosen.lines.filter(component=plant.kit).update(component_bom=chosen)
    plant.bill(plant.bike, plant.kit, "phantom", component_bom=chosen)
    return {"KIT v2 → KIT v2"}


def a_named_route(plant):
    route = make_route(plant.kit, [{"group": plant.group}], version=3, state="approved")
    plant.bill(plant.bike, plant.kit, "phantom", component_route=route)
    plant.bill(plant.kit, plant.bike)
    name = "KIT on route v3"
    return {f"BIKE → {name} → BIKE", f"{name} → BIKE → {name}", "BIKE → KIT → BIKE", "KIT → BIKE → KIT"}


def many_ways(plant, parts=24):
    """Every way round the circle forks: whoever walked paths would never come to an end."""
    items = [plant.bike, plant.kit, *(make_item(f"PART-{place}") for place in range(parts))]
    for place, item in enumerate(items):
        below = {items[(place + step) % len(items)]: {"quantity": D(1), "kind": "phantom"} for step in (1, 2)}
        make_bom(item, below | {plant.bolt: 1})


SHAPES = [
    itself, each_other, a_phantom, phantoms_only, a_named_phantom, a_phantom_that_names_itself, a_named_route,
    many_ways,
]  # fmt: skip


@pytest.fixture
def plan(planned):
    return lambda plant: planned(plant.site)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_circle_is_named_and_everything_else_is_planned(plan, shape):
    plant = Plant()
    circles = shape(plant)
    for number, item in (("SO-1", plant.bike), ("SO-2", plant.trike)):
        plant.want(number, item)
    run = plan(plant)
    assert (run.state, run.problem) == ("done", "")
    rows = Message.objects.filter(run=run, code="loop").select_related("item")
    assert rows
    for row in rows:
        circle = " → ".join(row.facts["names"])
        assert circles is None or circle in circles
        assert row.level == "problem"
        assert sentence(row) == (
            f"The BOM goes in a circle: {circle}. Its last line was left out; correct the BOM."
        )
    planned = Proposal.objects.filter(run=run).values_list("item__number", "quantity")
    assert {("BIKE", 2), ("TRIKE", 2)} <= set(planned)
    assert sum(quantity for number, quantity in planned if number == "BOLT") >= 6


def test_a_line_that_names_the_bill_that_closes_the_circle_is_planned_too(plan):
    plant = Plant()
    plant.bill(plant.bike, plant.frame)
    plant.bill(plant.frame, plant.bolt)
    chosen = plant.bill(plant.bike, plant.kit, "phantom", version=2, state="approved")
    plant.bill(plant.kit, plant.kit, "phantom")
    plant.want("SO-1", plant.bike, bom_version=chosen)
    run = plan(plant)
    assert Message.objects.get(run=run, code="loop").facts["names"] == ["KIT", "KIT"]
    assert Proposal.objects.get(run=run, item=plant.bike).bom == chosen


def few_ways(plant):
    many_ways(plant, parts=4)


@pytest.mark.parametrize("shape", [a_phantom_that_names_itself, a_named_phantom, few_ways])
def test_what_is_above_a_circle_of_phantoms_can_be_firmed(plan, shape):
    plant = Plant()
    shape(plant)
    plant.want("SO-1", plant.bike)
    run = plan(plant)
    made = firm(proposals=Proposal.objects.filter(run=run, item=plant.bike), by=None).orders
    assert [order.item for order in made] == [plant.bike]
    assert plant.bolt in {row.item for row in made[0].materials.all()}
