"""Every address asks who is there, and every write asks for a role."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import URLPattern

from p2p.core import places
from p2p.core.rest.edge import EdgeViewSet
from tests.architecture.edges import forms, patterns
from tests.architecture.source import report
from tests.factories import make_user

OPEN = re.compile(
    r"/(login|logout|healthz|static|i18n|jsi18n|favicon|manifest|service-worker|sw\.js|api/(schema|docs))\b"
)
"""What may be seen without a name: the door itself, and what the API says about itself."""
PARTS = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def filled(route: str) -> str:
    """An address with something in every gap."""

    def gap(match: re.Match[str]) -> str:
        kind, name = match.group(1) or "", match.group(2) or match.group(3)
        return "1" if kind == "int" or name in {"pk", "number"} else "x"

    return PARTS.sub(gap, route).replace(r"\Z", "").replace("?", "").replace("\\", "")


def addresses() -> list[tuple[str, URLPattern]]:
    """(address, pattern) of everything behind the door. The framework's own admin guards itself."""
    return [
        (filled(route), one)
        for route, one in patterns()
        if not OPEN.match(filled(route)) and not route.startswith("/admin/")
    ]


def methods(one: URLPattern) -> list[str]:
    """The ways in."""
    actions = getattr(one.callback, "actions", None)
    if actions:
        return sorted(set(actions) - {"head", "options"})  # the framework adds them at the first request
    view = getattr(one.callback, "view_class", None)
    return [name for name in ("get", "post") if view is None or hasattr(view, name)]


@pytest.mark.django_db
def test_nobody_gets_in_without_a_name():
    known = addresses()
    assert len(known) > 50
    stranger, offences = Client(raise_request_exception=False), []
    for address, one in known:
        for method in methods(one):
            answer = getattr(stranger, method)(address)
            to_the_door = answer.status_code == 302 and "/login/" in answer["Location"]
            if answer.status_code != 401 and not to_the_door:
                offences.append(f"{method.upper()} {address} answers {answer.status_code} to a stranger")
    assert not offences, report(offences)


@pytest.mark.django_db
def test_nothing_is_written_through_the_api_without_a_role():
    client, offences, tried = Client(raise_request_exception=False), [], 0
    client.force_login(make_user())
    for address, one in addresses():
        view = getattr(one.callback, "cls", None)
        if not (isinstance(view, type) and issubclass(view, EdgeViewSet)):
            continue
        for method in set(methods(one)) - {"get"}:
            tried += 1
            answer = getattr(client, method)(address, {}, content_type="application/json")
            if answer.status_code not in {403, 405}:
                offences.append(
                    f"{method.upper()} {address} answers {answer.status_code} to somebody without a role"
                )
    assert tried > 20
    assert not offences, report(offences)


def test_gaps_are_filled():
    assert filled("/api/v1/x/(?P<number>[^/]+)/go/") == "/api/v1/x/1/go/"
    assert filled("/x/<int:pk>/<str:slot>/") == "/x/1/x/"


def test_every_form_that_changes_something_names_its_roles():
    open_to_all = [
        f"{address} ({view.__module__}.{view.__name__})"
        for address, view in forms().items()
        if not view.roles
    ]
    assert not open_to_all, report(open_to_all)


def test_every_button_that_calls_a_service_names_its_roles():
    buttons = [verb for slot in places._verbs.values() for verb in slot.values() if verb.service is not None]
    open_to_all = [f"{verb.slot} {verb.key}" for verb in buttons if not verb.roles]
    assert not open_to_all, report(open_to_all)
