"""What is said of an item's stock at a site: the rules that fit, the most specific first, then the house's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q

from p2p.inventory.models import StockRule
from strategies.models import Item, Site

Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How stock of one item is numbered, picked, received and counted at one site.

    `lot_per`, `lot_pattern` and `serial_pattern` are empty where no rule says: then it depends on whether the item
    is made or bought (services.lots). `count_class` is its key.
    """

    item: int
    site: int
    lot_per: str = ""
    lot_pattern: str = ""
    serial_pattern: str = ""
    picking: str = StockRule.Picking.FIFO.value
    same_lot: bool = False
    minimum_days: int = 0
    receipt_days: int = 0
    over_receipt_fraction: Decimal = Decimal(0)
    count_class: int | None = None


COLUMNS = (
    "lot_per", "lot_pattern", "serial_pattern", "picking", "same_lot", "minimum_days", "receipt_days",
    "over_receipt_fraction", "count_class",
)  # fmt: skip

# Each item with its group and the groups above it, the nearest first.
_ITEMS = """
    WITH RECURSIVE chain(item_id, group_id, depth) AS (
        SELECT id, group_id, 0 FROM strategies_item WHERE id = ANY(%s)
        UNION ALL
        SELECT c.item_id, g.parent_id, c.depth + 1
        FROM chain c JOIN strategies_itemgroup g ON g.id = c.group_id
        WHERE g.parent_id IS NOT NULL AND c.depth < 20
    )
    SELECT i.id, i.shelf_life_days IS NOT NULL,
           coalesce(array_agg(c.group_id ORDER BY c.depth) FILTER (WHERE c.group_id IS NOT NULL), '{}')
    FROM strategies_item i JOIN chain c ON c.item_id = i.id
    GROUP BY i.id
"""


def rules_for(pairs: Iterable[tuple[Item | int, Site | int]]) -> dict[Pair, Rule]:
    """(item id, site id) -> the rule in force. Pairs may be given as records or as keys. Two queries for all.

    The order is item at site, item, group at site, group (then the groups above it likewise), site, all. Each
    empty column falls through to the next; in the end the house's: first expired first out where the item has a
    shelf life, else first in first out; nothing more than ordered; no shelf life asked for.
    """
    wanted = sorted({(_key(item), _key(site)) for item, site in pairs})
    if not wanted:
        return {}
    known = with_groups(item for item, _site in wanted)
    groups = {group for _perishes, chain in known.values() for group in chain}
    rows = _rows(known, groups, {site for _item, site in wanted})
    return {
        (item, site): _resolved(
            item, site, _fitting(item, site, known[item][1], rows), perishes=known[item][0]
        )
        for item, site in wanted
        if item in known
    }


def with_groups(items: Iterable[int]) -> dict[int, tuple[bool, list[int]]]:
    """Item id -> whether it has a shelf life, and its group with those above it, the nearest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, [sorted(set(items))])
        return {item: (perishes, groups) for item, perishes, groups in cursor.fetchall()}


def rule_for(item: Item, site: Site) -> Rule:
    """`rules_for` of one pair."""
    return rules_for([(item, site)])[item.pk, site.pk]


def _key(record: Item | Site | int) -> int:
    return record if isinstance(record, int) else int(record.pk)


_Named = tuple[int | None, int | None, int | None]


def _rows(items: Iterable[int], groups: Iterable[int], sites: Iterable[int]) -> dict[_Named, StockRule]:
    """(item, group, site) -> its rule."""
    found = StockRule.objects.filter(
        Q(item__in=list(items)) | Q(item=None, group__in=list(groups)) | Q(item=None, group=None),
        Q(site__in=list(sites)) | Q(site=None),
    )
    return {(row.item_id, row.group_id, row.site_id): row for row in found.order_by("pk")}


def _fitting(item: int, site: int, groups: Sequence[int], rows: dict[_Named, StockRule]) -> list[StockRule]:
    names: list[_Named] = [(item, None, site), (item, None, None)]
    for group in groups:
        names += [(None, group, site), (None, group, None)]
    names += [(None, None, site), (None, None, None)]
    return [rows[name] for name in names if name in rows]


def _resolved(item: int, site: int, rows: Sequence[StockRule], *, perishes: bool) -> Rule:
    house = Rule(item=item, site=site)
    said: dict[str, Any] = {name: _first(name, rows, getattr(house, name)) for name in COLUMNS}
    if perishes and not any(row.picking for row in rows):
        said["picking"] = StockRule.Picking.FEFO.value
    return Rule(item=item, site=site, **said)


def _first(name: str, rows: Sequence[StockRule], house: object) -> object:
    column = "count_class_id" if name == "count_class" else name
    for row in rows:
        value = getattr(row, column)
        if value is not None and value != "":
            return value
    return house
