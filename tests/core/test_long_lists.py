"""Long lists of keys are one array to the database, and find the same rows as short ones."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext

from p2p.core.long_lists import LONG
from strategies.models import BomLine, BomVersion, Item
from tests.factories import make_bom, make_item

pytestmark = pytest.mark.django_db
NONE = range(10**6, 10**6 + LONG)


@pytest.fixture
def wheel() -> Item:
    wheel, rim = make_item("WHEEL"), make_item("RIM")
    make_item("BELL")
    make_bom(wheel, {rim: 2})
    return wheel


def asked(rows: Any) -> tuple[list[Any], str]:
    with CaptureQueriesContext(connection) as seen:
        found = list(rows)
    return found, seen.captured_queries[0]["sql"]


def test_keys_of_rows_of_their_parents_and_words(wheel: Item) -> None:
    line, bom = BomLine.objects.get(), BomVersion.objects.get()
    for rows, one in (
        (Item.objects.filter(pk__in=[wheel.pk, None, wheel.pk, *NONE]), wheel),
        (Item.objects.filter(number__in={"WHEEL", *map(str, NONE)}), wheel),
        (BomLine.objects.filter(bom__in=[bom.pk, *NONE]), line),
        (BomLine.objects.filter(bom__in=[bom] * LONG + [*NONE]), line),
        (BomLine.objects.filter(bom__item__in=(wheel.pk, *NONE)), line),
        (BomVersion.objects.filter(lines__in=[line.pk, *NONE]), bom),
        (
            BomLine.objects.filter(~Q(component__number__in=[*map(str, NONE)]), bom_id__in=[bom.pk, *NONE]),
            line,
        ),
    ):
        found, sql = asked(rows)
        assert found == [one]
        assert "= ANY(" in sql


def test_what_is_not_in_the_list_is_left_out(wheel: Item) -> None:
    left = Item.objects.exclude(pk__in=[wheel.pk, *NONE]).order_by("number")
    assert [item.number for item in left] == ["BELL", "RIM"]
    assert Item.objects.filter(pk__in=[*NONE]).update(name="x") == 0
    assert set(Item.objects.in_bulk([wheel.pk, *NONE])) == {wheel.pk}
    assert not Item.objects.filter(pk__in=[None] * LONG).exists()


def test_everything_else_is_as_it_was(wheel: Item) -> None:
    for rows, one in (
        (Item.objects.filter(pk__in=[wheel.pk]), wheel),
        (Item.objects.filter(pk__in=[*map(str, NONE), str(wheel.pk)]), wheel),  # words for keys
        (Item.objects.filter(pk__in=[10**30, *NONE, wheel.pk]), wheel),  # more than the database can hold
        (Item.objects.filter(pk__in=[F("pk") + 0, *NONE], number="WHEEL"), wheel),
        (Item.objects.filter(pk__in=BomVersion.objects.values("item")), wheel),
    ):
        assert list(rows) == [one]
    assert not Item.objects.filter(attributes__in=[*NONE]).exists()
    with pytest.raises(ValueError, match="expected a number"):
        list(Item.objects.filter(pk__in=["a", *NONE]))
