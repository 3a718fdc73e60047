"""Reading bills: one level of a tree, sums over all levels, and where an item goes.

The bill of an item on a day is its active version that holds then, by the rule of `selectors.versions`: one for
the site before one for all sites, the highest quantity step not above what is needed of the item, else the lowest.
Nothing walks paths: the database reaches each item once, and quantities are added up level by level. The scrap of
routes is in all figures, what vendors supply in none, and phantoms go by the version and route their lines name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection

from p2p.core.numbers import decimal_of
from strategies.engine.bom import Bills, Line
from strategies.engine.need import COLUMNS, Consumption, Row
from strategies.engine.units import Conversions
from strategies.models import BomLine, BomVersion, Item, Site
from strategies.selectors.bom_walk import HOLDS, NAMED, SPOKEN, Node, Rules, Sums, Taken, sums

_PICK = """
    SELECT pick.id, pick.batch_quantity, pick.yield_fraction
      FROM strategies_bomversion AS pick
     WHERE pick.item_id = {item} AND pick.state = 'active'
       AND (pick.site_id = %(site)s OR pick.site_id IS NULL)
       AND (pick.valid_from IS NULL OR pick.valid_from <= %(day)s)
       AND (pick.valid_to IS NULL OR pick.valid_to >= %(day)s)
     ORDER BY pick.from_quantity > %(quantity)s, pick.site_id IS NULL,
              abs(pick.from_quantity - %(quantity)s), pick.id
     LIMIT 1
"""
# Few are named in most plants: asked once, this keeps the walk from looking for lines of all the others.
_NAMING = """
    SELECT naming.component_id FROM strategies_bomline AS naming
     WHERE naming.kind = 'phantom'
       AND (naming.component_bom_id IS NOT NULL OR naming.component_route_id IS NOT NULL)
"""
# The lines come along: to look for them again among ten thousand parents, the planner would walk loops in loops. A
# version is above when it is its item's, or when a phantom's line names it; then only such lines lead on.
_UP = f"""
    WITH RECURSIVE above (item_id, bom_id, route_id, line_id) AS (
        SELECT %(item)s::bigint, NULL::bigint, NULL::bigint, NULL::bigint
        UNION
        SELECT version.item_id, bom.pin, bom.route, line.id
          FROM above
          JOIN strategies_bomline AS line ON line.component_id = above.item_id AND {HOLDS}
           AND (above.line_id IS NULL
                OR (above.bom_id, above.route_id) IS NOT DISTINCT FROM ({NAMED}))
          JOIN strategies_bomversion AS version ON version.id = line.bom_id
          JOIN LATERAL (
              SELECT NULL::bigint AS pin, NULL::bigint AS route
                FROM ({_PICK.format(item="version.item_id")}) AS held WHERE held.id = version.id
               UNION
              SELECT {NAMED}
                FROM strategies_bomline AS line
               WHERE version.item_id = ANY(ARRAY({_NAMING}))
                 AND line.component_id = version.item_id AND line.kind = 'phantom' AND {HOLDS}
                 AND (line.component_bom_id = version.id AND version.state IN ('active', 'approved')
                      OR line.component_bom_id IS NULL AND line.component_route_id IS NOT NULL
                     AND version.id = (SELECT held.id FROM ({_PICK.format(item="version.item_id")}) AS held))
          ) AS bom ON true
    )
    SELECT version.item_id, above.bom_id, above.route_id, version.batch_quantity, version.yield_fraction,
           line.component_id, {NAMED}, line.id, line.operation_number, unit.code, {SPOKEN}
      FROM above
      JOIN strategies_bomline AS line ON line.id = above.line_id
      JOIN strategies_bomversion AS version ON version.id = line.bom_id
      JOIN strategies_unit AS unit ON unit.id = line.unit_id
     ORDER BY version.item_id, line.position
"""


@dataclass(frozen=True)
class Needed:
    """How much of an item, in its own unit, and how deep below (or high above) it stands."""

    item: Item
    quantity: Decimal
    level: int
    direct: bool
    top: bool = False  # going up: it goes into nothing itself


@dataclass(frozen=True)
class Branch:
    """One line of an opened bill: what of the component one piece of the parent takes, and for the root."""

    line: BomLine
    per_parent: Decimal
    per_root: Decimal
    has_bill: bool


def bill_of(
    item: Item, *, day: date, site: Site | None = None, quantity: Decimal = Decimal(1)
) -> BomVersion | None:
    """The version that holds. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PICK.format(item="%(item)s"), _asked(item, day, site, quantity))
        row = cursor.fetchone()
    return BomVersion.objects.select_related("item__unit", "site").get(pk=row[0]) if row else None


def named_bill(item: Item, key: int) -> BomVersion | None:
    """The version that a phantom's line names, if it may be used. One query, none without a key."""
    usable = BomVersion.objects.filter(pk=key, item=item, state__in=("active", "approved"))
    return usable.select_related("item__unit", "site").first() if key else None


def _asked(item: Item, day: date, site: Site | None, quantity: Decimal) -> dict[str, Any]:
    return {"item": item.pk, "day": day, "site": site.pk if site else None, "quantity": quantity}


