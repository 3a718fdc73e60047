"""What records are called by: two that look the same are one, whatever door they come through."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from p2p.core.characters import called, hidden, repeated
from p2p.core.facts import Refused
from p2p.core.models import SavedView
from p2p.inventory.models import Lot
from strategies.models import Item, NumberSeries
from strategies.services.items import change_item, create_item
from strategies.services.numbering import save_number_series
from tests.factories import make_item, make_lot, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.shop")]
ITEMS, BULK = "/api/v1/shop/items/", "/api/v1/shop/items/bulk/"
UNSEEN = {
    "zero width space": "\u200b",
    "joiner": "\u200d",
    "right to left": "\u200f",
    "override": "\u202e",
    "soft hyphen": "\u00ad",
    "mark of a file": "\ufeff",
    "no-break space": "\u00a0",
    "wide blank": "\u3000",
    "filler": "\u3164",
    "variation": "\ufe0f",
    "tag": "\U000e0041",
    "tabulator": "\t",
}
MAC, ONE = "Cafe\u0301", "Caf\u00e9"


@pytest.fixture
def engineer(client):
    make_unit("EA")
    client.force_login(make_user("engineer"))
    return client


def row(number, name="A"):
    return {"number": number, "name": name, "unit": "EA"}


def post(client, body, address=ITEMS):
    return client.post(address, body, content_type="application/json")


@pytest.mark.parametrize("sign", UNSEEN.values(), ids=UNSEEN)
def test_a_number_that_looks_like_another_is_refused_at_every_door(engineer, sign):
    make_item("A1B")
    wrong = f"A1{sign}B"
    sentence = f"It has a character that cannot be seen (U+{ord(sign):04X}) after “A1”: no code or number may have one."
    assert hidden(wrong) == sentence
    answer = post(engineer, row(wrong))
    assert (answer.status_code, answer.json()["detail"]) == (400, f"number: {sentence}")
    many = post(engineer, [row("C"), row(wrong)], BULK).json()
    assert (many["saved"], many["detail"]) == (False, f"Line 2, number: {sentence}")
    with pytest.raises(Refused) as no:
        create_item(number=wrong, name="A", unit=make_unit("PC"), by=make_user())
    assert (str(no.value), no.value.field, no.value.code) == (sentence, "number", "hidden")
    with pytest.raises(Refused, match="cannot be seen"), transaction.atomic():
        Item.objects.bulk_create([Item(number=wrong, name="A", unit=make_unit("BOX"))])
    assert [one.number for one in Item.objects.all()] == ["A1B"]


def test_what_begins_so_is_told_so_and_what_ends_so_is_found(engineer):
    answer = post(engineer, row("\u200bA1"))
    assert answer.json()["detail"].startswith(
        "number: It begins with a character that cannot be seen (U+200B)"
    )
    assert post(engineer, row("A1\u200b")).status_code == 400
    assert post(engineer, row("\u00a0A1 \t")).status_code == 201
    assert Item.objects.get().number == "A1"


@pytest.mark.parametrize("name", ["می‌خواهم", "क्‍ष", "\U0001f469\u200d\U0001f52c", "\u200fא"])
def test_names_keep_what_their_script_needs(engineer, name):
    assert post(engineer, row("A", name)).status_code == 201
    assert Item.objects.get().name == name


def test_letters_have_one_form_and_are_found_in_both(engineer):
    assert post(engineer, row(MAC, MAC)).status_code == 201
    made = Item.objects.get()
    assert (made.number, made.name) == (ONE, ONE)
    assert post(engineer, row(ONE)).json()["errors"][0]["code"] == "unique"
    for address in (f"{ITEMS}{MAC}/", f"{ITEMS}{ONE}/"):
        assert engineer.get(address).json()["number"] == ONE
    assert len(engineer.get(ITEMS, {"search": MAC}).json()["results"]) == 1
    body = f"number,name\n{MAC},B\n"
    told = engineer.generic("POST", BULK, body.encode(), content_type="text/csv").json()
    assert (told["changed"], told["rows"][0]["key"]) == (1, ONE)
    assert Item.objects.filter(number__in=[MAC]).get() == Item.objects.get(number=f" {MAC} ")


def test_rows_sent_together_that_are_one_are_told(engineer):
    said = post(engineer, [row(MAC), row(f" {ONE} ")], BULK).json()
    assert said["detail"] == f"Line 2, number: {ONE} is already on line 1."
    assert post(engineer, [row(f" {MAC}")], BULK).json()["added"] == 1
    assert post(engineer, [row(f"{ONE} ", "B")], BULK).json()["changed"] == 1


def test_what_a_service_is_handed_has_one_form_too(engineer):
    made = create_item(number=f" {MAC} ", name="A", unit=make_unit("PC"), by=make_user())
    assert made.number == ONE
    with pytest.raises(Refused, match="There is an item"):
        create_item(number=ONE, name="A", unit=made.unit, by=make_user())


def test_a_lot_and_the_beginning_of_numbers_are_called_so_that_they_are_seen(engineer):
    with pytest.raises(Refused, match="cannot be seen"), transaction.atomic():
        make_lot(make_item(), number="L1\u200b")
    assert not Lot.objects.exists()
    with pytest.raises(Refused) as no:
        save_number_series(code="item", prefix="I\u2060-", by=make_user())
    assert no.value.field == "prefix"
    assert not NumberSeries.objects.filter(code="item").exists()


def test_who_has_had_such_a_number_for_long_can_still_be_changed():
    item = make_item("A1")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE strategies_item SET number = %s WHERE id = %s", ["A1\u200b", item.pk])
    old = Item.objects.get(pk=item.pk)
    change_item(item=old, name="Other", by=make_user())
    old.refresh_from_db()
    assert (old.number, old.name) == ("A1\u200b", "Other")
    old.number = "A2\u200b"
    with pytest.raises(Refused, match="cannot be seen"):
        old.save()


@pytest.mark.urls("p2p.urls")
def test_a_form_of_a_page_is_told_and_finds_by_either_form(client):
    unit = make_unit("EA")
    client.force_login(make_user("engineer"))
    body = {"name": "A", "unit": unit.pk, "kind": "product", "tracking": "none", "flushing": "start"}
    shown = client.post("/strategies/new-item/", {**body, "number": "A1\u200bB"}).content.decode()
    assert "It has a character that cannot be seen (U+200B) after “A1”" in shown
    assert client.post("/strategies/new-item/", {**body, "number": MAC}).status_code == 303
    assert Item.objects.get().number == ONE
    for address in (f"/strategies/items/?q={MAC}", f"/strategies/items/{MAC}/"):
        assert ONE in client.get(address).content.decode()
    client.post("/core/views/", {"page": "strategies:items", "title": MAC, "query": "q=1"})
    assert SavedView.objects.get().title == ONE


def test_a_sentence_shows_where_such_a_character_stood():
    assert repeated("There is no item A1\u200b.") == "There is no item A1\ufffd."
    assert called(f"\u00a0{MAC}\n") == ONE
