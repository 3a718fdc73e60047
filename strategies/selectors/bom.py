"""Reading bills: one level for a tree that opens as one looks, sums over all levels, and where an item goes.

The bill of an item on a day is its active version that holds then: one for the site before one for all sites,
the highest quantity step not above the order's. Nothing walks paths: the database reaches each item once, and
quantities are added up level by level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from p2p.core.numbers import ScrapRule, decimal_of, with_scrap
from p2p.core.refusal import Refused
from strategies.engine.bom import Bills, Line
from strategies.engine.units import Conversions, MissingConversion
from strategies.models import BomLine, BomVersion, Item, Site
from strategies.selectors.units import conversions

_PICK = """
    SELECT pick.id, pick.batch_quantity, pick.yield_fraction
      FROM strategies_bomversion AS pick
     WHERE pick.item_id = {item} AND pick.state = 'active' AND pick.from_quantity <= %(quantity)s
       AND (pick.site_id = %(site)s OR pick.site_id IS NULL)
       AND (pick.valid_from IS NULL OR pick.valid_from <= %(day)s)
       AND (pick.valid_to IS NULL OR pick.valid_to >= %(day)s)
     ORDER BY pick.site_id NULLS LAST, pick.from_quantity DESC, pick.version DESC
     LIMIT 1
"""
_HOLDS = """
    (line.valid_from IS NULL OR line.valid_from <= %(day)s) AND (line.valid_to IS NULL OR line.valid_to >=
    %(day)s)
"""
_DOWN = f"""
    WITH RECURSIVE below (item_id) AS (
        SELECT unnest(%(items)s::bigint[])
        UNION
        SELECT line.component_id
          FROM below
          JOIN LATERAL ({_PICK.format(item="below.item_id")}) AS bom ON true
          JOIN strategies_bomline AS line ON line.bom_id = bom.id AND {_HOLDS}
    )
    SELECT below.item_id, line.component_id, line.quantity, bom.batch_quantity, bom.yield_fraction,
           line.scrap_fraction, line.scrap_quantity, line.consumption, unit.code
      FROM below
      JOIN LATERAL ({_PICK.format(item="below.item_id")}) AS bom ON true
      JOIN strategies_bomline AS line ON line.bom_id = bom.id AND {_HOLDS}
      JOIN strategies_unit AS unit ON unit.id = line.unit_id
     ORDER BY below.item_id, line.position
"""
_UP = f"""
    WITH RECURSIVE above (item_id) AS (
        SELECT %(item)s::bigint
        UNION
        SELECT version.item_id
          FROM above
          JOIN strategies_bomline AS line ON line.component_id = above.item_id AND {_HOLDS}
          JOIN strategies_bomversion AS version ON version.id = line.bom_id
          JOIN LATERAL ({_PICK.format(item="version.item_id")}) AS bom ON bom.id = version.id
    )
    SELECT version.item_id, line.component_id, line.quantity, bom.batch_quantity, bom.yield_fraction,
           line.scrap_fraction, line.scrap_quantity, line.consumption, unit.code
      FROM above
      JOIN strategies_bomline AS line ON line.component_id = above.item_id AND {_HOLDS}
      JOIN strategies_bomversion AS version ON version.id = line.bom_id
      JOIN LATERAL ({_PICK.format(item="version.item_id")}) AS bom ON bom.id = version.id
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
    known = ways or conversions()
    opened = set(
        BomVersion.objects.filter(item__in={line.component_id for line in lines}, state="active").values_list(
            "item_id", flat=True
        )
    )
    branches = []
    for line in lines:
        per = _per(
            line.quantity,
            bom.batch_quantity,
            bom.yield_fraction,
            line.scrap_fraction,
            line.consumption,
            _rule(site),
        ) * _factor(known, line.unit.code, line.component)
        branches.append(Branch(line, decimal_of(per), decimal_of(per * factor), line.component_id in opened))
    return branches


def _rule(site: Site | None) -> ScrapRule:
    return ScrapRule(site.scrap_rule) if site else ScrapRule.DIVISOR


@lru_cache(maxsize=65_536)  # a big bill has few different quantities, and fractions are slow
def _per(
    quantity: Decimal, batch: Decimal, yields: Decimal, scrap: Decimal, consumption: str, rule: ScrapRule
) -> Fraction:
    """What one piece takes. A line that is needed once per order is shown for an order of one batch."""
    if consumption == BomLine.Consumption.CONSTANT:
        return with_scrap(quantity, scrap, rule)
    return with_scrap(Fraction(quantity) / Fraction(batch) / Fraction(yields), scrap, rule)


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
    """Everything that `quantity` of an item takes, on all levels, each component once with its sum. Three
    queries. Components needed once per order count once for every item whose bill names them."""
    rows = _rows(_DOWN, {**_asked(item, day, site, quantity), "items": [item.pk]})
    return _needs(item, quantity, rows, site)


