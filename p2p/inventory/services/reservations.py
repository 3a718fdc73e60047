"""Promising free stock to a need, giving it back, and taking it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.facts import ask, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.facts import Unreserved, Unreserving
from p2p.inventory.models import Reservation
from p2p.inventory.refusals import in_words
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.claims import spend
from p2p.inventory.services.counted import refusal_of
from p2p.inventory.services.needs import Need, Outcome, shortage
from p2p.inventory.services.sharing import share_out
from strategies.models import Item, Location

__all__ = [
    "Need",
    "Outcome",
    "consume",
    "draw",
    "give_back",
    "lock",
    "reserve",
    "share_out",
    "shortage",
    "unreserve",
]


@transaction.atomic
def reserve(*, needs: Sequence[Need], partial: bool = False, by: User | None) -> list[Reservation]:
    """Reserve free stock for the needs, by the picking rule of each item. A fixed number of statements.

    Soft reservations of the same reference become these. Of one need there may be several reservations, and with
    `partial` also less than asked for or none; without it a shortage is Refused, naming each item that is missing.
    `reservation.need_index` tells which need it serves.
    """
    for need in needs:
        check_quantity(need.item, need.quantity)
    outcome = share_out(needs=needs)
    if not partial and any(outcome.missing):
        raise refusal_of([(needs[index], lack) for index, lack in enumerate(outcome.missing) if lack])
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
    spend(outcome.spent)
    for row, share in zip(rows, outcome.shares, strict=True):
        row.need_index = share.want  # type: ignore[attr-defined]
    return rows


@transaction.atomic
def unreserve(*, reservations: Sequence[Reservation], by: User | None) -> None:
    """Give stock back to everybody. Reservations that are gone already are no error.

    Balances are locked before the reservations on them and all in key order, as whoever takes the stock does: call
    it once for all that is given back.
    """
    rows = [row for row in reservations if row.pk]
    if rows:
        lock([_key(row) for row in rows])
        Reservation.objects.filter(pk__in=[row.pk for row in rows])._raw_delete("default")


@transaction.atomic
def give_back(*, reservations: Sequence[Reservation], by: User | None) -> int:
    """Release reservations by hand; how many there were. Asks Unreserving: what a document has on its list to pick is
    given back by the document."""
    rows = list(
        Reservation.objects.filter(pk__in=[row.pk for row in reservations])
        .select_related("item__unit", "location__site")
        .order_by("pk")
    )
    if not rows:
        return 0
    ask(Unreserving(reservations=tuple(rows), by=by))
    unreserve(reservations=rows, by=by)
    tell(Unreserved(reservations=tuple(rows), by=by))
    return len(rows)


@transaction.atomic
def consume(*, reservations: Sequence[Reservation], also: Sequence[tuple[Item, Location]] = ()) -> None:
    """Lift the reservations because their stock is taken now; call `ledger.post` next, in the same
    transaction.

    All balances concerned, and those of `also` (item, place) that the moves will touch, are locked first and
    in key order, so that what follows never waits in a circle. Refused when somebody else lifted one
    meanwhile.
    """
    lock(
        [_key(row) for row in reservations] + [(item.pk, place.pk, None, None, None) for item, place in also]
    )
    keys = sorted(row.pk for row in reservations)
    if keys and Reservation.objects.filter(pk__in=keys)._raw_delete("default") != len(keys):
        raise Refused(
            _("The stock reserved for this was given to somebody else meanwhile."), code="changed_meanwhile"
        )


def draw(*, parts: Sequence[tuple[Reservation, Decimal]]) -> None:
    """So much of each reservation is taken now: it shrinks, or goes when nothing is left of it. The caller has locked
    the balances, and calls `ledger.post` next."""
    drawn: dict[int, Decimal] = {}
    rows = {row.pk: row for row, _quantity in parts}
    for row, quantity in parts:
        drawn[row.pk] = drawn.get(row.pk, Decimal(0)) + quantity
    gone = sorted(key for key, quantity in drawn.items() if quantity >= rows[key].quantity)
    if gone:
        Reservation.objects.filter(pk__in=gone)._raw_delete("default")
    shrunk = [rows[key] for key in sorted(drawn.keys() - set(gone))]
    for row in shrunk:
        row.quantity -= drawn[row.pk]
    if shrunk:
        Reservation.objects.bulk_update(shrunk, ["quantity"])


Key = tuple[int, int, int | None, int | None, int | None]


def _key(row: Reservation) -> Key:
    """Of the balance it is on."""
    return row.item_id, row.location_id, row.lot_id, row.serial_id, row.handling_unit_id


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
