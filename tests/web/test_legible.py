"""Addresses and forms with what no text may have: one sentence, whatever page they are for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from p2p.core.models import SavedView
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SENTENCE = "The text has the character U+0000, which no text may have."


@pytest.fixture
def planner(client: Client) -> Client:
    client.force_login(make_user("supervisor"))
    return client


@pytest.mark.parametrize(
    "address", ["/strategies/items/?q=a%00", "/strategies/where-used/?item=%00", "/?site=%00"]
)
def test_a_page_says_that_it_cannot_look_for_that(planner: Client, address: str) -> None:
    answer = planner.get(address)
    assert answer.status_code == 400
    assert SENTENCE in answer.content.decode()


@pytest.mark.parametrize("address", ["items/?search=%00", "items/?item=%00", "items/A%00/"])
def test_the_api_says_so_as_a_problem(planner: Client, address: str) -> None:
    answer = planner.get(f"/api/v1/strategies/{address}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["detail"].endswith(SENTENCE)


@pytest.mark.parametrize("title", ["a\x00b", "a\x1bb", "a\x7fb"])
def test_a_form_s_text_has_no_control_characters(planner: Client, title: str) -> None:
    answer = planner.post("/core/views/", {"page": "strategies:items", "title": title, "query": "q=1"})
    assert answer.status_code == 400
    assert f"title: The text has the character U+{ord(title[1]):04X}" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_lines_and_what_separates_the_fields_of_a_scan_are_kept(planner: Client) -> None:
    sent = {"page": "strategies:items", "title": "a", "query": "q=1", "note": "a\r\n\tb\x1d", "next": "/"}
    assert planner.post("/core/views/", sent).status_code == 302


@pytest.mark.parametrize("there", ["there", "a b", "javascript:alert(1)", "//elsewhere.example/"])
def test_a_form_that_came_from_nowhere_goes_to_the_start(planner: Client, there: str) -> None:
    answer: Any = planner.post("/core/views/", {"page": "p", "title": "a", "query": "q=1", "next": there})
    assert (answer.status_code, answer["Location"]) == (302, "/")
