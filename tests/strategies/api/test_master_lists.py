from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from strategies.models import BomLine, Item, ItemPolicy, RouteLink, VendorPrice
from tests.factories import (
    make_bom,
    make_calendar,
    make_item,
    make_location,
    make_route,
    make_site,
    make_stock,
    make_unit,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/strategies"


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_user("engineer"))
    return client


def post(client: Client, address: str, body: object, key: str = "k1", **headers):
    return client.post(
        f"{API}/{address}", body, content_type="application/json", headers={"Idempotency-Key": key, **headers}
    )


def test_items_are_added_changed_and_found(engineer):
    make_unit()
    made = post(engineer, "items/", {"number": "BIKE", "name": "Bicycle", "unit": "EA"})
    assert (made.status_code, made.json()["revision"]) == (201, 1)
    changed = engineer.patch(
        f"{API}/items/BIKE/",
        {"name": "Racer"},
        content_type="application/json",
        headers={"Idempotency-Key": "k2"},
    )
    assert changed.json()["name"] == "Racer"
    found = engineer.get(f"{API}/items/?search=race&active=true").json()["results"]
    assert [row["number"] for row in found] == ["BIKE"]


def change(client: Client, address: str, body: object, key: str = "c1"):
    return client.patch(
        f"{API}/{address}", body, content_type="application/json", headers={"Idempotency-Key": key}
    )


def remove(client: Client, address: str, key: str = "d1"):
    return client.delete(f"{API}/{address}", headers={"Idempotency-Key": key})


def test_the_unit_of_an_item_with_stock_stays(engineer):
    item, store = make_item("BIKE"), make_location(make_site(), code="A")
    make_unit("KG")
    assert change(engineer, "items/BIKE/", {"unit": "KG"}).json()["unit"] == "KG"
    make_stock(item, 3, store)
    answer = change(engineer, "items/BIKE/", {"unit": "EA"}, key="c2")
    assert answer.status_code == 409
    assert "BIKE has stock moves in its unit" in answer.json()["detail"]


def test_the_later_of_two_editors_is_told(engineer):
    make_item("BIKE")
    assert change(engineer, "items/BIKE/", {"name": "Racer", "revision": 1}).status_code == 200
    late = change(engineer, "items/BIKE/", {"name": "Tourer", "revision": 1}, key="c2")
    assert late.status_code == 409
    assert "changed by somebody else" in late.json()["detail"]
    assert engineer.get(f"{API}/items/BIKE/").json()["name"] == "Racer"


def test_order_settings_are_added_changed_explained_and_removed(engineer):
    make_item("BIKE", attributes={"colour": "red"})
    made = post(engineer, "item-policies/", {"item": "BIKE", "supply": "buy", "lead_time_days": 5})
    red = {"item": "BIKE", "supply": "make", "rank": 10, "variant": {"colour": "red"}, "lead_time_days": 2}
    assert (made.status_code, post(engineer, "item-policies/", red, key="k2").status_code) == (201, 201)
    told = engineer.get(f"{API}/items/BIKE/settings/").json()["settings"]
    assert [(row["lead_time_days"], row["why"]) for row in told] == [(2, "wins"), (5, "rank")]
    again = post(engineer, "item-policies/", red, key="k3")
    assert (again.status_code, again.json()["code"]) == (400, "invalid")
    key = told[0]["id"]
    assert change(engineer, f"item-policies/{key}/", {"lead_time_days": 3}).json()["lead_time_days"] == 3
    assert remove(engineer, f"item-policies/{key}/").status_code == 204
    told = engineer.get(f"{API}/items/BIKE/settings/").json()["settings"]
    assert [(row["lead_time_days"], row["why"]) for row in told] == [(5, "wins")]


