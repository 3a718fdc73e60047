"""Overflow policies by which nothing can go out say so: on pages, over REST, in a file that is taken in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client

from p2p.core import clock
from strategies.models import OutsourcingPolicy
from strategies.selectors.outside import gaps
from strategies.services.importer import take_rows
from tests.factories import (
    make_conversion,
    make_group,
    make_item,
    make_route,
    make_site,
    make_unit,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
NO_PRICE = "ACME has no price for operation 10 of FRAME on 2 March 2026: it stays inside when it overflows."


@pytest.fixture
def policy(monkeypatch) -> OutsourcingPolicy:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 6, tzinfo=UTC))
    site, frame, acme = make_site("ONE"), make_item("FRAME"), make_vendor("ACME")
    make_route(frame, [{"group": make_group(site, "M-PAINT")}, {"group": make_group(site, "M-PACK")}])
    return OutsourcingPolicy.objects.create(
        site=site, item=frame, vendor=acme, operation_number=10, rule="overflow", valid_from=date(2026, 1, 1)
    )


@pytest.fixture
def buyer(client: Client) -> Client:
    client.force_login(make_user("buyer"))
    return client


def priced(policy, **also):
    return make_vendor_price(
        policy.vendor, policy.item, 7, **{"operation_number": 10, "lead_time_days": 3, **also}
    )


def said(policy, day=TODAY):
    policy = OutsourcingPolicy.objects.select_related("vendor", "item").get(pk=policy.pk)
    return [str(each) for each in gaps([policy], day).values()]


def test_a_price_of_the_work_and_days_are_wanted(policy):
    assert said(policy) == [NO_PRICE]
    price = priced(policy, lead_time_days=0)
    assert said(policy) == [
        "Neither the policy nor the price of ACME says how many days operation 10 of FRAME takes: it stays inside "
        "when it overflows."
    ]
    price.lead_time_days = 3
    price.save()
    assert said(policy) == []
    price.valid_to = date(2026, 3, 1)
    price.save()
    assert said(policy) == [NO_PRICE]


def test_a_price_of_the_item_or_of_other_work_does_not_count(policy):
    priced(policy, operation_number=None)
    priced(policy, operation_number=20)
    assert said(policy) == [NO_PRICE]


def test_a_policy_of_the_whole_item_wants_a_price_for_each_of_its_operations(policy):
    OutsourcingPolicy.objects.update(operation_number=None)
    priced(policy)
    assert said(policy) == [NO_PRICE.replace("operation 10", "operation 20")]
    priced(policy, operation_number=20)
    assert said(policy) == []


def test_the_unit_of_the_price_has_to_lead_to_that_of_the_item(policy):
    priced(policy, unit=make_unit("BOX"))
    assert said(policy) == [
        "The unit in which ACME has a price for operation 10 of FRAME has no conversion: it stays inside when it "
        "overflows."
    ]
    make_conversion("BOX", "EA", 10, item=policy.item)
    assert said(policy) == []


def test_a_policy_to_come_is_asked_on_its_first_day_and_one_that_is_over_or_no_overflow_never(policy):
    priced(policy, valid_from=date(2026, 6, 1))
    OutsourcingPolicy.objects.update(valid_from=date(2026, 6, 1))
    assert said(policy) == []
    OutsourcingPolicy.objects.update(valid_from=date(2026, 1, 1), valid_to=date(2026, 3, 1))
    assert said(policy) == []
    OutsourcingPolicy.objects.update(valid_to=None, rule="make")
    assert said(policy) == []


def test_who_is_out_of_use_takes_nothing(policy):
    priced(policy)
    policy.vendor.active = False
    policy.vendor.save()
    assert said(policy) == [
        "ACME is not in use any more: operation 10 of FRAME stays inside when it overflows."
    ]


def test_the_pages_of_item_and_vendor_warn(policy, buyer):
    for address in ("items/FRAME/?tab=supply", "vendors/ACME/?tab=outside"):
        assert NO_PRICE in buyer.get(f"/strategies/{address}").content.decode()
    priced(policy)
    assert "stays inside" not in buyer.get("/strategies/items/FRAME/?tab=supply").content.decode()


def test_who_saves_it_is_told_what_is_missing(policy, buyer):
    form = {
        "vendor": "ACME", "operation_number": 10, "rule": "overflow", "supply": "send", "lead_time_days": 4,
        "allowed_loss_fraction": "0", "overflow_load": "0.9", "valid_from": "2026-01-01",
    }  # fmt: skip
    answer = buyer.post(f"/strategies/outside-work/{policy.pk}/", form, follow=True)
    assert f"Outside work of FRAME saved. {NO_PRICE}" in answer.content.decode()
    priced(policy)
    answer = buyer.post(f"/strategies/outside-work/{policy.pk}/", form | {"lead_time_days": 5}, follow=True)
    assert "Outside work of FRAME saved.<" in answer.content.decode().replace("\n", "")


def test_rest_says_it_of_each_with_as_many_queries_for_many(policy, buyer, django_assert_max_num_queries):
    address = "/api/v1/strategies/outsourcing-policies/"
    one = buyer.get(address).json()["results"]
    assert [row["gap"] for row in one] == [NO_PRICE]
    assert buyer.get(f"{address}{policy.pk}/").json()["gap"] == NO_PRICE
    for number in range(20):
        OutsourcingPolicy.objects.create(
            site=policy.site, item=make_item(f"I{number}"), vendor=policy.vendor, operation_number=10,
            rule="overflow", valid_from=date(2026, 1, 1),
        )  # fmt: skip
    priced(policy)
    with django_assert_max_num_queries(14):
        rows = buyer.get(address).json()["results"]
    assert [bool(row["gap"]) for row in rows] == [False] + [True] * 20


def test_a_file_is_taken_with_a_warning_at_its_line_until_there_is_a_price(policy):
    row = {
        "site": "ONE", "item": "FRAME", "operation_number": "10", "rule": "overflow", "vendor": "ACME",
        "lead_time_days": "4", "overflow_load": "0.9", "valid_from": "2026-01-01",
    }  # fmt: skip
    outcome = take_rows(sheet="outsourcing_policies", rows=[row], by=None)
    found = [(one.line, one.column, one.is_error, one.text) for one in outcome.problems]
    assert (outcome.saved, found) == (True, [(1, "vendor", False, NO_PRICE)])
    assert OutsourcingPolicy.objects.get().overflow_load == Decimal("0.9")
    priced(policy)
    again = take_rows(sheet="outsourcing_policies", rows=[{**row, "lead_time_days": "5"}], by=None)
    assert (again.saved, list(again.problems)) == (True, [])
