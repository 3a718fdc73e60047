"""Balances of any moment, exactly: whole months from their sums, the rest from the moves.

Every question is about the places that count: all that hold stock, those of some sites, or one with what is in it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import DecimalField
from django.db.models.expressions import RawSQL

from p2p.inventory.models import Lot, Serial, SumMark
from strategies.models import Item, Location

ZERO = Decimal(0)
LARGEST = 2**63 - 1

PLACES = """
    SELECT l.id FROM strategies_location l JOIN strategies_site s ON s.id = l.site_id
    WHERE l.kind <> ALL(%(outside)s) AND (%(sites)s::text[] IS NULL OR s.code = ANY(%(sites)s))
        AND (%(inside)s::bigint IS NULL OR l.id IN (
            WITH RECURSIVE part(id) AS (
                SELECT %(inside)s::bigint
                UNION SELECT c.id FROM strategies_location c JOIN part ON c.parent_id = part.id
            ) SELECT id FROM part))
"""
# Both ends of a move, each as a change at one place.
_MOVES = """
    SELECT m.quantity FROM inventory_move m JOIN place p ON p.id = m.target_id WHERE {which}
    UNION ALL
    SELECT -m.quantity FROM inventory_move m JOIN place p ON p.id = m.source_id WHERE {which}
"""
# Up to and with a move (at, id). Moves of finished months are in the sums unless they are newer than the mark.
OPENING = f"""
    SELECT coalesce(sum(quantity), 0) FROM (
        SELECT came - went AS quantity FROM inventory_movesum s JOIN place p ON p.id = s.location_id
        WHERE s.item_id = %(item)s AND s.month < %(month)s
        UNION ALL {
    _MOVES.format(
        which='''m.item_id = %(item)s AND m.effective_at >= %(month_at)s
            AND (m.effective_at, m.id) <= (%(at)s, %(id)s)'''
    )
}
        UNION ALL {
    _MOVES.format(
        which='''m.item_id = %(item)s AND m.id > %(mark)s
            AND m.effective_at < %(month_at)s'''
    )
}
    ) changes
"""
_OF_PIECE = f"""
    SELECT coalesce(sum(quantity), 0) FROM (
        {_MOVES.format(which='''m.item_id = %(item)s AND {piece} AND (m.effective_at, m.id) <= (%(at)s, %(id)s)''')}
    ) changes
"""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which stock: of which item, at the places of these sites (None: all), in this place and its parts, of this
    lot or serial."""

    item: Item
    sites: Collection[str] | None = None
    location: Location | None = None
    lot: Lot | None = None
    serial: Serial | None = None

    @property
    def piece(self) -> str:
        """The condition on a move `m`, "" for all of the item."""
        if self.serial is not None:
            return "m.serial_id = %(serial)s"
        return "m.lot_id = %(lot)s" if self.lot is not None else ""

    def parameters(self) -> dict[str, Any]:
        return {
            "item": self.item.pk,
            "outside": list(Location.OUTSIDE),
            "sites": None if self.sites is None else sorted(self.sites),
            "inside": self.location.pk if self.location else None,
            "lot": self.lot.pk if self.lot else None,
            "serial": self.serial.pk if self.serial else None,
        }


def month_of(at: datetime) -> date:
    """The first day of the month, counted in UTC as the sums are."""
    return at.astimezone(UTC).date().replace(day=1)


def mark() -> int:
    """The last move that the sums contain."""
    return SumMark.objects.filter(pk=1).values_list("through", flat=True).first() or 0


def balance_at(scope: Scope, at: datetime, move: int = LARGEST) -> Decimal:
    """What there was after everything that happened up to `at`; of what happened at that very moment, up to the
    move with that number. At most two queries."""
    month = month_of(at)
    parameters = {
        **scope.parameters(),
        "at": at,
        "id": move,
        "month": month,
        "month_at": datetime.combine(month, time(0), UTC),
    }
    sql = _OF_PIECE.replace("{piece}", scope.piece) if scope.piece else OPENING
    with connection.cursor() as cursor:
        # The mark is read by the statement that uses it: it and the sums move together.
        sql = sql.replace("%(mark)s", "coalesce((SELECT through FROM inventory_summark), 0)")
        cursor.execute(f"WITH place AS ({PLACES}) {sql}", parameters)
        return Decimal(cursor.fetchone()[0])


