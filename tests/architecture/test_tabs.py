"""Pages with tabs: an address with a tab that is not there leads to the record all the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.test import Client

from p2p.core.web.records import RecordPage
from tests.architecture.edges import patterns
from tests.architecture.rows import make_row
from tests.architecture.source import Source, product, report
from tests.factories import make_user

GAP = re.compile(r"<(?:\w+:)?(\w+)>")


@cache
def record_pages() -> dict[str, type[RecordPage]]:
    found = {}
    for route, one in patterns():
        view = getattr(one.callback, "view_class", None)
        if isinstance(view, type) and issubclass(view, RecordPage):
            found[route] = view
    return found


def asks_for_a_tab(source: Source) -> Iterator[str]:
    """Where a view reads the tab out of the address by itself, and decides by itself what an unknown one means."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value="tab"), *_]):
                yield source.at(node, "asks the address for its tab: `self.tab` of a RecordPage knows it")


def test_one_place_knows_which_tab_is_shown():
    found = [
        wrong
        for source in product()
        if source.path != "p2p/core/web/records.py"
        for wrong in asks_for_a_tab(source)
    ]
    assert not found, report(found)


def test_a_view_that_asks_by_itself_is_seen():
    text = 'tab = self.request.GET.get("tab", "lines")'
    assert len(list(asks_for_a_tab(Source("strategies/views/new.py", text)))) == 1


def shown(client: Client, route: str, row: Any, **query: str) -> Any:
    return client.get(GAP.sub(lambda gap: str(getattr(row, gap[1])), route), query)


@pytest.mark.django_db
def test_an_unknown_tab_shows_the_first_one_on_every_page():
    client = Client(raise_request_exception=False)
    client.force_login(make_user("administrator", is_superuser=True))
    wrong = []
    for route, view in sorted(record_pages().items()):
        row = make_row(view.model, 1)
        answers = [shown(client, route, row, tab=tab) for tab in ("nothing", "", "TREE")]
        plain = shown(client, route, row)
        for answer in (plain, *answers):
            if answer.status_code != 200:
                wrong.append(f"{route}: {answer.status_code}")
                continue
            if answer.context["current"] != plain.context["current"]:
                wrong.append(f"{route}: {answer.context['current']}")
    assert len(record_pages()) > 30
    assert not wrong, report(wrong)
