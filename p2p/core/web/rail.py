"""The rail: which areas and lines a person sees, which one is current, and the counts beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import access, places
from p2p.core.layers import LAYERS

COUNTS_FOR_SECONDS = 20
AREA_ICONS = {"top": "", "foot": ""}


@dataclass
class Line:
    nav: places.Nav
    url: str
    current: bool = False


@dataclass
class Area:
    key: str
    title: Any
    icon: str
    lines: list[Line] = field(default_factory=list)

    @property
    def folds(self) -> bool:
        return self.key not in AREA_ICONS


def _url(nav: places.Nav) -> str:
    try:
        return reverse(nav.url_name)
    except NoReverseMatch:
        return ""


def lines(user: Any) -> list[Line]:
    """Everything this person may open, in order. A line whose URL is not wired is left out."""
    found = [(nav, _url(nav)) for nav in places.navs() if not nav.roles or access.may(user, *nav.roles)]
    return [Line(nav, url) for nav, url in found if url]


def _rank(section: str) -> int:
    names = [layer.rpartition(".")[2] for layer in LAYERS]
    if section == "top":
        return -1
    return names.index(section) if section in names else len(names)


def _area(section: str) -> Area:
    if section in AREA_ICONS:
        return Area(section, "", "")
    config = apps.get_app_config(section)
    return Area(section, config.verbose_name, getattr(config, "icon", "box"))


def areas(user: Any, path: str = "") -> list[Area]:
    """The areas from left to right of the house; the line with the longest matching path is current."""
    found: dict[str, Area] = {}
    mine = lines(user)
    here = max((line.url for line in mine if path.startswith(line.url)), key=len, default="")
    for line in mine:
        line.current = bool(here) and line.url == here and (here != "/" or path == "/")
        found.setdefault(line.nav.section, _area(line.nav.section)).lines.append(line)
    return sorted(found.values(), key=lambda area: _rank(area.key))


def counts(user: Any) -> dict[str, dict[str, Any]]:
    """URL name -> {n, hot}; kept a few seconds, because every open page asks."""
    key = f"rail-counts-{user.pk}"
    known: dict[str, dict[str, Any]] | None = cache.get(key)
    if known is not None:
        return known
    fresh = {}
    for line in lines(user):
        number = line.nav.count(user) if line.nav.count else None
        if number is not None:
            fresh[line.nav.url_name] = {"n": number, "hot": line.nav.hot and number > 0}
    cache.set(key, fresh, COUNTS_FOR_SECONDS)
    return fresh


places.nav(section="foot", title=_("Runs"), url_name="core:runs", order=80, icon="activity")
places.nav(
    section="foot",
    title=_("Admin"),
    url_name="admin:index",
    order=90,
    icon="settings",
    roles=("administrator",),
)
