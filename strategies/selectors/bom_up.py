"""Where an item goes, over all levels: what one piece of each parent takes of it, as the sums of that parent say.

As below, nothing walks paths. Every version that could hold comes along, for which of them a parent's part is made by
depends on how much of it the parent takes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

from strategies.engine.levels import low_level_codes
from strategies.models import Item, Site
from strategies.selectors.bom_rules import Node, Taken, decimal_amount
from strategies.selectors.bom_walk import (
    CANDIDATES,
    COLUMNS_READ,
    HOLDS,
    NAMED,
    Bill,
    Graph,
    Needed,
    Sums,
    chosen,
    read,
)
from strategies.selectors.needs import Amount

# Few are named in most plants: asked once, this keeps the walk from looking for lines of all the others.
_NAMING = """
    SELECT naming.component_id FROM strategies_bomline AS naming
     WHERE naming.kind = 'phantom'
       AND (naming.component_bom_id IS NOT NULL OR naming.component_route_id IS NOT NULL)
"""
_COULD_HOLD = """
    version.state = 'active' AND (version.site_id = %(site)s OR version.site_id IS NULL)
    AND (version.valid_from IS NULL OR version.valid_from <= %(day)s)
    AND (version.valid_to IS NULL OR version.valid_to >= %(day)s)
"""
# A version is above when it could be its item's, or when a phantom's line names it; then only such lines lead on.
_UP = f"""
    WITH RECURSIVE below (item_id, bom_id, route_id) AS (
        SELECT %(item)s::bigint, NULL::bigint, NULL::bigint
        UNION
        SELECT version.item_id, bom.pin, bom.route
          FROM below
          JOIN strategies_bomline AS line ON line.component_id = below.item_id AND {HOLDS}
           AND (below.item_id = %(item)s
                OR (below.bom_id, below.route_id) IS NOT DISTINCT FROM ({NAMED}))
          JOIN strategies_bomversion AS version ON version.id = line.bom_id
          JOIN LATERAL (
              SELECT NULL::bigint AS pin, NULL::bigint AS route WHERE {_COULD_HOLD}
               UNION
              SELECT {NAMED}
                FROM strategies_bomline AS line
               WHERE version.item_id = ANY(ARRAY({_NAMING}))
                 AND line.component_id = version.item_id AND line.kind = 'phantom' AND {HOLDS}
                 AND (line.component_bom_id = version.id AND version.state IN ('active', 'approved')
                      OR line.component_bom_id IS NULL AND line.component_route_id IS NOT NULL AND {_COULD_HOLD})
          ) AS bom ON true
    )
    SELECT {COLUMNS_READ}
      FROM below
      JOIN LATERAL ({CANDIDATES}) AS bom ON below.item_id <> %(item)s
      LEFT JOIN strategies_bomline AS line ON line.bom_id = bom.id AND {HOLDS}
       AND line.component_id IN (SELECT item_id FROM below)
      LEFT JOIN strategies_unit AS unit ON unit.id = line.unit_id
     ORDER BY below.item_id, below.bom_id, below.route_id, bom.id, line.position
