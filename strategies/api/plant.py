"""Sites and places."""

from __future__ import annotations

from typing import Any

from p2p.core.access import Role
from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import EDITORS
from strategies.api.whole import WholeViewSet
from strategies.models import Location, Site
from strategies.services import locations, sites
from strategies.services.usual_places import make_usual_places


class Sites(WholeViewSet):
    """Plants. A new one takes a role without a limit; the code of one that is there stays."""

    queryset, serializer_class, sheet = Site.objects.all(), shapes.SiteRecord, "sites"
    filters = {"active": "active"}
    site_path = "code"
    searches, order = ("code", "name"), ("code",)
    adds, changes = staticmethod(sites.save_site), staticmethod(sites.save_site)

    @verb(roles=EDITORS)
    def make_places(self, site: Site, by: Any) -> Site:
        """A place of each usual kind (receiving, store, shipping, the far sides of moves) of which it has none."""
        make_usual_places(site=site, by=by)
        return site


class Locations(WholeViewSet):
    """Places that hold stock, and the far sides of moves."""

    queryset, serializer_class, sheet = Location.objects.all(), shapes.LocationRecord, "locations"
    key = ("site__code", "code")
    site_path = "site__code"
    filters = {"site": "site__code", "kind": "kind", "active": "active"}
    searches, order = ("code", "name"), ("site__code", "code")
    write_roles = (*EDITORS, Role.SUPERVISOR)
    adds, changes = staticmethod(locations.save_location), staticmethod(locations.save_location)
    removes = staticmethod(locations.delete_location)
