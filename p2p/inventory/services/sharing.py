"""Which free stock serves which need: read and locked in key order, shared out by the engine."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from p2p.core import clock
from p2p.inventory.engine.allocation import Claim, Pile, Share, Want, allocate
from p2p.inventory.models import HandlingUnit
from p2p.inventory.selectors.rules import Rule, rules_for
from p2p.inventory.services.needs import Need, Outcome
from strategies.models import Item, Location

# Balances that may serve, those that the caller's moves touch besides, and those that hold its own reservations.
_WHICH = """SELECT c.id FROM inventory_balance c
        WHERE c.item_id = ANY(%(items)s) AND c.quantity > c.reserved
        UNION ALL
        SELECT c.id FROM unnest(%(also_items)s::bigint[], %(also_places)s::bigint[]) AS a(item_id, location_id)
        JOIN inventory_balance c USING (item_id, location_id)
        UNION ALL
        SELECT c.id FROM inventory_reservation r
        JOIN inventory_balance c ON c.item_id = r.item_id AND c.location_id = r.location_id
            AND c.lot_id IS NOT DISTINCT FROM r.lot_id AND c.serial_id IS NOT DISTINCT FROM r.serial_id
            AND c.handling_unit_id IS NOT DISTINCT FROM r.handling_unit_id
        WHERE r.reference = ANY(%(own)s) AND r.item_id = ANY(%(items)s)"""

# Free stock of these items at these sites, with the purposes that holds forbid. It is locked in key order, and with
# it the balances that the caller's moves will touch besides.
_FREE = f"""
    SELECT b.id, b.item_id, b.location_id, b.lot_id, b.serial_id, b.handling_unit_id, b.quantity - b.reserved,
           least(t.expires_on, t.retest_on), t.created_at, l.site_id, l.code, l.kind,
           l.nettable AND l.kind <> 'transit',
           b.item_id = ANY(%(items)s) AND l.site_id = ANY(%(sites)s)
               AND (l.nettable AND l.kind <> 'transit' OR l.id = ANY(%(named)s)),
           CASE WHEN EXISTS (SELECT FROM inventory_hold WHERE released_at IS NULL) THEN ARRAY(
               SELECT h.blocks FROM (
                   SELECT a.* FROM inventory_hold a WHERE a.released_at IS NULL AND a.item_id = b.item_id
                   UNION ALL
                   SELECT a.* FROM inventory_hold a
                   WHERE a.released_at IS NULL AND a.item_id IS NULL AND a.location_id = b.location_id
               ) h
               WHERE (h.lot_id IS NULL OR h.lot_id = b.lot_id)
                   AND (h.serial_id IS NULL OR h.serial_id = b.serial_id)
                   AND (h.location_id IS NULL OR h.location_id = b.location_id)) END,
           CASE WHEN %(attributes)s THEN
               coalesce(t.attributes, (SELECT s.attributes FROM inventory_serial s WHERE s.id = b.serial_id)) END
    FROM inventory_balance b
    JOIN strategies_location l ON l.id = b.location_id
    LEFT JOIN inventory_lot t ON t.id = b.lot_id
    WHERE b.id = ANY(ARRAY({_WHICH}))
    ORDER BY b.item_id, b.location_id, b.lot_id NULLS FIRST, b.serial_id NULLS FIRST,
             b.handling_unit_id NULLS FIRST
    FOR NO KEY UPDATE OF b
"""

# Balances that the caller's moves will bring about: made empty, each at its turn among all that is locked. Made first,
# others would wait for them who hold what we want; made last, who undoes the move that made one would.
_MAKE = f"""
    INSERT INTO inventory_balance AS b (
        item_id, location_id, lot_id, serial_id, handling_unit_id, quantity, reserved, may_go_negative)
    SELECT k.item_id, k.location_id, k.lot_id, k.serial_id, k.handling_unit_id, 0, 0, s.may_go_negative
    FROM (
        WITH made AS (
            SELECT a.item_id, a.location_id
            FROM unnest(%(also_items)s::bigint[], %(also_places)s::bigint[]) AS a(item_id, location_id)
            JOIN strategies_location l ON l.id = a.location_id
                AND l.kind NOT IN ('supplier', 'customer', 'production', 'scrap', 'adjustment')
            WHERE NOT EXISTS (
                SELECT FROM inventory_balance b
                WHERE b.item_id = a.item_id AND b.location_id = a.location_id AND b.lot_id IS NULL
                    AND b.serial_id IS NULL AND b.handling_unit_id IS NULL))
        SELECT *, NULL::bigint AS lot_id, NULL::bigint AS serial_id, NULL::bigint AS handling_unit_id FROM made
        UNION
        SELECT e.item_id, e.location_id, e.lot_id, e.serial_id, e.handling_unit_id FROM inventory_balance e
        WHERE EXISTS (SELECT FROM made) AND e.id = ANY(ARRAY({_WHICH}))
    ) k
    JOIN strategies_location l ON l.id = k.location_id
    JOIN strategies_site s ON s.id = l.site_id
    ORDER BY k.item_id, k.location_id, k.lot_id NULLS FIRST, k.serial_id NULLS FIRST, k.handling_unit_id NULLS FIRST
    ON CONFLICT ON CONSTRAINT balance_once DO UPDATE SET reserved = b.reserved WHERE false
