"""What the lines of many bills need beside their own columns: step tables, and the scrap of the routes they feed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from django.db.models import Q

from p2p.core.numbers import ScrapRule, decimal_of
from strategies.engine.consumption import gross
from strategies.engine.need import ONE, Through, through_route
from strategies.models import BomStep, RouteLink, RouteOperation, RouteVersion, Site
from strategies.selectors.versions import Versions

Amount = Fraction | int
Table = tuple[tuple[Decimal, Decimal], ...]
NOTHING = Through()


def step_tables(boms: Iterable[int] | None = None) -> dict[int, Table]:
    """Line -> (from order quantity, amount), of the bills asked for or of all that may be used. One query."""
    rows = BomStep.objects.filter(line__formula="step")
    rows = (
        rows.filter(line__bom__state__in=("active", "approved"))
        if boms is None
        else rows.filter(line__bom__in=list(boms))
    )
    found: dict[int, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for line, start, amount in rows.order_by("line", "from_quantity").values_list(
        "line_id", "from_quantity", "quantity"
    ):
        found[line].append((start, amount))
    return {line: tuple(table) for line, table in found.items()}


class RouteScrap:
    """How many pieces each operation starts with so that one leaves its route; only routes where any are lost are
    read. Three queries for all routes that may be used."""

    def __init__(self, site: Site | None, routes: Iterable[int] | None = None) -> None:
        rule = ScrapRule(site.scrap_rule) if site else ScrapRule.DIVISOR
        lossy = RouteOperation.objects.filter(Q(scrap_fraction__gt=0) | Q(scrap_quantity__gt=0))
        lossy = (
            lossy.filter(route__state__in=("active", "approved"))
            if routes is None
            else lossy.filter(route__in=list(routes))
        )
        keys = set(lossy.values_list("route_id", flat=True))
        self._known: dict[int, dict[int, Through]] = {}
        self._losses: dict[int, dict[int, tuple[Decimal, Decimal]]] = {}
        self._divide = rule is ScrapRule.DIVISOR
        if keys:
            self._read(keys, rule)

    def _read(self, keys: set[int], rule: ScrapRule) -> None:
        losses = self._losses = defaultdict(dict)
        rows = RouteOperation.objects.filter(route__in=keys, alternate_of__isnull=True).order_by(
            "route", "number"
        )
        for route, number, share, fixed in rows.values_list(
            "route_id", "number", "scrap_fraction", "scrap_quantity"
        ):
            losses[route][number] = (share, fixed)
        links: dict[int, list[tuple[int, int]]] = defaultdict(list)
        drawn = RouteLink.objects.filter(route__in=keys).order_by("pk")
        for route, before, after in drawn.values_list("route_id", "before__number", "after__number"):
            if before in losses[route] and after in losses[route]:
                links[route].append((before, after))
        for route, mine in losses.items():
            # A route without links runs in the order of its numbers.
            self._known[route] = through_route(mine, links.get(route) or pairwise(mine), rule)

    def __bool__(self) -> bool:
        return bool(self._known)

    def at(self, route: int | None, operation: int | None) -> Through:
        """For a component of an operation; nothing is added for one that names none, or no operation of the
        route."""
        if route is None or operation is None or not self._known:
            return NOTHING
        return self._known.get(route, {}).get(operation, NOTHING)

    def leaving(self, route: int | None, operation: int, quantity: Fraction) -> Fraction:
        """Pieces that an operation passes on so that `quantity` leave the route: without what it loses itself."""
        begun = self.at(route, operation).of(quantity)
        lost = self._losses.get(route or 0, {}).get(operation)
        if lost is None:
            return begun
        share, fixed = lost
        return (begun - Fraction(fixed)) / gross(ONE, scrap=Fraction(share), divide=self._divide)


class Losses:
    """What the routes in force for some items at a site lose on a day; nothing is read for items whose routes lose
    nothing. One query, or up to five."""

    def __init__(self, site: Site | None, day: date, items: Collection[int]) -> None:
        """items: those with components of an operation."""
        self._day = day
        self._scrap: RouteScrap | None = None
        if not items:
            return
        lossy = RouteOperation.objects.filter(Q(scrap_fraction__gt=0) | Q(scrap_quantity__gt=0))
        lossy = lossy.filter(route__item__in=items, route__state__in=("active", "approved"))
        routes = dict(lossy.values_list("route_id", "route__item_id"))
        if routes:
            self._scrap = RouteScrap(site, routes)
            self._routes = Versions(RouteVersion, site.pk if site else 0, set(routes.values()))

    def __bool__(self) -> bool:
        return self._scrap is not None

    def at(self, item: int, route: int | None, amount: Amount, operation: int | None) -> Through:
        """For a component of an operation of an order of `amount`; `route`: the one a phantom's line names."""
        if self._scrap is None or operation is None:
            return NOTHING
        return self._scrap.at(route or self._routes.on(item, self._day, decimal_of(amount)), operation)
