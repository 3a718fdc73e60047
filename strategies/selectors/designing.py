"""What the BOM designer shows of one bill: its lines page by page, what each takes, costs and delays.

A fixed number of queries for 10 or 2,000 lines; the database reaches each item below once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from p2p.core.numbers import decimal_of
from p2p.core.refusal import Refused
from strategies.engine.leadtimes import LeadTimes, lead_times
from strategies.models import (
    BomAlternate,
    BomLine,
    BomStep,
    BomVersion,
    RouteVersion,
    Site,
)
from strategies.models.version import VersionState
from strategies.selectors.bom import taken_of
from strategies.selectors.bom_rules import Node, Rules
from strategies.selectors.costs import Known, phantom_costs, unit_costs
from strategies.selectors.outwork import ProcuredLines
from strategies.selectors.settings import settings_at

PAGE = 200
# The chain of slowest components needs only who goes into whom: each item once, by its active version.
_EDGES = """
    WITH RECURSIVE below (item_id) AS (
        SELECT unnest(%(items)s::bigint[])
        UNION
        SELECT line.component_id
          FROM below
          JOIN strategies_bomversion AS version ON version.item_id = below.item_id AND version.state = 'active'
           AND (version.site_id = %(site)s OR version.site_id IS NULL)
           AND (version.valid_from IS NULL OR version.valid_from <= %(day)s)
           AND (version.valid_to IS NULL OR version.valid_to >= %(day)s)
          JOIN strategies_bomline AS line ON line.bom_id = version.id
           AND line.kind <> 'vendor' AND (line.valid_from IS NULL OR line.valid_from <= %(day)s)
           AND (line.valid_to IS NULL OR line.valid_to >= %(day)s)
    )
    SELECT DISTINCT version.item_id, line.component_id
      FROM below
      JOIN strategies_bomversion AS version ON version.item_id = below.item_id AND version.state = 'active'
       AND (version.site_id = %(site)s OR version.site_id IS NULL)
       AND (version.valid_from IS NULL OR version.valid_from <= %(day)s)
       AND (version.valid_to IS NULL OR version.valid_to >= %(day)s)
      JOIN strategies_bomline AS line ON line.bom_id = version.id
       AND line.kind <> 'vendor' AND (line.valid_from IS NULL OR line.valid_from <= %(day)s)
       AND (line.valid_to IS NULL OR line.valid_to >= %(day)s)
     ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Figures:
    """Of one bill on a day. `need`: for one piece of the item, in the component's unit (None: no conversion);
    `cost`: of that; both by line. `missing`: of lines of which only a part of the cost is known, the items that are not
    costed. `work`: what the item costs beyond its materials."""

    day: date
    site: Site | None
    need: Mapping[int, Fraction | None]
    cost: Mapping[int, Decimal | None]
    materials: Decimal
    standard: Decimal | None
    unpriced: int
    missing: Mapping[int, tuple[str, ...]]
    standard_lacks: bool
    """Whether something was not costed when the standard was rolled up."""
    made: Fraction
    """Pieces that come out of the order that these figures are of."""
    times: LeadTimes[int] = field(repr=False)

    @property
    def work(self) -> Decimal | None:
        if self.standard is None or self.unpriced or self.missing:
            return None
        return self.standard - self.materials


def site_of(bom: BomVersion) -> Site | None:
    """The site whose costs and delays are shown: the bill's own, else the first."""
    return bom.site or Site.objects.select_related("currency").order_by("code").first()


def lines_of(bom: BomVersion) -> QuerySet[BomLine]:
    """In the order of the page: by operation, those of none first, then by position."""
    rows = bom.lines.select_related("component__unit", "unit")
    return rows.order_by(F("operation_number").asc(nulls_first=True), "position", "pk")


def beside(lines: Sequence[BomLine]) -> tuple[dict[int, int], dict[int, int], set[int]]:
    """Of these lines: line -> number of alternates, line -> number of steps, and the components that have an
    active bill. Three queries."""
    keys = [line.pk for line in lines]
    counts = [
        dict(
            model._default_manager.filter(line__in=keys)
            .order_by()
            .values_list("line")
            .annotate(count=Count("pk"))
            .values_list("line", "count")
        )
        for model in (BomAlternate, BomStep)
    ]
    made = BomVersion.objects.filter(
        item__in={line.component_id for line in lines}, state=VersionState.ACTIVE
    ).values_list("item_id", flat=True)
    return counts[0], counts[1], set(made)


def operations_of(bom: BomVersion) -> dict[int, str]:
    """Number -> name of the operations of the route the item is made by: the active one, else the latest draft.
    Without alternates: orders take the operation itself, so a line at one would be at none of theirs. Two
    queries."""
    routes = RouteVersion.objects.filter(item=bom.item_id).exclude(state=VersionState.RETIRED)
    if bom.site_id:
        routes = routes.filter(Q(site=bom.site_id) | Q(site=None))
    best = sorted(routes, key=lambda route: (route.state == VersionState.ACTIVE, route.version), reverse=True)
    if not best:
        return {}
    own = best[0].operations.filter(alternate_of=None)
    return dict(own.order_by("number").values_list("number", "name"))


