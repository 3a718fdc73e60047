"""What a bill says, in the orders made from it and in the plan before them: the same figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from p2p.core import clock
from p2p.core.refusal import Refused
from planning.engine.mrp import plan
from planning.models import Demand, Material, ProductionOrder
from planning.rules import Rules
from planning.services.order import change_order, create_order
from planning.services.substitute import possible, substitute
from planning.snapshot.material import take
from strategies.models import BomAlternate, BomOutput, BomStep, Item
from tests.factories import (
    make_bom,
    make_group,
    make_item,
    make_location,
    make_order,
    make_policy,
    make_route,
    make_site,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db
D = Decimal
START, DUE = date(2026, 3, 10), date(2026, 3, 20)


@pytest.fixture
def site():
    return make_site()


def order_of(site, item, quantity, **also):
    return create_order(
        site=site, item=item, quantity=D(quantity), start_on=START, due_on=DUE, by=None, **also
    )


def takes(order):
    return {row.item.number: row.quantity for row in order.materials.select_related("item")}


def planned(site, item, quantity):
    """What a plan says that one order of this quantity needs."""
    ProductionOrder.objects.update(state="cancelled")
    make_policy(item, supply="make")
    Demand.objects.create(
        number="SO",
        line=1,
        site=site,
        item=item,
        unit=item.unit,
        quantity=D(quantity),
        ordered_on=START,
        due_on=DUE,
    )
    answer = plan(take(site, Rules(first=START, last=date(2026, 4, 1))).problem)
    numbers = dict(Item.objects.values_list("pk", "number"))
    return {numbers[need.item]: need.quantity for need in answer.needs if need.need_kind == "order"}


def test_steps_roundings_and_formulas_are_the_same_in_order_and_plan(site):
    metre = make_unit("M", digits=2)
    bike, tube, glue, bolt, rod = (make_item(name) for name in ("BIKE", "TUBE", "GLUE", "BOLT", "ROD"))
    type(tube).objects.filter(pk=rod.pk).update(unit=metre)
    rod.refresh_from_db()
    bom = make_bom(
        bike,
        {
            tube: {"quantity": D(2), "series": D(100), "scrap_fraction": D("0.1")},
            glue: {"quantity": D(1), "formula": "step"},
            bolt: {"quantity": D(3), "rounding": "consumption", "rounding_multiple": D(50)},
            rod: {"quantity": D(1), "formula": "height", "height": D(2), "rounding": "measurement",
                  "rounding_multiple": D("4.5")},
        },
    )  # fmt: skip
    line = bom.lines.get(component=glue)
    for start, amount in ((0, 5), (100, 8)):
        BomStep.objects.create(line=line, from_quantity=start, quantity=amount)
    expected = {"TUBE": D(3), "GLUE": D(8), "BOLT": D(350), "ROD": D("247.5")}
    assert takes(order_of(site, bike, 110)) == expected
    assert planned(site, bike, 110) == expected


def test_the_scrap_of_operations_is_made_good_by_the_components_before_them(site):
    group = make_group(site)
    bike, tube, bell = make_item("BIKE"), make_item("TUBE"), make_item("BELL")
    make_route(
        bike,
        [{"group": group, "scrap_quantity": D(1)}, {"group": group, "scrap_fraction": D("0.2")}],
    )
    make_bom(
        bike,
        {
            tube: {"quantity": D(1), "operation_number": 10},
            bell: {"quantity": D(1), "operation_number": 20},
        },
    )
    order = order_of(site, bike, 100)
    assert takes(order) == {"TUBE": 126, "BELL": 125}
    change_order(order=order, quantity=D(200), by=None)
    assert takes(order) == {"TUBE": 251, "BELL": 250} == planned(site, bike, 200)


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ({"valid_to": date(2026, 3, 15)}, {"valid_from": date(2026, 3, 16)}),
        ({}, {"from_quantity": D(50)}),
    ],
)
def test_the_plan_loses_what_the_route_of_the_day_and_quantity_loses(site, early, late):
    group = make_group(site)
    bike, tube = make_item("BIKE"), make_item("TUBE")
    make_route(bike, [{"group": group}], **early)
    make_route(bike, [{"group": group, "scrap_fraction": D("0.5")}], version=2, **late)
    make_bom(bike, {tube: {"quantity": D(1), "operation_number": 10}})
    order = create_order(site=site, item=bike, quantity=D(60), start_on=DUE, due_on=DUE, by=None)
    assert takes(order) == {"TUBE": 120} == planned(site, bike, 60)


def test_a_version_for_big_orders_is_planned_and_made_from_its_quantity_on(site):
    bike, tube, steel = make_item("BIKE"), make_item("TUBE"), make_item("STEEL")
    make_bom(bike, {tube: 1})
    make_bom(bike, {steel: 2}, version=2, from_quantity=D(50))
    assert takes(order_of(site, bike, 49)) == {"TUBE": 49}
    assert takes(order_of(site, bike, 50)) == {"STEEL": 100} == planned(site, bike, 50)


def test_a_phantom_may_be_of_a_certain_version(site):
    bike, kit, tube, steel = (make_item(name) for name in ("BIKE", "KIT", "TUBE", "STEEL"))
    make_bom(kit, {tube: 1})
    chosen = make_bom(kit, {steel: 3}, version=2, state="approved")
    make_bom(bike, {kit: {"quantity": D(2), "kind": "phantom", "component_bom": chosen}})
    assert takes(order_of(site, bike, 10)) == {"STEEL": 60} == planned(site, bike, 10)


@pytest.mark.parametrize("bill_named", [True, False])
def test_a_phantom_may_be_made_on_a_certain_route_and_the_plan_loses_what_that_one_loses(site, bill_named):
    group = make_group(site)
    bike, kit, tube, steel = (make_item(name) for name in ("BIKE", "KIT", "TUBE", "STEEL"))
    make_route(kit, [{"group": group}])
    chosen = make_route(kit, [{"group": group, "scrap_fraction": D("0.5")}], version=2, state="approved")
    make_bom(kit, {tube: {"quantity": D(1), "operation_number": 10}})
    other = make_bom(kit, {steel: {"quantity": D(3), "operation_number": 10}}, version=2, state="approved")
    named = {"component_route": chosen, "component_bom": other if bill_named else None}
    make_bom(bike, {kit: {"quantity": D(2), "kind": "phantom", **named}})
    wanted = {"STEEL": 120} if bill_named else {"TUBE": 40}
    assert takes(order_of(site, bike, 10)) == wanted == planned(site, bike, 10)


@pytest.mark.parametrize("named", [True, False])
def test_of_a_phantom_of_which_not_all_comes_out_more_is_started(site, named):
    group = make_group(site)
    bike, kit, rod, tube, glue = (make_item(name) for name in ("BIKE", "KIT", "ROD", "TUBE", "GLUE"))
    make_route(kit, [{"group": group, "name": "Cut"}])
    half = make_bom(kit, {rod: {"quantity": D(1), "kind": "phantom"}}, yield_fraction=D("0.5"))
    # 20 kits come out and 40 are started: what comes out says which version it is.
    make_bom(kit, {glue: 1}, version=2, from_quantity=D(21))
    constant = {"quantity": D(3), "consumption": "constant"}
    make_bom(rod, {tube: {"quantity": D(2)}, glue: constant}, yield_fraction=D("0.8"))
    also = {"component_bom": half} if named else {}
    make_bom(bike, {kit: {"quantity": D(2), "kind": "phantom", **also}})
    order = order_of(site, bike, 10)
    assert takes(order) == {"TUBE": 100, "GLUE": 3}
    assert order.operations.get(name="Cut").quantity == 40
    change_order(order=order, quantity=D(5), by=None)
    assert takes(order) == {"TUBE": 50, "GLUE": 3}
    assert order.operations.get(name="Cut").quantity == 20
    assert planned(site, bike, 10) == {"TUBE": 100, "GLUE": 3}


def test_bill_and_route_of_a_phantom_are_those_for_the_quantity_that_is_taken_of_it(site):
    group = make_group(site)
    bike, kit, tube, steel = (make_item(name) for name in ("BIKE", "KIT", "TUBE", "STEEL"))
    make_route(kit, [{"group": group}])
    make_route(kit, [{"group": group, "scrap_fraction": D("0.5")}], version=2, from_quantity=D(15))
    make_bom(kit, {tube: {"quantity": D(1), "operation_number": 10}})
    make_bom(kit, {steel: {"quantity": D(1), "operation_number": 10}}, version=2, from_quantity=D(20))
    make_bom(bike, {kit: {"quantity": D(2), "kind": "phantom"}})
    assert takes(order_of(site, bike, 5)) == {"TUBE": 10}
    assert takes(order_of(site, bike, 8)) == {"TUBE": 32}
    assert takes(order_of(site, bike, 10)) == {"STEEL": 40} == planned(site, bike, 10)


def test_the_route_of_a_phantom_becomes_part_of_the_orders(site):
    group = make_group(site)
    bike, kit, tube, frame = (make_item(name) for name in ("BIKE", "KIT", "TUBE", "FRAME"))
    make_route(bike, [{"group": group, "name": "Weld"}, {"group": group, "name": "Paint"}])
    make_route(kit, [{"group": group, "name": "Cut", "run_seconds": 60}, {"group": group, "name": "Bend"}])
    make_bom(kit, {tube: {"quantity": D(4), "operation_number": 20}})
    make_bom(
        bike, {kit: {"quantity": D(2), "kind": "phantom", "operation_number": 20}, frame: {"quantity": D(1)}}
    )
    order = order_of(site, bike, 5)
    rows = list(order.operations.order_by("number").values_list("name", "quantity"))
    assert rows == [("Weld", 5), ("Cut", 10), ("Bend", 10), ("Paint", 5)]
    links = {
        (link.before.name, link.after.name)
        for operation in order.operations.all()
        for link in operation.links_after.select_related("before", "after")
    }
    assert links == {("Weld", "Paint"), ("Cut", "Bend"), ("Bend", "Paint")}
    assert order.operations.get(name="Cut").run_seconds == 600
    assert order.materials.get(item=tube).operation.name == "Bend"
    change_order(order=order, quantity=D(10), by=None)
    assert dict(order.operations.values_list("name", "quantity")) == {
        "Weld": 10,
        "Cut": 20,
        "Bend": 20,
        "Paint": 10,
    }


def test_flushing_goes_from_the_item_over_the_line_to_the_order(site):
    bike, tube = make_item("BIKE"), make_item("TUBE", flushing="finish")
    bell, place = make_item("BELL", flushing="finish"), make_location(site, code="RACK")
    make_bom(
        bike, {tube: {"quantity": D(1)}, bell: {"quantity": D(1), "flushing": "start", "location": place}}
    )
    order = order_of(site, bike, 1)
    rows = list(order.materials.order_by("position").values_list("flushing", "location__code"))
    assert rows == [("finish", None), ("start", "RACK")]


# ---- versions somebody chose


def test_an_order_may_be_made_from_any_approved_version(site):
    bike, tube, steel = make_item("BIKE"), make_item("TUBE"), make_item("STEEL")
    make_bom(bike, {tube: 1})
    trial = make_bom(bike, {steel: 2}, version=2, state="approved")
    order = order_of(site, bike, 3, bom=trial)
    assert (takes(order), order.bom) == ({"STEEL": 6}, trial)
    other = make_bom(tube, {steel: 1})
    with pytest.raises(Refused, match="TUBE v1 cannot be chosen"):
        order_of(site, bike, 3, bom=other)
    draft = make_bom(bike, {steel: 2}, version=3, state="draft")
    with pytest.raises(Refused, match="BIKE v3 cannot be chosen"):
        order_of(site, bike, 3, bom=draft)


def test_a_formula_is_made_in_its_multiples_and_says_what_comes_out_beside(site):
    paint, water, sludge = make_item("PAINT"), make_item("WATER"), make_item("SLUDGE")
    bom = make_bom(
        paint,
        {water: 80},
        kind="formula",
        batch_quantity=D(100),
        multiple_quantity=D(50),
        yield_fraction=D("0.9"),
    )
    BomOutput.objects.create(
        bom=bom, item=sludge, unit=sludge.unit, quantity=D(4), kind="by", cost_share=D("0.1")
    )
    with pytest.raises(Refused, match="PAINT v1 is made in multiples of 50: order 100 or 150"):
        order_of(site, paint, 120)
    order = order_of(site, paint, 150)
    rows = list(order.outputs.order_by("kind").values_list("kind", "quantity", "cost_share"))
    assert rows == [("by", 6, D("0.1")), ("main", 135, D("0.9"))]
    assert planned(site, paint, 110) == {"WATER": 120}


# ---- alternates


def alternate(bom, component, ratio="1.5", approved=True, **also):
    who = {"approved_by": make_user("engineer"), "approved_at": clock.now()} if approved else {}
    return BomAlternate.objects.create(
        line=bom.lines.get(), component=component, ratio=D(ratio), **who, **also
    )


def test_an_approved_alternate_takes_the_place_by_its_ratio(site):
    bike, tube, steel = make_item("BIKE"), make_item("TUBE"), make_item("STEEL", flushing="operation")
    bom = make_bom(bike, {tube: 2})
    other = alternate(bom, steel)
    order = order_of(site, bike, 5)
    [one] = possible(order)
    assert (one.alternate, one.quantity) == (other, 15)
    row = substitute(material=one.material, alternate=other, by=None)
    assert (takes(order), row.flushing, row.quantity_per) == ({"STEEL": 15}, "operation", 3)
    assert possible(order) == []


def test_what_was_issued_stays_in_a_row_of_its_own(site):
    bike, tube, steel = make_item("BIKE"), make_item("TUBE"), make_item("STEEL")
    bom = make_bom(bike, {tube: 2})
    other = alternate(bom, steel)
    order = order_of(site, bike, 5)
    Material.objects.update(issued_quantity=4)
    substitute(material=order.materials.get(), alternate=other, by=None)
    assert takes(order) == {"TUBE": 4, "STEEL": 9}


def test_only_approved_alternates_that_hold_are_taken(site):
    bike, tube, steel, glass = (make_item(name) for name in ("BIKE", "TUBE", "STEEL", "GLASS"))
    bom = make_bom(bike, {tube: 2})
    wrong = [
        alternate(bom, steel, approved=False),
        alternate(bom, glass, valid_from=date(2026, 3, 11)),
        alternate(make_bom(glass, {tube: 1}), steel),
    ]
    order = order_of(site, bike, 5)
    for other in wrong:
        with pytest.raises(Refused, match="may not stand in for TUBE here"):
            substitute(material=order.materials.get(), alternate=other, by=None)
    assert takes(order) == {"TUBE": 10}
    by_hand = make_order(bike, site=site, materials={tube: 1})
    with pytest.raises(Refused, match="may not stand in"):
        substitute(material=by_hand.materials.get(), alternate=alternate(bom, make_item()), by=None)


def test_the_supervisor_swaps_it_on_the_page_and_over_rest(site, client):
    bike, tube, steel = make_item("BIKE"), make_item("TUBE"), make_item("STEEL")
    other = alternate(make_bom(bike, {tube: 2}), steel)
    first, second = order_of(site, bike, 5), order_of(site, bike, 10)
    client.force_login(make_user("supervisor"))
    page = f"/planning/orders/{first.pk}/substitute/"
    assert "15 EA STEEL" in client.get(page).content.decode()
    material = first.materials.get()
    answer = client.post(page, {"choice": f"{material.pk}:{other.pk}"})
    assert (answer.status_code, takes(first)) == (303, {"STEEL": 15})
    address = f"/api/v1/planning/orders/{second.number}"
    [offer] = client.get(f"{address}/alternates/").json()
    assert (offer["item"], offer["component"], offer["quantity"]) == ("TUBE", "STEEL", "30")
    body = {"material": offer["material"], "alternate": offer["alternate"]}
    swapped = client.post(f"{address}/substitute/", body, content_type="application/json")
    assert (swapped.status_code, takes(second)) == (200, {"STEEL": 30})
    again = client.post(
        f"{address}/substitute/", {**body, "material": material.pk}, content_type="application/json"
    )
    assert again.status_code == 409
    client.force_login(make_user("operator"))
    assert client.post(page, {"choice": "1:1"}).status_code == 403
