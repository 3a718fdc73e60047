"""Opening bills over all levels in one query, and adding up what they take from the top down.

Every version that could hold on the day comes along; which of an item's is taken is decided once all that is needed
of the item is known, as planning decides it. A phantom whose line names a version or a route is a node of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection

from strategies.engine.bom import Loop
from strategies.engine.levels import low_level_codes
from strategies.engine.need import COLUMNS, Row
from strategies.models import Item, Site
from strategies.selectors.bom_rules import Node, Rules, Taken, whole
from strategies.selectors.needs import Amount

MANY = 1_000
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
CANDIDATES = """
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
COLUMNS_READ = f"""
    below.item_id, below.bom_id, below.route_id,
    bom.id, bom.own, bom.from_quantity, bom.batch_quantity, bom.yield_fraction,
    line.component_id, {NAMED}, line.id, line.operation_number, unit.code, {SPOKEN}
"""
_BELOW = f"""
    WITH RECURSIVE below (item_id, bom_id, route_id) AS (
        SELECT %(item)s::bigint, %(opened)s::bigint, NULL::bigint
        UNION
        SELECT line.component_id, {NAMED}
          FROM below
          JOIN LATERAL ({CANDIDATES}) AS bom ON true
          JOIN strategies_bomline AS line ON line.bom_id = bom.id AND {HOLDS}
    )
    SELECT {COLUMNS_READ}
      FROM below
      JOIN LATERAL ({CANDIDATES}) AS bom ON true
      LEFT JOIN strategies_bomline AS line ON line.bom_id = bom.id AND {HOLDS}
      LEFT JOIN strategies_unit AS unit ON unit.id = line.unit_id
     ORDER BY below.item_id, below.bom_id, below.route_id, bom.id, line.position
"""


@dataclass(slots=True)
class Bill:
    """A version that may hold, with its lines on the day."""

    key: int
    own: bool
    from_quantity: Decimal
    batch: Decimal
    yields: Decimal
    lines: list[Taken] = field(default_factory=list)


@dataclass(frozen=True)
class Needed:
    """How much of an item, in its own unit, and how deep below (or high above) it stands."""

    item: Item
    quantity: Decimal
    level: int
    direct: bool
    top: bool = False  # going up: it goes into nothing itself


@dataclass
class Sums:
    """Of each node below the top: how much is needed, how deep it stands; and the bill it is made by."""

    amounts: dict[Node, Amount]
    levels: dict[Node, int]
    bills: dict[Node, Bill]
    items: dict[int, Item]
    direct: set[int]


def sums(top: Item, quantity: Fraction, *, day: date, site: Site | None, opened: int | None = None) -> Sums:
    """What `quantity` of an item takes on all levels; `opened`: key of the version it is made by. Three queries,
    with steps or route scrap up to eight."""
    root = Node(top.pk, opened)
    graph = Graph(read(_BELOW, top, day, site, opened), top, day, site)
    found = graph.poured(root, quantity, graph.order)
    del found.amounts[root]
    return found


def read(
    query: str, item: Item, day: date, site: Site | None, opened: int | None = None
) -> dict[Node, list[Bill]]:
    """Each node with the versions that may hold, from a query for `COLUMNS_READ`, in order of nodes and versions."""
    asked = {"item": item.pk, "opened": opened, "day": day, "site": site.pk if site else None}
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        rows = cursor.fetchall()
    found: dict[Node, list[Bill]] = {}
    said: dict[tuple[Any, ...], Row] = {}
    last: tuple[Any, ...] = ()
    for row in rows:
        if row[:4] != last:
            last = row[:4]
            bill = Bill(*row[3:8])
            found.setdefault(Node(*row[:3]), []).append(bill)
        if row[8] is not None:
            spoken = row[14:]
            own = said.get(spoken) or said.setdefault(spoken, Row(*spoken))
            bill.lines.append(Taken(Node(*row[8:11]), row[11], row[12], row[13], own))
    return found


class Graph:
    """Bills that were read, in the order in which sums go down them. Raises Loop."""

    def __init__(self, bills: dict[Node, list[Bill]], top: Item, day: date, site: Site | None) -> None:
        """Two queries, with steps or route scrap up to seven."""
        self.bills = bills
        self.below = {
            node: list(dict.fromkeys(line.below for bill in each for line in bill.lines))
            for node, each in bills.items()
        }
        lines = [(node.item, line) for node, each in bills.items() for bill in each for line in bill.lines]
        keys = {top.pk, *(node.item for node in bills), *(line.below.item for _item, line in lines)}
        self.items = {**_items(keys), top.pk: top}
        self.rules = Rules(site, day, lines)
        self.order = list(_top_down(self.below))

    def poured(self, root: Node, quantity: Amount, order: Iterable[Node]) -> Sums:
        """What `quantity` of a node takes on all levels. order: what lies below it, each behind all that take it."""
        found = Sums({root: whole(quantity)}, {root: 0}, {}, self.items, set())
        amounts, levels = found.amounts, found.levels
        for node in order:
            amount = amounts.get(node)
            bill = chosen(self.bills.get(node, ()), amount) if amount is not None else None
            if amount is None or bill is None:
                continue
            found.bills[node] = bill
            launch = amount / Fraction(bill.yields) if bill.yields != 1 else amount
            level = levels[node] + 1
            for line in bill.lines:
                below = line.below
                need = self.rules.need(line, self.items[below.item], bill.batch, node, amount, launch)
                amounts[below] = amounts.get(below, 0) + need
                if levels.get(below, 0) < level:
                    levels[below] = level
                if node == root:
                    found.direct.add(below.item)
        return found


def _items(keys: Collection[int]) -> dict[int, Item]:
    """With units and groups; of many items they are read apart, so that each is there once."""
    if len(keys) < MANY:
        return Item.objects.select_related("unit", "group").in_bulk(keys)
    return Item.objects.prefetch_related("unit", "group").in_bulk(keys)


def chosen(bills: Sequence[Bill], amount: Amount) -> Bill | None:
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