def holds(line: BomLine, day: date) -> bool:
    return (line.valid_from is None or line.valid_from <= day) and (
        line.valid_to is None or day <= line.valid_to
    )


def figures(
    bom: BomVersion,
    lines: Iterable[BomLine],
    *,
    day: date,
    site: Site | None,
    amount: Fraction | None = None,
) -> Figures:
    """What the lines take, cost and wait for when an order makes a batch, or takes `amount` pieces of a phantom; sums
    over those that hold on the day. A dozen queries at most, and as many for each level of phantoms never costed."""
    rows = list(lines)
    need = needs(bom, rows, day=day, site=site, amount=amount)
    whole = amount or Fraction(bom.batch_quantity) * Fraction(bom.yield_fraction)
    items = {line.component_id for line in rows}
    costs = unit_costs([*items, bom.item_id], day=day, site=site)
    theirs = _theirs(bom, rows, day, site, whole)
    ours = [line for line in rows if line.pk not in theirs]
    taken = {line: (need[line.pk] or Fraction(0)) * whole for line in ours}
    phantoms = phantom_costs(taken, costs, day=day, site=site)
    known = {line.pk: costs.get(line.component_id) or phantoms.get(line.pk) for line in ours}
    cost = dict.fromkeys((line.pk for line in rows), Decimal(0)) | {
        line.pk: _times(need[line.pk], known[line.pk]) for line in ours
    }
    own_standard = costs.get(bom.item_id)
    valid = [line.pk for line in rows if holds(line, day)]
    own = [line.component_id for line in ours if holds(line, day)]
    return Figures(
        day=day,
        site=site,
        made=whole,
        need=need,
        cost=cost,
        materials=sum((cost[key] or Decimal(0) for key in valid), Decimal(0)),
        standard=decimal_of(own_standard.cost) if own_standard else None,
        standard_lacks=bool(own_standard and own_standard.missing),
        unpriced=sum(cost[key] is None for key in valid),
        missing={key: one.missing for key in valid if cost[key] and (one := known.get(key)) and one.missing},
        times=_lead_times(bom, own, day, site),
    )


def _theirs(
    bom: BomVersion, rows: Sequence[BomLine], day: date, site: Site | None, whole: Fraction
) -> set[int]:
    """Lines that are a vendor's: they say so, or it procures what goes into its operation. In no standard they cost us
    anything."""
    procured, node = ProcuredLines(site, day, {bom.item_id}), (bom.item_id, None)
    return {
        line.pk
        for line in rows
        if line.kind == BomLine.Kind.VENDOR or procured.at(node, whole, line.operation_number)
    }


def needs(
    bom: BomVersion,
    lines: Sequence[BomLine],
    *,
    day: date,
    site: Site | None,
    rules: Rules | None = None,
    route: int | None = None,
    amount: Fraction | None = None,
) -> dict[int, Fraction | None]:
    """Line -> how much of the component one piece takes when an order makes one batch, or so that `amount` comes out,
    by the route that is named or holds on the day; nothing of what a vendor supplies. Six queries at most, without
    `rules`."""
    own = [(line, taken_of(line)) for line in lines]
    rules = rules or Rules(site, day, [(bom.item_id, taken) for _line, taken in own if taken])
    share, parent = Fraction(bom.yield_fraction), Node(bom.item_id, None, route)
    batch = amount / share if amount else Fraction(bom.batch_quantity)
    found: dict[int, Fraction | None] = {}
    for line, taken in own:
        try:
            made = amount or batch
            rule = rules.of(taken, line.component, bom.batch_quantity, parent, made) if taken else None
        except Refused:
            found[line.pk] = None
            continue
        found[line.pk] = rule.needed(batch) / (batch * share) if rule else Fraction(0)
    return found


def _times(amount: Fraction | None, price: Known | None) -> Decimal | None:
    """None where nothing is known of the price, or only that something is missing."""
    if amount is None or price is None or (price.missing and not price.cost):
        return None
    return decimal_of(amount * price.cost).quantize(Decimal("0.0001"))


def _lead_times(bom: BomVersion, own: Sequence[int], day: date, site: Site | None) -> LeadTimes[int]:
    with connection.cursor() as cursor:
        cursor.execute(_EDGES, {"items": sorted(set(own)), "day": day, "site": site.pk if site else None})
        edges = cursor.fetchall()
    below: dict[int, list[int]] = {bom.item_id: list(dict.fromkeys(own))}
    for parent, component in edges:
        if parent != bom.item_id:
            below.setdefault(parent, []).append(component)
    items = {bom.item_id, *own, *(component for _parent, component in edges)}
    days = {item: row.lead_time_days for item, row in settings_at(site, items).items()}
    return lead_times(bom.item_id, below, days)
