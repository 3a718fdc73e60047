"""Supply that was made or bought for one need: given back when it went out again, everybody's when the need is gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q, QuerySet

from p2p.core.facts import ask, tell
from p2p.inventory.facts import Unreserving
from p2p.inventory.models import Balance, Move, Reservation
from p2p.inventory.selectors.carried_on import came_from, came_to
from p2p.inventory.services.ledger import lock_carried
from p2p.inventory.services.reservations import Key, lock
from p2p.inventory.services.taking import Taken
from planning.models import Demand, Material, ProductionOrder, ReplenishmentOrder
from planning.services.surplus import shrink
from planning.tie_facts import SetFree, Supply
from strategies.models import Item

if TYPE_CHECKING:
    from p2p.core.models import User

ZERO = Decimal(0)


def let_out(*, came: Sequence[tuple[Supply, Sequence[Move]]], by: User | None) -> None:
    """What came of each supply by these moves goes out again: what of it is reserved for the supply's need is given
    back first. Asks Unreserving, for a pick list may wait for it. Locks what is carried, then the balances of the
    moves, in key order. No query where no supply is for anybody in particular."""
    every = [move for _supply, moves in came for move in moves]
    gone = [(supply, [(came_to(move), move.quantity) for move in moves]) for supply, moves in came]
    rows = _given_back(gone, [move.pk for move in every])
    if rows:
        ask(Unreserving(reservations=tuple(rows), by=by))
        lock_carried(moves=every)
        lock([came_to(move) for move in every])
        shrink(rows, by=by)


def let_go(*, supply: Supply, pieces: Sequence[Taken], by: User | None) -> None:
    """Pieces of a supply leave from where they lie now: what of them is reserved for its need is given back first.
    Asks Unreserving. No query where the supply is for nobody in particular."""
    gone = [(_lies_at(piece, supply.item_id), piece.quantity) for piece in pieces]
    rows = _given_back([(supply, gone)])
    if rows:
        ask(Unreserving(reservations=tuple(rows), by=by))
        lock([key for key, _quantity in gone])
        shrink(rows, by=by)


Outs = Sequence[tuple[Key, Decimal]]
"""From where how much leaves."""


def _given_back(gone: Sequence[tuple[Supply, Outs]], undone: Sequence[int] = ()) -> list[Reservation]:
    """Reservations of each supply's need, the latest first, less what of them goes; only those that change. `undone`:
    the moves by which it came, where these are taken back."""
    touched: dict[int, Reservation] = {}
    free: dict[Key, Decimal] = {}
    for supply, outs in gone:
        reference = _reference_of(supply)
        rows = Reservation.objects.filter(reference=reference, item=supply.item_id) if reference else None
        known = (
            list(rows.select_related("item__unit", "location__site").order_by("-pk"))
            if rows is not None
            else []
        )
        if known and outs:
            free = _free(supply.item_id, outs) | free
            stands = _stands(supply, reference, outs, undone)
            _lessen([touched.get(row.pk, row) for row in known], outs, stands, free, touched)
    return sorted(touched.values(), key=lambda row: row.pk)


def _free(item: int, outs: Outs) -> dict[Key, Decimal]:
    rows = Balance.objects.filter(item=item, location__in={key[1] for key, _quantity in outs})
    return {_place_of(row): row.quantity - row.reserved for row in rows}


def _stands(supply: Supply, reference: str, outs: Outs, undone: Sequence[int]) -> dict[Key, Decimal]:
    """How much of all that was made or bought for the same need came to these places and stays. Three queries."""
    demand, places = supply.for_demand_id, {key[1] for key, _quantity in outs}
    same = Q(for_demand=demand) if demand else Q(for_material__order__number=reference)
    made = set(ProductionOrder.objects.filter(same).values_list("number", flat=True))
    made |= set(ReplenishmentOrder.objects.filter(same).values_list("number", flat=True))
    moves = Move.objects.filter(reference__in=made, item=supply.item_id, reverses=None, reversed_by=None)
    found: dict[Key, Decimal] = defaultdict(Decimal)
    for move in moves.filter(Q(target__in=places) | Q(source__in=places)).exclude(pk__in=undone):
        found[came_to(move)] += move.quantity
        found[came_from(move)] -= move.quantity
    if not undone:
        for key, quantity in outs:
            found[key] -= quantity
    return found


def _lessen(
    rows: Sequence[Reservation],
    outs: Outs,
    stands: dict[Key, Decimal],
    free: dict[Key, Decimal],
    touched: dict[int, Reservation],
) -> None:
    """What is reserved beyond what stays of the need's own supply goes with what leaves, and what stands in its way."""
    for key, quantity in outs:
        mine = [row for row in rows if _place_of(row) == key]
        kept = sum((row.quantity for row in mine), ZERO)
        spare = free.get(key, ZERO)
        left = min(quantity, max(kept - stands.get(key, ZERO), quantity - spare, ZERO))
        free[key] = spare - quantity + min(kept, left)
        for row in mine:
            used = min(row.quantity, left)
            if used > 0:
                left, row.quantity = left - used, row.quantity - used
                touched[row.pk] = row