"""
PATIENCE = 2_000_000
"""Bills poured through one parent at a time, at most. Only parents whose parts take by steps, roundings or quantities
of their versions are poured; above this number the rest of them is taken to grow evenly."""


def where_used(item: Item, *, day: date, site: Site | None = None) -> list[Needed]:
    """Every item that takes this one, on all levels, with how much one piece of it takes: what `explode` of one piece
    comes to. Three queries, with steps or route scrap up to eight, among very many items two more."""
    bills = read(_UP, item, day, site)
    for each in bills.values():
        for bill in each:
            # However its line names it, the item itself is one.
            bill.lines = [
                line._replace(below=Node(item.pk)) if line.below.item == item.pk else line
                for line in bill.lines
            ]
    above = _Above(Graph(bills, item, day, site), Node(item.pk))
    return above.rows()


class _Above:
    """What one piece of each node takes of the item at the bottom."""

    def __init__(self, graph: Graph, bottom: Node) -> None:
        self.graph, self.bottom = graph, bottom
        self.place = {node: place for place, node in enumerate(graph.order)}
        self.per: dict[Node, Amount] = {bottom: 1}
        self.taken: dict[Node, dict[Node, None]] = {}
        """The lines by which each node comes to the item."""
        self.direct: set[Node] = set()
        self.bent: set[Node] = set()
        self.left = PATIENCE
        for node in reversed(graph.order):
            if node in graph.bills:
                self._reckon(node)

    def _reckon(self, node: Node) -> None:
        if self._is_bent(node):
            self.bent.add(node)
            if self.left > 0:
                self._pour(node)
                return
        bill = chosen(self.graph.bills[node], 1)
        if bill is not None:
            self._add_up(node, bill)

    def _is_bent(self, node: Node) -> bool:
        """Whether a hundred pieces may take other than a hundred times what one takes."""
        bills = self.graph.bills[node]
        if len({bill.from_quantity for bill in bills}) > 1:
            return True
        items, rules = self.graph.items, self.graph.rules
        for bill in bills:
            for line in bill.lines:
                if line.below in self.bent:
                    return True
                even = rules.evenly(line, items[line.below.item], bill.batch)
                if line.below in self.per and (even is None or even[1]):
                    return True
        return False

    def _pour(self, node: Node) -> None:
        """Down all that lies between the node and the item."""
        reached, waiting = {node}, [node]
        while waiting:
            for each in self.graph.below.get(waiting.pop(), ()):
                if each not in reached and (each in self.per or each in self.graph.bills):
                    reached.add(each)
                    waiting.append(each)
        self.left -= len(reached)
        found = self.graph.poured(node, 1, sorted(reached, key=self.place.__getitem__))
        if self.bottom not in found.amounts:
            return
        self.per[node] = found.amounts[self.bottom]
        self._remember(found)
        if self.bottom.item in found.direct:
            self.direct.add(node)

    def _remember(self, found: Sums) -> None:
        """The lines by which a poured sum came to the item; bills stand in it parents first."""
        leading = {self.bottom}
        for parent, bill in reversed(found.bills.items()):
            below = [line.below for line in bill.lines if line.below in leading]
            if below:
                leading.add(parent)
                self.taken.setdefault(parent, {}).update(dict.fromkeys(below))

    def _add_up(self, node: Node, bill: Bill) -> None:
        """Of parts whose need is known, as many as one piece takes."""
        amount: Amount = 0
        below = [line.below for line in bill.lines if line.below in self.per]
        for line in bill.lines:
            if line.below in self.per:
                amount += self._each(line, bill, node) * self.per[line.below]
        if not below:
            return
        self.per[node] = amount if bill.yields == 1 else amount / Fraction(bill.yields)
        self.taken[node] = dict.fromkeys(below)
        if self.bottom in below:
            self.direct.add(node)

    def _each(self, line: Taken, bill: Bill, node: Node) -> Amount:
        """What one piece more takes; where steps or roundings jump, what one piece takes."""
        item, rules = self.graph.items[line.below.item], self.graph.rules
        even = rules.evenly(line, item, bill.batch)
        if even is not None:
            return even[0]
        rule = rules.of(line, item, bill.batch, node, 1)
        linear = rule.linear()
        return linear.per if linear else rule.needed(Fraction(1))

    def rows(self) -> list[Needed]:
        """By item, nearest first; one that goes up as itself and as a named version of it is one row."""
        places = {
            self.place[node]: [self.place[each] for each in below] for node, below in self.taken.items()
        }
        codes = low_level_codes((), places).codes
        level = codes.get(self.place.get(self.bottom, 0), 0)
        used = {each for below in self.taken.values() for each in below}
        found: dict[int, Needed] = {}
        mine = [node for node in self.per if node != self.bottom]
        for node in sorted(mine, key=lambda one: codes[self.place[one]], reverse=True):
            per, up = decimal_amount(self.per[node]), level - codes[self.place[node]]
            known, direct, top = found.get(node.item), node in self.direct, node not in used
            if known is None or node.bom is None:
                found[node.item] = Needed(self.graph.items[node.item], per, up, direct, top)
            if known is not None:
                # A top only when nothing takes either.
                both = {"direct": direct or known.direct, "top": top and known.top}
                found[node.item] = replace(found[node.item], **both)
        return list(found.values())
