"""Phantoms that take each other in many ways, with roundings in between: the standard comes to an end and says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from string import ascii_uppercase

import pytest

from costing.models import CostElement, RollupWarning
from costing.services.version import open_version
from costing.snapshot import Snapshot, take
from costing.structures import WAYS
from costing.words import warning_words
from strategies.models import Item
from tests.factories import make_bom, make_item, make_site, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("comes_to_an_end")]
D = Decimal


def nested(letters: str) -> list[Item]:
    """Each is made of all after it, of each in another quantity and up to whole pieces; all but first and last are
    phantoms."""
    items = [make_item(letter, supply="make" if letter == "A" else "buy") for letter in letters]
    for place, item in enumerate(items[:-1]):
        make_bom(
            item,
            {
                below: {
                    "quantity": D(1) + D(place * 7 + turn * 11 + 1) / 100,
                    "kind": "item" if below is items[-1] else "phantom",
                    "rounding": "consumption",
                    "rounding_multiple": D(1),
                }
                for turn, below in enumerate(items[place + 1 :])
            },
        )
    return items


def taken() -> Snapshot:
    for kind in ("material", "outsourcing", "labour"):
        CostElement.objects.create(code=kind, name=kind, kind=kind)
    by = make_user("cost_accountant")
    return take(
        open_version(code="STD", name="Standard", site=make_site(), valid_from=date(2026, 1, 1), by=by)
    )


def test_the_fully_nested_bill_of_26_items_with_roundings_comes_to_an_end_and_is_named() -> None:
    items = nested(ascii_uppercase)
    snapshot = taken()
    assert len(snapshot.stand_ins) <= WAYS * len(items)
    said = [one for one in snapshot.missing if one.code == "too_many_ways"]
    assert items[0].pk in {one.item for one in said}
    warning = RollupWarning(code="too_many_ways", item=items[0], facts={})
    assert "phantoms in the BOM of A take each other in too many ways" in warning_words(warning)


def test_a_few_ways_are_all_costed_by_themselves() -> None:
    nested("ABCDEF")
    assert not [one for one in taken().missing if one.code == "too_many_ways"]
