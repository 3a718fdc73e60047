"""What the coverage tables promise is there: the service, an endpoint that answers, a page with data, the test."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.architecture.coverage import (
    Promise,
    address,
    endpoint_fault,
    promises,
    service_fault,
    test_fault,
)
from tests.architecture.source import report
from tests.factories import make_site, make_user

test_fault.__test__ = False  # type: ignore[attr-defined]
PROMISED = {
    "strategies": [
        *("S1", "S2", "S4", "S5", "S6", "S7", "S9", "S10", "S11", "S15", "S16", "S17", "S18", "S19", "S20"),
        *("S21", "S22", "S23", "S24", "S30", "items", "order settings", "units", "vendors", "item page"),
        *("outsourcing policy", "bom", "bom designer", "compare", "where-used", "mass replace", "copy"),
        *(
            "nested 26 items",
            "route",
            "route designer",
            "library",
            "instructions",
            "requirements",
            "resources",
        ),
        *("groups", "capabilities", "skills", "setup matrix", "cost categories", "calendars", "holidays"),
        *("resource board", "calendar board", "import", "export", "templates", "bulk upsert", "bulk edit"),
    ],
    "inventory": [
        *(
            "ledger",
            "lots",
            "rules",
            "counts",
            "daily work",
            "traceability",
            "going live",
            "screens",
            "reliability",
        ),
        *("bad input", "E3", "E6c", "E8", "E10", "E13", "P27"),
    ],
}
"""Rows that a table has to have: those of the issue's bullets, and the features that users miss on day one."""


@pytest.fixture
def boss(db):
    client = Client()
    client.force_login(make_user("administrator", is_superuser=True))
    session = client.session
    session["floor_site"] = make_site().code  # the tablet is told once where it stands
    session.save()
    return client


def named(promise: Promise) -> str:
    return str(promise)


def test_a_table_lacks_none_of_the_rows_that_its_issue_names():
    there = {table: {one.row for one in promises() if one.table == table} for table in PROMISED}
    missing = [
        f"{table}: {row}" for table, rows in PROMISED.items() for row in rows if row not in there[table]
    ]
    assert not missing, report(missing)


@pytest.mark.parametrize("promise", promises(), ids=named)
def test_a_promise_names_a_service_an_endpoint_a_page_and_a_test(promise):
    assert promise.service and promise.endpoint and promise.page and promise.test
    faults = [*map(service_fault, promise.service), *map(test_fault, promise.test)]
    assert not any(faults), report([one for one in faults if one])


@pytest.mark.parametrize("written", sorted({one for each in promises() for one in each.endpoint}))
def test_a_promised_endpoint_answers(boss, written):
    assert not endpoint_fault(boss, written)


@pytest.mark.parametrize("written", sorted({one for each in promises() for one in each.page}))
def test_a_promised_page_opens(boss, written):
    answer = boss.get(address(written))
    assert answer.status_code == 200, f"{written} answers {answer.status_code}"
    assert b"<h1" in answer.content, f"{written} has no heading"
