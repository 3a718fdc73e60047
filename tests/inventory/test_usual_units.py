"""A field of units offers first what an item is counted in, and everything else behind it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django import forms

from p2p.inventory.forms import Measured, quantity_field, unit_field, usual_units
from tests.factories import make_conversion, make_item, make_unit

pytestmark = pytest.mark.django_db


class Came(Measured):
    quantity = quantity_field()
    unit = unit_field()

    def __init__(self, *args: Any, item: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        usual_units(self.fields["unit"], item)

    def item_of(self, given: dict[str, Any]) -> Any:
        return self.item


def offered(form: forms.Form) -> tuple[list[str], list[str]]:
    """(units at the top, units under "Other unit") by their code."""
    first, others = [], []
    for value, words in form.fields["unit"].choices:  # type: ignore[attr-defined]
        if isinstance(words, (list, tuple)):
            assert value == "Other unit"
            others = [str(key) for key, _name in words]
        elif value:
            first.append(str(value))
    return first, others


def test_an_items_own_units_come_first_and_the_rest_behind_a_heading(
    django_assert_num_queries: Any,
) -> None:
    bolt, paint = make_item("BOLT"), make_item("PAINT")
    for code in ("KG", "L", "M"):
        make_unit(code)
    make_conversion("BOX", "EA", 48, item=bolt)
    make_conversion("DRUM", "EA", 200, item=paint)
    form = Came(item=bolt)
    with django_assert_num_queries(1):
        first, others = offered(form)
    assert first == ["BOX", "EA"]
    assert others == ["DRUM", "KG", "L", "M"]


def test_a_usual_unit_and_another_one_are_both_taken(db: None) -> None:
    bolt = make_item("BOLT")
    make_conversion("BOX", "EA", 48, item=bolt)
    make_conversion("DZ", "EA", 12)
    for unit, pieces in (("BOX", 96), ("DZ", 24), ("", 2)):
        form = Came({"quantity": "2", "unit": unit}, item=bolt)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["quantity"] == Decimal(pieces)
