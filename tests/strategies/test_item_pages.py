from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from strategies.models import (
    ImportRun,
    Item,
    ItemGroup,
    ItemPolicy,
    OutsourcingPolicy,
    Unit,
    UnitConversion,
    Vendor,
    VendorPrice,
)
from tests.factories import (
    make_bom,
    make_conversion,
    make_currency,
    make_group,
    make_item,
    make_policy,
    make_route,
    make_site,
    make_unit,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(client: Client, settings) -> Client:
    settings.RUNS = "inline"
    client.force_login(make_user("engineer"))
    return client


@pytest.fixture
def bike():
    site = make_site("ONE", name="Plant one")
    bike = make_item("BIKE", name="Bicycle", attributes={"colour": "red"})
    make_policy(bike, supply="make", lead_time_days=5)
    make_policy(
        bike, supply="make", rank=10, variant={"colour": "red"}, lead_time_days=2, safety_stock=Decimal(7)
    )
    make_policy(bike, supply="buy", rank=3, variant={"colour": "blue"})
    wheel = make_item("WHEEL", name="Wheel", supply="buy")
    make_bom(bike, {wheel: 2})
    make_route(bike, [{"group": make_group(site, "60", name="Final assembly")}])
    make_conversion("BOX", "EA", 1, 3, item=bike)
    make_vendor_price(make_vendor("ACME", name="Acme"), bike, "12.50")
    return bike


def page(client: Client, address: str) -> str:
    answer = client.get(f"/strategies/{address}")
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def test_an_item_at_a_glance_shows_all_that_holds(engineer, bike):
    shown = page(engineer, "items/BIKE/")
    for words in (
        "Wheel",
        "Final assembly",
        "2 days",
        "rank 10",
        "1 BOX = ",
        "Acme",
        "12.50",
        "It goes into nothing",
    ):
        assert words in shown
    assert "Bicycle" in page(engineer, "items/WHEEL/")


def test_which_settings_won_and_why_the_others_did_not(engineer, bike):
    shown = page(engineer, "items/BIKE/?tab=supply")
    for words in ("In force", "a higher rank fits", "other colour", "colour: red"):
        assert words in shown


def test_a_glance_takes_the_same_number_of_queries_for_any_item(engineer, bike):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page(engineer, "items/BIKE/")
        return len(seen)

    make_bom(make_item("TANDEM"), {bike: 1})
    make_item("V", variant_of=bike, attributes={"colour": "green"})
    queries()  # with what a process asks once: the reader's time zone
    few = queries()
    for place in range(12):
        part = make_item(f"P{place}", supply="buy")
        make_bom(part, {bike: 1})
        make_item(f"V{place}", variant_of=bike, attributes={"colour": str(place)})
        make_policy(bike, rank=100 + place, supply="buy")
        make_vendor_price(make_vendor(), bike, place)
    assert queries() == few


def send(client: Client, address: str, **body: object):
    return client.post(f"/strategies/{address}", body)


def test_an_item_is_made_changed_and_deleted_in_the_browser(engineer):
    unit = make_unit()
    body = {
        "number": "BIKE",
        "name": "Bicycle",
        "unit": unit.pk,
        "kind": "product",
        "tracking": "none",
        "flushing": "start",
    }
    assert send(engineer, "new-item/", **body, attributes="colour: red\nsize: 62").status_code == 303
    item = Item.objects.get()
    assert (item.attributes, item.flushing) == ({"colour": "red", "size": "62"}, "start")
    changed = send(
        engineer, f"item-forms/{item.pk}/edit/", **body | {"name": "Racer"}, attributes="", revision=1
    )
    assert changed.status_code == 303
    late = send(engineer, f"item-forms/{item.pk}/edit/", **body, revision=1)
    assert (late.status_code, "changed by somebody else" in late.content.decode()) == (409, True)
    assert Item.objects.get().name == "Racer"
    wrong = send(engineer, "new-item/", **body | {"number": "B2"}, attributes="colour")
    assert (wrong.status_code, "like colour: red" in wrong.content.decode()) == (422, True)
    assert send(engineer, f"item-forms/{item.pk}/delete/").status_code == 303
    assert not Item.objects.exists()


SETTINGS = {
    "supply": "make", "mode": "discrete", "strategy": "mts", "lot_policy": "lot_for_lot", "minimum_quantity": 0,
    "multiple_quantity": 0, "period_days": 0, "lead_time_days": 3, "safety_stock": 0, "reorder_point": 0,
    "yield_fraction": 1, "rank": 0,
}  # fmt: skip


def test_order_settings_are_added_changed_and_removed_in_the_browser(engineer):
    item = make_item("BIKE")
    assert send(engineer, f"item-forms/{item.pk}/policy/", **SETTINGS).status_code == 303
    no = send(engineer, f"item-forms/{item.pk}/policy/", **SETTINGS, variant="colour: red")
    assert (no.status_code, "need a rank above 0" in no.content.decode()) == (409, True)
    row = ItemPolicy.objects.get()
    ranked = SETTINGS | {"rank": 4, "variant": "colour: red", "stopped": "on"}
    assert send(engineer, f"policies/{row.pk}/", **ranked).status_code == 303
    row.refresh_from_db()
    assert (row.rank, row.variant, row.stopped) == (4, {"colour": "red"}, True)
    assert 'value="4"' in page(engineer, f"policies/{row.pk}/")
    assert send(engineer, f"policies/{row.pk}/remove/").status_code == 303
    assert not ItemPolicy.objects.exists()


def test_many_items_change_after_the_number_was_seen(engineer):
    keys = ",".join(str(make_item(f"N{place}").pk) for place in range(3))
    group = ItemGroup.objects.create(code="OLD", name="Old")
    seen = send(engineer, f"change-items/?ids={keys}", group=group.pk)
    assert (seen.status_code, "Of 3 items, 3 change." in seen.content.decode()) == (409, True)
    assert not Item.objects.filter(group=group).exists()
    assert send(engineer, f"change-items/?ids={keys}", group=group.pk, agreed="on").status_code == 303
    assert Item.objects.filter(group=group).count() == 3


def test_all_items_that_a_filter_finds_change_not_only_those_on_the_page(engineer):
    for place in range(60):
        make_item(f"N{place:02}", supply="buy")
    make_item("OTHER", supply="buy")
    address = f"change-settings/?ids={Item.objects.first().pk}&all=%3Fq%3DN%26sort%3Dname"
    assert "Order settings of 60 items" in page(engineer, address)
    assert send(engineer, address, supply="make", agreed="on").status_code == 303
    assert list(ItemPolicy.objects.filter(supply="buy").values_list("item__number", flat=True)) == ["OTHER"]


def test_units_and_conversions_in_the_browser(engineer):
    assert (
        send(engineer, "units/new/", code="LB", name="Pound", digits=3, rounding="half_up").status_code == 303
    )
    pound, kilo = Unit.objects.get(), make_unit("KG")
    assert (
        send(engineer, f"units/{pound.pk}/", code="LB", name="Pounds", digits=4, rounding="up").status_code
        == 303
    )
    body = {"source": pound.pk, "target": kilo.pk}
    assert send(engineer, "unit-conversions/new/", **body, factor="0.453592292").status_code == 303
    assert "113398073/250000000" in page(engineer, "unit-conversions/")
    row = UnitConversion.objects.get()
    bad = send(engineer, f"unit-conversions/{row.pk}/", factor="some")
    assert (bad.status_code, "is no factor above 0" in bad.content.decode()) == (409, True)
    assert send(engineer, f"unit-conversions/{row.pk}/", factor="1/2").status_code == 303
    assert send(engineer, "unit-conversions/", bulk="delete", row=[row.pk]).status_code == 302
    assert send(engineer, f"units/{pound.pk}/delete/").status_code == 303
    assert list(Unit.objects.all()) == [kilo]


def test_vendors_prices_and_outside_work_in_the_browser(engineer):
    money, site, item = make_currency(), make_site(), make_item("SPOKE")
    assert send(engineer, "new-vendor/", number="ACME", name="Acme", currency=money.pk).status_code == 303
    acme = Vendor.objects.get()
    assert (
        send(
            engineer, f"vendor-forms/{acme.pk}/edit/", number="ACME", name="Acme 2", currency=money.pk
        ).status_code
        == 303
    )
    tier = {
        "price": "1.5",
        "currency": money.pk,
        "unit": item.unit.pk,
        "minimum_quantity": 0,
        "lead_time_days": 3,
        "valid_from": "2026-01-01",
    }
    assert send(engineer, f"vendor-forms/{acme.pk}/price/", item="SPOKE", **tier).status_code == 303
    again = send(
        engineer, f"item-forms/{item.pk}/price/", vendor="ACME", **tier | {"valid_from": "2026-02-01"}
    )
    assert (again.status_code, "end that price first" in again.content.decode()) == (409, True)
    price = VendorPrice.objects.get()
    assert (
        send(
            engineer, f"prices/{price.pk}/", **tier | {"price": "1.75", "valid_to": "2026-12-31"}
        ).status_code
        == 303
    )
    outside = {
        "vendor": "ACME", "rule": "overflow", "supply": "send", "lead_time_days": 5, "allowed_loss_fraction": "0.02",
        "overflow_load": "0.9", "valid_from": "2026-01-01",
    }  # fmt: skip
    assert send(engineer, f"item-forms/{item.pk}/outside/", site=site.pk, **outside).status_code == 303
    policy = OutsourcingPolicy.objects.get()
    assert send(engineer, f"outside-work/{policy.pk}/", **outside | {"rule": "make"}).status_code == 303
    shown = page(engineer, "vendors/ACME/") + page(engineer, "vendors/ACME/?tab=outside")
    assert ("1.75" in shown, "Always in house" in shown) == (True, True)
    assert send(engineer, f"outside-work/{policy.pk}/remove/").status_code == 303
    assert send(engineer, f"prices/{price.pk}/remove/").status_code == 303
    assert send(engineer, f"vendor-forms/{acme.pk}/delete/").status_code == 303
    assert not Vendor.objects.exists()


def test_an_import_with_errors_offers_its_wrong_lines_and_the_rest(
    engineer, django_capture_on_commit_callbacks
):
    make_unit()
    content = SimpleUploadedFile("items.csv", b"number,name,unit\nA,Alpha,EA\nB,Beta,XX\n")
    with django_capture_on_commit_callbacks(execute=True):
        send(engineer, "imports/new/", content=content)
    run = ImportRun.objects.get()
    shown = page(engineer, f"imports/{run.pk}/")
    for words in (
        "Save the right lines",
        "Wrong lines of Items",
        "There is no unit “XX”.",
        "1 line of 2 is refused, nothing was saved.",
        'data-s="late"',
    ):
        assert words in shown
    assert "Done" not in shown
    assert "Nothing saved" in page(engineer, "imports/")
    file = engineer.get(f"/strategies/imports/{run.pk}/wrong/items.csv")
    assert b"".join(file.streaming_content).decode("utf-8-sig").splitlines() == [
        "number,name,unit,reason", "B,Beta,XX,unit: There is no unit “XX”."
    ]  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        engineer.post(f"/core/do/import.actions/rest/{run.pk}/")
    assert [item.number for item in Item.objects.all()] == ["A"]
    rest = page(engineer, f"imports/{ImportRun.objects.order_by('pk').last().pk}/")
    for words in ("Saved in part", "1 line was left out"):
        assert words in rest


def test_the_head_of_an_import_follows_its_state_while_the_page_is_open(engineer):
    run = ImportRun.objects.create(title="items.csv", content="items.csv")
    asked = {"HX-Request": "true", "HX-Target": "record"}

    def poll(seen):
        return engineer.get(f"/strategies/imports/{run.pk}/?tab=problems&seen={seen}", headers=asked)

    first = poll("queued")
    assert "Waiting for a worker" in first.content.decode() and "HX-Trigger" not in first
    ImportRun.objects.filter(pk=run.pk).update(state="running", phase="Reading boms", done=40, total=200)
    begun = poll("queued")
    assert begun["HX-Trigger"] == "p2p:head"
    for words in ("Reading boms", "40 / 200", "seen=running"):
        assert words in begun.content.decode()
    assert "Running" in page(engineer, f"imports/{run.pk}/")
    assert "HX-Trigger" not in poll("running")


def test_an_import_that_broke_off_claims_nothing(engineer):
    run = ImportRun.objects.create(
        title="items.csv", content="items.csv", state="failed", problem="The disk is full."
    )
    shown = page(engineer, f"imports/{run.pk}/")
    for words in ("Failed", "The disk is full.", "Nothing was saved"):
        assert words in shown
    for words in ("Every line", "No problem", "Lines", "Would be new"):
        assert words not in shown


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_sheet_comes_out_in_both_kinds(engineer, kind):
    make_item("BIKE", supply="buy")
    answer = engineer.get(f"/strategies/exports/items.{kind}")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert (b"BIKE" in content) if kind == "csv" else content.startswith(b"PK")


def test_an_ended_price_says_its_last_day(engineer):
    item = make_item("SPOKE")
    make_vendor_price(make_vendor("ACME"), item, 1, valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30))
    assert "30 Jun" in page(engineer, "items/SPOKE/?tab=supply")


def test_a_template_has_the_headings_of_every_list(engineer):
    book = load_workbook(io.BytesIO(engineer.get("/strategies/import-template.xlsx").content))
    for name, wanted in (("items", "variant_of"), ("item_policies", "rank"), ("vendor_prices", "valid_to")):
        assert wanted in [cell.value for cell in book[name][1]]
    one = load_workbook(io.BytesIO(engineer.get("/strategies/import-template.xlsx?sheet=units").content))
    assert one.sheetnames == ["units"]
