"""Where an item stands half-finished: behind which operations of which routes."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, QuerySet

from strategies.models import Item, RouteOperation, Site
from strategies.models.version import VersionState


def left_by(item: Item, *, day: date, site: Site | None = None) -> QuerySet[RouteOperation]:
    """Operations that leave their pieces as this item, of routes that hold on the day or may come to; at a site
    those of all sites too. By the item that is made, the latest version first. One query."""
    rows = RouteOperation.objects.filter(
        Q(route__valid_from=None) | Q(route__valid_from__lte=day),
        Q(route__valid_to=None) | Q(route__valid_to__gte=day),
        half_finished=item,
    ).exclude(route__state=VersionState.RETIRED)
    if site is not None:
        rows = rows.filter(Q(route__site=site) | Q(route__site=None))
    rows = rows.select_related("route__item", "route__site")
    return rows.order_by(
        "route__item__number", "route__site__code", F("route__version").desc(), "number", "pk"
    )
