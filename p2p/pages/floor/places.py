"""Where the tablet stands, and what a hand scanner read."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from execution import selectors as execution
from p2p.core.access import at_sites
from p2p.core.digits import whole
from p2p.core.web.page import back
from p2p.pages.floor.job import job_url
from p2p.pages.floor.said import Said
from p2p.pages.floor.tablet import WORKERS, FloorPage
from planning.models import Operation, ProductionOrder


class Station(FloorPage):
    """Which work centre this tablet stands at."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"page": self, "groups": self.groups(), "group": self.group()}
        return render(request, "pages/floor/station.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        asked = whole(request.POST.get("group", ""))
        chosen = self.groups().filter(pk=asked).first() if asked is not None else None
        if chosen is None:
            messages.error(request, _("This work centre is not in use any more: choose another."))
            return redirect("pages:floor-station")
        request.session["floor_group"] = chosen.pk
        messages.success(request, _("This tablet stands at {group} now.").format(group=chosen.name))
        return redirect("pages:floor")


class Scan(FloorPage):
    """A hand scanner: an order or one of its operations opens; anything else is named and changes nothing."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("pages:floor")

    def post(self, request: HttpRequest) -> HttpResponse:
        code = Said.of(request.POST).code[:60]
        row = self._meant(code)
        if row is not None:
            return redirect(job_url(row))
        messages.error(request, _("{code} is no order or operation of this plant.").format(code=code or "–"))
        return redirect(back(request, reverse("pages:floor")))

    def _meant(self, code: str) -> Operation | None:
        """The operation of a code; of an order the first one that is open."""
        found = execution.scanned(code)
        order = found.order if isinstance(found, Operation) else found
        if order is None or not self._seen(order):
            return None
        if isinstance(found, Operation):
            return found
        rows = Operation.objects.filter(order=order).select_related("order").order_by("number")
        return rows.filter(state__in=execution.OPEN).first() or rows.first()

    def _seen(self, order: ProductionOrder) -> bool:
        mine = ProductionOrder.objects.filter(pk=order.pk)
        return at_sites(mine, self.request.user, *WORKERS).exists()
