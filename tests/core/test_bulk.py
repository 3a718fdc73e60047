"""Bulk upsert: by natural key, all or nothing, errors by line and field, few statements."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from p2p.core.facts import heard
from p2p.core.rest.bulk import Upserted
from strategies.models import Item, Location
from tests.factories import make_site, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.shop")]
BULK = "/api/v1/shop/items/bulk/"


@pytest.fixture
def engineer(client):
    make_unit("EA"), make_unit("KG", digits=3)
    client.force_login(make_user("engineer"))
    return client


def send(client, rows, query="", address=BULK):
    return client.post(address + query, rows, content_type="application/json")


def row(number, **also):
    return {"number": number, "name": f"Item {number}", "unit": "EA", **also}


def test_new_rows_are_added_known_ones_changed_and_equal_ones_left(engineer):
    send(engineer, [row("A"), row("B")])
    with heard(Upserted) as told:
        answer = send(engineer, [row("A"), row("B", unit="KG", list_price="2.50"), row("C")])
    assert answer.status_code == 200
    assert [each["status"] for each in answer.json()["rows"]] == ["unchanged", "changed", "added"]
    assert {key: answer.json()[key] for key in ("added", "changed", "unchanged", "errors", "saved")} == {
        "added": 1,
        "changed": 1,
        "unchanged": 1,
        "errors": 0,
        "saved": True,
    }
    assert Item.objects.get(number="B").unit.code == "KG"
    assert sorted(str(record) for record in told[0].records) == ["B", "C"]


def test_a_known_row_needs_only_its_key_and_what_changes(engineer):
    send(engineer, [row("A")])
    assert send(engineer, [{"number": "A", "name": "Other"}]).json()["changed"] == 1
    item = Item.objects.get()
    assert (item.name, item.unit.code) == ("Other", "EA")


def test_one_wrong_row_saves_nothing_and_every_error_is_named_by_line_and_field(engineer):
    rows = [row("A"), row("B", unit="PARSEC"), {"name": "no key"}, row("A"), row("E", colour="red"), "text"]
    answer = send(engineer, rows)
    assert answer.status_code == 400
    wrong = {each["line"]: each["errors"][0]["field"] for each in answer.json()["rows"] if "errors" in each}
    assert wrong == {2: "unit", 3: "number", 4: "number", 5: "colour", 6: ""}
    assert answer.json()["detail"] == "Line 2, unit: There is no unit PARSEC."
    assert not Item.objects.exists()


def test_the_good_rows_are_saved_when_that_is_asked_for(engineer):
    answer = send(engineer, [row("A"), row("B", unit="PARSEC"), row("C")], "?partial=1")
    assert answer.status_code == 200
    assert [each["status"] for each in answer.json()["rows"]] == ["added", "error", "added"]
    assert Item.objects.count() == 2


def test_rows_the_database_refuses_are_found_and_named(engineer):
    site = make_site("NORTH", locations=False)
    rows = [{"site": "NORTH", "code": f"L{number}", "name": "L", "kind": "store"} for number in range(20)]
    rows[13]["kind"] = "vendor"  # a constraint: a place at a vendor names the vendor
    answer = send(engineer, rows, address="/api/v1/shop/locations/bulk/")
    assert answer.status_code == 400
    wrong = [each for each in answer.json()["rows"] if "errors" in each]
    assert [each["line"] for each in wrong] == [14]
    assert "location_at_vendor_names_vendor" in wrong[0]["errors"][0]["detail"]
    assert not site.locations.exists()


def test_a_key_of_two_columns_finds_its_rows(engineer):
    make_site("NORTH")
    rows = [
        {"site": "NORTH", "code": "STORE", "name": "Main store"},
        {"site": "NORTH", "code": "NEW", "name": "N"},
    ]
    answer = send(engineer, rows, address="/api/v1/shop/locations/bulk/")
    assert [each["status"] for each in answer.json()["rows"]] == ["changed", "added"]
    assert Location.objects.get(code="STORE").name == "Main store"


@pytest.mark.parametrize("known", [False, True])
def test_two_hundred_rows_take_as_many_statements_as_two(engineer, known):
    def statements(prefix, count):
        rows = [row(f"{prefix}{number}") for number in range(count)]
        if known:
            send(engineer, rows)
            rows = [{**each, "name": "changed"} for each in rows]
        with CaptureQueriesContext(connection) as seen:
            assert send(engineer, rows).status_code == 200
        return len(seen)

    statements("first", 1)  # what a process asks once: the reader's time zone
    assert statements("few", 2) == statements("many", 200)


@pytest.mark.parametrize("separator", [",", ";"])
def test_csv_is_taken_as_rows_with_either_separator_and_a_mark_of_order(engineer, separator):
    text = "\ufeffnumber,name,unit,list_price\nA,Räder,EA,1.5\n\nB,Two,KG,\n".replace(",", separator)
    answer = engineer.post(BULK, text.encode(), content_type="text/csv")
    assert answer.status_code == 200, answer.content
    assert list(Item.objects.values_list("number", "name", "unit__code")) == [
        ("A", "Räder", "EA"),
        ("B", "Two", "KG"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"number,name\nA,B,C\n", "Line 2 has 3 cells, the head line 2."),
        (b"number,number\nA,B\n", "every column once"),
        ("number\nGröße\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_broken_csv_is_one_sentence_with_the_place(engineer, text, words):
    answer = engineer.post(BULK, text, content_type="text/csv")
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("rows", [[], {}, '"text"'])
def test_something_that_is_no_list_of_rows_is_refused(engineer, rows):
    answer = send(engineer, rows)
    assert answer.status_code == 400 and "list of rows" in answer.json()["detail"]


def test_a_bulk_upsert_with_a_key_counts_once(engineer):
    def again():
        return engineer.post(
            BULK, [row("A")], content_type="application/json", headers={"Idempotency-Key": "b"}
        )

    assert again().json() == again().json()
    assert again().json()["added"] == 1


def test_bulk_needs_the_role_of_the_resource(client):
    client.force_login(make_user("operator"))
    assert send(client, [row("A")]).status_code == 403
