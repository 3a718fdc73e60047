"""Who reads: a page speaks the language, the number style and the plant's time of the person who opened it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from p2p.core.facts import Question, gather
from p2p.core.models import User
from p2p.core.web import formats

KEPT_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class PlantZone(Question[str]):
    """The time zone of the site with this code, or of the first plant for "": who knows sites answers."""

    site: str = ""


class Reader:
    """Middleware, after authentication: everything is written for this person, then forgotten."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        style = formats.Style(numbers=user.number_format, dates=user.date_format)
        with (
            translation.override(user.language),
            timezone.override(zone_of(user.default_scope)),
            formats.written(style),
        ):
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
        response.headers.setdefault("Content-Language", user.language)
        return response


def zone_of(site: str) -> ZoneInfo:
    """Plant time of a site's code; the server's own zone while nobody knows a site."""
    key = f"plant-zone-{site}"
    name: str | None = cache.get(key)
    if name is None:
        answers = gather(PlantZone(site=site))
        name = answers[0] if answers else ""
        cache.set(key, name, KEPT_SECONDS)
    return ZoneInfo(name) if name else ZoneInfo(timezone.get_default_timezone_name())