def children(
    bom: BomVersion,
    *,
    day: date,
    site: Site | None = None,
    factor: Fraction = Fraction(1),
    ways: Conversions | None = None,
    route: int | None = None,
) -> list[Branch]:
    """The lines of one bill that hold on a day; `factor` pieces of its item go into one root. `route`: the one by
    which it is made, where a line above names it. Three queries, with steps or route scrap up to eight."""
    lines = [
        line
        for line in bom.lines.select_related("component__unit", "unit").order_by("position")
        if (line.valid_from is None or line.valid_from <= day)
        and (line.valid_to is None or day <= line.valid_to)
    ]
    opened = set(
        BomVersion.objects.filter(item__in={line.component_id for line in lines}, state="active").values_list(
            "item_id", flat=True
        )
    )
    batch, parent = Fraction(bom.batch_quantity), Node(bom.item_id, None, route)
    own = [(line, taken_of(line)) for line in lines]
    rules = Rules(site, day, [(bom.item_id, taken) for _line, taken in own if taken], ways)
    branches = []
    for line, taken in own:
        if taken is None:
            # Nothing of ours is taken: the vendor brings it.
            branches.append(Branch(line, Decimal(0), Decimal(0), False))
            continue
        rule = rules.of(taken, line.component, bom.batch_quantity, parent, batch)
        per = rule.needed(batch) / (batch * Fraction(bom.yield_fraction))
        branches.append(Branch(line, decimal_of(per), decimal_of(per * factor), line.component_id in opened))
    return branches


def taken_of(line: BomLine) -> Taken | None:
    """The line as the walk reads it; None for what a vendor supplies. Its unit has to be there already."""
    if line.kind == BomLine.Kind.VENDOR:
        return None
    said = Row(*(getattr(line, name) for name in COLUMNS))
    return Taken(node_of(line), line.pk, line.operation_number, line.unit.code, said)


def node_of(line: BomLine) -> Node:
    """What the line takes: of a phantom the version and route it names, too."""
    if line.kind != BomLine.Kind.PHANTOM:
        return Node(line.component_id)
    return Node(line.component_id, line.component_bom_id, line.component_route_id)


def explode(item: Item, *, quantity: Decimal, day: date, site: Site | None = None) -> list[Needed]:
    """Everything that `quantity` of an item takes, on all levels, each component once with its sum, as planning comes
    to it but for what is in stock. Three queries, with steps or route scrap up to eight."""
    return _needs(sums(item, Fraction(quantity), day=day, site=site))


def explode_version(bom: BomVersion, *, day: date) -> list[Needed]:
    """What one batch of this version takes on all levels, whatever its state; below its own lines the bills that
    hold. As many queries as `explode`."""
    return _needs(sums(bom.item, Fraction(bom.batch_quantity), day=day, site=bom.site, opened=bom.pk))


def opened_below(bom: BomVersion, *, day: date, site: Site | None) -> dict[Node, tuple[int, list[int]]]:
    """Each node of all levels of one batch, the version itself first: key of its bill, and of the lines that hold."""
    found = sums(bom.item, Fraction(bom.batch_quantity), day=day, site=site, opened=bom.pk)
    return {node: (bill.key, [line.line for line in bill.lines]) for node, bill in found.bills.items()}


def _needs(found: Sums) -> list[Needed]:
    """By item: one that is taken by different versions is summed up."""
    amounts: dict[int, Fraction] = {}
    levels: dict[int, int] = {}
    for node, amount in found.amounts.items():
        amounts[node.item] = amounts.get(node.item, Fraction(0)) + amount
        levels[node.item] = max(levels.get(node.item, 0), found.levels[node])
    return [
        Needed(found.items[key], decimal_of(amount), levels[key], key in found.direct)
        for key, amount in sorted(amounts.items(), key=lambda one: levels[one[0]])
    ]


def where_used(item: Item, *, day: date, site: Site | None = None) -> list[Needed]:
    """Every item that takes this one, on all levels, with how much one piece of it takes; each by the version that
    holds for one piece. Three queries, with steps or route scrap up to eight."""
    with connection.cursor() as cursor:
        cursor.execute(_UP, _asked(item, day, site, Decimal(1)))
        rows = [(Node(*row[:3]), row[3], row[4], Taken(Node(*row[5:8]), *row[8:11], Row(*row[11:])))
                for row in cursor.fetchall()]  # fmt: skip
    keys = {key for parent, _batch, _yields, line in rows for key in (parent.item, line.below.item)}
    items = {item.pk: item, **Item.objects.select_related("unit", "group").in_bulk(keys)}
    rules = Rules(site, day, [(parent.item, line) for parent, _batch, _yields, line in rows])
    places: dict[Node, int] = {Node(item.pk): 0}
    lines = []
    for parent, batch, yields, line in rows:
        rule = rules.of(line, items[line.below.item], batch, parent, Fraction(1))
        # However its line names it, the item itself is one.
        below = Node(item.pk) if line.below.item == item.pk else line.below
        per = _each(rule) / Fraction(yields) if yields != 1 else _each(rule)
        lines.append(Line(places.setdefault(parent, len(places)), places.setdefault(below, len(places)), per))
    bills, nodes = Bills(lines), list(places)
    level = bills.codes.get(0, 0)
    per_item: dict[int, Needed] = {}
    for place, per in bills.where_used(0).items():
        key = nodes[place].item
        up, direct = level - bills.codes[place], 0 in bills.below.get(place, {})
        known = per_item.get(key)
        if known is None or nodes[place].bom is None:
            per_item[key] = Needed(items[key], decimal_of(per), up, direct, not bills.above.get(place))
        if known is not None:
            # As the item and as a named version of it: one row, a top only when nothing takes either.
            top = known.top and not bills.above.get(place)
            per_item[key] = replace(per_item[key], direct=direct or known.direct, top=top)
    return list(per_item.values())


def _each(rule: Consumption) -> Fraction:
    """What one piece more takes; where steps or roundings jump, what one piece takes."""
    linear = rule.linear()
    return linear.per if linear else rule.needed(Fraction(1))
