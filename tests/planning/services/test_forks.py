"""Phantoms that take each other in many ways: everything that unfolds them for an order comes to an end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from string import ascii_uppercase

import pytest

from p2p.core.facts import Refused
from p2p.core.web import formats
from planning.models import Material, Message, PlanRun, ProductionOrder, Proposal
from planning.services import mrp
from planning.services.demand import create_demand
from planning.services.firm import firm
from planning.services.order import change_order, create_order
from planning.words import sentence
from strategies.models import BomLine, Site
from tests.factories import make_bom, make_group, make_item, make_route, make_site

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("comes_to_an_end")]
D = Decimal
FIRST, START, DUE = date(2026, 3, 2), date(2026, 3, 10), date(2026, 3, 20)
TOO_MANY = (
    "The phantoms in the BOM of A take each other in so many ways that an order would have the same lines more than "
    "5,000 times over, most often those of Y: let some of these phantoms be items with orders of their own."
)


def plant():
    return Site.objects.filter(code="PLANT").first() or make_site("PLANT")


def forked(letters: str = ascii_uppercase, **line):
    """A is made of all other letters, B of all after it, and so on: each a phantom but the last, which is bought."""
    items = [make_item(letter, supply="make" if letter == "A" else "buy") for letter in letters]
    last = items[-1]
    for place, item in enumerate(items[:-1]):
        said = {
            below: {"quantity": D(1), "kind": "phantom"} | ({"kind": "item"} | line if below is last else {})
            for below in items[place + 1 :]
        }
        make_bom(item, said)
    make_route(items[0], [{"group": make_group(plant())}])
    return items


def order(item, **also):
    return create_order(site=plant(), item=item, quantity=D(2), start_on=START, due_on=DUE, by=None, **also)


@pytest.fixture
def plan(inline):
    def make(item, quantity=2):
        site = plant()
        create_demand(
            number="SO-1", site=site, item=item, quantity=D(quantity), ordered_on=FIRST, due_on=DUE, by=None
        )
        with inline():
            run = mrp.plan(site=site, from_date=FIRST, to_date=date(2026, 4, 30), by=None)
        return PlanRun.objects.get(pk=run.pk)

    return make


def test_an_order_of_what_forks_too_often_is_refused_with_the_phantom_that_comes_most_and_nothing_is_written():
    top = forked()[0]
    with pytest.raises(Refused) as no:
        order(top)
    assert (str(no.value), no.value.code) == (TOO_MANY, "too_many_ways")
    assert not ProductionOrder.objects.exists()


def test_what_forks_a_little_is_made_with_a_line_for_each_way():
    top, *_middle, last = forked("ABCDEFGHIJ")
    rows = Material.objects.filter(order=order(top))
    assert [row.item for row in rows] == [last] * 2**8
    assert sum(row.quantity for row in rows) == 2 * 2**8


def test_a_bill_with_many_lines_of_its_own_is_not_said_to_fork(monkeypatch):
    monkeypatch.setattr("planning.snapshot.forks.AGAIN", 20)
    kit, bike = make_item("KIT"), make_item("BIKE", supply="make")
    make_bom(kit, {make_item(f"BOLT-{place}"): 1 for place in range(40)})
    make_bom(bike, {kit: {"quantity": D(1), "kind": "phantom"}})
    assert order(bike).materials.count() == 40


def test_a_plan_of_what_forks_is_exact_where_needs_grow_evenly_and_its_order_stays_a_proposal(plan):
    top, *_middle, last = forked()
    run = plan(top)
    assert (run.state, run.problem) == ("done", "")
    assert Proposal.objects.get(run=run, item=last).quantity == 2 * 2**24
    with pytest.raises(Refused) as no:
        firm(proposals=Proposal.objects.filter(run=run, item=top), by=None)
    assert str(no.value) == TOO_MANY
    assert Proposal.objects.get(run=run, item=top).state == "proposed"


def test_others_are_firmed_beside_what_forks_too_often(plan):
    top = forked()[0]
    bolt, bike = make_item("BOLT"), make_item("BIKE", supply="make")
    make_bom(bike, {bolt: 1})
    create_demand(
        number="SO-2",
        site=plant(),
        item=bike,
        quantity=D(3),
        ordered_on=FIRST,
        due_on=DUE,
        by=None,
    )
    run = plan(top)
    made = firm(proposals=Proposal.objects.filter(run=run, item__in=(top, bike)), by=None)
    assert [one.item for one in made.orders] == [bike]
    assert [one.proposal.item for one in made.skipped] == [top]


def test_what_is_needed_once_is_planned_once_for_each_way(plan):
    top, *_middle, last = forked(consumption="constant")
    run = plan(top)
    assert Proposal.objects.get(run=run, item=last).quantity == 2**24
    assert not Message.objects.filter(run=run, code="too_many_ways").exists()


def test_a_plan_says_what_it_left_out_where_needs_come_in_multiples_in_too_many_ways(plan):
    top, *_rest = forked(rounding="consumption", rounding_multiple=D(7))
    run = plan(top)
    assert (run.state, run.problem) == ("done", "")
    said = {row.item.number: row for row in Message.objects.filter(run=run, code="too_many_ways")}
    assert sentence(said["A"]) == (
        "The phantoms in the BOM of A take each other in too many ways: what does not grow evenly was left "
        "out. Let some of these phantoms be items with orders of their own."
    )
    assert said["A"].level == "problem"


def test_needs_in_multiples_through_a_few_ways_are_planned_each_by_itself(plan):
    top, *_middle, last = forked("ABCDEF", rounding="consumption", rounding_multiple=D(7))
    run = plan(top)
    assert Proposal.objects.get(run=run, item=last).quantity == 7 * 2**4
    assert not Message.objects.filter(run=run, code="too_many_ways").exists()


def test_over_rest_an_order_of_what_forks_is_a_problem_in_one_sentence(planner):
    forked()
    body = {"site": "PLANT", "item": "A", "quantity": "2", "start_on": str(START), "due_on": str(DUE)}
    answer = planner.post("/api/v1/planning/orders/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["detail"]) == (409, TOO_MANY)
    assert not ProductionOrder.objects.exists()


def test_the_quantity_of_an_order_does_not_change_once_its_bill_forks_too_often():
    top, last = make_item("A", supply="make"), make_item("TUBE")
    bill = make_bom(top, {last: 1})
    made = order(top)
    rest = forked(ascii_uppercase[1:])
    bill.lines.update(component=rest[0], kind="phantom")
    with pytest.raises(Refused, match="in so many ways"):
        change_order(order=made, quantity=D(5), by=None)
    made.refresh_from_db()
    assert made.quantity == 2


# ---- phantoms without a bill


def without(days_to=None):
    """A bicycle with a kit, a phantom whose bill ends."""
    bike, kit, bolt, frame = (
        make_item("BIKE", supply="make"), make_item("KIT"), make_item("BOLT", supply="buy"), make_item("FRAME")
    )  # fmt: skip
    bill = make_bom(kit, {bolt: 4}, valid_to=days_to)
    make_bom(bike, {kit: {"quantity": D(1), "kind": "phantom"}, frame: 1})
    make_route(bike, [{"group": make_group(plant())}])
    return bike, bill


NO_BILL = (
    "An order of BIKE takes the phantom KIT (line 10 of BIKE v1), which has no active BOM on {day}: activate one, or "
    "change the line."
)


def test_an_order_with_a_phantom_whose_bill_ran_out_is_refused_and_not_made_of_the_phantom():
    bike, _bill = without(date(2026, 3, 9))
    with pytest.raises(Refused) as no:
        order(bike)
    assert str(no.value) == NO_BILL.format(day=formats.day(START))
    assert no.value.params["day"] == START
    assert not ProductionOrder.objects.exists()


def test_a_plan_says_that_a_phantom_has_no_bill_on_the_day_and_firming_leaves_the_order_a_proposal(plan):
    bike, _bill = without(date(2026, 3, 9))
    run = plan(bike)
    row = Message.objects.get(run=run, code="no_phantom_bom")
    proposal = Proposal.objects.get(run=run, item=bike)
    assert (row.item, row.level) == (bike, "problem")
    assert row.facts["component"] == "KIT"
    assert row.facts["day"] == proposal.start_on.isoformat()
    assert "orders of BIKE take the phantom KIT, which has no active BOM then" in sentence(row)
    assert run.summary["messages"]["no_phantom_bom"] == 1
    with pytest.raises(Refused, match=r"An order of BIKE takes the phantom KIT \(line 10 of BIKE v1\)"):
        firm(proposals=[proposal], by=None)


def test_a_plan_is_silent_about_a_phantom_whose_bill_holds_when_its_orders_start(plan):
    bike, _bill = without(date(2026, 12, 31))
    run = plan(bike)
    assert not Message.objects.filter(run=run, code="no_phantom_bom").exists()
    assert len(firm(run=run, by=None).orders) == 1


def test_a_phantom_in_a_phantom_without_a_bill_is_said_of_what_is_ordered(plan):
    bike, bill = without()
    inner = make_item("INNER")
    bill.lines.update(component=inner, kind="phantom")
    row = Message.objects.get(run=plan(bike), code="no_phantom_bom")
    assert (row.item, row.facts["component"]) == (bike, "INNER")
    with pytest.raises(Refused, match=r"takes the phantom INNER \(line 10 of KIT v1\)"):
        order(bike)


def test_a_named_version_that_may_not_be_used_any_more_is_no_bill_either(plan):
    bike, bill = without()
    BomLine.objects.filter(bom__item=bike, component=bill.item).update(component_bom=bill)
    type(bill).objects.filter(pk=bill.pk).update(state="retired")
    make_bom(bill.item, {make_item("NUT"): 1}, version=2)
    row = Message.objects.get(run=plan(bike), code="no_phantom_bom")
    assert (row.item, row.facts["component"]) == (bike, "KIT")
    with pytest.raises(Refused, match="takes the phantom KIT"):
        order(bike)


def test_the_quantity_of_an_order_changes_although_its_phantoms_bill_has_gone_since():
    bike, bill = without()
    made = order(bike)
    type(bill).objects.filter(pk=bill.pk).update(state="retired")
    change_order(order=made, quantity=D(6), by=None)
    made.refresh_from_db()
    assert made.quantity == 6
