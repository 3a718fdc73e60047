"""Plan runs through the service and the database: the golden plans, and what a planner expects of them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from p2p.core import runs
from p2p.core.refusal import Refused
from planning import words
from planning.models import Demand, Peg, PlanRun, Proposal
from planning.services import mrp
from planning.services.demand import change_demand, create_demand
from planning.services.firm import firm
from strategies.models import OutsourcingPolicy
from tests.factories import (
    make_bom,
    make_conversion,
    make_item,
    make_policy,
    make_route,
    make_site,
    make_stock,
    make_unit,
    make_user,
    make_vendor,
)
from tests.planning import plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def do(settings, django_capture_on_commit_callbacks):
    """Plan on the spot and give the finished run."""
    settings.RUNS = "inline"

    def plan(site, first, last, **rules):
        with django_capture_on_commit_callbacks(execute=True):
            run = mrp.plan(site=site, from_date=first, to_date=last, by=make_user(), **rules)
        run.refresh_from_db()
        assert run.state == "done", run.trace or run.problem
        return run

    return plan


PLAIN = {
    "netting": False,
    "lead_times": False,
    "lot_sizes": False,
    "safety_stock": False,
    "start_after_order_days": 3,
    "flat_days": 11,
}


def planned(run):
    rows = Proposal.objects.filter(run=run).values_list("item__external_id", "quantity", "start_on", "due_on")
    return Counter((item, int(quantity), start, due) for item, quantity, start, due in rows)


def made(folder):
    return Counter(
        (row["product_id"], int(row["order_qty"]), plant.day(row["start_date"]), plant.day(row["due_date"]))
        for row in plant.rows(folder, "work_orders")
    )


def test_january_2012_gives_exactly_the_orders_that_were_made(shared, do):
    folder = shared / "data" / "adventureworks_jan2012"
    site = plant.load(folder)
    plant.load_demand(folder, site)
    run = do(site, date(2012, 1, 4), date(2012, 2, 3), **PLAIN)
    assert planned(run) == made(folder)
    assert run.summary["kinds"] == {"make": {"orders": 1410, "units": "129340"}}


@pytest.mark.slow
def test_three_years_give_all_orders_and_every_need_is_pegged_in_full(shared, do):
    folder = shared / "data" / "adventureworks"
    site = plant.load(folder)
    assert plant.load_demand(folder, site) == 121_317
    run = do(site, date(2011, 1, 1), date(2014, 12, 31), **PLAIN)
    assert planned(run) == made(folder)
    assert sum(planned(run).values()) == 72_591
    pegs = Peg.objects.filter(run=run)
    made_items = Demand.objects.filter(item__policies__supply="make")
    wanted = sum(made_items.values_list("quantity", flat=True))
    assert sum(pegs.filter(need_demand__isnull=False).values_list("quantity", flat=True)) == wanted
    assert not pegs.filter(supply_proposal__isnull=True).exists()


def ask_for(item, site, quantity, due, **also):
    return create_demand(
        number=f"SO{Demand.objects.count()}", site=site, item=item, quantity=Decimal(quantity), due_on=due,
        ordered_on=date(2026, 1, 1), by=None, **also,
    )  # fmt: skip


def test_stock_is_used_before_anything_is_proposed(do):
    site = make_site()
    bike = make_item(supply="make", policy={"lead_time_days": 2})
    make_bom(bike, {make_item("WHEEL", supply="buy", policy={"lead_time_days": 5}): 2})
    make_stock(bike, 3, site.locations.get(code="STORE"))
    ask_for(bike, site, 10, date(2026, 3, 20))
    run = do(site, date(2026, 3, 1), date(2026, 3, 31), safety_stock=False)
    rows = list(run.proposals.values_list("item__number", "kind", "quantity", "start_on", "due_on"))
    assert rows == [
        (bike.number, "make", Decimal(7), date(2026, 3, 18), date(2026, 3, 20)),
        ("WHEEL", "buy", Decimal(14), date(2026, 3, 13), date(2026, 3, 18)),
    ]
    stock = Peg.objects.get(run=run, supply_stock=True)
    assert (stock.quantity, stock.need_demand.number) == (Decimal(3), "SO0")


def test_what_is_firmed_is_not_proposed_again(do):
    site = make_site()
    bike = make_item(supply="make")
    make_bom(bike, {make_item(supply="make"): 1})
    ask_for(bike, site, 4, date(2026, 3, 20))
    first = do(site, date(2026, 3, 1), date(2026, 3, 31))
    assert first.proposals.count() == 2
    firm(run=first, by=None)
    again = do(site, date(2026, 3, 1), date(2026, 3, 31))
    assert again.proposals.count() == 0
    assert Peg.objects.filter(run=again, supply_order__isnull=False, need_material__isnull=False).count() == 1


def test_a_third_of_a_metre_is_not_rounded_before_the_end(do):
    site = make_site()
    metre = make_unit("M", digits=2)
    make_conversion("PIECE", "M", 1, 3)
    frame, tube = make_item(supply="make"), make_item(supply="make", unit=metre)
    make_bom(frame, {tube: {"quantity": Decimal(1), "unit": make_unit("PIECE")}})
    ask_for(frame, site, 300, date(2026, 3, 20))
    run = do(site, date(2026, 3, 1), date(2026, 3, 31))
    assert run.proposals.get(item=tube).quantity == Decimal(100)


def test_a_bom_line_without_conversion_is_named_and_the_rest_is_planned(do):
    site = make_site()
    bike, paint = make_item(supply="make"), make_item(supply="buy", unit=make_unit("L", digits=1))
    make_bom(bike, {paint: {"quantity": Decimal(1), "unit": make_unit("TIN")}})
    ask_for(bike, site, 1, date(2026, 3, 20))
    run = do(site, date(2026, 3, 1), date(2026, 3, 31))
    assert run.proposals.get().item == bike
    message = run.messages.get(code="no_conversion")
    assert (message.level, message.item, message.facts["component"]) == ("problem", bike, paint.pk)


def test_stopped_settings_propose_nothing_and_say_so(do):
    site = make_site()
    item = make_item(supply="make", policy={"stopped": True})
    create_demand(
        number="SO-1",
        site=site,
        item=item,
        quantity=Decimal(5),
        ordered_on=date(2026, 3, 1),
        due_on=date(2026, 3, 20),
        by=make_user(),
    )
    run = do(site, date(2026, 3, 1), date(2026, 3, 31))
    assert not Proposal.objects.filter(run=run).exists()
    message = run.messages.get(code="stopped")
    assert "its order settings say that no new orders are planned" in words.sentence(message)


def test_a_variant_is_supplied_as_the_row_for_its_attributes_says(do):
    site, bike = make_site(), make_item("BIKE", supply="buy", policy={"lead_time_days": 5})
    make_policy(bike, supply="make", rank=10, variant={"colour": "red"}, lead_time_days=2)
    red = make_item("BIKE-RED", variant_of=bike, attributes={"colour": "red"})
    blue = make_item("BIKE-BLUE", variant_of=bike, attributes={"colour": "blue"})
    for item in (red, blue):
        create_demand(
            number=item.number,
            site=site,
            item=item,
            quantity=Decimal(1),
            ordered_on=date(2026, 3, 1),
            due_on=date(2026, 3, 20),
            by=make_user(),
        )
    run = do(site, date(2026, 3, 1), date(2026, 3, 31))
    found = {row.item: (row.kind, row.start_on.day) for row in Proposal.objects.filter(run=run)}
    assert found == {red: ("make", 18), blue: ("buy", 15)}


def test_demand_changed_while_the_plan_is_made_is_planned_as_it_is_now(do, monkeypatch):
    site = make_site()
    bike = make_item(supply="make")
    line = ask_for(bike, site, 5, date(2026, 3, 20))
    think, calls = mrp._think, []

    def change_once(*args):
        answer = think(*args)
        if not calls:
            change_demand(demand=line, quantity=Decimal(8), by=None)
        calls.append(1)
        return answer

    monkeypatch.setattr(mrp, "_think", change_once)
    run = do(site, date(2026, 3, 1), date(2026, 3, 31))
    assert run.proposals.get().quantity == Decimal(8)
    assert (run.summary["attempts"], run.summary["unseen_changes"]) == (2, 0)


@pytest.mark.parametrize("there", [True, False])
def test_an_outsourcing_policy_changed_or_made_while_the_plan_is_made_counts(do, monkeypatch, there):
    site = make_site()
    bike, tube, vendor = make_item(supply="make"), make_item(supply="buy"), make_vendor(subcontractor=True)
    make_bom(bike, {tube: 1})
    make_route(bike, [{"outside": True}])
    ask_for(bike, site, 5, date(2026, 3, 20))
    said = {"site": site, "item": bike, "vendor": vendor, "valid_from": date(2020, 1, 1)}
    if there:
        OutsourcingPolicy.objects.create(**said, supply="send")
    think, planned = mrp._think, []

    def decide_once(*args):
        answer = think(*args)
        if not planned:
            OutsourcingPolicy.objects.update_or_create(**said, defaults={"supply": "vendor"})
        planned.append({order.item for order in answer.orders})
        return answer

    monkeypatch.setattr(mrp, "_think", decide_once)
    run = do(site, date(2026, 3, 1), date(2026, 3, 31))
    assert (run.summary["attempts"], run.summary["unseen_changes"]) == (2, 0)
    assert {row.item for row in run.proposals.all()} == {bike}


def test_a_cancelled_run_leaves_nothing_behind(settings, django_capture_on_commit_callbacks, monkeypatch):
    settings.RUNS = "inline"
    site = make_site()
    ask_for(make_item(supply="make"), site, 5, date(2026, 3, 20))
    write = mrp.writeback.write

    def cancel_meanwhile(run, *args):
        stored = write(run, *args)
        PlanRun.objects.filter(pk=run.pk).update(cancel_asked=True)
        return stored

    monkeypatch.setattr(mrp.writeback, "write", cancel_meanwhile)
    with django_capture_on_commit_callbacks(execute=True):
        run = mrp.plan(site=site, from_date=date(2026, 3, 1), to_date=date(2026, 3, 31), by=None)
    run.refresh_from_db()
    assert run.state == runs.Run.State.CANCELLED
    assert not Proposal.objects.exists()


def test_dates_the_wrong_way_round_are_refused():
    with pytest.raises(Refused, match="before it begins"):
        mrp.plan(site=make_site(), from_date=date(2026, 3, 2), to_date=date(2026, 3, 1), by=None)


def test_the_snapshot_takes_the_same_number_of_queries_for_any_plant(do, django_assert_max_num_queries):
    site = make_site()
    for _ in range(3):
        bike = make_item(supply="make")
        make_bom(bike, {make_item(supply="buy"): 2})
        ask_for(bike, site, 5, date(2026, 3, 20))
    rules = mrp.Rules(first=date(2026, 3, 1), last=date(2026, 3, 31))
    with django_assert_max_num_queries(25):
        mrp.snapshot.take(site, rules)
