"""Reading bills: one level of a tree, sums over all levels, and where an item goes.

The bill of an item on a day is its active version that holds then, by the rule of `selectors.versions`: one for
the site before one for all sites, the highest quantity step not above the order's, else the lowest. Nothing walks
paths: the database reaches each item once, and quantities are added up level by level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from django.db import connection
from django.utils.translation import gettext_lazy as _

from p2p.core.numbers import ScrapRule, decimal_of
from p2p.core.refusal import Refused
from strategies.engine.bom import Bills, Line
from strategies.engine.need import COLUMNS, Consumption, Row, consumption_of
from strategies.engine.units import Conversions, MissingConversion
from strategies.models import BomLine, BomStep, BomVersion, Item, Site
from strategies.selectors.units import conversions

Taken: TypeAlias = tuple[int, int, Consumption]  # parent, component, what the line takes
Steps: TypeAlias = tuple[tuple[Decimal, Decimal], ...]
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
_HOLDS = """
    (line.valid_from IS NULL OR line.valid_from <= %(day)s) AND (line.valid_to IS NULL OR line.valid_to >=
    %(day)s)
"""
_SPOKEN = ", ".join(f"line.{name}" for name in COLUMNS)
_DOWN = f"""
    WITH RECURSIVE below (item_id) AS (
        SELECT unnest(%(items)s::bigint[])
        UNION
        SELECT line.component_id
          FROM below
          JOIN LATERAL ({_PICK.format(item="below.item_id")}) AS bom ON true
          JOIN strategies_bomline AS line ON line.bom_id = bom.id AND {_HOLDS}
    )
    SELECT below.item_id, line.component_id, bom.batch_quantity, bom.yield_fraction, unit.code, line.id,
           {_SPOKEN}
      FROM below
      JOIN LATERAL ({_PICK.format(item="below.item_id")}) AS bom ON true
      JOIN strategies_bomline AS line ON line.bom_id = bom.id AND {_HOLDS}
      JOIN strategies_unit AS unit ON unit.id = line.unit_id
     ORDER BY below.item_id, line.position
"""
# The lines come along: to look for them again among ten thousand parents, the planner would walk loops in loops.
_UP = f"""
    WITH RECURSIVE above (item_id, line_id) AS (
        SELECT %(item)s::bigint, NULL::bigint
        UNION
        SELECT version.item_id, line.id
          FROM above
          JOIN strategies_bomline AS line ON line.component_id = above.item_id AND {_HOLDS}
          JOIN strategies_bomversion AS version ON version.id = line.bom_id
          JOIN LATERAL ({_PICK.format(item="version.item_id")}) AS bom ON bom.id = version.id
    )
    SELECT version.item_id, line.component_id, version.batch_quantity, version.yield_fraction, unit.code, line.id,
           {_SPOKEN}
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


def _asked(item: Item, day: date, site: Site | None, quantity: Decimal) -> dict[str, Any]:
    return {"item": item.pk, "day": day, "site": site.pk if site else None, "quantity": quantity}


def children(
    bom: BomVersion,
    *,
    day: date,
    site: Site | None = None,
    factor: Fraction = Fraction(1),
    ways: Conversions | None = None,
) -> list[Branch]:
    """The lines of one bill that hold on a day; `factor` pieces of its item go into one root. Three
    queries."""
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
    batch = Fraction(bom.batch_quantity) * Fraction(bom.yield_fraction)
    found = _consumptions(
        [
            (
                bom.item_id,
                line.component_id,
                bom.batch_quantity,
                bom.yield_fraction,
                line.unit.code,
                line.pk,
                *(getattr(line, name) for name in COLUMNS),
            )
            for line in lines
        ],
        {line.component_id: line.component for line in lines},
        _rule(site),
        ways,
    )
    branches = []
    for line, (_parent, _component, consumption) in zip(lines, found, strict=True):
        per = consumption.needed(batch) / batch
        branches.append(Branch(line, decimal_of(per), decimal_of(per * factor), line.component_id in opened))
    return branches


def _rule(site: Site | None) -> ScrapRule:
    return ScrapRule(site.scrap_rule) if site else ScrapRule.DIVISOR


@lru_cache(maxsize=65_536)  # a big plant has few different lines, and fractions are slow
def _spoken(
    row: Row, batch: Decimal, yields: Decimal, factor: Fraction, rule: ScrapRule, steps: Steps
) -> Consumption:
    size = Fraction(batch) * Fraction(yields)
    return consumption_of(row, batch=size, factor=factor, steps=steps, rule=rule)


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


def explode(item: Item, *, quantity: Decimal, day: date, site: Site | None = None) -> list[Needed]:
    """Everything that `quantity` of an item takes, on all levels, each component once with its sum. Three queries."""
    rows = _rows(_DOWN, {**_asked(item, day, site, quantity), "items": [item.pk]})
    return _needs(item, quantity, rows, site)


