"""Rows of a bill as components/tree_row.html draws them, one level at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from p2p.core.web import formats
from p2p.core.web.page import Page
from strategies.models import BomVersion, Item, Site
from strategies.selectors import bom as bills
from strategies.views.asked import count_of, fraction, key_of
from strategies.views.bom_rows import day_of


@dataclass(frozen=True)
class TreeRow:
    """One row: what the template needs, and the line for pages that edit it."""

    line: Any
    level: int
    title: str
    url: str
    children: str
    cells: Sequence[tuple[str, str]]


def branches_of(
    bom: BomVersion,
    *,
    day: date,
    site: Site | None = None,
    level: int = 1,
    factor: Fraction = Fraction(1),
    route: int | None = None,
    top: int = 0,
) -> list[TreeRow]:
    """The lines of one bill that hold on a day; `factor` pieces of its item go into one of the root's, whose bill is
    `top`, or this one."""
    return [
        _row(branch, day, site, level, factor, top or bom.pk)
        for branch in bills.children(bom, day=day, site=site, factor=factor, route=route)
    ]


def _row(
    branch: bills.Branch, day: date, site: Site | None, level: int, factor: Fraction, top: int
) -> TreeRow:
    line = branch.line
    item = line.component
    below = factor * Fraction(branch.per_parent)
    asked = {
        "day": day.isoformat(),
        "level": level + 1,
        "factor": str(below),
        "site": site.code if site else "",
        "top": str(top),
    }
    if line.kind == "phantom":
        asked |= {"bom": line.component_bom_id or "", "route": line.component_route_id or ""}
    url = f"{reverse('strategies:branches', args=[item.pk])}?{urlencode(asked)}" if branch.has_bill else ""
    cells = (
        (item.number, "code"),
        (formats.number(line.quantity), "n"),
        (line.unit.code, ""),
        (formats.number(line.operation_number), "n"),
        (formats.percent(line.scrap_fraction, 1) if line.scrap_fraction else formats.NONE, "n"),
        (formats.number(branch.per_root), "n"),
        (item.unit.code, ""),
    )
    return TreeRow(line, level, item.name, item.get_absolute_url(), url, cells)


class Branches(Page):
    """The rows below one item of an opened tree."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item, day = get_object_or_404(Item, pk=pk), day_of(request)
        site = Site.objects.filter(code=request.GET.get("site", "")).first()
        named = bills.named_bill(item, key_of(request.GET.get("bom", "")))
        top = key_of(request.GET.get("top", ""))
        bom = named or bills.opened_bill(item, top=top, day=day, site=site)
        route = key_of(request.GET.get("route", "")) or None
        level, factor = count_of(request.GET.get("level", "")) or 1, fraction(request.GET.get("factor", ""))
        level = min(level, 99)
        asked = {"day": day, "site": site, "level": level, "factor": factor, "route": route, "top": top}
        rows = branches_of(bom, **asked) if bom else []
        return render(request, "strategies/bom_rows.html", {"branches": rows})
