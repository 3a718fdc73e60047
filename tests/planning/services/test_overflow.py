"""Overflow of outsourcing policies: what a plan, an order by hand and a firmed proposal send to the vendor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Thread

import pytest
from django.db import connection

from execution.models import Downtime
from p2p.core import clock
from p2p.core.facts import Refused
from planning.models import Message, Operation, PlanRun, ProductionOrder, Proposal
from planning.services import mrp
from planning.services.demand import create_demand
from planning.services.firm import firm
from planning.services.order import create_order
from planning.services.outside import bring_back, send_out
from planning.words import overflow, sentence
from strategies.models import (
    CalendarException,
    Item,
    OutsourcingPolicy,
    Resource,
    ResourceGroup,
    RouteOperation,
    Site,
    Vendor,
)
from tests.factories import (
    make_bom,
    make_calendar,
    make_conversion,
    make_group,
    make_item,
    make_reason,
    make_route,
    make_site,
    make_unit,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
HOUR = 3600


@dataclass
class Shop:
    """One machine that paints 40 hours a week, a frame an hour; a painter outside takes what is above 90 %."""

    site: Site
    paint: ResourceGroup
    frame: Item
    painter: Vendor

    def order(self, quantity, day=MONDAY, **also):
        return create_order(
            site=self.site, item=self.frame, quantity=Decimal(quantity), start_on=day,
            due_on=day + timedelta(days=4), by=None, **also,
        )  # fmt: skip

    def policy(self, **also):
        values = {"site": self.site, "item": self.frame, "operation_number": 10, "rule": "overflow",
                  "vendor": self.painter, "lead_time_days": 6, "overflow_load": Decimal("0.9"),
                  "valid_from": date(2026, 1, 1)}  # fmt: skip
        return OutsourcingPolicy.objects.create(**{**values, **also})

    def demand(self, number, quantity, day=MONDAY + timedelta(days=4)):
        create_demand(
            number=number, site=self.site, item=self.frame, quantity=Decimal(quantity), ordered_on=MONDAY,
            due_on=day, by=None,
        )  # fmt: skip


@pytest.fixture
def shop(monkeypatch) -> Shop:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 6, tzinfo=UTC))
    site = make_site("PLANT", calendar=make_calendar("WEEK"))
    paint = make_group(site, "M-PAINT")
    frame = make_item("FRAME", supply="make", policy={"lead_time_days": 4})
    make_bom(frame, {make_item("TUBE", supply="buy"): 1})
    make_route(frame, [{"group": paint, "run_seconds": HOUR}])
    painter = make_vendor("V-PAINT")
    make_vendor_price(painter, frame, 7, operation_number=10)
    return Shop(site, paint, frame, painter)


@pytest.fixture
def plan(inline, shop):
    def make():
        with inline():
            run = mrp.plan(site=shop.site, from_date=MONDAY, to_date=MONDAY + timedelta(days=60), by=None)
        return PlanRun.objects.get(pk=run.pk)

    return make


def said(run):
    return [sentence(each) for each in Message.objects.filter(run=run, code__startswith="overflow")]


def outside(order):
    return list(order.operations.values_list("outside", "vendor__number", "vendor_days"))


def test_an_order_below_the_limit_is_made_inside_and_one_above_it_goes_to_the_vendor(shop):
    shop.policy()
    assert outside(shop.order(36)) == [(False, None, 0)]
    assert outside(shop.order(1)) == [(True, "V-PAINT", 6)]
    assert outside(shop.order(36, day=MONDAY + timedelta(weeks=1))) == [(False, None, 0)]


def test_the_operation_says_why_it_goes(shop):
    shop.policy()
    operation = shop.order(45).operations.get()
    assert overflow(operation.overflow) == (
        "outside at V-PAINT: M-PAINT is loaded to 100 % in week 10/2026, the policy says 90 %."
    )


def test_without_a_policy_of_overflow_nothing_goes_however_full_it_is(shop):
    assert outside(shop.order(400)) == [(False, None, 0)]
    shop.policy(rule="make")
    assert outside(shop.order(400)) == [(False, None, 0)]


def test_of_two_proposals_the_one_that_tips_it_over_goes_and_firming_does_what_the_plan_said(shop, plan):
    shop.policy()
    shop.demand("SO-1", 30)
    shop.demand("SO-2", 30, day=MONDAY + timedelta(days=5))
    run = plan()
    assert run.summary["messages"]["overflow"] == 1
    first, second = Proposal.objects.filter(run=run, kind="make").order_by("number")
    assert said(run) == [
        f"{second}, operation 10: outside at V-PAINT: M-PAINT is loaded to 150 % in week 10/2026, "
        "the policy says 90 %."
    ]
    made = {order.proposal_id: order for order in firm(run=run, by=None).orders}
    assert outside(made[first.pk]) == [(False, None, 0)]
    assert outside(made[second.pk]) == [(True, "V-PAINT", 6)]
    assert made[second.pk].operations.get().overflow["load"] == 150


def test_work_scheduled_and_work_that_waits_to_be_scheduled_fill_the_week(shop):
    waiting = shop.order(20)
    booked = shop.order(10)
    at = datetime(2026, 3, 3, 8, tzinfo=UTC)
    Operation.objects.filter(order=booked).update(starts_at=at, ends_at=at + timedelta(hours=10))
    shop.policy()
    assert outside(shop.order(6)) == [(False, None, 0)]
    assert outside(shop.order(1)) == [(True, "V-PAINT", 6)]
    assert outside(waiting) == [(False, None, 0)]


def test_the_same_plant_gives_the_same_plan(shop, plan):
    shop.policy()
    for number in range(6):
        shop.demand(f"SO-{number}", 9 + number, day=MONDAY + timedelta(days=4 + number % 3))
    first = said(plan())
    one, other = (text.partition(",")[2] for text in first[:2])
    assert one != other
    assert [text.partition(",")[2] for text in said(plan())] == [text.partition(",")[2] for text in first]


def test_a_closed_work_centre_sends_out_unless_the_policy_says_not_to(shop):
    for day in range(2):
        CalendarException.objects.create(calendar=shop.site.calendar, day=MONDAY + timedelta(days=day))
    policy = shop.policy(overflow_load=Decimal(9))
    operation = shop.order(8).operations.get()
    assert (operation.outside, overflow(operation.overflow)) == (
        True, "outside at V-PAINT: M-PAINT does not work on 2 March 2026, when it would run.",
    )  # fmt: skip
    assert outside(shop.order(30)) == [(False, None, 0)]  # it could begin inside on Wednesday
    policy.overflow_on_downtime = False
    policy.save()
    assert outside(shop.order(8)) == [(False, None, 0)]


def test_a_machine_that_stands_still_today_counts_as_down_today(shop):
    shop.policy(overflow_load=Decimal(9))
    machine = Resource.objects.get(group=shop.paint)
    Downtime.objects.create(
        resource=machine, reason=make_reason(kind="downtime"), began_at=datetime(2026, 3, 2, 5, tzinfo=UTC)
    )
    assert outside(shop.order(3)) == [(True, "V-PAINT", 6)]
    assert outside(shop.order(3, day=MONDAY + timedelta(days=1))) == [(False, None, 0)]


def test_a_policy_counts_on_its_days_only(shop):
    shop.policy(valid_from=MONDAY + timedelta(days=7), valid_to=MONDAY + timedelta(days=13))
    assert outside(shop.order(50)) == [(False, None, 0)]
    assert outside(shop.order(50, day=MONDAY + timedelta(days=7))) == [(True, "V-PAINT", 6)]
    assert outside(shop.order(50, day=MONDAY + timedelta(days=14))) == [(False, None, 0)]


def test_a_policy_of_the_whole_item_counts_for_its_operations_and_one_of_the_operation_outranks_it(shop):
    shop.policy(operation_number=None)
    assert outside(shop.order(50)) == [(True, "V-PAINT", 6)]
    shop.policy(rule="make")
    assert outside(shop.order(50)) == [(False, None, 0)]


@pytest.mark.parametrize(
    ("change", "but"),
    [
        ({"order_minimum": Decimal(60)}, "V-PAINT takes no fewer than 60"),
        ({"order_maximum": Decimal(40)}, "V-PAINT takes no more than 40"),
        ({"minimum_quantity": Decimal(51)}, "V-PAINT takes no fewer than 51"),
        ({"valid_to": date(2026, 2, 28)}, "V-PAINT has no price for it on 2 March 2026"),
        ({"operation_number": 20}, "V-PAINT has no price for it on 2 March 2026"),
    ],
)
def test_what_the_vendor_cannot_take_stays_inside_and_says_so(shop, change, but):
    shop.policy()
    shop.painter.prices.update(**change)
    operation = shop.order(50).operations.get()
    assert not operation.outside
    assert overflow(operation.overflow) == (
        f"stays inside although M-PAINT is loaded to 100 % in week 10/2026, the policy says 90 %: {but}."
    )


def test_between_two_prices_of_a_vendor_nothing_is_taken(shop):
    shop.policy(lead_time_days=0, overflow_load=Decimal("0.1"))
    shop.painter.prices.update(order_maximum=Decimal(10), lead_time_days=9)
    make_vendor_price(
        shop.painter, shop.frame, 6, operation_number=10, minimum_quantity=Decimal(60), lead_time_days=4
    )
    kept = shop.order(50).operations.get()
    assert overflow(kept.overflow).endswith("V-PAINT takes no fewer than 60.")
    assert outside(shop.order(9)) == [(True, "V-PAINT", 9)]
    assert outside(shop.order(70)) == [(True, "V-PAINT", 4)]


def test_the_days_come_from_the_policy_else_from_the_price_and_without_any_it_stays(shop):
    policy = shop.policy(lead_time_days=0)
    kept = shop.order(50).operations.get()
    assert (kept.outside, kept.overflow["kept"]) == (False, "no_days")
    assert "neither the policy nor the price of V-PAINT says how many days" in overflow(kept.overflow)
    shop.painter.prices.update(lead_time_days=3)
    assert outside(shop.order(50)) == [(True, "V-PAINT", 3)]
    policy.vendor.active = False
    policy.vendor.save()
    assert shop.order(50).operations.get().overflow["kept"] == "vendor"


def test_a_price_in_another_unit_counts_by_its_conversion(shop):
    shop.policy()
    box = make_unit("BOX")
    shop.painter.prices.update(unit=box, order_minimum=Decimal(6))
    assert shop.order(50).operations.get().overflow["kept"] == "no_conversion"
    make_conversion("BOX", "EA", 10, item=shop.frame)
    assert shop.order(50).operations.get().overflow["kept"] == "minimum"
    assert shop.order(60).operations.get().outside


def test_a_kept_operation_is_a_message_of_the_plan(shop, plan):
    shop.policy()
    shop.painter.prices.all().delete()
    shop.demand("SO-1", 50)
    run = plan()
    message = Message.objects.get(run=run, code="overflow_kept")
    assert (message.level, "stays inside although M-PAINT" in sentence(message)) == ("warning", True)
    assert outside(firm(run=run, by=None).orders[0]) == [(False, None, 0)]


def test_a_plan_names_work_that_no_vendor_could_take_before_it_is_too_full(shop, plan):
    shop.policy()
    shop.demand("SO-1", 5)
    shop.demand("SO-2", 5, day=MONDAY + timedelta(days=18))
    shop.painter.prices.update(valid_to=MONDAY + timedelta(days=7))
    run = plan()
    assert said(run) == [
        "V-PAINT has no price for operation 10 of FRAME on 16 March 2026: it stays inside when it overflows."
    ]
    assert run.summary["messages"]["overflow_gap"] == 1
    assert Message.objects.get(run=run, code="overflow_gap").level == "warning"
    shop.painter.prices.update(valid_to=None)
    assert said(plan()) == []


def test_an_operation_of_a_phantom_overflows_by_the_policy_of_the_phantom(shop):
    shop.policy()
    bike = make_item("BIKE", supply="make")
    make_bom(bike, {shop.frame: {"quantity": Decimal(1), "kind": "phantom"}})
    order = create_order(
        site=shop.site, item=bike, quantity=Decimal(50), start_on=MONDAY, due_on=MONDAY + timedelta(days=4),
        by=None,
    )  # fmt: skip
    assert (True, "V-PAINT", 6) in outside(order)


def test_it_is_brought_inside_by_hand_and_sent_out_again(shop):
    shop.policy()
    operation = shop.order(50).operations.get()
    operation = bring_back(operation=operation, by=None)
    assert (operation.outside, operation.overflow["kept"]) == (False, "hand")
    assert overflow(operation.overflow).endswith("the policy says 90 %: it was brought back by hand.")
    operation = send_out(operation=operation, vendor=shop.painter, by=None)
    assert (operation.outside, operation.overflow) == (True, {})


def test_many_orders_cost_no_more_queries_than_one(shop, plan, django_assert_max_num_queries):
    shop.policy()
    shop.demand("SO-1", 30)
    plan()
    for number in range(2, 40):
        shop.demand(f"SO-{number}", 30, day=MONDAY + timedelta(days=4 + number))
    with django_assert_max_num_queries(110):
        run = plan()
    assert run.summary["messages"]["overflow"] > 10
    assert ProductionOrder.objects.count() == 0


def test_pages_and_rest_say_why(shop, plan, planner):
    shop.policy()
    order = shop.order(50)
    said = "utside at V-PAINT: M-PAINT is loaded to 100 % in week 10/2026, the policy says 90 %."
    assert said in planner.get(f"/planning/orders/{order.pk}/operations/").content.decode()
    rows = planner.get("/api/v1/planning/operations/", {"search": order.number}).json()["results"]
    assert [row["overflow"] for row in rows] == ["o" + said]
    shop.demand("SO-1", 110)
    run = plan()
    proposal = Proposal.objects.filter(run=run, kind="make").get()
    assert "operation 10: o" + said in planner.get(f"/planning/proposals/{proposal.pk}/").content.decode()
    message = planner.get("/api/v1/planning/messages/", {"code": "overflow"}).json()["results"][0]
    assert message["sentence"].endswith(said)


def test_what_changes_while_the_plan_thinks_does_not_contradict_its_reasons(shop, plan, monkeypatch):
    shop.policy()
    shop.demand("SO-1", 110)
    reason = sentence(Message.objects.get(run=plan(), code="overflow")).partition(",")[2]
    think = mrp._think

    def change(*given):
        answer = think(*given)
        OutsourcingPolicy.objects.update(overflow_load=Decimal("0.5"), lead_time_days=9)
        CalendarException.objects.create(calendar=shop.site.calendar, day=MONDAY)
        shop.painter.prices.all().delete()
        return answer

    monkeypatch.setattr(mrp, "_think", change)
    run = plan()
    message = Message.objects.get(run=run, code="overflow")
    assert (sentence(message).partition(",")[2], message.facts["days"]) == (reason, 6)
    monkeypatch.setattr(mrp, "_think", think)
    assert Message.objects.filter(run=plan(), code="overflow_kept").exists()


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_overflow_is_read_of_the_moment_of_the_plan(shop, monkeypatch, settings):
    shop.policy()
    shop.demand("SO-1", 110)
    take = mrp.snapshot.take
    read = []

    def then_change(*given):
        taken = take(*given)
        limit = OutsourcingPolicy.objects.get().overflow_load
        read.append(int(limit * 100))
        in_another_session(lambda: OutsourcingPolicy.objects.update(overflow_load=limit - Decimal("0.1")))
        return taken

    monkeypatch.setattr(mrp.snapshot, "take", then_change)
    settings.RUNS = "inline"
    run = mrp.plan(site=shop.site, from_date=MONDAY, to_date=MONDAY + timedelta(days=60), by=None)
    message = Message.objects.get(run=run, code="overflow")
    # It is made again while the policy changes under it, and at last says what it was made of.
    assert len(read) == mrp.ATTEMPTS
    assert message.facts["limit"] == str(read[-1])


def in_another_session(act):
    """Do it in a session of its own, committed."""

    def alone():
        act()
        connection.close()

    thread = Thread(target=alone)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def test_a_plan_goes_on_past_an_order_whose_time_nobody_can_reckon(shop, plan):
    shop.policy()
    shop.demand("D1", 45)
    RouteOperation.objects.update(run_basis="capacity")
    Resource.objects.filter(group=shop.paint).update(
        capacity_per_hour=10, capacity_unit=make_unit("KG", digits=3)
    )
    run = plan()
    assert (run.state, run.problem) == ("done", "")
    assert Proposal.objects.filter(run=run, item=shop.frame).exists() and said(run) == []
    with pytest.raises(Refused, match="M-PAINT-1 makes so many KG an hour"):
        shop.order(45)
