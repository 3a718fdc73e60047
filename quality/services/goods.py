"""Purchased goods are inspected: inspections open with their receipt, keep all of it from use, end with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.inventory.models import Hold, Move
from p2p.inventory.services import holds
from planning.models import ReplenishmentMove, ReplenishmentOrder
from quality.engine.matching import Spot, upwards
from quality.engine.verdict import sample_size
from quality.facts import InspectionOpened
from quality.models import ControlPlan, InspectedMove, Inspection
from quality.services import blocking, decide
from quality.services.rules import because, group_parents, plan_for, plans_in_force
from strategies.models import Item, Location
from strategies.services.numbering import take_numbers


def plans_of(orders: Iterable[ReplenishmentOrder]) -> dict[int, ControlPlan]:
    """Order -> the plan by which its goods are inspected when they come in. Two queries."""
    bought = [order for order in orders if order.kind == ReplenishmentOrder.Kind.PURCHASE]
    plans = plans_in_force(ControlPlan.Trigger.GOODS, {order.site_id for order in bought}) if bought else {}
    parents = group_parents() if plans else {}
    found = {}
    for order in bought if plans else ():
        spot = Spot(
            site=order.site_id,
            item=order.item_id,
            item_groups=upwards(order.item.group_id, parents),
            vendor=order.vendor_id,
            inspection_point=True,
        )
        plan = plan_for(plans, spot)
        if plan is not None:
            found[order.pk] = plan
    return found


@transaction.atomic
def open_for_goods(*, receipts: Sequence[ReplenishmentMove], by: User | None) -> list[Inspection]:
    """Open the inspections that control plans ask for when these goods come in: one for each order and lot, pieces
    with serial numbers together. What a blocking plan covers is on hold at once. As many statements for a hundred
    lines as for one."""
    plans = plans_of({row.order.pk: row.order for row in receipts}.values())
    groups: dict[tuple[int, int | None], list[ReplenishmentMove]] = defaultdict(list)
    for row in receipts:
        if row.order_id in plans:
            groups[row.order_id, row.move.lot_id].append(row)
    if not groups:
        return []
    numbers = take_numbers(code="QI", count=len(groups))
    opened = Inspection.objects.bulk_create(
        _inspection(number, plans[order], rows)
        for number, ((order, _lot), rows) in zip(numbers, groups.items(), strict=True)
    )
    InspectedMove.objects.bulk_create(
        InspectedMove(inspection=inspection, move=row.move)
        for inspection, rows in zip(opened, groups.values(), strict=True)
        for row in rows
    )
    blocking.hold_arrivals(
        arrivals=[
            (inspection, [row.move for row in rows])
            for inspection, rows in zip(opened, groups.values(), strict=True)
            if inspection.plan.blocks
        ],
        by=by,
    )
    tell(InspectionOpened(inspections=tuple(opened), by=by))
    return opened


def _inspection(number: str, plan: ControlPlan, rows: Sequence[ReplenishmentMove]) -> Inspection:
    order, move = rows[0].order, rows[0].move
    quantity = sum((row.move.quantity for row in rows), Decimal(0))
    words = _("{rule}; receipt of {order}").format(rule=because(plan), order=order.number)
    return Inspection(
        number=number,
        plan=plan,
        replenishment=order,
        item=order.item,
        lot=move.lot,
        quantity=quantity,
        sample_size=_sample(plan, order.item, quantity),
        because=words[:200],
        opened_at=clock.now(),
    )


def _sample(plan: ControlPlan, item: Item, quantity: Decimal) -> int:
    return sample_size(
        quantity, fixed=plan.sample_fixed, fraction=plan.sample_fraction, countable=item.unit.digits == 0
    )


@transaction.atomic
def close_for_goods(*, receipts: Sequence[ReplenishmentMove], by: User | None) -> list[Inspection]:
    """Receipts were taken back: their open inspections are called off, or cover what is left of them.

    Returns those called off. What was decided already stays as it was decided."""
    gone = [row.move.reverses_id for row in receipts if row.move.reverses_id]
    covering = InspectedMove.objects.filter(move__in=gone).values("inspection")
    touched = list(
        Inspection.objects.select_for_update(of=("self",))
        .select_related("plan", "item__unit")
        .filter(pk__in=covering, state=Inspection.State.OPEN)
        .order_by("pk")
    )
    if not touched:
        return []
    left: dict[int, list[Move]] = defaultdict(list)
    standing = InspectedMove.objects.filter(inspection__in=touched, move__reversed_by=None)
    for row in standing.select_related("move").order_by("pk"):
        left[row.inspection_id].append(row.move)
    empty = [one for one in touched if not left[one.pk]]
    fewer = [one for one in touched if left[one.pk]]
    for one in fewer:
        one.quantity = sum((move.quantity for move in left[one.pk]), Decimal(0))
        one.sample_size = _sample(one.plan, one.item, one.quantity)
    Inspection.objects.bulk_update(fewer, ["quantity", "sample_size"])
    _let_go(fewer, left, by=by)
    words = _("The receipt of {orders} was taken back").format(
        orders=", ".join(sorted({row.order.number for row in receipts}))
    )
    return decide.call_off(inspections=empty, note=words, by=by)


def _let_go(inspections: Sequence[Inspection], left: dict[int, list[Move]], *, by: User | None) -> None:
    """Lift the holds of what an inspection does not cover any more. Two statements at most."""
    kept = {one.number: {blocking.named(move) for move in left[one.pk]} for one in inspections}
    rows = Hold.objects.filter(reference__in=kept, released_at__isnull=True).order_by("pk")
    over = [row for row in rows if (row.lot_id, row.serial_id, row.location_id) not in kept[row.reference]]
    if over:
        holds.unhold(holds=over, by=by)


@transaction.atomic
def follow(*, moves: Sequence[Move], by: User | None) -> list[Hold]:
    """What waits for its verdict may be put into quarantine: of items without lots and serial numbers the hold is on
    the place, so the place it comes to is held, too."""
    loose = [
        move
        for move in moves
        if move.kind == Move.Kind.TRANSFER
        and move.target.kind == Location.Kind.QUARANTINE
        and not (move.lot_id or move.serial_id or move.source_id == move.target_id)
    ]
    if not loose:
        return []
    rows = Hold.objects.filter(
        kind=Hold.Kind.QUALITY,
        item__in={move.item_id for move in loose},
        released_at__isnull=True,
        lot=None,
        serial=None,
        reference__in=Inspection.objects.exclude(arrivals=None).values("number"),
    ).select_related("item")
    found = list(rows.order_by("pk"))
    known = {(row.reference, row.item_id, row.location_id) for row in found}
    wanted = {
        (row.reference, row.item_id, move.target_id): Hold(
            kind=Hold.Kind.QUALITY,
            item=row.item,
            location=move.target,
            note=row.note,
            reference=row.reference,
        )
        for move in loose
        for row in found
        if (row.item_id, row.location_id) == (move.item_id, move.source_id)
    }
    return holds.hold_each(holds=[row for key, row in wanted.items() if key not in known], by=by)
