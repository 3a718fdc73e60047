"""What is looked for in a big list of items is found by an index, not by reading all of them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from p2p.core.web import lookup
from strategies.models import Item
from tests.factories import make_item, make_user

pytestmark = pytest.mark.django_db
MANY = """
    INSERT INTO strategies_item (number, name, kind, unit_id, tracking, flushing, phantom, attributes, source_system,
                                 external_id, active, revision)
    SELECT 'P-' || lpad(place::text, 6, '0'), 'Bracket ' || md5(place::text), 'material', %s, 'none', 'manual', false,
           '{}', '', '', true, 1
      FROM generate_series(1, 2000) AS place
"""


@pytest.fixture
def many():
    unit = make_item("BOLT").unit
    with connection.cursor() as cursor:
        cursor.execute(MANY, [unit.pk])
        cursor.execute("ANALYZE strategies_item")
    rare = Item.objects.get(number="P-001234")
    return rare.name.split()[1][3:13]


def plans(asked):
    """The plans of what was read from the items, in the words of the database; with so few of them it would rather
    read all in order, so that is forbidden."""
    read = [one["sql"] for one in asked.captured_queries if "UPPER" in one["sql"] and "FROM" in one["sql"]]
    assert read
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        cursor.execute("SET LOCAL enable_indexonlyscan = off")
        for sql in read:
            cursor.execute(f"EXPLAIN {sql}")
            found.append("\n".join(line for (line,) in cursor.fetchall()))
    return found


def test_the_list_finds_a_part_of_a_name_by_its_index(client, many):
    client.force_login(make_user("engineer"))
    with CaptureQueriesContext(connection) as asked:
        shown = client.get(f"/strategies/items/?q={many.upper()}").content.decode()
    assert "P-001234" in shown and "P-001235" not in shown
    assert all("item_words" in plan for plan in plans(asked))


def test_a_field_that_looks_up_items_finds_them_by_the_index(client, many):
    client.force_login(make_user("engineer"))
    address = lookup.address(Item)
    with CaptureQueriesContext(connection) as asked:
        found = client.get(address, {"q": many}).json()["items"]
    assert [one["number"] for one in found] == ["P-001234"]
    assert all("item_words" in plan for plan in plans(asked))


def test_a_program_finds_them_by_the_index(client, many):
    client.force_login(make_user("engineer"))
    with CaptureQueriesContext(connection) as asked:
        found = client.get("/api/v1/strategies/items/", {"search": many}).json()["results"]
    assert [one["number"] for one in found] == ["P-001234"]
    assert all("item_words" in plan for plan in plans(asked))
