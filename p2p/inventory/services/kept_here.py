"""What somebody has just brought is kept for the document it was brought for; nobody else's piles are locked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum

from p2p.core.clock import now
from p2p.core.models import User
from p2p.inventory.models import Balance, Reservation, SoftReservation
from p2p.inventory.refusals import in_words
from p2p.inventory.selectors.carried_on import Lying
from p2p.inventory.selectors.stock import COUNTS, available, held_stock
from p2p.inventory.services.claims import spend
from p2p.inventory.services.kept import free_parts
from strategies.models import Item, Site

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class For:
    """So much (the item's unit) of an item that lies at a site is for the document `reference`, for the `purpose`."""

    item: Item
    site: Site
    quantity: Decimal
    reference: str
    purpose: str


def keep_here(*, lying: Sequence[Lying], wanted: For, by: User | None) -> list[Reservation]:
    """Reserve of what lies there so much as is wanted: what is sound for the purpose, free, and claimed by nobody else,
    of its lot or of the item. What the document has claimed itself is used up.

    The balances where it lies are locked, by who brought it. No other is: who holds the goods he brought and waits for
    those of others waits in a circle with whoever does the same with them. Seven statements at most.
    """
    sound = _sound(lying, wanted)
    most = available(wanted.site, [wanted.item.pk], purpose=wanted.purpose, but=[wanted.reference])
    room = min(wanted.quantity, most.get(wanted.item.pk, ZERO))
    if not sound or room <= 0:
        return []
    parts = _within_lots(free_parts(sound, most=room), _unclaimed(sound, wanted))
    moment = now()
    rows = [
        Reservation(
            item_id=one.key[0],
            location_id=one.key[1],
            lot_id=one.key[2],
            serial_id=one.key[3],
            handling_unit_id=one.key[4],
            quantity=quantity,
            reference=wanted.reference,
            reserved_at=moment,
            by=by,
        )
        for one, quantity in parts
    ]
    with in_words():
        Reservation.objects.bulk_create(rows)
    spend(_own_claims(rows, wanted))
    return rows


def _sound(lying: Sequence[Lying], wanted: For) -> list[Lying]:
    rows = Balance.objects.filter(COUNTS, ~held_stock(wanted.purpose), item=wanted.item)
    rows = rows.filter(location__in={one.key[1] for one in lying})
    keys = set(rows.values_list("item", "location", "lot", "serial", "handling_unit"))
    return [one for one in lying if one.key in keys]


def _unclaimed(lying: Sequence[Lying], wanted: For) -> dict[int | None, Decimal]:
    """Of the lots that others have claimed by name: lot -> what of it is left for everybody."""
    lots = {one.key[2] for one in lying} - {None}
    others = SoftReservation.objects.filter(item=wanted.item, site=wanted.site, lot__in=lots)
    claimed = dict(
        others.exclude(reference=wanted.reference).order_by().values_list("lot").annotate(all=Sum("quantity"))
    )
    if not claimed:
        return {}
    rows = Balance.objects.filter(COUNTS, ~held_stock(wanted.purpose), item=wanted.item, lot__in=claimed)
    free = dict(
        rows.filter(location__site=wanted.site)
        .order_by()
        .values_list("lot")
        .annotate(all=Sum(F("quantity") - F("reserved")))
    )
    return {lot: max(ZERO, free.get(lot, ZERO) - quantity) for lot, quantity in claimed.items()}


def _within_lots(
    parts: Sequence[tuple[Lying, Decimal]], left: dict[int | None, Decimal]
) -> list[tuple[Lying, Decimal]]:
    kept = []
    for one, quantity in parts:
        lot = one.key[2]
        part = quantity if lot is None else min(quantity, left.get(lot, quantity))
        if lot in left:
            left[lot] -= part
        if part > 0:
            kept.append((one, part))
    return kept


def _own_claims(rows: Sequence[Reservation], wanted: For) -> dict[int, Decimal]:
    """What the reservations use up of the document's claims: first of those on their lot, then of those on none."""
    claims = SoftReservation.objects.filter(
        item=wanted.item, site=wanted.site, reference=wanted.reference
    ).order_by("pk")
    mine, spent = list(claims), defaultdict[int, Decimal](Decimal)
    for row in rows:
        quantity = row.quantity
        for claim in sorted(mine, key=lambda one: (one.lot_id != row.lot_id, one.lot_id is not None, one.pk)):
            used = min(quantity, claim.quantity - spent[claim.pk])
            spent[claim.pk] += used
            quantity -= used
    return {key: quantity for key, quantity in spent.items() if quantity > 0}
