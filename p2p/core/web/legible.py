"""What a browser sends is text that can be stored: told in one place, before any page looks something up by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict

from p2p.core.characters import composed, seen, too_much, unfit, unstorable
from p2p.core.rest.problems import PROBLEM
from p2p.core.web.shellviews import refused_page

NUL = "\x00"


class Legible:
    """Middleware. No text of the database can have a NUL, in an address no more than in a form; a form's text has no
    other control characters, either; and every letter has its one form, in which it is kept and looked for. The
    bodies of the API are read by their parsers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wrong = next(_wrong(request), None)
        if wrong is None:
            _compose(request)
            return self.get_response(request)
        place, sign = wrong
        sentence = f"{seen(place)}: {unstorable(sign)}" if place else unstorable(sign)
        if not request.path.startswith("/api/"):
            return refused_page(request, sentence)
        body: dict[str, Any] = {"type": "/api/docs/#invalid", "code": "invalid", "status": 400}
        return JsonResponse({**body, "detail": sentence, "field": place}, status=400, content_type=PROBLEM)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What no form had stopped and the database could not hold; a page's post is one transaction."""
        said = too_much(error) if isinstance(error, DataError) else ""
        return refused_page(request, said) if said else None


def _compose(request: HttpRequest) -> None:
    if other := _composed(request.GET):
        request.GET = other  # type: ignore[assignment]  # as immutable as what stood there
    if (
        request.method == "POST"
        and not request.path.startswith("/api/")
        and (other := _composed(request.POST))
    ):
        request.POST = other  # type: ignore[assignment]  # likewise


def _composed(said: QueryDict) -> QueryDict | None:
    """The same with all texts composed; None where they are."""
    given = [(name, [str(text) for text in texts]) for name, texts in said.lists()]
    if all(text == composed(text) for name, texts in given for text in (name, *texts)):
        return None
    other = QueryDict(mutable=True, encoding=said.encoding)
    for name, texts in given:
        other.setlist(composed(name), [composed(text) for text in texts])
    other._mutable = False
    return other


def _wrong(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Place and character of what cannot be stored."""
    if NUL in request.path_info:
        yield "", unfit(NUL)
    for name, values in request.GET.lists():
        if any(NUL in text for text in (name, *values)):
            yield name, unfit(NUL)
    if request.method != "POST" or request.path.startswith("/api/"):
        return
    for name, values in request.POST.lists():
        if sign := next(filter(None, (unfit(str(text)) for text in (name, *values))), ""):
            yield name, sign
