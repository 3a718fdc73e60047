"""Promising free stock to a need, giving it back, and taking it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.engine.allocation import Pile, Share, Want, allocate
from p2p.inventory.models import Lot, Reservation
from p2p.inventory.refusals import in_words
from p2p.inventory.services.checks import check_quantity
from strategies.models import Item, Location, Site


@dataclass(frozen=True, kw_only=True)
class Need:
    """`quantity` of `item` at `site`: from `location` or `lot` only when named, from `first_from` before
    elsewhere.
    """

    item: Item
    quantity: Decimal
    site: Site
    location: Location | None = None
    lot: Lot | None = None
    first_from: Location | None = None
    reference: str = ""


# Free stock of these items at these sites: nettable places, not held, not expired. It is locked in key
# order, and with it the balances that the caller's moves will touch besides.
_FREE = """
    SELECT b.id, b.item_id, b.location_id, b.lot_id, b.serial_id, b.handling_unit_id, b.quantity - b.reserved,
           t.expires_on, l.site_id, l.code, l.kind,
           b.item_id = ANY(%(items)s) AND l.site_id = ANY(%(sites)s) AND (l.nettable OR l.id = ANY(%(named)s))
               AND (t.expires_on IS NULL OR t.expires_on >= %(today)s)
               AND NOT EXISTS (
                   SELECT FROM inventory_hold h
                   WHERE h.released_at IS NULL AND h.item_id = b.item_id
                       AND (h.lot_id IS NULL OR h.lot_id = b.lot_id)
                       AND (h.serial_id IS NULL OR h.serial_id = b.serial_id)
                       AND (h.location_id IS NULL OR h.location_id = b.location_id))
    FROM inventory_balance b
    JOIN strategies_location l ON l.id = b.location_id
    LEFT JOIN inventory_lot t ON t.id = b.lot_id
    WHERE b.id = ANY(ARRAY(
        SELECT c.id FROM inventory_balance c
        WHERE c.item_id = ANY(%(items)s) AND c.quantity > c.reserved
        UNION ALL
        SELECT c.id FROM unnest(%(also_items)s::bigint[], %(also_places)s::bigint[]) AS a(item_id, location_id)
        JOIN inventory_balance c USING (item_id, location_id)))
    ORDER BY b.item_id, b.location_id, b.lot_id NULLS FIRST, b.serial_id NULLS FIRST,
             b.handling_unit_id NULLS FIRST
    FOR NO KEY UPDATE OF b
"""


# Balances that the caller's moves will bring about: made empty before anything is locked. Otherwise somebody who
# undoes the move that made one could hold it and wait for us, while we wait for it out of turn.
_MAKE = """
    INSERT INTO inventory_balance (item_id, location_id, quantity, reserved, may_go_negative)
    SELECT a.item_id, a.location_id, 0, 0, s.may_go_negative
    FROM (
        SELECT DISTINCT * FROM unnest(%(also_items)s::bigint[], %(also_places)s::bigint[]) AS u(item_id, location_id)
    ) a
    JOIN strategies_location l ON l.id = a.location_id
        AND l.kind NOT IN ('supplier', 'customer', 'production', 'scrap', 'adjustment')
    JOIN strategies_site s ON s.id = l.site_id
    WHERE NOT EXISTS (
        SELECT FROM inventory_balance b
        WHERE b.item_id = a.item_id AND b.location_id = a.location_id AND b.lot_id IS NULL AND b.serial_id IS NULL
            AND b.handling_unit_id IS NULL)
    ORDER BY a.item_id, a.location_id
    ON CONFLICT ON CONSTRAINT balance_once DO NOTHING
