"""Planning's part of the page of an item: what is to come."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.web import formats
from p2p.core.web.page import Page, who
from p2p.core.web.series import line
from planning.selectors.outlook import outlook
from strategies.models import Item


class ItemOutlook(Page):
    """Projected stock as a line, open demand and open supply."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item = get_object_or_404(Item.objects.select_related("unit"), pk=pk)
        found = outlook(item, who(request), clock.now().date())
        points = [(formats.day(day), level) for day, level in found.points[:200]]
        plot = line(
            points, title=_("Stock"), limits=[(_("none"), 0)] if found.lowest[1] < 0 else [],
            out={formats.day(day) for day, level in found.points if level < 0},
            places=0, width=720, height=150,
        ) if len(points) > 1 else ""  # fmt: skip
        return render(request, "planning/item_outlook.html", {"item": item, "outlook": found, "plot": plot})
