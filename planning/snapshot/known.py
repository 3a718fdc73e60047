"""Of which bill and route the stock is, as far as the ledger knows it.

Pieces with a lot or serial number are of what the orders were made of that brought them in. Others cannot be told
apart: what was made for demand that names versions is set aside for such demand until it is delivered, while as much is
still there. And what is reserved for a line was chosen for it, where nothing else is known of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Q, Sum

from p2p.inventory.models import Balance, Reservation
from p2p.inventory.selectors.stock import NETTABLE
from planning.engine.allot import ANY, Key
from planning.models import Demand
from planning.snapshot.keys import named_of
from strategies.models import Item, Location, Site

ZERO = Decimal(0)

# Where the stock of a lot comes from: its own receipts, and those of the lots that were split or merged into it.
_TRACED = """
    WITH RECURSIVE there AS MATERIALIZED (
        SELECT b.item_id, CASE WHEN b.serial_id IS NULL THEN b.lot_id END AS lot_id, b.serial_id,
               sum(b.quantity) AS quantity
        FROM inventory_balance b JOIN strategies_location l ON l.id = b.location_id
        WHERE l.site_id = %(site)s AND l.nettable AND l.kind <> 'transit' AND b.item_id = ANY(%(items)s)
            AND (b.lot_id IS NOT NULL OR b.serial_id IS NOT NULL)
        GROUP BY 1, 2, 3 HAVING sum(b.quantity) > 0
    ), stem(lot_id, from_id) AS (
        SELECT lot_id, lot_id FROM there WHERE lot_id IS NOT NULL
        UNION
        SELECT s.lot_id, out.lot_id
        FROM stem s JOIN inventory_move back ON back.lot_id = s.from_id AND back.kind = 'regroup'
        JOIN inventory_consumed c ON c.receipt_id = back.id JOIN inventory_move out ON out.id = c.issue_id
        WHERE out.lot_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = back.id)
    ), came AS (
        SELECT s.lot_id, NULL::bigint AS serial_id, m.item_id, m.kind, m.reference
        FROM stem s JOIN inventory_move m ON m.lot_id = s.from_id AND m.serial_id IS NULL
        WHERE m.kind = ANY(%(came)s) AND m.reverses_id IS NULL
            AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = m.id)
        UNION ALL
        SELECT NULL, t.serial_id, last.item_id, last.kind, last.reference
        FROM there t CROSS JOIN LATERAL (
            SELECT m.item_id, m.kind, m.reference FROM inventory_move m
            WHERE m.serial_id = t.serial_id AND m.kind = ANY(%(came)s) AND m.reverses_id IS NULL
                AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = m.id)
            ORDER BY m.id DESC LIMIT 1
        ) last
        WHERE t.serial_id IS NOT NULL
    ), origin AS (
        SELECT c.lot_id, c.serial_id,
               CASE WHEN bool_and(o.bom_id IS NOT NULL) AND min(o.bom_id) = max(o.bom_id)
                    THEN min(o.bom_id) END AS bom,
               CASE WHEN bool_and(o.route_id IS NOT NULL) AND min(o.route_id) = max(o.route_id)
                    THEN min(o.route_id) END AS route,
               CASE WHEN bool_and(o.id IS NOT NULL) AND min(o.named) = max(o.named)
                    THEN min(o.named) ELSE '' END AS named
        FROM came c LEFT JOIN planning_productionorder o
            ON c.kind = 'output' AND o.number = c.reference AND o.item_id = c.item_id
        GROUP BY 1, 2
    )
    SELECT t.item_id, t.lot_id, t.serial_id, t.quantity, o.bom, o.route, coalesce(o.named, '')
    FROM there t LEFT JOIN origin o
        ON coalesce(o.lot_id, 0) = coalesce(t.lot_id, 0) AND coalesce(o.serial_id, 0) = coalesce(t.serial_id, 0)
    ORDER BY t.item_id, t.lot_id, t.serial_id
