"""On the order page: what of stock is kept for it, at which place and lot, and what is claimed without a place."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from execution.models import PickLine
from p2p.core.access import Role, at_sites, may
from p2p.core.web.page import Page, who
from p2p.inventory.models import Reservation
from p2p.inventory.selectors import claims
from planning.models import ProductionOrder


class OrderReserved(Page):
    """What stands on a pick list is given back by taking the order back from the floor, the rest row by row."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        user = who(request)
        order = get_object_or_404(at_sites(ProductionOrder.objects.select_related("site"), user), pk=pk)
        listed = PickLine.objects.filter(reservation=OuterRef("pk")).order_by("pk")
        rows = (
            Reservation.objects.filter(reference=order.number)
            .annotate(pick_list=Subquery(listed.values("pick_list__number")[:1]))
            .select_related("item__unit", "location__site", "lot", "serial", "handling_unit", "by")
            .order_by("item__number", "location__code", "pk")
        )
        context = {
            "order": order,
            "reserved": list(rows),
            "claimed": list(claims().filter(reference=order.number, site=order.site)),
            "gives": may(user, Role.SUPERVISOR, site=order.site),
            "plans": may(user, Role.PLANNER, Role.SUPERVISOR, site=order.site),
        }
        return render(request, "execution/order_reserved.html", context)
