"""A share of cost is typed as scrap is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from strategies.forms.bills import OutputForm
from strategies.services import designing
from tests.factories import make_bom, make_item, make_user

pytestmark = pytest.mark.django_db


def form(share: str) -> OutputForm:
    item = make_item("CHIPS")
    return OutputForm({"item": item.number, "kind": "co", "quantity": "1", "unit": "", "cost_share": share})


@pytest.mark.parametrize(
    ("typed", "share"), [("10 %", "0.1"), ("10%", "0.1"), ("0.1", "0.1"), ("0", "0"), ("2.5 %", "0.025")]
)
def test_a_share_of_cost_is_read_with_and_without_the_sign(typed, share):
    filled = form(typed)
    filled.is_valid()
    assert filled.cleaned_data["cost_share"] == Decimal(share)


@pytest.mark.parametrize("typed", ["10", "101 %", "-1 %", "some", "%"])
def test_what_is_no_share_is_said_at_the_field(typed):
    assert "cost_share" in form(typed).errors


def test_an_output_that_was_added_by_form_is_taken_back_with_undo(client):
    engineer = make_user("engineer")
    client.force_login(engineer)
    bom, chips = make_bom(make_item("BIKE"), {make_item("TUBE"): 1}, state="draft"), make_item("CHIPS")
    said = {"item": "CHIPS", "kind": "co", "quantity": "2", "unit": "", "cost_share": "10 %"}
    assert client.post(reverse("strategies:add-output", args=[bom.pk]), said).status_code < 400
    assert [(row.item, row.cost_share) for row in bom.outputs.all()] == [(chips, Decimal("0.1"))]
    designing.undo(bom=bom, by=engineer)
    assert not bom.outputs.exists()
