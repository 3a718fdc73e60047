"""Opening bills over all levels in one query, and adding up what they take from the top down.

Every version that could hold on the day comes along; which of an item's is taken is decided once all that is needed
of the item is known, as planning decides it. A phantom whose line names a version or a route is a node of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from p2p.core.numbers import ScrapRule
from p2p.core.refusal import Refused
from strategies.engine.bom import Loop
from strategies.engine.levels import low_level_codes
from strategies.engine.need import COLUMNS, Consumption, Row, Through, consumption_of
from strategies.engine.units import Conversions, MissingConversion
from strategies.models import BomLine, BomStep, Item, Site
from strategies.selectors.needs import Losses
from strategies.selectors.units import conversions

Steps = tuple[tuple[Decimal, Decimal], ...]
HOLDS = """
    (line.valid_from IS NULL OR line.valid_from <= %(day)s) AND (line.valid_to IS NULL OR line.valid_to >= %(day)s)
    AND line.kind <> 'vendor'
"""
SPOKEN = ", ".join(f"line.{name}" for name in COLUMNS)
NAMED = """
    CASE WHEN line.kind = 'phantom' THEN line.component_bom_id END,
    CASE WHEN line.kind = 'phantom' THEN line.component_route_id END
"""
# `opened`: a version that is looked at itself, in whatever state; a named one has to be usable, as in planning.
_CANDIDATES = """
    SELECT pick.id, pick.site_id IS NOT NULL AS own, pick.from_quantity, pick.batch_quantity, pick.yield_fraction
      FROM strategies_bomversion AS pick
     WHERE below.bom_id IS NULL AND pick.item_id = below.item_id AND pick.state = 'active'
       AND (pick.site_id = %(site)s OR pick.site_id IS NULL)
       AND (pick.valid_from IS NULL OR pick.valid_from <= %(day)s)
       AND (pick.valid_to IS NULL OR pick.valid_to >= %(day)s)
     UNION ALL
    SELECT pick.id, true, pick.from_quantity, pick.batch_quantity, pick.yield_fraction
      FROM strategies_bomversion AS pick
     WHERE pick.id = below.bom_id AND (pick.state IN ('active', 'approved') OR pick.id = %(opened)s)
"""
_BELOW = f"""
    WITH RECURSIVE below (item_id, bom_id, route_id) AS (
        SELECT %(item)s::bigint, %(opened)s::bigint, NULL::bigint
        UNION
        SELECT line.component_id, {NAMED}
          FROM below
          JOIN LATERAL ({_CANDIDATES}) AS bom ON true
          JOIN strategies_bomline AS line ON line.bom_id = bom.id AND {HOLDS}
    )
    SELECT below.item_id, below.bom_id, below.route_id,
           bom.id, bom.own, bom.from_quantity, bom.batch_quantity, bom.yield_fraction,
           line.component_id, {NAMED}, line.id, line.operation_number, unit.code, {SPOKEN}
      FROM below
      JOIN LATERAL ({_CANDIDATES}) AS bom ON true
      LEFT JOIN strategies_bomline AS line ON line.bom_id = bom.id AND {HOLDS}
      LEFT JOIN strategies_unit AS unit ON unit.id = line.unit_id
     ORDER BY below.item_id, bom.id, line.position