"""


def _free_piles(
    needs: Sequence[Need], also: Sequence[tuple[Item, Location]]
) -> tuple[dict[int, list[Pile]], dict[int, Location]]:
    """Site -> piles that may serve the needs, locked until the transaction ends; and the places they lie at."""
    named = {place.pk for need in needs for place in (need.location, need.first_from) if place is not None}
    asked: dict[str, Any] = {
        "items": sorted({need.item.pk for need in needs}),
        "sites": sorted({need.site.pk for need in needs}),
        "named": sorted(named),
        "also_items": [item.pk for item, _place in also],
        "also_places": [place.pk for _item, place in also],
        "today": now().date(),
    }
    with connection.cursor() as cursor:
        if also:
            cursor.execute(_MAKE, asked)
        cursor.execute(_FREE, asked)
        rows = cursor.fetchall()
    sites = {need.site.pk: need.site for need in needs}
    piles: dict[int, list[Pile]] = {}
    places: dict[int, Location] = {}
    for key, item, place, lot, serial, unit, free, expires, site, code, kind, serves in rows:
        if serves:
            pile = Pile(
                key=key,
                item=item,
                location=place,
                lot=lot,
                serial=serial,
                unit=unit,
                free=free,
                expires=expires,
            )
            piles.setdefault(site, []).append(pile)
            if place not in places:
                places[place] = Location(pk=place, site=sites[site], code=code, kind=kind)
    return piles, places


@dataclass(frozen=True)
class Outcome:
    """Which pile serves which need (by its index), what is missing per need, and the places by their keys (with
    code, kind and site only)."""

    shares: list[Share]
    missing: list[Decimal]
    places: dict[int, Location]


def share_out(*, needs: Sequence[Need], also: Sequence[tuple[Item, Location]] = ()) -> Outcome:
    """Share free stock out among the needs, nothing twice.

    Locks what may serve, and the balances of `also` (item, place), in key order. One statement.
    """
    if not needs:
        return Outcome([], [], {})
    piles, places = _free_piles(needs, also)
    shares: list[Share] = []
    missing = [Decimal(0)] * len(needs)
    for site in sorted({need.site.pk for need in needs}):
        chosen = [index for index, need in enumerate(needs) if need.site.pk == site]
        given, lacking = allocate([_want(needs[index]) for index in chosen], piles.get(site, []))
        shares += [Share(chosen[share.want], share.pile, share.quantity) for share in given]
        for index, quantity in zip(chosen, lacking, strict=True):
            missing[index] = quantity
    return Outcome(shares, missing, places)


def _want(need: Need) -> Want:
    return Want(
        item=need.item.pk,
        quantity=need.quantity,
        location=need.location.pk if need.location else None,
        lot=need.lot.pk if need.lot else None,
        first_from=need.first_from.pk if need.first_from else None,
    )


@transaction.atomic
def reserve(*, needs: Sequence[Need], partial: bool = False, by: User | None) -> list[Reservation]:
    """Reserve free stock for the needs: what expires first, then what lies longest. One read, one write.

    Of one need there may be several reservations, and with `partial` also less than asked for or none;
    without it a shortage is Refused, naming each item that is missing. `reservation.need_index` tells which
    need it serves.
    """
    for need in needs:
        check_quantity(need.item, need.quantity)
    outcome = share_out(needs=needs)
    if not partial and any(outcome.missing):
        raise shortage([(needs[index], lack) for index, lack in enumerate(outcome.missing) if lack])
    moment = now()
    rows = [
        Reservation(
            location_id=share.pile.location,
            item=needs[share.want].item,
            lot_id=share.pile.lot,
            serial_id=share.pile.serial,
            handling_unit_id=share.pile.unit,
            quantity=share.quantity,
            reference=needs[share.want].reference,
            reserved_at=moment,
            by=by,
        )
        for share in outcome.shares
    ]
    with in_words():
        Reservation.objects.bulk_create(rows)
    for row, share in zip(rows, outcome.shares, strict=True):
        row.need_index = share.want  # type: ignore[attr-defined]
    return rows


def shortage(lacking: Sequence[tuple[Need, Decimal]]) -> Refused:
    """One sentence that names every item that is missing and how much of it."""
    names = ", ".join(
        f"{plain(quantity)} {need.item.unit.code} {need.item.number}" for need, quantity in lacking
    )
    return Refused(
        _("Free stock at {site} is short of: {names}."),
        code="shortage",
        about=lacking[0][0].item,
        site=lacking[0][0].site.code,
        names=names,
    )


@transaction.atomic
def unreserve(*, reservations: Sequence[Reservation], by: User | None) -> None:
    """Give stock back to everybody. Reservations that are gone already are no error."""
    keys = sorted(row.pk for row in reservations if row.pk)
    if keys:
        Reservation.objects.filter(pk__in=keys)._raw_delete("default")


@transaction.atomic
def consume(*, reservations: Sequence[Reservation], also: Sequence[tuple[Item, Location]] = ()) -> None:
    """Lift the reservations because their stock is taken now; call `ledger.post` next, in the same
    transaction.

    All balances concerned, and those of `also` (item, place) that the moves will touch, are locked first and
    in key order, so that what follows never waits in a circle. Refused when somebody else lifted one
    meanwhile.
    """
    lock(
        [
            (row.item_id, row.location_id, row.lot_id, row.serial_id, row.handling_unit_id)
            for row in reservations
        ]
        + [(item.pk, place.pk, None, None, None) for item, place in also]
    )
    keys = sorted(row.pk for row in reservations)
    if keys and Reservation.objects.filter(pk__in=keys)._raw_delete("default") != len(keys):
        raise Refused(
            _("The stock reserved for this was given to somebody else meanwhile."), code="changed_meanwhile"
        )


Key = tuple[int, int, int | None, int | None, int | None]


def lock(keys: Sequence[Key]) -> None:
    """Lock balances (item, location, lot, serial, handling unit) in key order; missing ones are made,
    empty.
    """
    if not keys:
        return
    items, locations, lots, serials, units = (list(column) for column in zip(*keys, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inventory_lock(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])",
            [items, locations, lots, serials, units],
        )