def _reference_of(supply: Supply) -> str:
    if supply.for_material_id is not None:
        found = Material.objects.filter(pk=supply.for_material_id).values_list("order__number", flat=True)
        return found.first() or ""
    return supply.for_demand.reference if supply.for_demand is not None else ""


def _place_of(row: Reservation | Balance) -> Key:
    return row.item_id, row.location_id, row.lot_id, row.serial_id, row.handling_unit_id


def _lies_at(piece: Taken, item: int) -> Key:
    lot, serial, unit = (one.pk if one else None for one in (piece.lot, piece.serial, piece.unit))
    return item, piece.place.pk, lot, serial, unit


def tied_to(
    *, orders: Sequence[ProductionOrder] = (), demands: Sequence[Demand] = ()
) -> tuple[QuerySet[ProductionOrder], QuerySet[ReplenishmentOrder]]:
    """What is made or bought for components of these orders and for these demand lines."""
    theirs = Q(for_demand__in=[one.pk for one in demands])
    theirs |= Q(for_material__order__in=[one.pk for one in orders])
    with_need = ("item__unit", "for_material__order", "for_demand")
    return (
        ProductionOrder.objects.filter(theirs).select_related(*with_need).order_by("pk"),
        ReplenishmentOrder.objects.filter(theirs).select_related(*with_need).order_by("pk"),
    )


@transaction.atomic
def set_free(
    *,
    orders: Sequence[ProductionOrder] = (),
    demands: Sequence[Demand] = (),
    item: Item | None = None,
    but: Sequence[ProductionOrder] = (),
    by: User | None,
) -> list[Supply]:
    """What is under way for needs that are no more is everybody's from now on: for components of these orders (`item`
    alone, where named; `but` not these), and for these demand lines. What ended keeps the word of what it was for. Two
    queries where nothing is tied. Tells SetFree."""
    made, bought = tied_to(orders=orders, demands=demands)
    made = made.filter(state__in=ProductionOrder.OPEN).exclude(pk__in=[one.pk for one in but])
    bought = bought.filter(state__in=ReplenishmentOrder.OPEN)
    if item is not None:
        made, bought = made.filter(item=item), bought.filter(item=item)
    rows: list[Supply] = [*made.select_for_update(of=("self",)), *bought.select_for_update(of=("self",))]
    if not rows:
        return []
    was_for = {str(row): row.need_words for row in rows}
    for model in (ProductionOrder, ReplenishmentOrder):
        mine = [row.pk for row in rows if isinstance(row, model)]
        model._default_manager.filter(pk__in=mine).update(
            for_demand=None, for_material=None, revision=F("revision") + 1
        )
    tell(
        SetFree(
            orders=tuple(row for row in rows if isinstance(row, ProductionOrder)),
            replenishments=tuple(row for row in rows if isinstance(row, ReplenishmentOrder)),
            was_for=was_for,
            by=by,
        )
    )
    return rows
