"""A share of cost is typed as scrap is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from strategies.forms.bills import OutputForm
from tests.factories import make_item

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
