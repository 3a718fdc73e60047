"""REST of stock added up by item, now or at the end of a past day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from p2p.core import clock
from p2p.core.rest import RecordViewSet
from p2p.inventory.selectors.past import end_of
from p2p.inventory.selectors.stocklists import items_in_stock, items_then, shown_sites
from p2p.inventory.serializers.stock import StockByItemSerializer
from strategies.models import Item, Site


class StockByItemApi(RecordViewSet):
    """On hand, reserved, held, claimed and available of every item of which something lies or is claimed at your sites.

    With `?as_of=` what lay there at the end of that day; what was reserved or held then is not known: null.
    """

    queryset = Item.objects.all()
    serializer_class = StockByItemSerializer
    filters = {"group": "group__code", "tracking": "tracking"}
    asks = {
        "site": "Code of a site: its stock alone",
        "as_of": "A past day, such as 2026-01-31: stock at its end",
    }
    searches, orderings, order = ("number", "name"), ("number",), ("number",)

    def get_queryset(self) -> QuerySet[Any]:
        site, day = self._site(), self._day()
        sites = shown_sites(self.request.user, site)
        if day is None:
            return items_in_stock(sites)
        return items_then(end_of(day, site.time_zone if site else "UTC"), sites)

    def _site(self) -> Site | None:
        code = self.request.query_params.get("site", "")
        if not code:
            return None
        site = Site.objects.filter(code=code).first()
        if site is None:
            raise ValidationError({"site": _("There is no site {code}.").format(code=code)})
        return site

    def _day(self) -> date | None:
        text = self.request.query_params.get("as_of", "")
        if not text:
            return None
        try:
            day = parse_date(text)
        except ValueError:
            day = None
        if day is None:
            raise ValidationError({"as_of": _("{text} is no day: write 2026-01-31.").format(text=text)})
        if day > clock.today():
            raise ValidationError({"as_of": _("{day} has not come yet.").format(day=day)})
        return day
