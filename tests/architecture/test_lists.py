"""Every list, of the API and of the browser: thirty rows take as many queries as one, in an order that is stable."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from p2p.core.rest.filters import split
from p2p.core.rest.pages import columns, field_of
from tests.architecture.edges import pages, resources
from tests.architecture.rows import CannotMake, make_row
from tests.architecture.source import report
from tests.factories import make_user

MORE = 5


@pytest.fixture
def boss(db):
    client = Client()
    client.force_login(make_user("administrator", is_superuser=True))
    return client


def budget(client, address, model) -> str:
    """What is wrong with the number of queries of a list of this model, "" when nothing is."""
    make_row(model)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        answer = client.get(address)
    if answer.status_code != 200:
        return f"{address} answers {answer.status_code}"
    for _ in range(MORE):
        make_row(model)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    if len(many) <= len(one):
        return ""
    extra = many.captured_queries[-1]["sql"][:160]
    return (
        f"{address} takes {len(one)} queries for 1 row and {len(many)} for {MORE + 1}; one of them: {extra}"
    )


def expansions(view) -> list[str]:
    """The list as it is, and with each expansion."""
    return ["", *(f"?expand={name}" for name in getattr(view.serializer_class, "expandable", {}))]


def test_there_are_lists_to_look_at():
    assert resources() and pages()


@pytest.mark.parametrize("address", sorted(resources()))
def test_a_resource_takes_a_constant_number_of_queries(boss, address):
    view = resources()[address]
    try:
        wrong = [budget(boss, address + query, view.queryset.model) for query in expansions(view)]
    except CannotMake as missing:
        pytest.fail(f"tests/architecture/rows.py cannot make a row: {missing}")
    assert not any(wrong), report([each for each in wrong if each])


@pytest.mark.parametrize("address", sorted(pages()))
def test_a_list_page_takes_a_constant_number_of_queries(boss, address):
    try:
        wrong = budget(boss, address, pages()[address].model)
    except CannotMake as missing:
        pytest.fail(f"tests/architecture/rows.py cannot make a row: {missing}")
    assert not wrong, wrong


@pytest.mark.parametrize("address", sorted(resources()))
def test_a_resource_has_a_stable_order_and_known_parameters(address):
    view = resources()[address]
    rows, made = view.queryset.all(), view()
    default = list(view.order or made.key_names())
    for names in (default, *([name] for name in view.orderings)):
        assert columns(rows, names)[-1].path in {"pk", "id"}
    for path in view.filters.values():
        assert field_of(rows, split(path)[0])
    for path in view.searches:
        assert field_of(rows, path.replace("__icontains", ""))


def test_a_list_that_asks_per_row_is_seen(boss, monkeypatch):
    address, view = sorted(resources().items())[0]
    shown = view.serializer_class.to_representation

    def ask_again(self, record):
        type(record).objects.get(pk=record.pk)
        return shown(self, record)

    monkeypatch.setattr(view.serializer_class, "to_representation", ask_again)
    assert "queries for 1 row" in budget(boss, address, view.queryset.model)
