"""Planning's pages: they answer, say what is there, refuse in a sentence, and need few queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from p2p.core.web import formats
from planning.models import Message, Operation, ProductionOrder, Proposal, ReplenishmentOrder, ScheduleRun
from planning.services.block import open_block
from tests.factories import make_bom, make_item, make_order, make_user

pytestmark = pytest.mark.django_db


def page(client, name, *args, status=200, query="", **headers):
    answer = client.get(reverse(f"planning:{name}", args=args) + query, **headers)
    assert answer.status_code == status, answer.content.decode()[:400]
    return answer.content.decode()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("demands", "No demand yet"),
        ("plans", "No plan yet"),
        ("proposals", "No proposal"),
        ("messages", "No message"),
        ("orders", "No production order yet"),
        ("replenishments", "No purchase yet"),
        ("gantt", "No site yet"),
    ],
)
def test_an_empty_page_says_what_belongs_there(planner, name, words):
    assert words in page(planner, name)


@pytest.mark.parametrize(
    "name", ["demands", "plans", "proposals", "orders", "replenishments", "messages", "gantt"]
)
def test_a_page_shows_many_rows_with_few_queries(planner, firmed, name, django_assert_max_num_queries):
    for _ in range(20):
        make_order(firmed.bike, site=firmed.site)
    with django_assert_max_num_queries(45):
        page(planner, name)


def test_a_plan_shows_its_figures_and_its_messages_in_words(planner, shop):
    Message.objects.create(
        run=shop.run, level="problem", code="late", item=shop.bike, demand=shop.line,
        facts={"quantity": "10", "days": 3, "day": "2026-03-23"},
    )  # fmt: skip
    shown = page(planner, "plan", shop.run.pk)
    assert "SO-1/1 for 10 EA of BIKE can be met on 23 March 2026, 3 days late." in shown
    assert "stock and open orders, lead times, lot sizes, safety stock" in shown


def test_starting_a_plan_goes_to_its_page(planner, shop, inline):
    form = {"site": shop.site.pk, "from_date": "2026-03-02", "to_date": "2026-03-01", "netting": "on"}
    refused = planner.post(reverse("planning:plan-new"), form)
    assert refused.status_code == 409
    assert "before it begins" in refused.content.decode()
    with inline():
        answer = planner.post(reverse("planning:plan-new"), {**form, "to_date": "2026-03-31"})
    assert answer.status_code == 303
    assert "Done" in planner.get(answer.headers["Location"]).content.decode()


def test_proposals_are_firmed_in_bulk_and_the_toast_says_how_many(planner, shop):
    ticked = list(Proposal.objects.values_list("pk", flat=True))
    answer = planner.post(reverse("planning:proposals"), {"bulk": "firm", "row": ticked}, follow=True)
    assert "Firmed: 2 production orders, 1 purchase." in answer.content.decode()
    again = planner.post(reverse("planning:proposals"), {"bulk": "firm", "row": ticked}, follow=True)
    assert "Firmed: cannot firm" in again.content.decode()
    assert (ProductionOrder.objects.count(), ReplenishmentOrder.objects.count()) == (2, 1)


def test_a_proposal_leads_up_to_the_demand_and_down_to_the_purchase(planner, shop):
    tube = Proposal.objects.get(item=shop.tube)
    wheel = Proposal.objects.get(item=shop.wheel)
    bike = Proposal.objects.get(item=shop.bike)
    assert reverse("planning:proposal-up", args=[wheel.pk]) in page(planner, "proposal", tube.pk)
    assert str(bike) in page(planner, "proposal-up", wheel.pk)
    above = page(planner, "proposal-up", bike.pk, query="?level=3")
    assert "SO-1/1" in above
    assert "Better Bike Shop" in above
    assert 'aria-level="3"' in above
    assert str(wheel) in page(planner, "proposal", bike.pk, query="?tab=from")
    assert str(tube) in page(planner, "proposal-down", wheel.pk)
    assert str(bike) in page(planner, "demand", shop.line.pk)


def test_a_schedule_and_its_side_panel_say_why_an_order_is_late(planner, firmed):
    run = ScheduleRun.objects.latest("pk")
    order = ProductionOrder.objects.get(item=firmed.bike)
    ProductionOrder.objects.filter(pk=order.pk).update(start_on="2026-03-02", due_on="2026-03-02")
    run.summary["late_orders"] = [
        {"order": order.number, "item": "BIKE", "late": 7200,
         "waits": [{"kind": "resource", "subject": "Line", "seconds": 32400}]}
    ]  # fmt: skip
    run.save(update_fields=["summary"])
    why = "Line was busy with other orders for 9 h"
    shown = page(planner, "schedule", run.pk)
    assert why in shown
    hours = run.summary["makespan_hours"]
    last = formats.moment(run.starts_at + timedelta(hours=hours))
    assert last in shown and f"{formats.duration(hours * 3600)} after it starts" in shown
    operation = order.operations.get()
    open_block(operation=operation, source="quality", reference="QI-1", sentence="Inspect it first.", by=None)
    side = page(planner, "gantt-side", operation.pk)
    assert why in side
    assert "Inspect it first." in side
    assert why in page(planner, "order-plan", order.pk)


def test_the_order_page_carries_operations_materials_and_where_it_belongs(planner, firmed):
    order = ProductionOrder.objects.get(item=firmed.bike)
    assert "Line" in page(planner, "order-operations", order.pk)
    assert "WHEEL" in page(planner, "order-materials", order.pk)
    plan = page(planner, "order-plan", order.pk)
    assert "SO-1/1" in plan
    assert ProductionOrder.objects.get(item=firmed.wheel).number in plan
    whole = planner.get(order.get_absolute_url()).content.decode()
    assert reverse("planning:order-operations", args=[order.pk]) in whole


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"quantity": "0"}, "The quantity must be above 0."),
        ({"quantity": "1.5"}, "has more digits than the unit allows"),
        ({"item": "NOBODY"}, "There is no item NOBODY."),
    ],
)
def test_a_wrong_order_is_refused_under_its_field(planner, shop, form, field):
    whole = {"site": shop.site.pk, "item": "BIKE", "quantity": "5", "due_on": "2099-01-01", "priority": 50}
    answer = planner.post(reverse("planning:order-new"), {**whole, **form})
    assert answer.status_code in (409, 422)
    assert field in answer.content.decode()
    assert not ProductionOrder.objects.exists()


def test_goods_are_received_on_the_purchase_page(planner, firmed):
    order = ReplenishmentOrder.objects.get()
    planner.post(reverse("planning:replenishment-receive", args=[order.pk]), {f"{order.pk}-0-quantity": "20"})
    assert "Received" in page(planner, "replenishment", order.number)
    assert ">20<" in page(planner, "replenishment", order.number)


@pytest.mark.parametrize("name", ["plan-new", "order-new", "demand-new", "schedule-new"])
def test_an_operator_may_look_but_not_plan(operator, firmed, name):
    page(operator, "orders")
    page(operator, "gantt-side", Operation.objects.first().pk)
    page(operator, name, status=403)


def test_people_of_another_site_see_nothing_of_this_one(client, firmed):
    from tests.factories import make_site

    client.force_login(make_user("planner", site=make_site("OTHER")))
    assert "MO-000001" not in page(client, "orders")
    page(client, "plan", firmed.run.pk, status=404)
    page(client, "gantt-side", Operation.objects.first().pk, status=404)


def test_more_orders_than_can_be_placed_at_once_are_refused_and_none_is_left_out(
    planner, firmed, monkeypatch
):
    monkeypatch.setattr("planning.views.orders.AT_ONCE", 1)
    rows = [make_order(firmed.bike, site=firmed.site).pk for _ in range(2)]
    form = {"bulk": "reschedule", "row": rows}
    answer = planner.post(reverse("planning:orders"), form, follow=True)
    assert "At most 1 orders are placed anew at once" in answer.content.decode()
    assert not Operation.objects.filter(order__in=rows, starts_at__isnull=False).exists()


def test_a_new_order_may_name_another_approved_version_by_its_number(planner, shop):
    bike, bell = make_item("TRIKE", supply="make"), make_item("HORN")
    make_bom(bike, {make_item("GONG"): 1})
    other = make_bom(bike, {bell: 2}, version=2, state="approved")
    draft = make_bom(bike, {bell: 3}, version=3, state="draft")
    form = {"site": shop.site.pk, "item": "TRIKE", "quantity": "5", "due_on": "2031-03-01", "priority": "50"}
    address = reverse("planning:order-new")
    refused = planner.post(address, {**form, "bom": "9"})
    assert (refused.status_code, "TRIKE has no version 9 here." in refused.content.decode()) == (422, True)
    assert planner.post(address, {**form, "bom": str(draft.version)}).status_code == 409
    planner.post(address, {**form, "bom": "2"})
    order = ProductionOrder.objects.get(item=bike)
    assert (order.bom, order.materials.get().quantity) == (other, 10)
