"""The tablet receives a pallet that travelled: one scan shows what stands on it, one touch takes all of it in."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.facts import Refused
from p2p.core.web.page import who
from p2p.inventory.models import Balance, HandlingUnit
from p2p.inventory.selectors.scanned import scanned
from p2p.pages.floor.receiving import Receiving, remember
from p2p.pages.floor.said import one_of
from planning.models import ReplenishmentMove
from planning.services.arriving_units import receive_units
from planning.services.shipping_units import all_in
from strategies.models import Location


class ReceivePallet(Receiving):
    """What stands on a handling unit in transit, where it goes, and Receive."""

    title = gettext_lazy("Receive a pallet")
    back_to = "pages:floor-receive"

    @cached_property
    def unit(self) -> HandlingUnit:
        rows = HandlingUnit.objects.select_related("location", "parent").filter(location__site=self.here)
        return get_object_or_404(rows, number=self.kwargs["number"])

    @property
    def url(self) -> str:
        return reverse("pages:floor-receive-pallet", args=[self.unit.number])

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return self.show(request.GET.get("place", ""))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        place = request.POST.get("place", "")
        try:
            if "book" not in request.POST:
                return redirect(f"{self.url}?{urlencode({'place': self._scanned()})}")
            rows = self.once(lambda: self._receive(place))
        except Refused as no:
            return self.show(place, refusal=no, code=self.said.code)
        if rows:
            remember(request, rows[0])
        last = f"?{urlencode({'last': rows[0].pk})}" if rows else ""
        return redirect(reverse("pages:floor-receive") + last)

    def _scanned(self) -> str:
        """The code of the place that was scanned; anything else is no place."""
        found = [one for one in scanned(self.said.code, site=self.here) if one.kind == "place"]
        chosen = one_of(self.said, found) if found else None
        if chosen is None:
            raise Refused(
                _("There is no place {place} at {site}."), place=self.said.code, site=self.here.code
            )
        return str(chosen.record.code)

    def _receive(self, code: str) -> list[ReplenishmentMove]:
        place = None
        if code:
            place = Location.objects.filter(site=self.here, code__iexact=code).select_related("site").first()
            if place is None:
                raise Refused(_("There is no place {place} at {site}."), place=code, site=self.here.code)
        return receive_units(units=[self.unit], location=place, by=who(self.request))

    def show(self, place: str, *, refusal: Refused | str = "", code: str = "") -> HttpResponse:
        content = Balance.objects.filter(handling_unit__in=all_in([self.unit]), quantity__gt=0)
        context: dict[str, Any] = {
            "unit": self.unit,
            "place": place,
            "fields": [("place", place)] if place else [],
            "content": content.select_related("item__unit", "lot", "serial", "handling_unit").order_by(
                "handling_unit__number", "item__number", "pk"
            ),
            "key": self.request.POST.get("key") or uuid4().hex,
            "refusal": refusal,
            "code": code,
            "pallet_url": self.url,
        }
        return self.draw("receive_pallet", context, status=409 if refusal else 200)