def test_order_settings_say_where_the_item_is_stored(engineer):
    make_item("BIKE")
    here, there = make_site("HERE"), make_site("THERE")
    body = {"item": "BIKE", "supply": "buy", "site": "HERE", "location": "STORE", "reserve_at": "release"}
    made = post(engineer, "item-policies/", body)
    assert (made.status_code, made.json()["location"]) == (201, "STORE"), made.content
    row = ItemPolicy.objects.get()
    assert (row.reserve_at, made.json()["reserve_at"]) == ("release", "release")
    assert row.location == here.locations.get(code="STORE")
    none = change(engineer, f"item-policies/{row.pk}/", {"location": None})
    assert (none.status_code, none.json()["location"]) == (200, None)
    back = change(engineer, f"item-policies/{row.pk}/", {"location": "STORE"}, key="k2")
    assert (back.status_code, ItemPolicy.objects.get().location.site) == (200, here)
    unknown = change(engineer, f"item-policies/{row.pk}/", {"location": "NOWHERE"}, key="k3")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "invalid")
    moved = change(engineer, f"item-policies/{row.pk}/", {"site": there.code}, key="k4")
    assert (moved.status_code, moved.json()["detail"]) == (409, "STORE is at another site.")


def test_units_and_their_conversions_by_rest(engineer):
    for code, digits in (("LB", 3), ("KG", 3)):
        body = {"code": code, "name": code, "digits": digits, "rounding": "half_up"}
        assert post(engineer, "units/", body, key=code).status_code == 201
    made = post(
        engineer, "unit-conversions/", {"source": "LB", "target": "KG", "factor": "0.453592292"}, key="f"
    )
    assert (made.status_code, made.json()["factor"]) == (201, "113398073/250000000")
    found = engineer.get(f"{API}/units/LB/convert/?quantity=970&to=KG").json()
    assert found == {
        "exact": "10999613081/25000000",
        "rounded": "439.985",
        "unit": "KG",
        "path": ["LB", "KG"],
    }
    back = post(engineer, "unit-conversions/", {"source": "KG", "target": "LB", "factor": "2.2"}, key="g")
    assert back.status_code == 409
    assert "contradict each other: by " in back.json()["detail"]
    make_unit("M")
    lost = engineer.get(f"{API}/units/LB/convert/?to=M")
    assert (lost.status_code, "how many M one LB is" in lost.json()["detail"]) == (409, True)
    used = remove(engineer, "units/LB/")
    assert (used.status_code, "it cannot be deleted" in used.json()["detail"]) == (409, True)
    assert remove(engineer, f"unit-conversions/{made.json()['id']}/", key="d2").status_code == 204
    assert remove(engineer, "units/LB/", key="d3").status_code == 204


def test_vendors_prices_and_outside_work_by_rest(engineer):
    make_item("SPOKE")
    make_site("ONE")
    assert (
        post(engineer, "vendors/", {"number": "ACME", "name": "Acme", "currency": "USD"}).status_code == 201
    )
    tier = {
        "vendor": "ACME",
        "item": "SPOKE",
        "unit": "EA",
        "currency": "USD",
        "price": "0.25",
        "valid_from": "2026-01-01",
    }
    made = post(engineer, "vendor-prices/", tier, key="p1")
    assert made.status_code == 201
    again = post(engineer, "vendor-prices/", tier | {"price": "0.24", "valid_from": "2026-06-01"}, key="p2")
    assert (again.status_code, "end that price first" in again.json()["detail"]) == (409, True)
    ended = change(engineer, f"vendor-prices/{made.json()['id']}/", {"valid_to": "2026-05-31"})
    assert ended.json()["valid_to"] == "2026-05-31"
    assert (
        post(
            engineer, "vendor-prices/", tier | {"price": "0.24", "valid_from": "2026-06-01"}, key="p3"
        ).status_code
        == 201
    )
    policy = {
        "site": "ONE",
        "item": "SPOKE",
        "vendor": "ACME",
        "rule": "overflow",
        "valid_from": "2026-01-01",
    }
    outside = post(engineer, "outsourcing-policies/", policy, key="o1")
    assert outside.status_code == 201
    key = outside.json()["id"]
    assert (
        change(engineer, f"outsourcing-policies/{key}/", {"overflow_load": "0.9"}, key="c2").json()[
            "overflow_load"
        ]
        == "0.9"
    )
    assert remove(engineer, f"outsourcing-policies/{key}/").status_code == 204
    assert remove(engineer, "vendors/ACME/", key="d2").status_code == 204


