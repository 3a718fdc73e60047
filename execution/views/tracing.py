"""On the order page: what the order made and where that went, what it was made of."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from p2p.core.access import at_sites
from p2p.core.web.page import who
from p2p.inventory.views.trace import TraceFragment, asked_of_order
from planning.models import ProductionOrder


class OrderTrace(TraceFragment):
    """The trace of everything that the order brought, or of what was issued to it before anything came."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        order = get_object_or_404(at_sites(ProductionOrder.objects.all(), who(request)), pk=pk)
        self.asked.keys = asked_of_order(order.number)
        return render(request, "inventory/trace_body.html", self.body())