def end_of(day: date, zone: str = "UTC") -> datetime:
    """The last instant of a day at a site."""
    return datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(zone)) - timedelta(microseconds=1)


_THEN = """(
    SELECT coalesce(sum(c.quantity), 0) FROM (
        SELECT s.came - s.went AS quantity FROM inventory_movesum s
        JOIN strategies_location l ON l.id = s.location_id JOIN strategies_site z ON z.id = l.site_id
        WHERE {sum} AND s.month < %s AND {counts}
        UNION ALL
        SELECT m.quantity FROM inventory_move m
        JOIN strategies_location l ON l.id = m.target_id JOIN strategies_site z ON z.id = l.site_id
        WHERE {target} AND m.effective_at >= %s AND m.effective_at <= %s AND {counts}
        UNION ALL
        SELECT -m.quantity FROM inventory_move m
        JOIN strategies_location l ON l.id = m.source_id JOIN strategies_site z ON z.id = l.site_id
        WHERE {source} AND m.effective_at >= %s AND m.effective_at <= %s AND {counts}
        UNION ALL
        SELECT m.quantity FROM inventory_move m
        JOIN strategies_location l ON l.id = m.target_id JOIN strategies_site z ON z.id = l.site_id
        WHERE {target} AND m.id > (SELECT coalesce(max(through), 0) FROM inventory_summark)
            AND m.effective_at < %s AND {counts}
        UNION ALL
        SELECT -m.quantity FROM inventory_move m
        JOIN strategies_location l ON l.id = m.source_id JOIN strategies_site z ON z.id = l.site_id
        WHERE {source} AND m.id > (SELECT coalesce(max(through), 0) FROM inventory_summark)
            AND m.effective_at < %s AND {counts}
    ) c)"""
_COUNTS = "l.kind <> ALL(%s) AND (%s::text[] IS NULL OR z.code = ANY(%s))"


# The sums of months have no pieces: all moves up to the moment are added up, of the few items that are counted so.
_PIECES_THEN = f"""(
    SELECT coalesce(sum(c.quantity), 0) FROM (
        SELECT m.catch_quantity AS quantity FROM inventory_move m
        JOIN strategies_location l ON l.id = m.target_id JOIN strategies_site z ON z.id = l.site_id
        WHERE m.item_id = "strategies_item"."id" AND m.effective_at <= %s AND {_COUNTS}
        UNION ALL
        SELECT -m.catch_quantity FROM inventory_move m
        JOIN strategies_location l ON l.id = m.source_id JOIN strategies_site z ON z.id = l.site_id
        WHERE m.item_id = "strategies_item"."id" AND m.effective_at <= %s AND {_COUNTS}
    ) c)"""


def pieces_then(at: datetime, sites: Collection[str] | None) -> RawSQL:
    """The same of the pieces of items that are weighed and counted."""
    codes = None if sites is None else sorted(sites)
    counts = [at, list(Location.OUTSIDE), codes, codes]
    return RawSQL(_PIECES_THEN, counts + counts, output_field=DecimalField(max_digits=24, decimal_places=12))


def then(at: datetime, sites: Collection[str] | None) -> RawSQL:
    """For a queryset of items: what there was of each at that moment, at the places of these sites."""
    month = month_of(at)
    first = datetime.combine(month, time(0), UTC)
    codes = None if sites is None else sorted(sites)
    counts = [list(Location.OUTSIDE), codes, codes]
    sql = _THEN.format(
        sum='s.item_id = "strategies_item"."id"',
        target='m.item_id = "strategies_item"."id"',
        source='m.item_id = "strategies_item"."id"',
        counts=_COUNTS,
    )
    parameters = [
        month, *counts, first, at, *counts, first, at, *counts, first, *counts, first, *counts,
    ]  # fmt: skip
    return RawSQL(sql, parameters, output_field=DecimalField(max_digits=24, decimal_places=12))
