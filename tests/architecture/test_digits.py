"""Numbers that come from outside: read in one way only, and no page falls over one that is too long for a computer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlencode

import pytest
from django.test import Client

from p2p.core.digits import LARGEST_KEY, whole
from tests.architecture.edges import pages, patterns, resources
from tests.architecture.source import Source, product, report
from tests.factories import make_user

LONG, WIDE = "9" * 5000, "9" * 25
EDGES = {"views", "api", "serializers", "forms", "filters", "web", "rest", "pages", "floor", "selectors"}
BY_THEMSELVES = {"isdecimal", "isdigit", "isnumeric"}
FROM_OUTSIDE = re.compile(
    r"\b(request|GET|POST|kwargs|query|query_params|params|asked|typed|cookies|headers)\b"
)


def reads_numbers(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in BY_THEMSELVES:
            yield source.at(
                node, f"asks {node.func.attr}() by itself: p2p.core.digits.whole knows the limits"
            )
        if isinstance(node.func, ast.Name) and node.func.id == "int" and node.args:
            said = ast.unparse(node.args[0])
            if FROM_OUTSIDE.search(said) and said != "request.user.pk or 0":
                yield source.at(node, f"calls int() on {said}: p2p.core.digits.whole knows the limits")


def at_the_edge(source: Source) -> bool:
    inside = set(source.path.removesuffix(".py").split("/"))
    return bool(inside & EDGES) and not inside & {"bench", "demo", "engine", "services"}


def test_only_one_place_reads_a_number_from_outside():
    found = [wrong for source in product() if at_the_edge(source) for wrong in reads_numbers(source)]
    assert not found, report(found)


def test_a_number_that_is_read_by_hand_is_seen():
    text = "int(request.GET['page']) if word.isdecimal() else int(self.kwargs['pk'])"
    assert len(list(reads_numbers(Source("strategies/views/new.py", text)))) == 3


@pytest.mark.parametrize("said", [LONG, WIDE, "-1", "1.5", "", "x", None, "²"])
def test_what_is_no_number_or_too_long_is_none(said):
    assert whole(said) is None


def test_a_number_keeps_its_limits():
    assert (whole("12"), whole(12), whole(str(LARGEST_KEY)), whole(str(LARGEST_KEY + 1))) == (
        12, 12, LARGEST_KEY, None,
    )  # fmt: skip
    assert (whole("5", least=6), whole("5", most=4), whole("5", least=5, most=5)) == (None, None, 5)


@pytest.fixture
def boss(db):
    client = Client(raise_request_exception=False)
    client.force_login(make_user("administrator", is_superuser=True))
    return client


@cache
def named() -> frozenset[str]:
    """Every name that some page or resource asks its address for."""
    found = {"id", "ids", "page", "cursor", "limit", "pk", "before", "after", "q"}
    for node in (node for source in product() for node in ast.walk(source.tree)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=asked, attr="get" | "getlist"),
                args=[ast.Constant(value=str(name)), *_],
            ) if re.search(r"\b(GET|query|query_params|asked)$", ast.unparse(asked)):
                found.add(name)
    return frozenset(found - {"export", "as", "format", "theme"})


def falls(client: Client, address: str, **query: str) -> str:
    """What is said when the address answers with an error of ours, "" when it does not."""
    answer = client.get(f"{address}?{urlencode(query)}")
    return f"{address} ?{', '.join(query)}: {answer.status_code}" if answer.status_code >= 500 else ""


def test_names_of_numbers_are_found():
    assert {"level", "before", "limit", "which", "site"} <= named()


@pytest.mark.parametrize("digits", [LONG, WIDE], ids=["long", "wide"])
def test_no_resource_falls_over_a_number_without_end(boss, digits):
    found = [
        falls(boss, address, **{name: digits})
        for address, view in sorted(resources().items())
        for name in ("cursor", "limit", *view.filters)
    ]
    assert not any(found), report([each for each in found if each])


@pytest.mark.parametrize("digits", [LONG, WIDE], ids=["long", "wide"])
def test_no_list_page_falls_over_a_number_without_end(boss, digits):
    found = []
    for address, view in sorted(pages().items()):
        filters = dict.fromkeys(getattr(view.filterset_class, "base_filters", ()), digits)
        found += [falls(boss, address, page=digits, id=digits), falls(boss, address, **filters)]
    assert not any(found), report([each for each in found if each])


@pytest.mark.parametrize("digits", [LONG, WIDE], ids=["long", "wide"])
def test_no_address_falls_over_a_number_without_end(boss, digits):
    """Such numbers where an address has a place for them, and under every name that anybody asks for where it has
    none."""
    query = dict.fromkeys(sorted(named()), digits)
    found, seen = [], set()
    for route, _one in patterns():
        bare = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", route).replace(r"\Z", "")
        address = re.sub(r"<[^>]*>", digits, bare)
        if address not in seen and not re.search(r"[\\^$*+(]", address):
            seen.add(address)
            found.append(falls(boss, address, **({} if "<" in bare else query)))
    assert len(seen) > 500
    assert not any(found), report([each.replace(digits, "9…") for each in found if each])
