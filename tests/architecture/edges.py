"""Everything that answers at an address: resources of the API, list pages, forms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from p2p.core.rest import RecordViewSet
from p2p.core.web.actions import ActionForm
from p2p.core.web.lists import ListPage


def patterns(resolver: Any = None, start: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """(route, pattern) of every address of the product."""
    for one in (resolver or get_resolver()).url_patterns:
        route = start + str(one.pattern).lstrip("^").removesuffix("$")
        if isinstance(one, URLResolver):
            yield from patterns(one, route)
        else:
            yield route, one


def resources() -> dict[str, type[RecordViewSet]]:
    """Address of the list -> view set."""
    found = {}
    for route, one in patterns():
        view, actions = getattr(one.callback, "cls", None), getattr(one.callback, "actions", None) or {}
        if isinstance(view, type) and issubclass(view, RecordViewSet) and actions.get("get") == "list":
            found[route.replace(r"\Z", "")] = view
    return found


def pages() -> dict[str, type[ListPage]]:
    """Address -> list page, of those that need nothing else in their address."""
    found = {}
    for route, one in patterns():
        view = getattr(one.callback, "view_class", None)
        if isinstance(view, type) and issubclass(view, ListPage) and "<" not in route:
            found[route] = view
    return found


def forms() -> dict[str, type[ActionForm]]:
    """Address -> form page."""
    found = {}
    for route, one in patterns():
        view = getattr(one.callback, "view_class", None)
        if isinstance(view, type) and issubclass(view, ActionForm):
            found[route] = view
    return found