"""

# Read after the balances are locked, so that what others have claimed meanwhile is seen; whether there are stock
# rules at all, and whether something is reserved for the needs' own references, come along as rows without a key.
_CLAIMED = """
    SELECT id, site_id, item_id, lot_id, reference, quantity FROM inventory_softreservation
    WHERE item_id = ANY(%(items)s) AND site_id = ANY(%(sites)s) AND NOT id = ANY(%(without)s)
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, 'ruled', 0 WHERE EXISTS (SELECT FROM inventory_stockrule)
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, 'own', 0 WHERE EXISTS (
        SELECT FROM inventory_reservation WHERE reference = ANY(%(own)s) AND item_id = ANY(%(items)s))
    ORDER BY id
"""


def share_out(
    *,
    needs: Sequence[Need],
    also: Sequence[tuple[Item, Location]] = (),
    mine: bool = True,
    without: Sequence[int] = (),
    own: bool = False,
) -> Outcome:
    """Share free stock out among the needs in their order, nothing twice, by the picking rule of each item.

    Locks what may serve, and the balances of `also` (item, place), in key order. What others have claimed softly is
    left to them; needs use up their own claims, unless `mine` is False. Claims with the keys `without` do not count.
    With `own` the balances that hold reservations for the needs' references are locked along, and the outcome says
    whether there are any. A fixed number of statements.
    """
    if not needs:
        return Outcome([], [], {})
    asked = _asked(needs, also, without, own)
    piles, places = _free_piles(needs, asked, also)
    claims, marks = _claims(asked)
    pairs = {(need.item.pk, need.site.pk) for need in needs}
    rules = rules_for(pairs) if "ruled" in marks else {}
    wants = _wants(needs, rules, claims, mine)
    alone = {need.claim for need in needs if need.claim}
    outcome = Outcome([], [Decimal(0)] * len(needs), places, own="own" in marks)
    for site in sorted({need.site.pk for need in needs}):
        chosen = [index for index, need in enumerate(needs) if need.site.pk == site]
        done = allocate(
            [wants[index] for index in chosen],
            piles.get(site, []),
            picking={item: rule.picking for (item, at), rule in rules.items() if at == site},
            claims=[row.said(alone) for row in claims if row.site == site],
        )
        outcome.shares.extend(Share(chosen[share.want], share.pile, share.quantity) for share in done.shares)
        outcome.reasons.update({chosen[index]: reason for index, reason in done.reasons.items()})
        for index, quantity in zip(chosen, done.missing, strict=True):
            outcome.missing[index] = quantity
    if mine and claims:
        outcome.spent.update(_spent(needs, wants, outcome.shares, claims, alone))
    return outcome


def _asked(
    needs: Sequence[Need], also: Sequence[tuple[Item, Location]], without: Sequence[int], own: bool
) -> dict[str, Any]:
    named = {place.pk for need in needs for place in (need.location, need.first_from) if place is not None}
    return {
        "items": sorted({need.item.pk for need in needs}),
        "sites": sorted({need.site.pk for need in needs}),
        "named": sorted(named),
        "also_items": [item.pk for item, _place in also],
        "also_places": [place.pk for _item, place in also],
        "attributes": any(need.wanted for need in needs),
        "without": list(without),
        "own": sorted({need.reference for need in needs if need.reference}) if own else [],
    }


def _free_piles(
    needs: Sequence[Need], asked: Mapping[str, Any], also: Sequence[tuple[Item, Location]]
) -> tuple[dict[int, list[Pile]], dict[int, Location]]:
    """Site -> piles that may serve the needs, locked until the transaction ends; and the places they lie at."""
    with connection.cursor() as cursor:
        if also:
            cursor.execute(_MAKE, asked)
        cursor.execute(_FREE, asked)
        rows = cursor.fetchall()
    sites = {need.site.pk: need.site for need in needs}
    today = clock.today()
    piles: dict[int, list[Pile]] = {}
    places: dict[int, Location] = {}
    for row in rows:
        place, site, code, kind, serves = row[2], row[9], row[10], row[11], row[13]
        if serves:
            piles.setdefault(site, []).append(_pile(row, today))
            if place not in places:
                places[place] = Location(pk=place, site=sites[site], code=code, kind=kind)
    return piles, places


def _pile(row: Sequence[Any], today: date) -> Pile:
    key, item, place, lot, serial, unit, free, until, since = row[:9]
    nettable, holds, attributes = row[12], row[14], row[15]
    blocked = frozenset(holds) if holds else frozenset()
    sound = (until is None or until >= today) and blocked.isdisjoint(("use", "touch"))
    return Pile(
        key=key,
        item=item,
        location=place,
        lot=lot,
        serial=serial,
        unit=unit,
        free=free,
        expires=until,
        since=since,
        blocked=blocked,
        attributes=json.loads(attributes) if attributes else {},
        counts=nettable and sound,
    )


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A row of soft reservations."""

    key: int
    site: int
    item: int
    lot: int | None
    reference: str
    quantity: Decimal

    def said(self, alone: Collection[int]) -> Claim:
        return Claim(self.item, self.lot, self.owner(alone), self.quantity)

    def owner(self, alone: Collection[int]) -> str:
        """Whose it is: that of the need for it alone, or of all needs with its reference."""
        return f"#{self.key}" if self.key in alone or not self.reference else self.reference


