"""Planning's part of the page of an item: what is to come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.web import formats
from p2p.core.web.page import Page, who
from p2p.core.web.series import line
from planning.selectors.outlook import outlook
from strategies.models import Item

MOST = 180


class ItemOutlook(Page):
    """Projected stock as a line, open demand and open supply."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item = get_object_or_404(Item.objects.select_related("unit"), pk=pk)
        found = outlook(item, who(request), clock.today())
        lowest = formats.day(found.lowest[0])
        points = [(formats.day(day), level) for day, level in thinned(found.points)]
        plot: SafeString | str = ""
        if len(points) > 1:
            none = [(_("none"), 0)] if found.lowest[1] < 0 else []
            out = {lowest} if none else ()
            plot = line(points, title=_("Stock"), limits=none, out=out, places=0, width=720, height=150)
        return render(request, "planning/item_outlook.html", {"item": item, "outlook": found, "plot": plot})


def thinned(points: list[tuple[date, Decimal]]) -> list[tuple[date, Decimal]]:
    """Evenly, so that a line of years stays readable; the first, the last and the lowest stay."""
    step = len(points) // MOST + 1
    lowest = min(points, key=lambda point: (point[1], point[0]))
    return [point for place, point in enumerate(points) if place % step == 0 or point in (lowest, points[-1])]
