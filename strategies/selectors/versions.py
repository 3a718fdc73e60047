"""Which BOM or route version of an item holds on a day, for a quantity, at a site: the one rule of the house.

A version of the site outranks one for all sites; among these the highest quantity step that the order reaches wins,
and an order below every step takes the lowest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from django.db.models import Q, QuerySet

from strategies.models import BomVersion, Item, RouteVersion, Site

Either = TypeVar("Either", BomVersion, RouteVersion)
EVER = date.max
NEVER = date.min


@dataclass(frozen=True, slots=True)
class Window:
    """Days, both inclusive, on which a version is the one that counts, for orders of `least` to `below`."""

    first: date
    last: date
    version: int
    least: Decimal = Decimal(0)
    below: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    version: int
    own: bool
    first: date
    last: date
    from_quantity: Decimal


class Versions:
    """The active versions of a kind at a site, in one query. A version of the site outranks one for all
    sites; among those, the one with the highest `from_quantity` that the order reaches."""

    def __init__(
        self, model: type[BomVersion] | type[RouteVersion], site: int, items: Collection[int] | None = None
    ) -> None:
        self._known: dict[int, list[_Known]] = defaultdict(list)
        rows = model._base_manager.filter(Q(site=site) | Q(site__isnull=True), state="active")
        if items is not None:
            rows = rows.filter(item__in=items)
        columns = ("item_id", "pk", "site_id", "valid_from", "valid_to", "from_quantity")
        for item, key, at, first, last, quantity in rows.order_by("pk").values_list(*columns):
            known = _Known(key, at is not None, first or NEVER, last or EVER, quantity)
            self._known[item].append(known)
        for each in self._known.values():
            each.sort(key=lambda one: (not one.own, -one.from_quantity, one.version))
        self.stepped = any(one.from_quantity for each in self._known.values() for one in each)
        """Whether any version holds for some quantities only."""

    def on(self, item: int, day: date, quantity: Decimal) -> int | None:
        """The version for an order of this quantity that starts on this day; None where there is none.

        An order smaller than every `from_quantity` takes the version with the smallest.
        """
        known = self._known.get(item)
        if known is None:
            return None
        holding = [one for one in known if one.first <= day <= one.last]
        fitting = [one for one in holding if one.from_quantity <= quantity]
        if fitting:
            return fitting[0].version
        return min(holding, key=lambda one: (not one.own, one.from_quantity)).version if holding else None

    def windows(self, item: int) -> list[Window]:
        """The versions, each with the days and quantities for which it counts; no day and quantity twice, in
        order."""
        known = self._known.get(item)
        if known is None:
            return []
        if len(known) == 1:
            return [Window(known[0].first, known[0].last, known[0].version)]
        cuts = {one.first for one in known} | {_after(one.last) for one in known}
        edges = sorted(cuts)
        found = []
        for first, following in zip(edges, edges[1:] + [EVER], strict=True):
            last = following if following == EVER else following - timedelta(days=1)
            if last >= first:
                found += self._ladder(item, known, first, last)
        return found

    def _ladder(self, item: int, known: list[_Known], first: date, last: date) -> Iterator[Window]:
        """The versions of one stretch of days by quantity, lowest step first."""
        holding = [one for one in known if one.first <= first <= one.last]
        steps = sorted({one.from_quantity for one in holding})
        rungs = [Decimal(0), *steps[1:]] if steps else []
        chosen = [(least, self.on(item, first, least)) for least in rungs]
        kept = [rung for place, rung in enumerate(chosen) if not place or chosen[place - 1][1] != rung[1]]
        for place, (least, version) in enumerate(kept):
            below = kept[place + 1][0] if place + 1 < len(kept) else None
            if version is not None:
                yield Window(first, last, version, least, below)

    @property
    def by_quantity(self) -> set[int]:
        """Items of which the version may depend on the quantity."""
        return {item for item, each in self._known.items() if len({one.from_quantity for one in each}) > 1}

    @property
    def items(self) -> set[int]:
        return set(self._known)


def _after(day: date) -> date:
    return day if day == EVER else day + timedelta(days=1)


def may_be_chosen(
    model: type[Either], item: Item, *, site: Site, day: date, quantity: Decimal
) -> QuerySet[Either]:
    """Approved and active versions that an order or a line may name instead of the one that holds."""
    rows = model._default_manager.filter(
        Q(site=site) | Q(site__isnull=True), item=item, from_quantity__lte=quantity
    )
    rows = rows.filter(state__in=("approved", "active"))
    rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day))
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)).order_by("-version", "pk")
