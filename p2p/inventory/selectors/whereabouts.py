"""Where everything that ever came of a lot, serial or untracked move is now: a line for each kind of whereabouts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from p2p.core.facts import gather
from p2p.inventory.engine.tracing import Key
from p2p.inventory.models import Move, RecallLine
from p2p.inventory.selectors.genealogy import KINDS, Flow, arrays
from p2p.inventory.trace_facts import Locating, Sighting
from strategies.models import Location

ZERO = Decimal(0)
AT = RecallLine.Where


@dataclass(frozen=True)
class Spot:
    """So much of a node is at one whereabouts (a RecallLine.Where). A negative quantity came back from there."""

    where: str
    quantity: Decimal
    location: Location | None = None
    party: str = ""
    document: str = ""
    note: str = ""
    url: str = ""
    at: datetime | None = None
    moves: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        return str(AT(self.where).label)


# What left a node's places, move by move, with what of it is known to be in products; issues whole in products
# and transfers are left out.
_LEFT = """
    SELECT n.kind, n.id, m.id, m.kind, s.kind, t.kind, m.quantity, m.reference, m.effective_at, x.used
    FROM unnest(%(kinds)s::int[], %(ids)s::bigint[]) n(kind, id)
    CROSS JOIN LATERAL (
        SELECT m.* FROM inventory_move m WHERE n.kind = 1 AND m.lot_id = n.id AND m.serial_id IS NULL
        UNION ALL
        SELECT m.* FROM inventory_move m WHERE n.kind = 2 AND m.serial_id = n.id
        UNION ALL
        SELECT m.* FROM inventory_move m WHERE n.kind = 0 AND m.id = n.id
        OFFSET 0
    ) m
    JOIN strategies_location s ON s.id = m.source_id
    JOIN strategies_location t ON t.id = m.target_id
    CROSS JOIN LATERAL (
        -- Products that come out side by side hold a component whole each: it is used once, and never more of it.
        SELECT least(coalesce(max(of_item.used), 0), m.quantity) AS used FROM (
            SELECT sum(c.quantity) AS used
            FROM inventory_consumed c JOIN inventory_move p ON p.id = c.receipt_id
            WHERE c.issue_id = m.id AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = p.id)
            GROUP BY p.item_id
        ) of_item
    ) x
    WHERE m.reverses_id IS NULL AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = m.id)
        AND (t.kind IN ('customer', 'scrap', 'production', 'supplier') OR s.kind IN ('customer', 'scrap')
             OR x.used <> 0 OR (s.kind = 'production' AND m.kind <> 'output')
             OR ('adjustment' IN (s.kind, t.kind) AND m.kind = 'issue'))
    ORDER BY m.id