"""


class Node(NamedTuple):
    """An item; for a phantom also the version and the route that its line names."""

    item: int
    bom: int | None = None
    route: int | None = None


class Taken(NamedTuple):
    """One line as it was read: `said` are the columns of `COLUMNS`."""

    below: Node
    line: int
    operation: int | None
    unit: str
    said: Row


@dataclass(slots=True)
class Bill:
    """A version that may hold, with its lines on the day."""

    key: int
    own: bool
    from_quantity: Decimal
    batch: Decimal
    yields: Decimal
    lines: list[Taken] = field(default_factory=list)


@dataclass
class Sums:
    """Of each node below the top: how much is needed, how deep it stands; and the bill it is made by."""

    amounts: dict[Node, Fraction]
    levels: dict[Node, int]
    bills: dict[Node, Bill]
    items: dict[int, Item]
    direct: set[int]


class Rules:
    """What lines take: their steps, conversions and the scrap of the routes they feed, read for all at once."""

    def __init__(
        self,
        site: Site | None,
        day: date,
        lines: Sequence[tuple[int, Taken]],
        ways: Conversions | None = None,
    ) -> None:
        """lines: with the item whose bill each is in. Two queries, with steps or route scrap up to seven."""
        self._rule = ScrapRule(site.scrap_rule) if site else ScrapRule.DIVISOR
        self._ways = ways or conversions()
        self._steps = _steps(
            [line.line for _item, line in lines if line.said.formula == BomLine.Formula.STEP]
        )
        self._losses = Losses(site, day, {item for item, line in lines if line.operation is not None})

    def of(self, line: Taken, item: Item, batch: Decimal, parent: Node, amount: Fraction) -> Consumption:
        """For an order of `amount` of the parent. Refused without a conversion."""
        through = self._losses.at(parent.item, parent.route, amount, line.operation)
        factor = _factor(self._ways, line.unit, item)
        return _spoken(line.said, batch, factor, self._rule, self._steps.get(line.line, ()), through)


@lru_cache(maxsize=65_536)  # a big plant has few different lines, and fractions are slow
def _spoken(
    row: Row, batch: Decimal, factor: Fraction, rule: ScrapRule, steps: Steps, through: Through
) -> Consumption:
    return consumption_of(row, batch=batch, factor=factor, steps=steps, rule=rule, through=through)


def _factor(ways: Conversions, unit: str, item: Item) -> Fraction:
    try:
        return ways.factor(unit, item.unit.code, item.number)
    except MissingConversion:
        raise Refused(
            _("{item} is counted in {wanted}, and nothing says how many {wanted} one {given} is."),
            code="no_conversion",
            item=item.number,
            wanted=item.unit.code,
            given=unit,
        ) from None


def _steps(lines: Sequence[int]) -> dict[int, Steps]:
    if not lines:
        return {}
    rows = BomStep.objects.filter(line__in=lines).order_by("line", "from_quantity")
    found: dict[int, Steps] = {}
    for line, start, quantity in rows.values_list("line", "from_quantity", "quantity"):
        found[line] = (*found.get(line, ()), (start, quantity))
    return found


def sums(top: Item, quantity: Fraction, *, day: date, site: Site | None, opened: int | None = None) -> Sums:
    """What `quantity` of an item takes on all levels; `opened`: key of the version it is made by. Three queries,
    with steps or route scrap up to eight."""
    root = Node(top.pk, opened)
    open_bills = _open(top, day, site, opened)
    below = {
        node: list(dict.fromkeys(line.below for bill in bills for line in bill.lines))
        for node, bills in open_bills.items()
    }
    lines = [(node.item, line) for node, bills in open_bills.items() for bill in bills for line in bill.lines]
    keys = {top.pk, *(line.below.item for _item, line in lines)}
    items = {**Item.objects.select_related("unit", "group").in_bulk(keys), top.pk: top}
    rules = Rules(site, day, lines)
    found = Sums({root: quantity}, {root: 0}, {}, items, set())
    for node in _top_down(below):
        amount = found.amounts.get(node)
        bill = _chosen(open_bills.get(node, ()), amount) if amount is not None else None
        if amount is None or bill is None:
            continue
        found.bills[node] = bill
        launch = amount / Fraction(bill.yields) if bill.yields != 1 else amount
        for line in bill.lines:
            rule = rules.of(line, items[line.below.item], bill.batch, node, amount)
            need = found.amounts.get(line.below, Fraction(0)) + rule.needed(launch)
            found.amounts[line.below] = need
            found.levels[line.below] = max(found.levels.get(line.below, 0), found.levels[node] + 1)
            if node == root:
                found.direct.add(line.below.item)
    del found.amounts[root]
    return found


def _open(top: Item, day: date, site: Site | None, opened: int | None) -> dict[Node, list[Bill]]:
    asked = {"item": top.pk, "opened": opened, "day": day, "site": site.pk if site else None}
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, asked)
        rows = cursor.fetchall()
    found: dict[Node, list[Bill]] = {}
    last: tuple[Any, ...] = ()
    for row in rows:
        if row[:4] != last:
            last = row[:4]
            bill = Bill(*row[3:8])
            found.setdefault(Node(*row[:3]), []).append(bill)
        if row[8] is not None:
            bill.lines.append(Taken(Node(*row[8:11]), row[11], row[12], row[13], Row(*row[14:])))
    return found


def _chosen(bills: Sequence[Bill], amount: Fraction) -> Bill | None:
    """The rule of `selectors.versions`: own before all sites', the highest step reached, else the lowest."""
    if len(bills) < 2:
        return bills[0] if bills else None
    reached = [bill for bill in bills if Fraction(bill.from_quantity) <= amount]
    if reached:
        return min(reached, key=lambda bill: (not bill.own, -bill.from_quantity, bill.key))
    return min(bills, key=lambda bill: (not bill.own, bill.from_quantity, bill.key))


def _top_down(below: dict[Node, list[Node]]) -> Iterator[Node]:
    """Each node behind all that may take it. Raises Loop."""
    nodes = list(dict.fromkeys(each for node, others in below.items() for each in (node, *others)))
    places = {node: place for place, node in enumerate(nodes)}
    levels = low_level_codes((), {places[node]: [places[each] for each in below[node]] for node in below})
    if levels.loops:
        raise Loop([nodes[place].item for place in levels.loops[0]])
    return (nodes[place] for place in levels.top_down)