def test_an_item_nothing_refers_to_is_deleted_and_another_is_not(engineer):
    bike, wheel = make_item("BIKE"), make_item("WHEEL")
    make_bom(bike, {wheel: 2})
    used = remove(engineer, "items/WHEEL/")
    assert (used.status_code, "Take it out of use" in used.json()["detail"]) == (409, True)
    make_item("NOBODY", supply="buy")
    assert remove(engineer, "items/NOBODY/", key="d2").status_code == 204
    assert not Item.objects.filter(number="NOBODY").exists()


def test_many_items_go_in_by_number_and_a_second_time_change_nothing(engineer):
    make_unit()
    rows = [
        {"number": f"N{place}", "name": "Part", "unit": "EA", "list_price": "1.50"} for place in range(30)
    ]
    first = post(engineer, "items/bulk/", rows)
    assert (first.status_code, first.json()["added"]) == (200, 30)
    second = post(engineer, "items/bulk/", rows, key="k2").json()
    assert (second["added"], second["changed"], second["unchanged"]) == (0, 0, 30)


def test_a_row_with_a_list_in_a_cell_is_refused_with_line_and_column(engineer):
    make_unit()
    rows = [{"number": "A", "name": "A", "unit": "EA"}, {"number": "B", "name": {"de": "B"}, "unit": "EA"}]
    answer = post(engineer, "items/bulk/?partial=1", rows)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Line 2, name: A text, a number, true, false or null belongs here."
    assert not Item.objects.exists()


def test_one_wrong_row_keeps_all_out_and_is_named(engineer):
    make_unit()
    rows = [{"number": "A", "name": "A", "unit": "EA"}, {"number": "B", "name": "B", "unit": "XX"}]
    answer = post(engineer, "items/bulk/", rows)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Line 2, unit: There is no unit “XX”."
    assert not Item.objects.exists()
    partial = post(engineer, "items/bulk/?partial=1", rows, key="k2")
    assert (partial.status_code, partial.json()["added"], partial.json()["errors"]) == (200, 1, 1)


def test_a_dry_run_saves_nothing(engineer):
    make_unit()
    answer = post(engineer, "items/bulk/?dry_run=1", [{"number": "A", "name": "A", "unit": "EA"}])
    assert (answer.status_code, answer.json()["added"], answer.json()["saved"]) == (200, 1, False)
    assert not Item.objects.exists()


def test_csv_goes_in_like_json(engineer):
    make_unit()
    answer = engineer.post(
        f"{API}/items/bulk/",
        "number;name;unit\nA;A;EA\n",
        content_type="text/csv",
        headers={"Idempotency-Key": "k"},
    )
    assert answer.json()["added"] == 1


def test_a_bill_is_drafted_filled_approved_and_activated(engineer):
    make_item("BIKE"), make_item("WHEEL")
    bom = post(engineer, "boms/", {"item": "BIKE"}).json()
    lines = [
        {"item": "BIKE", "version": 1, "position": 10, "component": "WHEEL", "quantity": "2", "unit": "EA"}
    ]
    assert post(engineer, "boms/lines/bulk/", lines, key="k2").json()["added"] == 1
    assert post(engineer, f"boms/{bom['id']}/approve/", {}, key="k3").json()["state"] == "approved"
    assert post(engineer, f"boms/{bom['id']}/activate/", {}, key="k4").json()["state"] == "active"
    shown = engineer.get(f"{API}/boms/{bom['id']}/?expand=lines").json()
    assert [(line["component"], line["quantity"]) for line in shown["lines"]] == [("WHEEL", "2")]
    refused = post(engineer, f"boms/{bom['id']}/submit/", {}, key="k5")
    assert refused.status_code == 409 and refused.json()["blocked_by"]
    copied = post(engineer, f"boms/{bom['id']}/copy/", {"valid_from": "2027-01-01"}, key="k6").json()
    assert (copied["version"], copied["state"], BomLine.objects.count()) == (2, "draft", 2)


