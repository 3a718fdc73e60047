"""The places every site needs before anything can be received, made or delivered there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from strategies.models import Location, Site
from strategies.services.locations import save_location

AT = Location.Kind
USUAL: Sequence[tuple[str, str, Any]] = (
    ("RECEIVING", AT.RECEIVING, _("Receiving")),
    ("STORE", AT.STORE, _("Store")),
    ("FLOOR", AT.LINE_SIDE, _("Shop floor")),
    ("SHIPPING", AT.SHIPPING, _("Shipping")),
    ("QUARANTINE", AT.QUARANTINE, _("Quarantine")),
    ("ROAD", AT.TRANSIT, _("On the road")),
    ("SUPPLIER", AT.SUPPLIER, _("Suppliers")),
    ("CUSTOMER", AT.CUSTOMER, _("Customers")),
    ("PRODUCTION", AT.PRODUCTION, _("Production")),
    ("SCRAP", AT.SCRAP, _("Scrap")),
    ("ADJUSTMENT", AT.ADJUSTMENT, _("Adjustments")),
)
"""Code, kind and name, in the order in which goods go; the last five are the far sides of moves."""


@transaction.atomic
def make_usual_places(*, site: Site, by: User) -> list[Location]:
    """A place of each usual kind of which the site has none in use; [] when nothing is lacking.

    Two at once make them once. Refused when the code of one is taken by a place of another kind.
    """
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    there = set(Location.objects.filter(site=site, active=True).values_list("kind", flat=True))
    return [
        save_location(site=site, code=code, name=str(name), kind=kind, nettable=kind != AT.QUARANTINE, by=by)
        for code, kind, name in USUAL
        if kind not in there
    ]
