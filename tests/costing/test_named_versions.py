"""Phantoms of which a line names a version: the standard cost takes what an order would."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from costing.engine.rollup import roll_up
from costing.models import CostElement, ItemCost, RollupRun, RollupWarning
from costing.services.rollup import roll
from costing.services.version import Price, activate, open_version, set_prices
from costing.snapshot import of_items, take
from planning.snapshot.recipes import Recipes
from strategies.models import BomVersion, PlanningCost
from tests.factories import make_bom, make_group, make_item, make_policy, make_route, make_site, make_user

pytestmark = pytest.mark.django_db
D = Decimal
DAY = date(2026, 1, 1)


@pytest.fixture
def site():
    for kind in ("material", "outsourcing"):
        CostElement.objects.create(code=kind, name=kind, kind=kind)
    return make_site()


def standard(site, prices):
    by = make_user("cost_accountant")
    version = open_version(code="STD", name="Standard", site=site, valid_from=DAY, by=by)
    set_prices(version=version, prices=[Price(item, D(price)) for item, price in prices.items()], by=by)
    return version


def costs(version):
    snapshot = take(version)
    return of_items(roll_up(snapshot.parts, snapshot.surcharges), snapshot.stand_ins).costs


def test_a_phantom_costs_what_the_bill_its_line_names_takes(site):
    bike, trike, kit, bolt, nut = (make_item(name) for name in ("BIKE", "TRIKE", "KIT", "BOLT", "NUT"))
    make_bom(kit, {bolt: 4})
    chosen = make_bom(kit, {nut: 3}, version=2, state="approved")
    make_bom(bike, {kit: {"quantity": D(2), "kind": "phantom", "component_bom": chosen}})
    make_bom(trike, {kit: {"quantity": D(2), "kind": "phantom"}})
    found = costs(standard(site, {bolt: 1, nut: 10}))
    assert [found[item.pk].total for item in (bike, trike, kit)] == [60, 8, 4]


def test_a_phantom_below_a_phantom_and_one_of_which_the_route_is_named(site):
    bike, outer, inner, bolt = (make_item(name) for name in ("BIKE", "OUTER", "INNER", "BOLT"))
    group = make_group(site)
    make_bom(inner, {bolt: {"quantity": D(1), "operation_number": 10}})
    make_route(inner, [{"group": group}])
    lossy = make_route(inner, [{"group": group, "scrap_fraction": D("0.5")}], version=2, state="approved")
    chosen = make_bom(
        outer, {inner: {"quantity": D(1), "kind": "phantom", "component_route": lossy}}, version=2,
        state="approved",
    )  # fmt: skip
    make_bom(outer, {inner: {"quantity": D(1), "kind": "phantom"}})
    make_bom(bike, {outer: {"quantity": D(1), "kind": "phantom", "component_bom": chosen}})
    found = costs(standard(site, {bolt: 1}))
    assert [found[item.pk].lower for item in (bike, outer)] == [{_material(): 2}, {_material(): 1}]


def test_the_quantity_that_the_parents_lot_takes_says_which_version_of_a_phantom_it_is(site):
    policy = {"supply": "make", "minimum_quantity": D(10)}
    bike, trike = make_item("BIKE", policy=policy), make_item("TRIKE")
    kit, inner, bolt, nut = (make_item(name) for name in ("KIT", "INNER", "BOLT", "NUT"))
    make_bom(inner, {bolt: 1})
    make_bom(inner, {nut: {"quantity": D(3), "consumption": "constant"}}, version=2, from_quantity=D(20))
    make_bom(kit, {inner: {"quantity": D(2), "kind": "phantom"}}, yield_fraction=D("0.5"))
    for parent in (bike, trike):
        make_bom(parent, {kit: {"quantity": D(1), "kind": "phantom"}})
    found = costs(standard(site, {bolt: 1, nut: 10}))
    # Ten bikes start 20 kits, for which 40 of the inner one are one order's: three nuts. One trike takes four bolts.
    assert [found[item.pk].total for item in (bike, trike, kit, inner)] == [3, 4, 4, 1]


def test_the_route_of_a_phantom_is_the_one_for_the_quantity_that_is_taken_of_it(site):
    bike, kit, bolt = (make_item(name) for name in ("BIKE", "KIT", "BOLT"))
    group = make_group(site)
    make_route(kit, [{"group": group}])
    make_route(kit, [{"group": group, "scrap_fraction": D("0.5")}], version=2, from_quantity=D(5))
    make_bom(kit, {bolt: {"quantity": D(1), "operation_number": 10}})
    make_bom(bike, {kit: {"quantity": D(5), "kind": "phantom"}})
    found = costs(standard(site, {bolt: 1}))
    assert (found[bike.pk].total, found[kit.pk].total) == (10, 1)
    assert exploded(site, bike, {bolt: 1}) == 10


def test_phantoms_in_a_circle_that_depend_on_the_quantity_end(site):
    bike, kit, bolt = (make_item(name) for name in ("BIKE", "KIT", "BOLT"))
    make_bom(kit, {bike: {"quantity": D(2), "kind": "phantom"}, bolt: {"quantity": D(1)}})
    make_bom(kit, {bolt: 5}, version=2, from_quantity=D(50))
    make_bom(bike, {kit: {"quantity": D(2), "kind": "phantom"}})
    snapshot = take(standard(site, {bolt: 1}))
    rolled = of_items(roll_up(snapshot.parts, snapshot.surcharges), snapshot.stand_ins)
    assert "loop" in {one.code for one in rolled.warnings}


def test_a_version_that_is_retired_is_taken_by_neither(site):
    bike, kit, bolt = (make_item(name) for name in ("BIKE", "KIT", "BOLT"))
    make_bom(kit, {bolt: 4})
    gone = make_bom(kit, {bolt: 9}, version=2, state="retired")
    make_bom(bike, {kit: {"quantity": D(2), "kind": "phantom", "component_bom": gone}})
    version = standard(site, {bolt: 1})
    assert costs(version)[bike.pk].total == 0 == exploded(site, bike, {bolt: 1})


def test_a_roll_up_stores_items_only_and_says_once_what_is_missing(
    site, settings, django_capture_on_commit_callbacks
):
    settings.RUNS = "inline"
    bike, kit, bolt = (make_item(name) for name in ("BIKE", "KIT", "BOLT"))
    group = make_group(site)
    make_route(kit, [{"group": group, "run_seconds": 60}])
    make_bom(kit, {bolt: 4})
    chosen = make_bom(kit, {bolt: 5}, version=2, state="approved")
    make_bom(bike, {kit: {"quantity": D(2), "kind": "phantom", "component_bom": chosen}})
    version = standard(site, {bolt: 1})
    with django_capture_on_commit_callbacks(execute=True):
        roll(version=version, by=make_user("cost_accountant"))
    run = RollupRun.objects.get()
    assert (run.state, run.summary["items"]) == ("done", 3)
    stored = dict(ItemCost.objects.filter(version=version).values_list("item__number", "lower_level"))
    assert (stored["BIKE"], stored["KIT"]) == (10, 4)
    said = RollupWarning.objects.filter(run=run).exclude(code__in=RollupWarning.NOTES)
    assert [(one.code, one.item.number) for one in said] == [("no_rate", "KIT")]


@pytest.mark.parametrize("seed", range(25))
def test_costing_and_planning_explode_the_same_small_product_alike(site, seed):
    chance = Random(seed)
    leaves = {make_item(): 10**place for place in range(4)}
    group = make_group(site)
    known = [*leaves]
    steps = chance.random() < 0.5
    for _level in range(6):
        item = make_item(policy={"supply": "make", "yield_fraction": D(chance.choice(["1", "0.9", "0.4"]))})
        routes = [
            make_route(item, [{"group": group, "scrap_fraction": D(chance.randint(0, 3)) / 10}],
                       **_head(number, steps, chance))
            for number in range(1, chance.randint(1, 3))
        ]  # fmt: skip
        boms = [
            _bom(item, _head(number, steps, chance), known, leaves, chance)
            for number in range(1, chance.randint(2, 4))
        ]
        item.versions = (boms, routes)
        known.append(item)
    bike = known[-1]
    found = costs(standard(site, leaves))[bike.pk].total
    assert abs(Fraction(found) - exploded(site, bike, leaves)) < Fraction(1, 10**4)


def _head(number, steps, chance):
    """The first version is the one in force; others are only named, or for bigger orders."""
    if number == 1 or not steps:
        return {"version": number, "state": "active" if number == 1 else "approved"}
    return {"version": number, "from_quantity": D(3 * chance.randint(2, 9) + number)}


def _bom(item, head, known, leaves, chance):
    lines = {}
    for component in chance.sample(known, min(3, len(known))):
        line = lines[component] = {"quantity": D(chance.randint(1, 3))}
        if chance.random() < 0.7:
            line["operation_number"] = 10
        if component in leaves:
            continue
        line["kind"] = "phantom"
        for column, versions in zip(("component_bom", "component_route"), component.versions, strict=True):
            if versions and chance.random() < 0.5:
                line[column] = chance.choice(versions)
    share = D(chance.choice(["1", "0.8", "0.3"]))
    return make_bom(item, lines, yield_fraction=share, **head)


def exploded(site, item, prices):
    """What an order takes of which one piece comes out, in money."""
    recipes = Recipes(site, {item.pk})
    bom, route = (versions.on(item.pk, DAY, D(1)) for versions in (recipes.boms, recipes.routes))
    # As `planning.snapshot.items` tells the plan which share of an order is good.
    policy = recipes.policy(item.pk)
    share = policy.yield_fraction if policy else 1
    launch = 1 / Fraction(share * BomVersion.objects.get(pk=bom).yield_fraction)
    parts = recipes.bills.unfolded(bom, route, DAY, launch, standing=True).parts
    price = {leaf.pk: Fraction(value) for leaf, value in prices.items()}
    return sum((part.needed(launch) * price.get(part.item.pk, 0) for part in parts), Fraction(0))


def _material() -> int:
    return CostElement.objects.get(kind="material").pk


def test_what_is_not_costed_is_missing_in_all_that_takes_it_and_said_there(
    site, settings, django_capture_on_commit_callbacks, client
):
    settings.RUNS = "inline"
    bike, kit, bolt, felt, frame = (make_item(name) for name in ("BIKE", "KIT", "BOLT", "FELT", "FRAME"))
    make_policy(bike, supply="make", yield_fraction=D("0.8"))
    make_bom(kit, {bolt: 4, felt: {"quantity": D(1), "consumption": "constant"}})
    make_bom(bike, {kit: {"quantity": D(2), "kind": "phantom"}, frame: 1})
    version, by = standard(site, {bolt: 1, frame: 2}), make_user("cost_accountant")
    with django_capture_on_commit_callbacks(execute=True):
        roll(version=version, by=by)
    run = RollupRun.objects.get()
    assert run.summary["incomplete"] == 3
    notes = RollupWarning.objects.filter(run=run, code__in=RollupWarning.NOTES).order_by(
        "item__number", "code"
    )
    assert [(one.item.number, one.code, one.facts) for one in notes] == [
        ("BIKE", "incomplete", {"missing": ["FELT"]}),
        ("BIKE", "yield", {"share": "0.8"}),
        ("FELT", "incomplete", {"missing": ["FELT"]}),
        ("KIT", "incomplete", {"missing": ["FELT"]}),
    ]
    activate(version=version, by=by)
    # (2 kits of 4 bolts, and the frame) / 0.8
    assert list(PlanningCost.objects.filter(item=bike).values_list("unit_cost", "missing")) == [
        (D("12.5"), ["FELT"])
    ]
    assert PlanningCost.objects.get(item=frame).missing == []
    client.force_login(by)
    shown = client.get("/costing/costs/BIKE/").content.decode()
    assert "Incomplete, it costs more than this: not costed, or not wholly: FELT." in shown
    assert "of what an order starts 80" in shown