def explode_version(bom: BomVersion, *, day: date) -> list[Needed]:
    """What one batch of this version takes on all levels, whatever its state; below its own lines the bills that
    hold. Four queries."""
    lines = bom.lines.values_list("component_id", "unit__code", "pk", "valid_from", "valid_to", *COLUMNS)
    own = [
        (bom.item_id, component, bom.batch_quantity, bom.yield_fraction, unit, key, *said)
        for component, unit, key, first, last, *said in lines
        if (first is None or first <= day) and (last is None or day <= last)
    ]
    asked = _asked(bom.item, day, bom.site, bom.batch_quantity)
    below = _rows(_DOWN, {**asked, "items": [row[1] for row in own]})
    return _needs(bom.item, bom.batch_quantity, [*own, *below], bom.site)


def lines_below(items: Sequence[int], bom: BomVersion, *, day: date, site: Site | None) -> list[int]:
    """Keys of the lines of all bills that hold below these items, as an order of one batch of `bom` finds them."""
    asked = _asked(bom.item, day, site, bom.batch_quantity)
    return [row[5] for row in _rows(_DOWN, {**asked, "items": list(items)})]


def _needs(item: Item, quantity: Decimal, rows: Sequence[tuple[Any, ...]], site: Site | None) -> list[Needed]:
    items = _items(rows, item)
    taken = _consumptions(rows, items, _rule(site))
    bills = Bills(_lines(taken))
    amounts = _amounts(item.pk, Fraction(quantity), bills, taken)
    direct = {component for parent, component, _consumption in taken if parent == item.pk}
    level = bills.codes.get(item.pk, 0)
    return [
        Needed(items[key], decimal_of(amount), bills.codes[key] - level, key in direct)
        for key, amount in amounts.items()
        if key != item.pk
    ]


def _amounts(root: int, quantity: Fraction, bills: Bills[int], taken: Sequence[Taken]) -> dict[int, Fraction]:
    """Sums from the top down; each item's bill is asked once, for all that is needed of the item."""
    below: dict[int, list[tuple[int, Consumption]]] = {}
    for parent, component, consumption in taken:
        below.setdefault(parent, []).append((component, consumption))
    amounts = {root: quantity}
    for key in sorted(bills.order, key=bills.order.__getitem__):
        if key not in amounts:
            continue
        for component, consumption in below.get(key, ()):
            amounts[component] = amounts.get(component, Fraction(0)) + consumption.needed(amounts[key])
    return amounts


def where_used(item: Item, *, day: date, site: Site | None = None) -> list[Needed]:
    """Every item that takes this one, on all levels, with how much one piece of it takes. Three queries."""
    rows = _rows(_UP, _asked(item, day, site, Decimal(1)))
    items = _items(rows, item)
    taken = _consumptions(rows, items, _rule(site))
    bills = Bills(_lines(taken))
    direct = {parent for parent, component, _consumption in taken if component == item.pk}
    level = bills.codes.get(item.pk, 0)
    return [
        Needed(items[key], decimal_of(per), level - bills.codes[key], key in direct, not bills.above.get(key))
        for key, per in bills.where_used(item.pk).items()
    ]


def _rows(sql: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())


def _items(rows: Sequence[tuple[Any, ...]], item: Item) -> dict[int, Item]:
    keys = {key for row in rows for key in row[:2]}
    return {item.pk: item, **Item.objects.select_related("unit", "group").in_bulk(keys)}


def _consumptions(
    rows: Sequence[tuple[Any, ...]],
    items: dict[int, Item],
    rule: ScrapRule,
    ways: Conversions | None = None,
) -> list[Taken]:
    known = ways or conversions()
    steps = _steps([row[5] for row in rows if row[5 + 1 + COLUMNS.index("formula")] == BomLine.Formula.STEP])
    found = []
    for parent, component, batch, yields, unit, key, *said in rows:
        factor = _factor(known, unit, items[component])
        consumption = _spoken(Row(*said), batch, yields, factor, rule, steps.get(key, ()))
        found.append((parent, component, consumption))
    return found


def _steps(lines: Sequence[int]) -> dict[int, tuple[tuple[Decimal, Decimal], ...]]:
    if not lines:
        return {}
    rows = BomStep.objects.filter(line__in=lines).order_by("line", "from_quantity")
    found: dict[int, tuple[tuple[Decimal, Decimal], ...]] = {}
    for line, start, quantity in rows.values_list("line", "from_quantity", "quantity"):
        found[line] = (*found.get(line, ()), (start, quantity))
    return found


def _lines(taken: Iterable[Taken]) -> Iterator[Line[int]]:
    """Edges of the graph: what one piece more takes; where steps or roundings jump, what one piece takes."""
    for parent, component, consumption in taken:
        linear = consumption.linear()
        yield Line(parent, component, linear.per if linear else consumption.needed(Fraction(1)))
