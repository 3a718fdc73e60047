"""Where stock is taken from: the store that serves a need, first expired first, then on the way through the store."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, Min, Sum

from p2p.inventory.models import Balance, StockTask, SupplyRule
from p2p.inventory.selectors.stock import held_stock
from strategies.models import Location

ZERO = Decimal(0)
Ask = tuple[int, int, Decimal, SupplyRule | None]
"""Item, site, quantity, and the rule that may name the place."""


def sources(asks: Sequence[Ask]) -> list[Location | None]:
    """For each need the place to take it from: the rule's own, else the store that has all of it with what expires
    first; else the one with the most. None where no store has any. Two queries for all; what open tasks will take
    counts as taken."""
    if not asks:
        return []
    items, sites = {ask[0] for ask in asks}, {ask[1] for ask in asks}
    free = _free(items, sites)
    chosen = [_chosen(ask, free) for ask in asks]
    known = Location.objects.select_related("site").in_bulk({key for key in chosen if key})
    return [known.get(key or 0) for key in chosen]


def _free(items: set[int], sites: set[int]) -> dict[tuple[int, int], dict[int, Decimal]]:
    """(item, site) -> place -> what is free there, in the order in which places are asked."""
    rows = Balance.objects.filter(
        item__in=items, location__site__in=sites, location__kind=Location.Kind.STORE, location__active=True
    )
    rows = rows.filter(~held_stock(), quantity__gt=F("reserved"))
    found = rows.values_list("item", "location__site", "location").annotate(
        whole=Sum(F("quantity") - F("reserved")), expires=Min("lot__expires_on")
    )
    order = (F("expires").asc(nulls_last=True), "location__walk_order", "location__code")
    free: dict[tuple[int, int], dict[int, Decimal]] = {}
    for item, site, place, whole, _expires in found.order_by(*order):
        free.setdefault((item, site), {})[place] = whole
    taken = StockTask.objects.filter(state__in=("open", "started"), item__in=items, source__isnull=False)
    sums = taken.values_list("item", "site", "source").annotate(whole=Sum(F("quantity") - F("done_quantity")))
    for item, site, place, whole in sums.order_by("item", "source"):
        if place in free.get((item, site), {}):
            free[item, site][place] -= max(whole, ZERO)
    return free


def _chosen(ask: Ask, free: dict[tuple[int, int], dict[int, Decimal]]) -> int | None:
    item, site, quantity, rule = ask
    if rule is not None and rule.source_id is not None:
        return rule.source_id
    places = free.get((item, site), {})
    whole = next((place for place, there in places.items() if there >= quantity), None)
    most = max(places, key=lambda place: places[place], default=None)
    place = whole if whole is not None else most if most is not None and places[most] > 0 else None
    if place is not None:
        places[place] -= quantity
    return place
