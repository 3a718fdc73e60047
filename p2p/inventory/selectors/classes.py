"""Which items of a site matter most: ABC by what a year used of them, in money (APICS: ABC classification)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection

from p2p.inventory.models import CountClass
from p2p.inventory.selectors.counts import unit_costs
from p2p.inventory.selectors.rules import rules_for
from strategies.models import Item, Location, Site

ZERO = Decimal(0)
A_YEAR = timedelta(days=365)

# What left to production and customers, less what came back by reversals and returns; items that merely lie there
# were used not at all.
_USED = """
    WITH place AS (SELECT id FROM strategies_location WHERE site_id = %(site)s AND kind <> ALL(%(outside)s))
    SELECT item_id, greatest(sum(used), 0) FROM (
        SELECT m.item_id, m.quantity AS used FROM inventory_move m
        WHERE m.effective_at >= %(since)s AND m.effective_at < %(until)s AND m.kind IN ('issue', 'delivery')
            AND m.source_id IN (SELECT id FROM place) AND m.target_id NOT IN (SELECT id FROM place)
        UNION ALL
        SELECT m.item_id, -m.quantity FROM inventory_move m
        WHERE m.effective_at >= %(since)s AND m.effective_at < %(until)s AND m.kind IN ('issue', 'delivery')
            AND m.target_id IN (SELECT id FROM place) AND m.source_id NOT IN (SELECT id FROM place)
        UNION ALL
        SELECT DISTINCT b.item_id, 0 FROM inventory_balance b
        WHERE b.location_id IN (SELECT id FROM place) AND b.quantity <> 0
    ) u GROUP BY 1
"""


@dataclass(frozen=True)
class Classed:
    """An item's year: used (its unit), cost of one, value of both, its share of all so far, the class that follows
    and the class it has."""

    item: Item
    used: Decimal
    cost: Decimal
    value: Decimal
    up_to: Decimal
    proposed: CountClass
    current: CountClass | None

    @property
    def changes(self) -> bool:
        return self.current is None or self.current.pk != self.proposed.pk


def classes(site: Site, day: date) -> list[Classed]:
    """The items of a site by the value of what the year before `day` used, highest first, each with the class whose
    share of value it still falls into. Empty while no class has a share. Six queries.
    """
    known = sorted(
        CountClass.objects.filter(value_share__isnull=False),
        key=lambda one: (one.value_share or ZERO, one.code),
    )
    if not known:
        return []
    used = _used(site, day)
    costs = unit_costs(site, set(used), day)
    worth = sorted(
        ((quantity * costs.get(item, ZERO), item, quantity) for item, quantity in used.items()),
        key=lambda row: (-row[0], row[1]),
    )
    items = Item.objects.select_related("unit").in_bulk([item for _value, item, _quantity in worth])
    has = _current(site, list(items))
    total = sum((value for value, _item, _quantity in worth), ZERO)
    found, so_far = [], ZERO
    for value, item, quantity in worth:
        before = so_far / total if total else Decimal(1)
        so_far += value
        up_to = so_far / total if total else Decimal(1)
        cost = costs.get(item, ZERO)
        chosen = _class_at(known, before if value else Decimal(1))
        found.append(Classed(items[item], quantity, cost, value, up_to, chosen, has.get(item)))
    return found


def _class_at(known: Sequence[CountClass], share: Decimal) -> CountClass:
    """The first class that reaches beyond where the item begins; so the item that crosses the line belongs to the
    higher class. The last takes the rest."""
    return next((one for one in known if share < (one.value_share or ZERO)), known[-1])


def _used(site: Site, day: date) -> dict[int, Decimal]:
    until = datetime.combine(day, time(0), UTC)
    given = {
        "site": site.pk,
        "outside": list(Location.OUTSIDE),
        "since": until - A_YEAR,
        "until": until + timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(_USED, given)
        return dict(cursor.fetchall())


def _current(site: Site, items: Sequence[int]) -> dict[int, CountClass]:
    rules = rules_for((item, site.pk) for item in items)
    known = CountClass.objects.in_bulk()
    return {
        item: known[rule.count_class] for (item, _site), rule in rules.items() if rule.count_class is not None
    }
