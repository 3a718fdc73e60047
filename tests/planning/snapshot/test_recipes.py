"""What firming reads of a plant: what its orders are made of and on, and nothing else."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from planning.snapshot.recipes import Recipes
from strategies.models import BomLine, BomOutput, BomVersion, OutsourcingPolicy, RouteVersion
from tests.factories import (
    make_bom,
    make_conversion,
    make_group,
    make_item,
    make_policy,
    make_route,
    make_site,
    make_unit,
    make_vendor,
)

pytestmark = pytest.mark.django_db
D = Decimal
DAYS = [date(2026, 3, 10), date(2026, 9, 1)]


class Read:
    """Counts the statements of a block and the rows they bring."""

    def __enter__(self):
        self.statements, self.rows = 0, 0
        self._wrapped = connection.execute_wrapper(self._count)
        self._wrapped.__enter__()
        return self

    def __exit__(self, *failure):
        self._wrapped.__exit__(*failure)

    def _count(self, execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        self.statements += 1
        self.rows += context["cursor"].rowcount
        return answer


def random_plant(chance, site, other):
    """Twenty items whose bills take later ones, phantoms in many of them, with versions, routes and dates at will."""
    group, box = make_group(site, resources=2), make_unit("BOX")
    make_conversion("BOX", "EA", 12)
    items = [make_item() for _ in range(20)]
    for place, item in enumerate(items[:-4]):
        make_policy(item, supply="make", lead_time_days=place)
        for number in range(chance.choice([1, 1, 2, 3])):
            below = chance.sample(items[place + 1 :], min(4, 19 - place))
            bom = make_bom(
                item,
                {each: random_line(chance, box) for each in below},
                version=number + 1,
                site=chance.choice([None, None, None, site, other]),
                state=chance.choice(["active", "approved", "draft"]) if number else "active",
                from_quantity=D(50 * number),
                batch_quantity=D(chance.choice([1, 10])),
            )
            if chance.random() < 0.3:
                BomOutput.objects.create(
                    bom=bom, item=items[-1], unit=items[-1].unit, quantity=D(2), kind="by", cost_share=D(0)
                )
        if chance.random() < 0.7:
            steps = [
                {"group": group, "run_seconds": 60, "scrap_fraction": D(chance.choice(["0", "0", "0.1"]))}
                for _ in range(chance.randrange(1, 4))
            ]
            make_route(item, steps, site=chance.choice([None, site, other]))
    named_versions(chance)
    return items


def random_line(chance, box):
    line = {
        "quantity": D(chance.randrange(1, 5)),
        "kind": chance.choice(["item", "phantom", "phantom", "vendor"]),
    }
    if chance.random() < 0.3:
        line["unit"] = box
    if chance.random() < 0.2:
        line |= {"valid_to": date(2026, 6, 1)}
    if line["kind"] == "vendor" or chance.random() < 0.5:
        line["operation_number"] = chance.choice([10, 20])
    if chance.random() < 0.2:
        line["scrap_fraction"] = D("0.05")
    return line


def named_versions(chance):
    """Some phantom lines ask for one certain bill or route, of whatever state."""
    for line in BomLine.objects.filter(kind="phantom").order_by("pk"):
        boms = list(BomVersion.objects.filter(item=line.component_id).order_by("pk"))
        routes = list(RouteVersion.objects.filter(item=line.component_id).order_by("pk"))
        if boms and chance.random() < 0.4:
            line.component_bom = chance.choice(boms)
        if routes and chance.random() < 0.4:
            line.component_route = chance.choice(routes)
        line.save()


def told(recipes, item, day, quantity):
    """Everything that firming asks for an order of an item."""
    bom, route = recipes.boms.on(item.pk, day, quantity), recipes.routes.on(item.pk, day, quantity)
    takes = recipes.unfolded(bom, route, day, quantity, standing=True)
    routes = [(item, route), *((one.item, one.route) for one in takes.merged)]
    return {
        "versions": (bom, route),
        "policy": recipes.policy(item.pk),
        "parts": [(one.line.pk, one.item, one.chain, one.host, one.number) for one in takes.parts],
        "merged": takes.merged,
        "outputs": [(one.pk, recipes.item(one.item_id).unit.digits) for one in recipes.bills.outputs(bom)],
        "batch": recipes.bills.batch(bom) if bom else None,
        "steps": [
            (step.pk, recipes.timed(step), recipes.entering(step, quantity, made.unit_id))
            for made, key in routes
            for step in recipes.operations(key)
        ],
        "outside": [
            recipes.outside(made.pk, step, day) for made, key in routes for step in recipes.operations(key)
        ],
        "links": [list(recipes.links(key)) for _made, key in routes],
    }


@pytest.mark.parametrize("seed", range(12))
def test_what_is_read_for_one_item_is_what_is_read_for_all_of_them(seed):
    chance = random.Random(seed)
    site, other = make_site(), make_site()
    items = random_plant(chance, site, other)
    vendor = make_vendor()
    for item in chance.sample(items, 5):
        OutsourcingPolicy.objects.create(
            site=site, item=item, operation_number=10, rule="vendor", vendor=vendor, lead_time_days=3,
            valid_from=date(2026, 1, 1),
        )  # fmt: skip
    full = Recipes(site, [item.pk for item in items])
    seen = 0
    for item in items:
        narrow = Recipes(site, [item.pk])
        for day in DAYS:
            for quantity in (D(1), D(70)):
                found = told(narrow, item, day, quantity)
                assert found == told(full, item, day, quantity)
                seen += len(found["merged"])
    assert seen


def nested(depth):
    """A bicycle in which phantoms lie in each other, so many levels deep; a tube at the bottom."""
    below = make_item(f"TUBE-{depth}")
    for level in range(depth):
        phantom = make_item(f"PHANTOM-{depth}-{level}")
        make_bom(phantom, {below: {"quantity": D(2), "kind": "phantom" if level else "item"}})
        below = phantom
    bike = make_item(f"BIKE-{depth}", supply="make")
    make_bom(bike, {below: {"quantity": D(2), "kind": "phantom"}})
    make_route(bike, [{"group": make_group(make_site())}])
    return bike


def test_one_order_reads_its_own_bills_and_routes_however_big_the_plant_is():
    site, bike = make_site(), nested(2)
    make_unit("BOX")
    with Read() as small:
        takes = Recipes(site, [bike.pk])
    tubes = [make_item(supply="buy") for _ in range(10)]
    group = make_group(site)
    for _ in range(15):
        other = make_item(supply="make", policy={"lead_time_days": 2})
        make_bom(other, dict.fromkeys(tubes, 1))
        make_route(other, [{"group": group, "scrap_fraction": D("0.1")}, {"group": group}])
        make_conversion("BOX", "EA", 12, item=other)
    with Read() as big:
        again = Recipes(site, [bike.pk])
    assert (big.statements, big.rows) == (small.statements, small.rows)
    day, one = DAYS[0], D(1)
    assert told(takes, bike, day, one) == told(again, bike, day, one)
    assert [
        part.item.number for part in again.unfolded(again.boms.on(bike.pk, day, one), None, day, one).parts
    ] == ["TUBE-2"]


def test_many_orders_take_as_many_queries_as_one_and_a_level_of_phantoms_takes_one_more():
    site = make_site()
    flat, deep = nested(1), nested(5)
    with Read() as one:
        Recipes(site, [flat.pk])
    with Read() as five:
        Recipes(site, [deep.pk])
    assert five.statements == one.statements + 4
    more = [nested(depth) for depth in (6, 7)] + [deep]
    with Read() as many:
        Recipes(site, [item.pk for item in more])
    assert many.statements == five.statements + 2


def test_a_loop_of_phantoms_that_was_never_checked_ends():
    site, one, two = make_site(), make_item("ONE"), make_item("TWO")
    make_bom(one, {two: {"quantity": D(1), "kind": "phantom"}})
    make_bom(two, {one: {"quantity": D(1), "kind": "phantom"}})
    recipes = Recipes(site, [one.pk])
    assert len(recipes.unfolded(recipes.boms.on(one.pk, DAYS[0], D(1)), None, DAYS[0], D(1)).parts) == 1