"""
_THERE = """
    SELECT n.kind, n.id, b.location_id, sum(b.quantity)
    FROM unnest(%(kinds)s::int[], %(ids)s::bigint[]) n(kind, id)
    CROSS JOIN LATERAL (
        SELECT b.location_id, b.quantity FROM inventory_balance b
        WHERE n.kind = 1 AND b.lot_id = n.id AND b.serial_id IS NULL
        UNION ALL
        SELECT b.location_id, b.quantity FROM inventory_balance b WHERE n.kind = 2 AND b.serial_id = n.id
        OFFSET 0
    ) b
    WHERE b.quantity <> 0
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
"""


@dataclass(frozen=True)
class _Gone:
    """One move that took something out of our places, or back in."""

    move: int
    kind: str
    source: str
    target: str
    quantity: Decimal
    document: str
    at: Any
    used: Decimal


def spots(keys: Collection[Key]) -> dict[Key, list[Spot]]:
    """Key -> its whereabouts: in stock, in process, at vendors or back there, shipped, scrapped, consumed. Three
    queries and what the documents on the right need for their answer."""
    gone = _gone(keys)
    seen = _sightings(gone)
    places = _places(keys)
    return {key: [*places.get(key, ()), *_merged(_spots_of(gone.get(key, ()), seen))] for key in keys}


def _gone(keys: Collection[Key]) -> dict[Key, list[_Gone]]:
    found: dict[Key, list[_Gone]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, arrays(keys))
        for kind, number, *others in cursor.fetchall():
            found[KINDS[kind], number].append(_Gone(*others))
    return found


def _places(keys: Collection[Key]) -> dict[Key, list[Spot]]:
    with connection.cursor() as cursor:
        cursor.execute(_THERE, arrays(keys))
        rows = cursor.fetchall()
    known = Location.objects.select_related("site", "vendor").in_bulk({row[2] for row in rows})
    found: dict[Key, list[Spot]] = defaultdict(list)
    for kind, number, place, quantity in rows:
        location = known[place]
        vendor = location.kind == Location.Kind.VENDOR
        party = location.vendor.name if vendor and location.vendor else ""
        found[KINDS[kind], number].append(
            Spot(AT.VENDOR if vendor else AT.STOCK, quantity, location=location, party=party)
        )
    return found


def _sightings(gone: Mapping[Key, list[_Gone]]) -> dict[int, list[Sighting]]:
    moves = tuple(sorted({one.move for each in gone.values() for one in each if _asked(one)}))
    found: dict[int, list[Sighting]] = defaultdict(list)
    for answer in gather(Locating(moves=moves)) if moves else ():
        for sighting in answer:
            found[sighting.move].append(sighting)
    return found


def _asked(one: _Gone) -> bool:
    """Whether only the documents on the right know more: what went to customers, vendors and into process."""
    into = one.target == Location.Kind.PRODUCTION and one.quantity != one.used
    return into or Location.Kind.CUSTOMER in (one.source, one.target) or one.target == Location.Kind.SUPPLIER


def _spots_of(gone: Collection[_Gone], seen: Mapping[int, list[Sighting]]) -> Iterator[Spot]:
    for one in gone:
        if one.used:
            yield Spot(AT.CONSUMED, one.used, document=one.document, at=one.at, moves=(one.move,))
        if one.kind == Move.Kind.REGROUP:
            continue
        if Location.Kind.CUSTOMER in (one.source, one.target):
            yield from _known(one, AT.SHIPPED, one.target == Location.Kind.CUSTOMER, seen)
        elif Location.Kind.SCRAP in (one.source, one.target):
            there = one.quantity if one.target == Location.Kind.SCRAP else -one.quantity
            yield Spot(AT.SCRAPPED, there, document=one.document, at=one.at, moves=(one.move,))
        elif Location.Kind.ADJUSTMENT in (one.source, one.target):
            # Issued by hand to a cost place: used, without a product.
            taken = one.quantity if one.target == Location.Kind.ADJUSTMENT else -one.quantity
            yield Spot(AT.CONSUMED, taken, document=one.document, at=one.at, moves=(one.move,))
        elif one.target == Location.Kind.SUPPLIER:
            yield from _known(one, AT.RETURNED, True, seen)
        elif Location.Kind.PRODUCTION in (one.source, one.target) and one.kind != Move.Kind.OUTPUT:
            yield from _in_process(one, seen.get(one.move, ()))


def _known(one: _Gone, where: str, away: bool, seen: Mapping[int, list[Sighting]]) -> Iterator[Spot]:
    sighting = next(iter(seen.get(one.move, ())), None)
    yield Spot(
        where,
        one.quantity if away else -one.quantity,
        party=sighting.party if sighting else "",
        document=(sighting.document if sighting else "") or one.document,
        note=sighting.note if sighting else "",
        url=sighting.url if sighting else "",
        at=one.at,
        moves=(one.move,),
    )


def _in_process(one: _Gone, seen: Collection[Sighting]) -> Iterator[Spot]:
    """What of an issue is in no product yet, where its order's pieces stand; of an ended order it stays there."""
    left = one.quantity - one.used if one.target == Location.Kind.PRODUCTION else -one.quantity
    if not left:
        return
    ended = any(sighting.ended for sighting in seen)
    where = AT.CONSUMED if ended else AT.PROCESS
    if not ended and left > 0 and any(sighting.where == AT.VENDOR for sighting in seen):
        where = AT.VENDOR
    note = "; ".join(filter(None, (sighting.note for sighting in seen)))
    yield Spot(
        where,
        left,
        party=", ".join(sorted({each.party for each in seen if each.party})),
        document=next((sighting.document for sighting in seen), one.document),
        note=_("stayed in an ended order, in no product") if ended else note,
        url=next((sighting.url for sighting in seen if sighting.url), ""),
        at=one.at,
        moves=(one.move,),
    )


_PLACE_OF = {where: place for place, where in enumerate(AT.values)}


def _merged(found: Iterator[Spot]) -> list[Spot]:
    """One line for each whereabouts, party and document, in the order of RecallLine.Where; what came to nothing is
    left out."""
    groups: dict[tuple[str, str, str, str], list[Spot]] = defaultdict(list)
    for spot in found:
        groups[spot.where, spot.party, spot.document, spot.note].append(spot)
    lines = []
    for (where, party, document, note), members in groups.items():
        quantity = sum((one.quantity for one in members), ZERO)
        moves = tuple(move for one in members for move in one.moves)
        if quantity:
            lines.append(
                Spot(where, quantity, None, party, document, note, members[0].url, members[-1].at, moves)
            )
    return sorted(lines, key=lambda spot: (_PLACE_OF[spot.where], spot.party, spot.document))


INTO = {Move.Kind.ISSUE, Move.Kind.RETURN}
"""Kinds that bring back what had come before: they make nothing new."""


def made(flows: Collection[Flow]) -> Decimal:
    """All that ever came of a node: receipts, products, opening stock, found in counts, other lots."""
    return sum(
        (
            flow.quantity
            for flow in flows
            if flow.source in Location.OUTSIDE
            and flow.source not in (Location.Kind.CUSTOMER, Location.Kind.SCRAP)
            and flow.kind not in INTO
        ),
        ZERO,
    )
