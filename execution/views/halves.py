"""On the page of a half-finished item: where pieces of it stand between operations."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from execution import words
from execution.half_finished import between
from p2p.core.web.page import Page, who
from planning.models import ProductionOrder
from strategies.models import Item


class ItemBetween(Page):
    """Behind which operation of which order, at which place or vendor, how many; and all of them."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item = get_object_or_404(Item.objects.select_related("unit"), pk=pk)
        piles = between(item, who(request))
        shown = [(one, words.order_url(ProductionOrder(number=one.order))) for one in piles]
        total = sum((one.pieces for one in piles), Decimal(0))
        return render(request, "execution/item_between.html", {"item": item, "piles": shown, "total": total})
