"""What master data answers when the core asks: in which time a plant lives."""

from __future__ import annotations

from p2p.core.facts import listen
from p2p.core.web.reader import PlantZone
from strategies.models import Site


def plant_zone(asked: PlantZone) -> str | None:
    """The site's own zone, or the first site's for a person without a home site."""
    zones = dict(Site.objects.order_by("pk").values_list("code", "time_zone"))
    return zones.get(asked.site) or next(iter(zones.values()), None)


def wire() -> None:
    """Called once by AppConfig.ready."""
    listen("gather", PlantZone, plant_zone)
