"""Which BOM or route version of an item holds on a day, for a quantity, at a site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q

from strategies.models import BomVersion, RouteVersion

EVER = date.max
NEVER = date.min


@dataclass(frozen=True, slots=True)
class Window:
    """Days, both inclusive, on which a version is the one that counts."""

    first: date
    last: date
    version: int


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
        """The versions for the smallest quantity, each with the days it counts; no day twice, in order."""
        known = self._known.get(item)
        if known is None:
            return []
        if len(known) == 1:
            return [Window(known[0].first, known[0].last, known[0].version)]
        cuts = {one.first for one in known} | {_after(one.last) for one in known}
        edges = sorted(cuts)
        found = []
        for first, following in zip(edges, edges[1:] + [EVER], strict=True):
            version = self.on(item, first, Decimal(0))
            last = following if following == EVER else following - timedelta(days=1)
            if version is not None and last >= first:
                found.append(Window(first, last, version))
        return found

    @property
    def items(self) -> set[int]:
        return set(self._known)


def _after(day: date) -> date:
    return day if day == EVER else day + timedelta(days=1)