def explode_version(bom: BomVersion, *, day: date) -> list[Needed]:
    """What one batch of this version takes on all levels, whatever its state; below its own lines the bills that
    hold. Four queries."""
    columns = (
        "component_id", "quantity", "scrap_fraction", "scrap_quantity", "consumption", "unit__code", "valid_from",
        "valid_to",
    )  # fmt: skip
    own = [
        (
            bom.item_id,
            component,
            quantity,
            bom.batch_quantity,
            bom.yield_fraction,
            scrap,
            fixed,
            consumption,
            unit,
        )
        for component, quantity, scrap, fixed, consumption, unit, first, last in bom.lines.values_list(
            *columns
        )
        if (first is None or first <= day) and (last is None or day <= last)
    ]
    asked = _asked(bom.item, day, bom.site, bom.batch_quantity)
    below = _rows(_DOWN, {**asked, "items": [row[1] for row in own]})
    return _needs(bom.item, bom.batch_quantity, [*own, *below], bom.site)


def _needs(item: Item, quantity: Decimal, rows: Sequence[tuple[Any, ...]], site: Site | None) -> list[Needed]:
    items = _items(rows, item)
    lines, once = _lines(rows, items, _rule(site))
    bills = Bills(lines)
    amounts = _amounts(item.pk, Fraction(quantity), bills, once)
    direct = {line.component for line in lines if line.parent == item.pk}
    level = bills.codes.get(item.pk, 0)
    return [
        Needed(items[key], decimal_of(amount), bills.codes[key] - level, key in direct)
        for key, amount in amounts.items()
        if key != item.pk
    ]


def _amounts(
    root: int, quantity: Fraction, bills: Bills[int], once: dict[int, dict[int, Fraction]]
) -> dict[int, Fraction]:
    amounts = {root: quantity}
    for key in sorted(bills.order, key=bills.order.__getitem__):
        if key not in amounts:
            continue
        for component, per in bills.below.get(key, {}).items():
            amounts[component] = amounts.get(component, Fraction(0)) + amounts[key] * per
        for component, constant in once.get(key, {}).items():
            amounts[component] = amounts.get(component, Fraction(0)) + constant
    return amounts


def where_used(item: Item, *, day: date, site: Site | None = None) -> list[Needed]:
    """Every item that takes this one, on all levels, with how much one piece of it takes. Three queries."""
    rows = _rows(_UP, _asked(item, day, site, Decimal(1)))
    items = _items(rows, item)
    lines, _once = _lines(rows, items, _rule(site))
    bills = Bills(lines)
    direct = {line.parent for line in lines if line.component == item.pk}
    level = bills.codes.get(item.pk, 0)
    return [
        Needed(items[key], decimal_of(per), level - bills.codes[key], key in direct)
        for key, per in bills.where_used(item.pk).items()
    ]


def _rows(sql: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())


def _items(rows: Sequence[tuple[Any, ...]], item: Item) -> dict[int, Item]:
    keys = {key for row in rows for key in row[:2]}
    return {item.pk: item, **Item.objects.select_related("unit", "group").in_bulk(keys)}


def _lines(
    rows: Iterable[tuple[Any, ...]], items: dict[int, Item], rule: ScrapRule
) -> tuple[list[Line[int]], dict[int, dict[int, Fraction]]]:
    """Edges of the graph, and what is needed once per order beside them (with an edge of nothing, for the
    order)."""
    ways = conversions()
    lines: list[Line[int]] = []
    once: dict[int, dict[int, Fraction]] = {}
    for parent, component, quantity, batch, yields, scrap, fixed_scrap, consumption, unit in rows:
        factor = _factor(ways, unit, items[component])
        per = _per(quantity, batch, yields, scrap, consumption, rule) * factor
        constant = Fraction(fixed_scrap) * factor
        if consumption == BomLine.Consumption.CONSTANT:
            per, constant = Fraction(0), constant + per
        lines.append(Line(parent, component, per))
        if constant:
            mine = once.setdefault(parent, {})
            mine[component] = mine.get(component, Fraction(0)) + constant
    return lines, once
