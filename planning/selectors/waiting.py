"""Deliveries that wait for goods: what has just come in goes straight to shipping."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db.models import F, Sum

from p2p.core.clock import now
from p2p.inventory.models import Balance
from p2p.inventory.task_facts import CrossDocking, Wait
from planning.measures import Measures
from planning.models import Demand
from planning.selectors.goods import reserved_for
from strategies.models import Location

ZERO = Decimal(0)
AHEAD = timedelta(days=1)
"""What is due until tomorrow is not put away first."""


def waiting(asked: CrossDocking) -> list[Wait]:
    """Open demand due by tomorrow that neither what is reserved for it nor free stock covers, at its site's shipping
    place, in the items' units. Six queries."""
    rows = Demand.objects.filter(
        state=Demand.State.OPEN,
        item__in=asked.items,
        site__in=asked.sites,
        due_on__lte=(now() + AHEAD).date(),
        quantity__gt=F("delivered_quantity"),
    ).exclude(kind=Demand.Kind.FORECAST)
    demands = list(rows.select_related("item").order_by("priority", "due_on", "pk"))
    if not demands:
        return []
    doors, free, measures = _doors(asked), _free(asked), Measures(asked.items)
    kept = reserved_for([row.reference for row in demands])
    found = []
    for row in demands:
        key, left = (row.item_id, row.site_id), measures.left_of(row) or ZERO
        left -= min(left, kept.get((row.item_id, row.reference), ZERO))
        covered = min(left, max(free.get(key, ZERO), ZERO))
        free[key] = free.get(key, ZERO) - covered
        if left > covered and row.site_id in doors:
            found.append(Wait(row.item_id, row.site_id, doors[row.site_id], left - covered, row.reference))
    return found


def _doors(asked: CrossDocking) -> dict[int, int]:
    """Site -> its first shipping place."""
    rows = Location.objects.filter(site__in=asked.sites, kind=Location.Kind.SHIPPING, active=True)
    found = rows.order_by("site", "walk_order", "code").distinct("site")
    return dict(found.values_list("site", "pk"))


def _free(asked: CrossDocking) -> dict[tuple[int, int], Decimal]:
    """(item, site) -> what lies free in stores and at shipping."""
    kinds = (Location.Kind.STORE, Location.Kind.SHIPPING)
    rows = Balance.objects.filter(
        item__in=asked.items, location__site__in=asked.sites, location__kind__in=kinds
    )
    sums = rows.values_list("item", "location__site").annotate(free=Sum(F("quantity") - F("reserved")))
    return {(item, site): free for item, site, free in sums.order_by("item", "location__site")}
