"""Fields of master data with what no sheet and no form could send."""

from __future__ import annotations

import pytest

from strategies.models import BomAlternate, BomLine, BomVersion, Item, ItemPolicy, UnitConversion
from strategies.services.boms import copy_bom
from tests.factories import make_bom, make_item, make_unit, make_user

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
API = "/api/v1/strategies/"


@pytest.fixture
def engineer(client):
    client.force_login(make_user("engineer"))
    return client


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("red", "attributes: An object of names and values belongs here."),
        (["red"], "attributes: An object of names and values belongs here."),
        (True, "attributes: An object of names and values belongs here."),
        ({"colour": {"de": "rot"}}, "attributes.colour: A text, a number, true, false or null belongs here."),
    ],
)
def test_attributes_are_words_by_name(engineer, words, sentence):
    make_item("A")
    answer = engineer.patch(f"{API}items/A/", {"attributes": words}, **JSON)
    assert (answer.status_code, answer.json()["detail"]) == (400, sentence)
    fine = engineer.patch(f"{API}items/A/", {"attributes": {"colour": "red", "size": 54}}, **JSON)
    assert fine.status_code == 200
    assert Item.objects.get(number="A").attributes == {"colour": "red", "size": "54"}


def test_a_variant_of_settings_is_words_by_name(engineer):
    make_item("A")
    answer = engineer.post(f"{API}item-policies/", {"item": "A", "rank": 1, "variant": "red"}, **JSON)
    assert answer.json()["detail"] == "variant: An object of names and values belongs here."
    assert not ItemPolicy.objects.exists()


def test_what_stands_inside_a_record_is_whole_also_when_the_record_is_changed_in_part(engineer):
    bom = make_bom(make_item("P"), {make_item("C"): 1}, state="draft")
    line = BomLine.objects.get(bom=bom)
    address = f"{API}bom-lines/{line.pk}/"
    other = engineer.patch(address, {"alternates": [{"priority": 1}]}, **JSON)
    assert (other.status_code, other.json()["field"]) == (400, "alternates[0].component")
    step = engineer.patch(address, {"steps": [{"from_quantity": "1"}]}, **JSON)
    assert (step.status_code, step.json()["field"]) == (400, "steps[0].quantity")
    assert not BomAlternate.objects.exists()


def test_a_conversion_is_changed_by_its_factor_only(engineer):
    way = UnitConversion.objects.create(
        source=make_unit("BOX"), target=make_unit("EA"), numerator=12, denominator=1
    )
    answer = engineer.patch(f"{API}unit-conversions/{way.pk}/", {}, **JSON)
    assert (answer.status_code, answer.json()["field"]) == (400, "factor")


def test_a_reason_that_does_not_fit_is_refused_by_name(engineer):
    bom = make_bom(make_item("P"), {make_item("C"): 1})
    answer = engineer.post(f"{API}boms/{bom.pk}/copy/", {"reason": "x" * 301}, **JSON)
    assert (answer.status_code, answer.json()["field"]) == (400, "reason")
    assert BomVersion.objects.count() == 1
    assert copy_bom(bom=bom, valid_from=None, reason="x" * 300, by=make_user("engineer")).reason == "x" * 300
