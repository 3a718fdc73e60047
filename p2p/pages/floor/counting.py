"""The tablet's counts: which are under way, the next place on the way, and the end of it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.web.page import who
from p2p.inventory.models import Count, CountPlace
from p2p.inventory.selectors import counts as selectors
from p2p.inventory.services.count_review import submit_count
from p2p.pages.floor.stock import StockPage
from p2p.pages.floor.tablet import DOERS

Row = dict[str, str]
MOST_ROWS = 300
LONGEST = 60


class CountMenu(StockPage):
    """The counts that are under way at this site."""

    title, roles = gettext_lazy("Count"), DOERS

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = selectors.counts().filter(site=self.here, state=Count.State.OPEN).order_by("planned_on", "id")
        return self.draw("count_menu", {"counts": list(rows[:50])})


class OfCount(StockPage):
    title, roles, back_to = gettext_lazy("Count"), DOERS, "pages:floor-count"

    @cached_property
    def count(self) -> Count:
        found: Count = get_object_or_404(
            selectors.counts().filter(site=self.here), number=self.kwargs["number"]
        )
        return found

    def mine(self) -> Any:
        """Places that this person can count now: a recount is somebody else's."""
        rows = selectors.places(self.count).exclude(state=CountPlace.State.COUNTED)
        if self.count.recount_by_other:
            rows = rows.exclude(state=CountPlace.State.RECOUNT, counted_by=who(self.request))
        return rows

    def place_url(self, place: CountPlace) -> str:
        return reverse("pages:floor-count-place", args=[self.count.number, place.pk])


class NextPlace(OfCount):
    """The next place on the way; behind the one that was put off, if one was."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        rows = list(self.mine().values_list("pk", flat=True)) if self.count.state == Count.State.OPEN else []
        later = whole(request.GET.get("later", ""))
        if later is not None and later in rows:
            place = rows.index(later)
            rows = [*rows[place + 1 :], *rows[: place + 1]]
        if rows:
            return redirect(reverse("pages:floor-count-place", args=[number, rows[0]]))
        left = self.count.places.exclude(state=CountPlace.State.COUNTED).count()
        return self.draw("count_done", {"count": self.count, "left": left})

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Everything is counted: to the supervisor with it."""
        try:
            count = submit_count(count=self.count, by=who(request))
        except Refused as no:
            messages.error(request, str(no))
            return redirect(reverse("pages:floor-count-next", args=[number]))
        said = (
            _("{count} is posted: the books are right.")
            if count.state == Count.State.POSTED
            else _("{count} waits for a supervisor, who decides about the differences.")
        )
        messages.success(request, said.format(count=count.number))
        return redirect("pages:floor-count")
