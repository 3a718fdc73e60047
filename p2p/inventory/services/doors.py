"""Where stock comes in and goes out when nobody names the place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from strategies.models import Location, Site

_LACKING: dict[str, Any] = {
    Location.Kind.SUPPLIER: _("{site} has no place outside for suppliers: add a location of that kind."),
    Location.Kind.CUSTOMER: _("{site} has no place outside for customers: add a location of that kind."),
    Location.Kind.SCRAP: _("{site} has no place outside for scrap: add a location of that kind."),
    Location.Kind.ADJUSTMENT: _("{site} has no place outside for adjustments: add a location of that kind."),
    Location.Kind.TRANSIT: _("{site} has no place for goods in transit: add a location of that kind."),
    Location.Kind.QUARANTINE: _("{site} has no quarantine: name the place the goods go to."),
    Location.Kind.RECEIVING: _("{site} has no receiving place or store: name the place the goods go to."),
}


class Doors:
    """The places of some sites by kind, read in one query; of several of a kind the first entered."""

    def __init__(self, sites: Iterable[Site]) -> None:
        keys = {site.pk for site in sites}
        rows = Location.objects.filter(site__in=keys, active=True, kind__in=list(_LACKING) + ["store"])

        self._places: dict[tuple[int, str], Location] = {}
        for place in rows.select_related("site").order_by("pk"):
            self._places.setdefault((place.site_id, place.kind), place)

    def outside(self, site: Site, kind: str) -> Location:
        """The place of this kind; Refused when the site has none."""
        found = self._places.get((site.pk, kind))
        if found is None:
            raise Refused(_LACKING[kind], code="no_place", field="location", about=site, site=site.code)
        return found

    def receiving(self, site: Site) -> Location:
        """Where goods are taken in: the first receiving place, else the first store."""
        found = self._places.get((site.pk, "receiving")) or self._places.get((site.pk, "store"))
        return found or self.outside(site, Location.Kind.RECEIVING)
