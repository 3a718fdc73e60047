"""What is typed in any unit is booked in the item's own: exactly, or refused by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from p2p.core.refusal import Refused
from p2p.inventory.models import Balance
from p2p.inventory.services.measure import in_item_unit, in_item_units
from tests.factories import make_conversion, make_item, make_site, make_stock, make_unit, make_user

pytestmark = pytest.mark.django_db


def test_a_carton_is_what_this_item_says_it_is() -> None:
    bolt, nut = make_item("BOLT"), make_item("NUT")
    make_conversion("CTN", "EA", 100)
    make_conversion("CTN", "EA", 144, item=nut)
    carton = make_unit("CTN")
    assert in_item_unit(bolt, Decimal(3), carton) == 300
    assert in_item_unit(nut, Decimal(3), carton) == 432


def test_the_way_may_lead_over_other_units_and_back() -> None:
    tape = make_item("TAPE", unit=make_unit("M", digits=3))
    make_conversion("ROLL", "CM", 2550)
    make_conversion("M", "CM", 100)
    assert in_item_unit(tape, Decimal(2), make_unit("ROLL")) == Decimal(51)


def test_what_is_typed_in_the_items_own_unit_stays_as_it_is() -> None:
    paint = make_item("PAINT", unit=make_unit("KG", digits=3))
    assert in_item_unit(paint, Decimal("1.125"), None) == Decimal("1.125")
    assert in_item_unit(paint, Decimal("1.125"), make_unit("KG")) == Decimal("1.125")


def test_a_missing_conversion_is_named() -> None:
    with pytest.raises(Refused, match="Item BOLT has no conversion from CTN to EA") as no:
        in_item_unit(make_item("BOLT"), Decimal(1), make_unit("CTN"))
    assert (no.value.code, no.value.field) == ("no_conversion", "unit")


@pytest.mark.parametrize(
    ("quantity", "unit", "sentence"),
    [
        ("1.5", "LB", "1.5 LB of PAINT has more digits than LB allows (0)"),
        ("1", "LB", "1 LB of PAINT is 0.453592 KG, and KG takes 3 digits after the point: enter it in KG"),
        ("1", "THIRD", "1 THIRD of PAINT is ≈ 0.333333 KG"),
        ("0.1234", "KG", "0.1234 KG of PAINT has more digits than KG allows (3)"),
    ],
)
def test_nothing_is_rounded_on_the_way_into_stock(quantity: str, unit: str, sentence: str) -> None:
    paint = make_item("PAINT", unit=make_unit("KG", digits=3))
    make_conversion("LB", "KG", 453592, 1_000_000)
    make_conversion("THIRD", "KG", 1, 3)
    with pytest.raises(Refused) as no:
        in_item_unit(paint, Decimal(quantity), make_unit(unit))
    assert sentence in str(no.value)


def test_many_lines_take_one_query(django_assert_num_queries: Any) -> None:
    items = [make_item() for _ in range(20)]
    make_conversion("CTN", "EA", 12)
    carton = make_unit("CTN")
    with django_assert_num_queries(1):
        assert in_item_units([(item, Decimal(2), carton) for item in items]) == [Decimal(24)] * 20


def test_moves_over_rest_and_on_the_page_take_any_unit(client: Any) -> None:
    site = make_site("MAIN")
    store = site.locations.get(code="STORE")
    line = site.locations.create(code="LINE", name="Line", kind="line_side")
    bolt = make_item("BOLT")
    make_stock(bolt, 100, store)
    make_conversion("DZ", "EA", 12)
    api = APIClient()
    api.force_authenticate(make_user("supervisor"))
    given = {"site": "MAIN", "item": "BOLT", "source": "STORE", "target": "LINE", "kind": "transfer"}
    where = "/api/v1/inventory/moves/post-lines/"
    done = api.post(where, {"lines": [{**given, "quantity": "2", "unit": "DZ"}]}, format="json")
    assert done.json()[0]["quantity"] == "24"
    wrong = api.post(where, {"lines": [{**given, "quantity": "0.5", "unit": "DZ"}]}, format="json")
    assert wrong.status_code == 400
    assert "has more digits than DZ allows" in wrong.content.decode()
    client.force_login(make_user("operator"))
    typed = {"site": "MAIN", "item": "BOLT", "place": "STORE", "to": "LINE", "quantity": "3", "unit": "DZ"}
    assert client.post("/inventory/book/transfer/", typed).status_code == 303
    assert Balance.objects.get(location=line).quantity == 60
