"""`check_ledger` finds what cannot happen through the services: rows are bent here behind the triggers'
back.
"""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from p2p.inventory.checking import problems
from tests.factories import make_item, make_locations, make_site, make_stock

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("bend", "rule", "sentence"),
    [
        (
            "UPDATE inventory_balance SET quantity = 7",
            "balance is the sum of moves",
            "BOLT at STORE: has 7, should be 5",
        ),
        (
            "UPDATE inventory_balance SET reserved = 2",
            "reserved is the sum of reservations",
            "BOLT at STORE: has 2, should be 0",
        ),
        (
            "DELETE FROM inventory_balance",
            "balance is the sum of moves",
            "BOLT at STORE: has 0, should be 5",
        ),
    ],
)
def test_a_bent_row_is_found_and_named(bend: str, rule: str, sentence: str) -> None:
    places = make_locations(make_site("MAIN"))
    make_stock(make_item("BOLT"), 5, places["STORE"])
    assert problems() == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(bend)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert [(one.rule, one.sentence) for one in problems()] == [(rule, sentence)]


@pytest.mark.django_db(transaction=True)
def test_the_command_says_what_it_proved_and_fails_when_it_cannot(capsys: Any) -> None:
    places = make_locations(make_site("MAIN"))
    make_stock(make_item("BOLT"), 5, places["STORE"])
    out = StringIO()
    call_command("check_ledger", stdout=out)
    assert "1 moves" in out.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE inventory_balance SET quantity = 6")
        cursor.execute("SET session_replication_role = origin")
    err = StringIO()
    with pytest.raises(CommandError, match="in 1 rows"):
        call_command("check_ledger", stdout=StringIO(), stderr=err)
    assert "BOLT at STORE: has 6, should be 5" in err.getvalue()
