"""What comes of supply that is made or bought for one need is kept for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from p2p.core import clock
from p2p.core.facts import later, tell
from p2p.inventory.models import Move, Reservation
from p2p.inventory.refusals import in_words
from p2p.inventory.selectors.carried_on import Lying, carried_on, put_there
from p2p.inventory.selectors.stock import promised
from p2p.inventory.services.kept import free_parts
from p2p.inventory.services.reservations import lock
from planning.measures import Measures
from planning.models import Demand, Material, ProductionOrder
from planning.tie_facts import SetAside, StillToKeep, Supply
from strategies.models import BomLine

if TYPE_CHECKING:
    from p2p.core.models import User

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants it, by what reference stock is reserved for him, and how much (the item's unit) he lacks."""

    record: ProductionOrder | Demand
    reference: str
    lacks: Decimal


@transaction.atomic
def keep(*, supply: Supply, moves: Sequence[Move], by: User | None) -> list[Reservation]:
    """Reserve what came of `supply` by `moves` for the need it is made for, up to what that lacks; the rest is
    everybody's. No query where the supply is for nobody in particular.

    The moves have locked their balances already, and needs come before balances: one that somebody has in hand (what
    comes for it at the same moment, who works on it) is not waited for. It gets its part when he is through
    (`keep_later`).
    """
    came = [move for move in moves if move.item_id == supply.item_id]
    if not came or not _is_tied(supply):
        return []
    if not _lock_need(supply, wait=False):
        later(StillToKeep(supply=supply, moves=tuple(came), by=by))
        return []
    return _keep(supply, put_there(came), by)


@transaction.atomic
def keep_later(*, supply: Supply, moves: Sequence[Move], by: User | None) -> list[Reservation]:
    """The same once more: nothing is locked yet, so the need is waited for. What was carried on meanwhile (put away,
    repacked, brought elsewhere in the site) is kept where it lies now, as far as it is still free: what somebody took,
    reserved or put into another lot is his, and what was taken back is not kept. Carried on while its place is asked
    for, it waits for the next time."""
    if not (_is_tied(supply) and _lock_need(supply, wait=True)):
        return []
    keys = {one.key for one in carried_on(moves)}
    lock(list(keys))
    standing = Move.objects.filter(pk__in=[move.pk for move in moves], reversed_by=None)
    lying = carried_on(standing.order_by("pk"))
    if not keys.issuperset(one.key for one in lying):
        later(StillToKeep(supply=supply, moves=tuple(moves), by=by))
        return []
    return _keep(supply, lying, by)


def _is_tied(supply: Supply) -> bool:
    return supply.for_material_id is not None or supply.for_demand_id is not None


def _lock_need(supply: Supply, *, wait: bool) -> bool:
    """Lock what says how much of it is wanted: the order of its component line, or the demand line."""
    lines = Material.objects.filter(pk__in=[supply.for_material_id])
    rows: QuerySet[Any] = ProductionOrder.objects.filter(pk__in=lines.values("order"))
    if supply.for_demand_id is not None:
        rows = Demand.objects.filter(pk=supply.for_demand_id)
    return bool(rows.select_for_update(no_key=True, skip_locked=not wait).values_list("pk", flat=True))


def _keep(supply: Supply, lying: Sequence[Lying], by: User | None) -> list[Reservation]:
    """Balances and the need are locked."""
    need = _need_of(supply)
    if need is None:
        return []
    left = need.lacks - promised([need.reference]).get((need.reference, supply.item_id), ZERO)
    parts = free_parts(lying, most=left)
    rows = [_reservation(one, quantity, need.reference, by) for one, quantity in parts]
    if rows:
        with in_words():
            Reservation.objects.bulk_create(rows)
        tell(SetAside(supply=supply, need=need.record, reservations=tuple(rows), by=by))
    return rows


def _reservation(lying: Lying, quantity: Decimal, reference: str, by: User | None) -> Reservation:
    item, location, lot, serial, unit = lying.key
    return Reservation(
        location_id=location,
        item_id=item,
        lot_id=lot,
        serial_id=serial,
        handling_unit_id=unit,
        quantity=quantity,
        reference=reference,
        reserved_at=clock.now(),
        by=by,
    )


def need_of(need: Material | Demand) -> Wanted | None:
    """What it lacks; None when nothing more goes to it."""
    item = need.item_id
    return _material_need(need.pk, item) if isinstance(need, Material) else _demand_need(need.pk, item)


def _need_of(supply: Supply) -> Wanted | None:
    if supply.for_material_id is not None:
        return _material_need(supply.for_material_id, supply.item_id)
    if supply.for_demand_id is not None:
        return _demand_need(supply.for_demand_id, supply.item_id)
    return None


def _material_need(key: int, item: int) -> Wanted | None:
    """All lines of the order that take the item: its stock is reserved for the order, not line by line."""
    row = Material.objects.select_related("order__site").filter(pk=key, item=item).first()
    if row is None or row.order.state not in ProductionOrder.OPEN:
        return None
    lines = Material.objects.filter(order=row.order, item=item, kind__in=BomLine.FROM_STOCK)
    open_ones = lines.filter(quantity__gt=F("issued_quantity"))
    lacks = open_ones.aggregate(left=Sum(F("quantity") - F("issued_quantity"), default=ZERO))["left"]
    return Wanted(row.order, row.order.number, lacks)


def _demand_need(key: int, item: int) -> Wanted | None:
    row = Demand.objects.select_related("item").filter(pk=key, item=item, state=Demand.State.OPEN).first()
    if row is None:
        return None
    left = Measures([item]).left_of(row)
    return None if left is None else Wanted(row, row.reference, left)