def _claims(asked: Mapping[str, Any]) -> tuple[list[_Claimed], set[str]]:
    """Soft reservations of the items, and what there is besides: "ruled", "own"."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMED, asked)
        rows = cursor.fetchall()
    claims = [_Claimed(*row) for row in rows if row[0] is not None]
    return claims, {row[4] for row in rows[len(claims) :]}


def _wants(
    needs: Sequence[Need], rules: Mapping[tuple[int, int], Rule], claims: Sequence[_Claimed], mine: bool
) -> list[Want]:
    left = {row.key: row.quantity for row in claims}
    today = clock.now()
    return [_want(need, rules.get((need.item.pk, need.site.pk)), left, today, mine) for need in needs]


def _want(need: Need, rule: Rule | None, left: Mapping[int, Decimal], today: datetime, mine: bool) -> Want:
    days = max(need.minimum_days, rule.minimum_days if rule else 0)
    day = max((need.needed_at or today).date(), today.date())
    owner = f"#{need.claim}" if need.claim else need.reference
    # Somebody may have used up a claim, or given it back, since it was read.
    quantity = min(need.quantity, left.get(need.claim, Decimal(0))) if need.claim else need.quantity
    return Want(
        item=need.item.pk,
        quantity=quantity,
        location=need.location.pk if need.location else None,
        lot=need.lot.pk if need.lot else None,
        units=_within(need.handling_unit) if need.handling_unit else None,
        first_from=need.first_from.pk if need.first_from else None,
        purpose=need.purpose,
        use_by=day + timedelta(days=days),
        wanted=need.wanted,
        same_lot=need.same_lot or bool(rule and rule.same_lot),
        owner=owner if mine else "",
    )


def _within(unit: HandlingUnit) -> frozenset[int]:
    """The unit and all that stand in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE within(id) AS (
                SELECT %s::bigint
                UNION SELECT u.id FROM inventory_handlingunit u JOIN within w ON u.parent_id = w.id
            ) SELECT id FROM within""",
            [unit.pk],
        )
        return frozenset(key for (key,) in cursor.fetchall())


def _spent(
    needs: Sequence[Need],
    wants: Sequence[Want],
    shares: Sequence[Share],
    claims: Sequence[_Claimed],
    alone: Collection[int],
) -> dict[int, Decimal]:
    """What the shares use up of the needs' own claims: first of those on the lot that was taken, then of those on
    none."""
    left = {row.key: row.quantity for row in claims}
    mine: dict[tuple[int, int, str], list[_Claimed]] = {}
    for row in claims:
        if row.key not in alone:
            mine.setdefault((row.site, row.item, row.owner(alone)), []).append(row)
    for share in shares:
        need, open_quantity = needs[share.want], share.quantity
        if need.claim:
            left[need.claim] -= open_quantity
            continue
        rows = mine.get((need.site.pk, need.item.pk, wants[share.want].owner), ())
        for row in sorted(rows, key=lambda one: (one.lot != share.pile.lot, one.lot is not None, one.key)):
            used = min(open_quantity, left[row.key])
            left[row.key] -= used
            open_quantity -= used
    return {row.key: row.quantity - left[row.key] for row in claims if left[row.key] != row.quantity}