"""
CAME = ["output", "receipt", "opening"]

# What entered and left a site since the first piece was made for demand that names versions, day by day.
_MOVED = """
    WITH place AS MATERIALIZED (
        SELECT id FROM strategies_location WHERE site_id = %(site)s AND kind <> ALL(%(outside)s)
    ), since AS MATERIALIZED (
        SELECT o.item_id, min(m.effective_at) AS at
        FROM planning_productionorder o
        JOIN inventory_move m ON m.reference = o.number AND m.item_id = o.item_id AND m.kind = 'output'
        WHERE o.site_id = %(site)s AND o.named <> '' AND o.item_id = ANY(%(items)s)
        GROUP BY 1
    ), moved AS (
        SELECT m.id, m.reverses_id, m.item_id, m.kind, m.reference, (m.effective_at AT TIME ZONE 'UTC')::date AS day,
               CASE WHEN came.id IS NULL THEN -m.quantity ELSE m.quantity END AS quantity
        FROM since s JOIN inventory_move m ON m.item_id = s.item_id AND m.effective_at >= s.at
        LEFT JOIN place came ON came.id = m.target_id
        LEFT JOIN place went ON went.id = m.source_id
        WHERE (came.id IS NULL) <> (went.id IS NULL)
    )
    SELECT m.item_id, m.day, o.bom_id, o.route_id, o.named, d.bom_version_id, d.route_version_id, sum(m.quantity)
    FROM moved m
    LEFT JOIN planning_productionorder o
        ON m.kind = 'output' AND o.number = m.reference AND o.item_id = m.item_id AND o.named <> ''
    LEFT JOIN planning_demandmove dm ON dm.move_id = coalesce(m.reverses_id, m.id)
    LEFT JOIN planning_demand d
        ON d.id = dm.demand_id AND (d.bom_version_id IS NOT NULL OR d.route_version_id IS NOT NULL)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    ORDER BY 1, 2, 5 NULLS LAST, 3, 4, 6, 7
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Stock of an item, in its unit, and what is known of it; made_for: what the demand names that it is for."""

    item: int
    quantity: Decimal
    bom: int | None = None
    route: int | None = None
    made_for: Key = ANY


def known_stock(site: Site, items: Collection[int]) -> list[Known]:
    """The stock of a site of which something is known, by item. Five queries at most."""
    loose = set(Item.objects.filter(pk__in=items, tracking=Item.Tracking.NONE).values_list("pk", flat=True))
    traced = list(_traced(site, set(items) - loose))
    aside = list(_set_aside(site, loose))
    unknown = {piece for piece, one in traced if one.bom is None and one.route is None}
    found = [one for _piece, one in traced if one.bom is not None or one.route is not None] + aside
    return sorted(
        [*found, *_reserved(site, loose, unknown, aside)],
        key=lambda one: (one.item, one.bom or 0, one.route or 0, str(one.made_for)),
    )


Piece = tuple[int, int | None, int | None]
"""Item, lot, serial number."""


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _traced(site: Site, items: Collection[int]) -> Iterator[tuple[Piece, Known]]:
    if not items:
        return
    rows = _rows(_TRACED, {"site": site.pk, "items": sorted(items), "came": CAME})
    for item, lot, serial, quantity, bom, route, named in rows:
        for_whom = named_of(bom, route, named)
        yield (
            (item, lot, serial),
            Known(item=item, quantity=quantity, bom=bom, route=route, made_for=for_whom),
        )


def _set_aside(site: Site, items: Collection[int]) -> Iterator[Known]:
    """Of items that nobody can tell apart: what was made for demand that names versions, less what such demand was
    delivered. When less than that is left at the end of a day, the rest was taken for others, and is gone for good."""
    if not items:
        return
    outside = [str(kind.value) for kind in Location.OUTSIDE]
    rows = _rows(_MOVED, {"site": site.pk, "items": sorted(items), "outside": outside})
    if not rows:
        return
    stock = Balance.objects.filter(location__site=site, item__in={row[0] for row in rows})
    stock = stock.exclude(location__kind__in=Location.OUTSIDE)
    there = dict(stock.order_by().values_list("item").annotate(Sum("quantity")))
    for item, moved in groupby(rows, key=lambda row: row[0]):
        days = list(moved)
        level = there.get(item, ZERO) - sum((row[-1] for row in days), ZERO)
        aside = _Aside()
        for _day, changes in groupby(days, key=lambda row: row[1]):
            for change in changes:
                aside.take(change)
                level += change[-1]
            aside.keep(level)
        yield from aside.left(item)


class _Aside:
    """What is set aside of an item: by the versions it was made of, and what of them was asked for."""

    def __init__(self) -> None:
        self._held: dict[tuple[int | None, int | None, Key], Decimal] = defaultdict(Decimal)

    def take(self, change: Sequence[Any]) -> None:
        """A day's pieces of one origin: made for such demand, delivered to it, or anything else."""
        _item, _day, bom, route, named, wanted_bom, wanted_route, quantity = change
        if named:
            place = (bom, route, named_of(bom, route, named))
            self._held[place] = max(self._held[place] + quantity, ZERO)
        elif (wanted_bom, wanted_route) != ANY:
            key = (wanted_bom, wanted_route)
            if quantity > 0:
                self._held[wanted_bom, wanted_route, key] += quantity
            else:
                self._lose(-quantity, key)

    def keep(self, level: Decimal) -> None:
        """No more is set aside than is there."""
        self._lose(sum(self._held.values(), ZERO) - max(level, ZERO), None)

    def _lose(self, quantity: Decimal, key: Key | None) -> None:
        """Of what was asked for so first, then of what serves it; of any without a key."""
        for place in sorted(self._held, key=lambda one: (one[2] != key, str(one))):
            bom, route, made_for = place
            if key is None or made_for == key or (key[0] in (None, bom) and key[1] in (None, route)):
                lost = min(self._held[place], max(quantity, ZERO))
                self._held[place] -= lost
                quantity -= lost

    def left(self, item: int) -> Iterator[Known]:
        for (bom, route, made_for), quantity in self._held.items():
            if quantity > 0:
                yield Known(item=item, quantity=quantity, bom=bom, route=route, made_for=made_for)


def _reserved(
    site: Site, loose: Collection[int], unknown: Collection[Piece], aside: Sequence[Known]
) -> Iterator[Known]:
    """Stock of unknown origin that is reserved for lines that name versions, beyond what is set aside for them."""
    items = {*loose, *(item for item, _lot, _serial in unknown)}
    lines = Demand.objects.filter(
        Q(bom_version__isnull=False) | Q(route_version__isnull=False), site=site, item__in=items, state="open"
    ).order_by("pk")
    named = {(line.reference, line.item_id): (line.bom_version_id, line.route_version_id) for line in lines}
    if not named:
        return
    rows = Reservation.objects.filter(
        NETTABLE, location__site=site, reference__in={reference for reference, _item in named}
    )
    sums: dict[tuple[int, Key], Decimal] = defaultdict(Decimal)
    columns = ("reference", "item_id", "lot_id", "serial_id")
    for reference, item, lot, serial, total in (
        rows.order_by().values_list(*columns).annotate(Sum("quantity"))
    ):
        piece = (item, None if serial else lot, serial)
        if (reference, item) in named and (item in loose or piece in unknown):
            sums[item, named[reference, item]] += total
    for one in aside:
        sums[one.item, one.made_for] -= one.quantity
    for (item, key), quantity in sums.items():
        if quantity > 0:
            yield Known(item=item, quantity=quantity, made_for=key)
