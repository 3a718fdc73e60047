"""Bodies that no program should send: each is one sentence with its place, and nothing is saved."""

from __future__ import annotations

import pytest
from django.db import DataError, connection, transaction
from django.http import HttpRequest, HttpResponse

from p2p.core.characters import repeated, too_much
from p2p.core.facts import Refused
from p2p.core.rest import problems
from p2p.core.web.legible import Legible
from strategies.models import Item
from tests.factories import make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.shop")]
ITEMS, BULK = "/api/v1/shop/items/", "/api/v1/shop/items/bulk/"
LEAVES = '{"number": "A", "name": %s, "unit": "EA"}'


@pytest.fixture
def engineer(client):
    make_unit("EA")
    client.force_login(make_user("engineer"))
    return client


def send(client, body, address=ITEMS, kind="application/json"):
    return client.generic("POST", address, body, content_type=kind)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"number": "\xff"}', "The body is not UTF-8."),
        ('{"number": "A"}'.encode("utf-16"), "The body is not UTF-8."),
        ('{"number":\n"A"', "The body is not JSON: line 2, character 4 cannot be read."),
        ('{"number": "a\x07b"}', "The body is not JSON: line 1, character 14 cannot be read."),
        ("[" * 100_000, "The body has more than 40 levels."),
        ("[" * 900 + "]" * 900, "The body has more than 40 levels."),
        (LEAVES % ("[" * 41 + "]" * 41), "The body has more than 40 levels."),
        (LEAVES % '"a\\u0000b"', "name: The text has the character U+0000, which no text may have."),
        (LEAVES % '"a\\u001bb"', "name: The text has the character U+001B, which no text may have."),
        (LEAVES % '"a\\bb"', "name: The text has the character U+0008, which no text may have."),
        (LEAVES % '"a\\ud800b"', "name: The text has the character U+D800, which no text may have."),
        (LEAVES % "NaN", "name: NaN is not a number that can be stored."),
        (LEAVES % "-Infinity", "name: -Infinity is not a number that can be stored."),
        (LEAVES % "1e400", "name: 1e400 is not a number that can be stored."),
        (LEAVES % ("9" * 5000), f"name: {'9' * 60}… is not a number that can be stored."),
        (LEAVES % '{"a": ["", NaN]}', "name.a[1]: NaN is not a number that can be stored."),
    ],
)
def test_what_cannot_be_stored_is_refused_with_its_place(engineer, body, sentence):
    answer = send(engineer, body)
    assert (answer.status_code, answer.json()["detail"]) == (400, sentence)
    assert not Item.objects.exists()


def test_of_rows_sent_together_the_line_is_named(engineer):
    rows = '[{"number": "A", "name": "A", "unit": "EA"}, {"number": "B", "name": "\\u0000", "unit": "EA"}]'
    answer = send(engineer, rows, BULK).json()
    assert answer["detail"] == "Line 2, name: The text has the character U+0000, which no text may have."
    assert answer["field"] == "[1].name"
    lines = send(engineer, "number,name,unit\nA,A,EA\nB,\x00,EA\n", BULK, "text/csv").json()
    assert lines["detail"] == "Line 2, name: The text has the character U+0000, which no text may have."
    assert not Item.objects.exists()


@pytest.mark.parametrize("name", ["日本語", "قفل دراجة", "\U0001f6b2", "C:\\bin\\u0000", "a\u200db", "é"])
def test_names_are_kept_in_any_script(engineer, name):
    answer = engineer.post(
        ITEMS, {"number": "A", "name": name, "unit": "EA"}, content_type="application/json"
    )
    assert answer.status_code == 201
    assert Item.objects.get().name == name


def test_a_mark_in_front_of_the_body_is_no_part_of_it(engineer):
    answer = send(engineer, b"\xef\xbb\xbf" + (LEAVES % '"A"').encode())
    assert answer.status_code == 201


def test_a_sentence_repeats_what_was_sent_so_that_it_can_be_read(engineer):
    answer = engineer.post(
        ITEMS, {"number": "A", "name": "A", "unit": "x" * 9000}, content_type="application/json"
    )
    assert answer.json()["detail"] == f"unit: There is no unit {'x' * 60}…."
    assert str(Refused("{what} is gone.", what="a\u202eb\x07")) == "a\ufffdb\ufffd is gone."
    assert repeated(f"“{'y' * 200}” is no number.") == f"“{'y' * 59}…” is no number."
    assert repeated("A lot of many words. " * 40) == "A lot of many words. " * 40


def test_what_is_no_list_is_told_so_in_words_of_json(engineer):
    answer = engineer.post("/api/v1/core/notices/read/", {"notices": {}}, content_type="application/json")
    assert answer.json()["detail"] == "notices: A list belongs here."
    inner = engineer.post(
        "/api/v1/core/notices/read/", {"notices": [1, "x"]}, content_type="application/json"
    )
    assert inner.json()["field"] == "notices[1]"


def test_a_field_that_is_not_there_is_refused_instead_of_passed_over(engineer):
    row = {"number": "A", "name": "A", "unit": "EA"}
    answer = engineer.post(ITEMS, {**row, "nmae": "B"}, content_type="application/json")
    assert answer.json()["detail"] == "nmae: There is no such field."
    assert not Item.objects.exists()
    assert engineer.post(ITEMS, row, content_type="application/json").status_code == 201
    wrong = engineer.patch(f"{ITEMS}A/", {"nmae": "B"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["field"]) == (400, "nmae")
    verb = engineer.post("/api/v1/core/notices/read/", {"notice": [1]}, content_type="application/json")
    assert verb.json()["detail"] == "notice: There is no such field."


def test_a_record_that_was_read_may_be_sent_back(engineer):
    engineer.post(ITEMS, {"number": "A", "name": "A", "unit": "EA"}, content_type="application/json")
    read = engineer.get(f"{ITEMS}A/").json()
    assert (
        engineer.patch(f"{ITEMS}A/", {**read, "name": "B"}, content_type="application/json").status_code
        == 200
    )
    assert Item.objects.get().name == "B"


def test_what_only_the_database_notices_is_a_sentence_and_no_server_error():
    answer = problems.answer(DataError("value too long for type character varying(300)"), {})
    assert answer is not None
    assert answer.status_code == 400
    assert answer.data["detail"] == "A text is longer than the 300 characters that fit: nothing is saved."


@pytest.mark.parametrize(
    ("asked", "ours"),
    [("SELECT 10::numeric(3, 2)", False), ("SELECT '2026-13-01'::date", False), ("SELECT 1 / 0", True)],
)
def test_a_fault_of_ours_stays_one(asked, ours):
    with pytest.raises(DataError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(asked)
    assert (problems.answer(caught.value, {}) is None) == ours
    assert (too_much(caught.value) == "") == ours
    if ours:
        assert Legible(lambda request: HttpResponse()).process_exception(HttpRequest(), caught.value) is None
