"""Pages and REST of lots, serial numbers, handling units, labels, scans and rules."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from p2p.core import clock
from p2p.inventory.models import (
    AttributeRule,
    Balance,
    CountClass,
    HandlingUnit,
    Hold,
    Lot,
    PutAwayRule,
    Serial,
    StockRule,
    SupplyRule,
)
from p2p.inventory.services.packing import Packing, pack, unpack
from p2p.inventory.services.units import create_units, nest, take_out
from strategies.models import Characteristic, Site
from tests.factories import make_item, make_location, make_lot, make_serial, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db
API = "/api/v1/inventory"
GTIN = "04012345678901"


@pytest.fixture
def site():
    return make_site("BOT")


@pytest.fixture
def store(site):
    return site.locations.get(code="STORE")


@pytest.fixture
def milk():
    return make_item("MILK", tracking="lot", attributes={"gtin": GTIN})


@pytest.fixture
def lot(milk, store):
    row = make_lot(milk, "L1", attributes={"FAT": "3.5"})
    make_stock(milk, 10, store, lot=row)
    return row


@pytest.fixture
def fat(milk):
    one = Characteristic.objects.create(code="FAT", name="Fat", lower_limit=3, upper_limit=4)
    AttributeRule.objects.create(item=milk, characteristic=one, required=True)
    return one


def client_of(role="supervisor"):
    client = Client()
    client.force_login(make_user(role))
    return client


def send(path, body=None, *, role="supervisor", method="post"):
    call = getattr(client_of(role), method)
    return call(f"{API}/{path}", json.dumps(body or {}), content_type="application/json")


def test_the_lot_page_shows_where_it_lies_its_limits_holds_and_what_happened(lot, fat):
    Hold.objects.create(kind="quality", item=lot.item, lot=lot, note="Smells")
    url = reverse("inventory:lot", args=[lot.pk])
    page = client_of().get(url).content.decode()
    for words in ("STORE", "Smells", "Fat", "On hold", 'cx="70.0"'):
        assert words in page
    told = client_of().get(f"{url}?tab=history").content.decode()
    assert "Opening stock" in told and "Put on hold" in told


def test_what_happened_to_a_pallet_names_the_box_that_came_and_went(store):
    pallet, box = create_units(kind="pallet", location=store, count=2, by=None)
    nest(unit=box, parent=pallet, by=None)
    take_out(unit=box, by=None)
    for one in (pallet, box):
        url = reverse("inventory:unit", args=[one.number])
        told = client_of().get(f"{url}?tab=history").content.decode()
        assert f"{box.number} into {pallet.number}" in told
        assert f"{box.number} out of {pallet.number}" in told


def test_a_lot_is_changed_retested_split_and_merged_from_its_page(lot, fat, store, milk):
    client = client_of()
    page = lambda name: reverse(f"inventory:{name}", args=[lot.pk])  # noqa: E731 (four times)
    refused = client.post(page("change-lot"), {"vendor_lot": "A", "attribute_FAT": "9", "revision": 1})
    assert refused.status_code == 409 and "at most 4" in refused.content.decode()
    assert (
        client.post(
            page("change-lot"), {"vendor_lot": "A", "attribute_FAT": "3.2", "revision": 1}
        ).status_code
        == 303
    )
    day = clock.now().date() + timedelta(days=9)
    assert client.post(page("retest"), {"passed": "yes", "until": str(day)}).status_code == 303
    lot.refresh_from_db()
    assert (lot.vendor_lot, lot.attributes, lot.retest_on) == ("A", {"FAT": "3.2"}, day)
    pile = Balance.objects.get(lot=lot)
    assert page("merge-lots") not in client.get(page("lot")).content.decode()  # there is no other one
    assert (
        client.post(page("split-lot"), {"pile": pile.pk, "quantity": "4", "number": "L2"}).status_code == 303
    )
    part = Lot.objects.get(number="L2")
    assert Balance.objects.get(lot=part).quantity == 4
    assert page("merge-lots") in client.get(page("lot")).content.decode()
    assert f"Merge lot {lot.number} with others" in client.get(page("merge-lots")).content.decode()
    assert client.post(page("merge-lots"), {"lots": [part.pk]}).status_code == 303
    assert Balance.objects.get(lot=lot).quantity == 10


def test_a_lot_and_a_serial_number_are_held_from_their_pages(lot):
    serial = make_serial(make_item("BIKE", tracking="serial"), "S1")
    client = client_of("inspector")
    for name, record in (("lot", lot), ("serial", serial)):
        url = reverse(f"inventory:hold-{name}", args=[record.pk])
        values = client.get(url).context["form"].initial
        body = {key: values[key] for key in ("item", name)} | {
            "kind": "quality",
            "blocks": "use",
            "note": "Looks odd",
        }
        assert client.post(url, body).status_code in (204, 303)
    assert set(Hold.objects.values_list("lot", "serial", "note")) == {
        (lot.pk, None, "Looks odd"),
        (None, serial.pk, "Looks odd"),
    }


def test_the_new_lot_of_a_split_is_not_filled_in_with_the_number_of_the_old_one(lot):
    form = client_of().get(reverse("inventory:split-lot", args=[lot.pk])).context["form"]
    assert form["number"].value() is None


def test_nobody_splits_a_lot_at_a_site_that_is_not_theirs(lot):
    client = Client()
    client.force_login(make_user("supervisor", site=make_site("SEA")))
    pile = Balance.objects.get(lot=lot)
    for name, body in (("split-lot", {"pile": pile.pk, "quantity": "4"}),):
        assert client.post(reverse(f"inventory:{name}", args=[lot.pk]), body).status_code == 403
    other = make_lot(lot.item, "L2")
    make_stock(lot.item, 1, pile.location, lot=other)
    url = reverse("inventory:merge-lots", args=[lot.pk])
    assert client.post(url, {"lots": [other.pk]}).status_code == 403


def test_nobody_changes_retests_or_holds_a_lot_that_lies_only_at_another_site(lot):
    elsewhere = make_site("SEA")
    rest = APIClient()
    rest.force_authenticate(make_user("inspector", site=elsewhere))
    assert rest.post(f"{API}/lots/MILK~L1/retest/", {"passed": False}, format="json").status_code == 403
    assert rest.patch(f"{API}/lots/MILK~L1/", {"vendor_lot": "V"}, format="json").status_code == 403
    held = {"item": "MILK", "lot": "L1", "kind": "quality"}
    assert rest.post(f"{API}/holds/place/", held, format="json").status_code == 403
    client = Client()
    client.force_login(make_user("supervisor", site=elsewhere))
    for name, said in (
        ("change-lot", {"vendor_lot": "A", "revision": 1}),
        ("retest", {"passed": "no", "note": "Sour"}),
        ("hold-lot", {**held, "blocks": "use", "note": "Odd"}),
    ):
        url = reverse(f"inventory:{name}", args=[lot.pk])
        assert client.post(url, said).status_code == 403, name
    lot.refresh_from_db()
    assert (lot.vendor_lot, lot.revision) == ("", 1) and not Hold.objects.exists()


def test_what_lies_nowhere_is_held_with_a_role_anywhere(milk):
    make_lot(milk, "L9")
    rest = APIClient()
    rest.force_authenticate(make_user("inspector", site=make_site("SEA")))
    held = {"item": "MILK", "lot": "L9", "kind": "quality"}
    assert rest.post(f"{API}/holds/place/", held, format="json").status_code == 200
    assert rest.patch(f"{API}/lots/MILK~L9/", {"vendor_lot": "V"}, format="json").status_code == 200


def test_a_serial_number_of_another_site_is_neither_changed_nor_held(store):
    bike = make_item("BIKE", tracking="serial")
    piece = make_serial(bike, "S1")
    make_stock(bike, 1, store, serial=piece)
    rest = APIClient()
    rest.force_authenticate(make_user("inspector", site=make_site("SEA")))
    assert rest.patch(f"{API}/serials/BIKE~S1/", {"vendor_serial": "V"}, format="json").status_code == 403
    held = {"item": "BIKE", "serial": "S1", "kind": "quality"}
    assert rest.post(f"{API}/holds/place/", held, format="json").status_code == 403
    client = Client()
    client.force_login(make_user("supervisor", site=Site.objects.get(code="SEA")))
    url = reverse("inventory:change-serial", args=[piece.pk])
    assert client.post(url, {"vendor_serial": "A"}).status_code == 403
    piece.refresh_from_db()
    assert piece.vendor_serial == "" and not Hold.objects.exists()


def test_lots_over_rest(lot, fat, store, site):
    changed = send("lots/MILK~L1/", {"attributes": {"FAT": 3.8}, "vendor_lot": "V"}, method="patch")
    assert changed.json()["attributes"] == {"FAT": "3.8"}
    refused = send("lots/MILK~L1/", {"attributes": {"FAT": 8}}, method="patch")
    assert refused.status_code == 409 and "at most 4" in refused.json()["detail"]
    part = send("lots/MILK~L1/split/", {"site": "BOT", "location": "STORE", "quantity": "4"})
    assert part.json()["number"] == "L1-A"
    merged = send("lots/merge/", {"item": "MILK", "lots": ["L1", "L1-A"]})
    assert merged.json()["number"] == "L1"
    failed = send("lots/MILK~L1/retest/", {"passed": False, "note": "Sour"}, role="inspector")
    assert failed.status_code == 200 and Hold.objects.get(lot=lot).note == "Sour"
    told = client_of().get(f"{API}/lots/MILK~L1/history/").json()
    assert told["status"] == ["On hold"]
    assert told["attributes"][0]["upper_limit"] is not None
    assert any("regrouped" in event["title"] for event in told["events"])
    assert "L1 → L1-A (4 EA)" in [event["detail"] for event in told["events"]]
    assert send("lots/MILK~L1/retest/", {"passed": False}, role="operator").status_code == 403


def test_serial_numbers_over_rest_and_on_their_pages(site):
    bike = make_item("BIKE", tracking="serial")
    made = send("serials/make/", {"item": "BIKE", "site": "BOT", "count": 3})
    assert made.status_code == 200 and Serial.objects.filter(item=bike).count() == 3
    changed = send("serials/BIKE~BIKE-000001/", {"vendor_serial": "X"}, method="patch")
    assert changed.json()["vendor_serial"] == "X"
    client = client_of()
    row = Serial.objects.get(number="BIKE-000001")
    assert "vendor serial: – → X" in client.get(
        reverse("inventory:serial", args=[row.pk]) + "?tab=history"
    ).content.decode().replace("vendor_serial", "vendor serial")
    body = {"item": "BIKE", "site": site.pk, "count": 2}
    assert client.post(reverse("inventory:new-serials"), body).status_code == 303
    assert "BIKE-000005" in client.get(reverse("inventory:serials")).content.decode()


def test_a_handling_unit_from_making_to_retiring_over_rest(lot, store, site):
    make_location(site, code="DOCK", kind="shipping")
    (number,) = [
        one["number"] for one in send("handling-units/make/", {"site": "BOT", "location": "STORE"}).json()
    ]
    unit = f"handling-units/{number}"
    lines = {"lines": [{"item": "MILK", "lot": "L1", "quantity": "6"}]}
    assert send(f"{unit}/pack/", lines).status_code == 200
    content = client_of().get(f"{API}/{unit}/content/").json()
    assert [(row["lot"], Decimal(row["quantity"])) for row in content["stock"]] == [("L1", 6)]
    moved = send(f"{unit}/move/", {"site": "BOT", "location": "DOCK"}).json()
    assert [row["target"] for row in moved] == ["DOCK"]
    assert send(f"{unit}/close/", {"gross_weight": "7.5"}).json()["state"] == "closed"
    refused = send(f"{unit}/unpack/")
    assert refused.status_code == 409 and "open it first" in refused.json()["detail"]
    assert send(f"{unit}/open/").json()["state"] == "open"
    assert send(f"{unit}/unpack/").status_code == 200
    assert send(f"{unit}/retire/").json()["state"] == "retired"
    assert send(f"{unit}/reuse/").json()["state"] == "open"
    assert send(f"{unit}/pack/", lines, role="planner").status_code == 403


def test_units_on_their_pages(lot, store):
    client = client_of("operator")
    made = client.post(
        reverse("inventory:new-units"), {"kind": "box", "count": 1, "location": store.pk, "number": "B-1"}
    )
    assert made["Location"] == "/inventory/units/B-1/"
    unit = HandlingUnit.objects.get()
    assert (
        client.post(reverse("inventory:pack", args=[unit.pk]), {"item": "MILK", "quantity": "6"}).status_code
        == 303
    )
    page = client.get(made["Location"]).content.decode()
    assert "L1" in page and "MILK" in page
    (pallet,) = create_units(location=store, by=None)
    assert (
        client.post(reverse("inventory:nest", args=[unit.pk]), {"parent": pallet.number}).status_code == 303
    )
    assert "B-1" in client.get(f"/inventory/units/{pallet.number}/").content.decode()
    pile = Balance.objects.get(handling_unit=unit)
    body = {"pile": pile.pk, "quantity": "2"}
    assert client.post(reverse("inventory:unpack", args=[unit.pk]), body).status_code == 303
    assert client.post(reverse("inventory:close-unit", args=[unit.pk]), {}).status_code == 303
    assert "Closed" in client.get(reverse("inventory:units")).content.decode()


def test_an_empty_unit_offers_neither_unpacking_nor_closing(lot, store):
    client = client_of("operator")
    pallet, box = create_units(location=store, count=2, by=None)

    def offered(unit):
        page = client.get(f"/inventory/units/{unit.number}/").content.decode()
        return {step for step in ("pack", "unpack", "close") if f"/units/{unit.pk}/{step}" in page}

    assert offered(pallet) == {"pack"}
    nest(unit=box, parent=pallet, by=None)
    pack(unit=box, lines=[Packing(item=lot.item)], by=None)
    assert (offered(pallet), offered(box)) == ({"pack", "close"}, {"pack", "unpack", "close"})
    unpack(unit=box, by=None)
    assert offered(box) == {"pack"}


@pytest.mark.parametrize("form", ["pdf", "zpl"])
def test_everything_that_is_scanned_has_a_label(lot, store, form):
    serial = make_serial(make_item(tracking="serial"))
    (unit,) = create_units(location=store, by=None)
    pack(unit=unit, lines=[Packing(item=lot.item)], by=None)
    client = client_of()
    for kind, record in (
        ("lot", lot),
        ("serial", serial),
        ("unit", unit),
        ("item", lot.item),
        ("place", store),
    ):
        answer = client.get(reverse(f"inventory:{kind}-label", args=[record.pk]), {"as": form, "copies": 2})
        assert answer.status_code == 200
        if form == "pdf":
            assert answer.content.startswith(b"%PDF") and b"/Count 2" in answer.content
        else:
            assert answer.content.count(b"^XA") == 2 and answer.content.count(b"^XZ") == 2


def test_what_our_labels_say_is_found_again_by_scanning_them(lot, store, site, settings):
    settings.GS1_PREFIX = "4012345"
    (unit,) = create_units(location=store, by=None)
    plain = make_lot(make_item("TEA", tracking="lot"), "T 1")
    serial = make_serial(make_item("BIKE", tracking="serial"), "S1")
    client = client_of()

    def scan(code):
        answer = client.get(f"{API}/scan/", {"site": "BOT", "code": code})
        assert answer.status_code == 200, answer.content
        return answer.json()

    from p2p.inventory.labels import label_of

    for record, kind, number in (
        (lot, "lot", "L1"),
        (plain, "lot", "T 1"),
        (serial, "serial", "S1"),
        (unit, "unit", unit.number),
        (lot.item, "item", "MILK"),
        (store, "place", "STORE"),
    ):
        label = label_of(record)
        for code in {label.code, f"]C1{label.elements}" if label.elements else label.code}:
            found = scan(code)["found"]
            assert [(one["kind"], one["number"]) for one in found][:1] == [(kind, number)], code
    said = scan(f"(01){GTIN}(10)L1(30)4")
    assert (said["quantity"], said["found"][0]["stock"][0]["location"]) == (4, "STORE")
    assert client.get(f"{API}/scan/", {"site": "BOT", "code": "(01)1"}).status_code == 400
    assert client.get(f"{API}/scan/", {"site": "XX", "code": "L1"}).status_code == 400
    assert scan("NOTHING")["found"] == []


RULES = {
    "stock-rules": (
        {"item": "MILK", "site": "BOT", "lot_per": "day", "lot_pattern": "{n:4}"},
        {"lot_pattern": "{day}"},
        StockRule,
    ),
    "attribute-rules": (
        {"item": "MILK", "characteristic": "SALT", "upper_limit": "3"},
        {"lower_limit": "4"},
        AttributeRule,
    ),
    "count-classes": ({"code": "A", "name": "A", "days_between": 30}, {"days_between": 0}, CountClass),
    "put-away-rules": (
        {"item": "MILK", "site": "BOT", "location": "STORE", "capacity": "5"},
        {"capacity": "-1"},
        PutAwayRule,
    ),
    "supply-rules": (
        {"item": "MILK", "site": "BOT", "location": "STORE", "minimum": "5", "maximum": "9"},
        {"maximum": "1"},
        SupplyRule,
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_rules_are_kept_over_rest_and_by_sheet(name, milk, store):
    Characteristic.objects.create(code="SALT", name="Salt")
    good, bad, model = RULES[name]
    made = send(f"{name}/", good)
    assert made.status_code == 201, made.content
    row = model.objects.get()
    key = made.json().get("id") or made.json()["code"]
    refused = send(f"{name}/{key}/", bad, method="patch")
    assert refused.status_code in (400, 409), refused.content
    again = send(f"{name}/", good)
    assert again.status_code in (400, 409) and "already" in json.dumps(again.json())
    bulk = send(f"{name}/bulk/", [good])
    assert bulk.status_code == 200 and bulk.json()["added"] == 0, bulk.content
    assert send(f"{name}/", good, role="operator").status_code == 403
    assert client_of().delete(f"{API}/{name}/{key}/").status_code == 204
    assert not model.objects.filter(pk=row.pk).exists()
    assert send(f"{name}/bulk/", [good]).json()["added"] == 1


@pytest.mark.parametrize("name", RULES)
def test_rules_have_lists_and_forms(name, milk, store, site):
    Characteristic.objects.create(code="SALT", name="Salt")
    good, _bad, model = RULES[name]
    send(f"{name}/bulk/", [good])
    form = {"count-classes": "count-class"}.get(name, name[:-1])
    lists = {"count-classes": "classes-of-counting"}
    client = client_of()
    assert client.get(reverse(f"inventory:{lists.get(name, name)}")).status_code == 200
    row = model.objects.get()
    shown = client.get(reverse(f"inventory:edit-{form}", args=[row.pk]))
    assert shown.status_code == 200
    values = {
        key: value for key, value in shown.context["form"].initial.items() if value not in (None, False)
    }
    values = {
        key: getattr(value, "number" if key == "item" else "pk", value) for key, value in values.items()
    }
    saved = client.post(reverse(f"inventory:edit-{form}", args=[row.pk]), values)
    assert saved.status_code == 303, saved.content.decode()
    assert client.get(reverse(f"inventory:new-{form}")).status_code == 200


def test_lots_and_serials_come_by_sheet_with_attributes_in_their_limits(milk, fat):
    make_item("BIKE", tracking="serial")
    rows = [{"item": "MILK", "lot": "S1", "vendor_lot": "V", "attribute.FAT": "3.5"}]
    assert send("lots/bulk/", rows).json()["added"] == 1
    lot = Lot.objects.get()
    assert (lot.vendor_lot, lot.attributes) == ("V", {"FAT": "3.5"})
    outside = send("lots/bulk/", [{"item": "MILK", "lot": "S2", "attribute.FAT": "9"}])
    assert outside.status_code == 400 and "at most 4" in outside.json()["detail"]
    wrong = send("lots/bulk/", [{"item": "BIKE", "lot": "S2"}])
    assert wrong.status_code == 400 and "not kept by lot" in wrong.json()["detail"]
    assert send("serials/bulk/", [{"item": "BIKE", "serial": "X1"}]).json()["added"] == 1
    assert "not kept by serial" in send("serials/bulk/", [{"item": "MILK", "serial": "X"}]).json()["detail"]