def test_exploding_and_where_used_add_up_all_levels(engineer):
    bike, wheel, spoke = make_item("BIKE"), make_item("WHEEL"), make_item("SPOKE")
    make_bom(bike, {wheel: 2})
    make_bom(wheel, {spoke: 32})
    needs = engineer.get(f"{API}/items/BIKE/explode/?quantity=10").json()["needs"]
    assert [(row["item"], row["quantity"], row["level"]) for row in needs] == [
        ("WHEEL", "20", 1),
        ("SPOKE", "640", 2),
    ]
    parents = engineer.get(f"{API}/items/SPOKE/where-used/").json()["parents"]
    assert [(row["item"], row["quantity"]) for row in parents] == [("WHEEL", "32"), ("BIKE", "64")]
    wrong = engineer.get(f"{API}/items/BIKE/explode/?quantity=many")
    assert (wrong.status_code, wrong.json()["detail"]) == (400, "quantity: A number is wanted.")


def test_operations_come_with_their_links_and_instructions(engineer):
    make_item("BIKE")
    post(engineer, "routes/", {"item": "BIKE"})
    rows = [{"item": "BIKE", "version": 1, "number": number, "name": "Do"} for number in (10, 20)]
    post(engineer, "routes/operations/bulk/", rows, key="k2")
    steps = [{"item": "BIKE", "version": 1, "operation": 20, "position": 1, "text": "Tighten"}]
    assert post(engineer, "routes/steps/bulk/", steps, key="k3").json()["added"] == 1
    [route] = engineer.get(f"{API}/routes/?item=BIKE&expand=operations").json()["results"]
    assert [(one["number"], one["follows"], len(one["steps"])) for one in route["operations"]] == [
        (10, [], 0),
        (20, [10], 1),
    ]
    assert RouteLink.objects.count() == 1


def test_a_calendar_takes_a_closed_day_and_forgets_it(engineer):
    make_calendar("3S")
    closed = post(engineer, "calendars/3S/except-day/", {"day": "2026-12-25", "reason": "Christmas"}).json()
    assert [row["day"] for row in closed["exceptions"]] == ["2026-12-25"]
    again = post(engineer, "calendars/3S/follow-week/", {"day": "2026-12-25"}, key="k2").json()
    assert again["exceptions"] == []


def test_prices_are_for_those_with_a_right_to_money(client):
    make_vendor_price(make_vendor("V"), make_item("WHEEL"), Decimal("12.5"))
    client.force_login(make_user("operator"))
    assert client.get(f"{API}/vendor-prices/").status_code == 403
    shown = client.get(f"{API}/items/WHEEL/?expand=vendor_prices").json()
    assert "price" not in shown["vendor_prices"][0]
    client.force_login(make_user("buyer"))
    assert client.get(f"{API}/vendor-prices/").json()["results"][0]["price"] == "12.5"


@pytest.mark.parametrize(("role", "status"), [("operator", 403), ("planner", 403), ("integrator", 200)])
def test_master_data_is_changed_by_those_whose_job_it_is(client, role, status):
    client.force_login(make_user(role))
    answer = post(client, "units/bulk/", [{"code": "EA", "name": "Each"}])
    assert answer.status_code == status
    assert VendorPrice.objects.count() == 0


def test_a_route_shows_what_can_be_done_with_it_now(engineer):
    route = make_route(make_item("BIKE"), [{}])
    verbs = engineer.get(f"{API}/routes/{route.pk}/").json()["verbs"]
    assert verbs["retire"] == {"allowed": True, "blocked_by": []}
    assert verbs["activate"]["blocked_by"]
