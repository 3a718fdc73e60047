"""What master data answers when it is asked: in which time a plant lives, and whether a route can be worked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from p2p.core.facts import listen
from p2p.core.refusal import Refused
from p2p.core.web.reader import PlantZone
from strategies.facts import Activating
from strategies.models import RouteVersion, Site
from strategies.selectors.work import calendars_of_route


def plant_zone(asked: PlantZone) -> str | None:
    """The site's own zone, or the first site's for a person without a home site."""
    zones = dict(Site.objects.order_by("pk").values_list("code", "time_zone"))
    return zones.get(asked.site) or next(iter(zones.values()), None)


def route_can_be_worked(asked: Activating) -> None:
    """A route through a work centre whose calendar has no working time could never be scheduled."""
    if not isinstance(asked.version, RouteVersion):
        return
    for calendar, group in calendars_of_route(asked.version):
        raise Refused(
            _("{group} works by {calendar}, which has no working time: give that calendar a shift first."),
            code="no_time",
            group=group,
            calendar=calendar,
        )


def wire() -> None:
    """Called once by AppConfig.ready."""
    listen("gather", PlantZone, plant_zone)
    listen("ask", Activating, route_can_be_worked)
