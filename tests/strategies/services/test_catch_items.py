"""What may be said of an item that is weighed and counted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from p2p.core.access import Role
from p2p.core.refusal import Refused
from strategies.services.items import change_item, create_item
from tests.factories import make_item, make_site, make_stock, make_unit, make_user

pytestmark = pytest.mark.django_db

RANGE = {"catch_least": Decimal("9.2"), "catch_most": Decimal("10.8")}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"catch_unit": "WHEEL"}, "Say what one piece of CHEESE weighs at least and at most."),
        ({"catch_least": Decimal(1)}, "Name the unit in which CHEESE is counted beside its weight."),
        ({"catch_unit": "KG", **RANGE}, "CHEESE is counted in its unit already: name another one beside it."),
        (
            {"catch_unit": "WHEEL", "catch_least": Decimal(3), "catch_most": Decimal(2)},
            "What one piece of CHEESE weighs at most is less than what it weighs at least.",
        ),
        (
            {"catch_unit": "WHEEL", "tracking": "serial", **RANGE},
            "CHEESE has serial numbers: each is one piece, and nothing else is counted.",
        ),
        (
            {"catch_unit": "WHEEL", "kind": "service", **RANGE},
            "A service is not stored: CHEESE cannot be weighed and counted.",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(said: dict[str, Any], sentence: str) -> None:
    if "catch_unit" in said:
        said = {**said, "catch_unit": make_unit(said["catch_unit"])}
    with pytest.raises(Refused) as no, transaction.atomic():
        create_item(number="CHEESE", name="Cheese", unit=make_unit("KG"), by=make_user(Role.ENGINEER), **said)
    assert str(no.value) == sentence


def test_what_moved_keeps_its_second_unit_but_not_its_range() -> None:
    cheese = make_item("CHEESE", unit=make_unit("KG", digits=3), catch_unit=make_unit("WHEEL"), **RANGE)
    make_stock(cheese, 30, make_site().locations.get(code="STORE"), catch_quantity=Decimal(3))
    boss = make_user(Role.ENGINEER)
    with (
        pytest.raises(Refused, match="CHEESE has stock moves in its unit and tracking"),
        transaction.atomic(),
    ):
        change_item(item=cheese, catch_unit=None, catch_least=None, catch_most=None, by=boss)
    assert change_item(item=cheese, catch_most=Decimal(12), by=boss).catch_most == 12
