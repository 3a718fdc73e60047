"""Sending orders to the floor: materials checked and reserved, pick lists written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from execution.facts import Released, Releasing, Unreleased
from execution.models import PickLine, PickList
from execution.models.pick import PICK_FLOW
from execution.selectors import FLUSHED, PICKED, touched
from execution.services import reserve
from execution.services.ends import input_place, named_place
from execution.services.lines import line_for
from execution.services.staging import stage
from p2p.core.clock import now
from p2p.core.facts import ask, tell
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Reservation
from p2p.inventory.services.counted import counted
from p2p.inventory.services.reservations import Need, share_out, unreserve
from planning.models import Material, Operation, ProductionOrder
from planning.services import progress, reserving
from strategies.models import BomLine, Item
from strategies.services.numbering import take_numbers


@dataclass(frozen=True)
class Line:
    """A component line that stock must serve, and how."""

    material: Material
    need: Need
    at_vendor: bool = False
    """For work at a vendor: sent there with a delivery note, not picked."""


@transaction.atomic
def release(
    *, orders: Sequence[ProductionOrder], despite_shortage: bool = False, by: User | None
) -> list[PickList]:
    """Release firm or scheduled orders, all or none; returns one pick list per order that has something to
    pick.

    Components that are picked are reserved, by priority and start of the order, unless order, item or site say later;
    what was reserved or claimed before is kept. Those that are flushed must be free in stock. A shortage is Refused
    with every item named, unless `despite_shortage`: then what is missing stays on the pick list without a place.
    Asks Releasing, tells Released. A fixed number of statements.
    """
    if not orders:
        raise Refused(_("Choose the orders to release."))
    locked = progress.lock(orders=[order.pk for order in orders])
    progress.check(orders=locked, step="release")
    ask(Releasing(orders=tuple(locked), by=by))
    progress.release(orders=locked, at=now())
    lines = lines_of(locked)
    picked = [line for line in lines if line.material.flushing in PICKED and not line.at_vendor]
    flushed = [line for line in lines if line.material.flushing in FLUSHED and not line.at_vendor]
    served = [*picked, *flushed, *(line for line in lines if line.at_vendor)]
    # One look at everything, which also locks it in key order; what is reserved next is part of it.
    outcome = share_out(needs=[line.need for line in served], own=True)
    parts = _standing(picked, flushed) if outcome.own else []
    if parts:
        outcome = share_out(needs=reserve.less([line.need for line in served], parts))
    principles, known = reserving.Principles(locked), {order.pk: order for order in locked}
    said = [principles.of(known[line.material.order_id], line.material) for line in picked]
    rows = reserve.at_release(needs=[line.need for line in picked], parts=parts, said=said, by=by)
    short = _missing(picked, rows)
    if not despite_shortage:
        tied = [principles.tied(known[line.material.order_id], line.material) for line in picked]
        _refuse_shortage(list(zip(served, _lacking(outcome.missing, short, tied), strict=True)))
    lists = _write_lists(picked, rows, short)
    stage(orders=locked, by=by)
    tell(Released(orders=tuple(locked), by=by))
    return lists


def _standing(picked: Sequence[Line], flushed: Sequence[Line]) -> list[reserve.Part]:
    """What is reserved for the lines already, read once the stock is locked. What goes to a vendor is left alone: a
    delivery note takes it."""
    needs = [line.need for line in [*picked, *flushed]]
    parts = reserve.standing(needs)
    here = reserve.fitting(needs, parts)
    return [part for part in parts if part.index < len(picked) or part in here]


def lines_of(orders: Sequence[ProductionOrder]) -> list[Line]:
    """What the orders still need from stock; urgent orders first, then those that start first."""
    known = {order.pk: order for order in orders}
    first_outside = _first_outside(orders)
    lines = []
    for material in progress.materials_of(orders=orders):
        order, step = known[material.order_id], material.operation
        quantity = material.quantity - material.issued_quantity
        if (
            material.kind not in BomLine.FROM_STOCK
            or quantity <= 0
            or material.item.kind == Item.Kind.SERVICE
        ):
            continue
        need = Need(
            item=material.item,
            quantity=quantity,
            site=order.site,
            location=named_place(material, step),
            first_from=input_place(material, step),
            reference=order.number,
        )
        lines.append(Line(material, need, step.outside if step else order.pk in first_outside))
    lines.sort(key=lambda line: _urgency(known[line.material.order_id], line.material))
    return lines


def _first_outside(orders: Sequence[ProductionOrder]) -> set[int]:
    """Orders whose first operation is done by a vendor: components that name no operation go there."""
    rows = Operation.objects.filter(order__in=orders).exclude(state=Operation.State.CANCELLED)
    firsts = rows.order_by("order_id", "number").distinct("order_id").values_list("order_id", "outside")
    return {order for order, outside in firsts if outside}


def _urgency(order: ProductionOrder, material: Material) -> tuple[object, ...]:
    return (order.priority, order.start_on, order.pk, material.position)


def _missing(lines: Sequence[Line], rows: Sequence[Reservation]) -> list[Decimal]:
    missing = [line.need.quantity for line in lines]
    for row in rows:
        missing[row.need_index] -= row.quantity  # type: ignore[attr-defined]
    return missing


def _lacking(missing: Sequence[Decimal], short: Sequence[Decimal], tied: Sequence[bool]) -> list[Decimal]:
    """What lacks for each line; what has supply of its own lacks all that is not kept for it, whatever is free. The
    first ones are those of `short`."""
    own = [most if alone else lacks for lacks, most, alone in zip(missing, short, tied, strict=False)]
    return [*own, *missing[len(own) :]]


def _refuse_shortage(lines: Sequence[tuple[Line, Decimal]]) -> None:
    lacking: dict[str, dict[str, Decimal]] = {}
    for line, quantity in lines:
        if quantity > 0:
            name = f"{{}} {line.need.item.unit.code} {line.need.item.number}"
            of_order = lacking.setdefault(line.need.reference, {})
            of_order[name] = of_order.get(name, Decimal(0)) + quantity
    if not lacking:
        return
    frozen = counted([(line.need, quantity) for line, quantity in lines if quantity > 0])
    if frozen is not None:
        raise frozen
    named = [
        f"{order}: " + ", ".join(name.format(plain(quantity)) for name, quantity in items.items())
        for order, items in sorted(lacking.items())
    ]
    more = f" (+{len(named) - 5})" if len(named) > 5 else ""
    raise Refused(_("Free stock is short for {orders}."), code="shortage", orders="; ".join(named[:5]) + more)


def _write_lists(
    lines: Sequence[Line], rows: Sequence[Reservation], short: Sequence[Decimal]
) -> list[PickList]:
    """A list per order; a line per reservation, and one without a place for what is missing."""
    orders = sorted({line.material.order_id for line in lines})
    numbers = take_numbers(code="PK", count=len(orders))
    lists = PickList.objects.bulk_create(
        PickList(number=number, order_id=order, created_at=now())
        for number, order in zip(numbers, orders, strict=True)
    )
    of_order = {each.order_id: each for each in lists}
    found = [
        line_for(of_order[material.order_id].pk, material, row)
        for row in rows
        for material in [lines[row.need_index].material]  # type: ignore[attr-defined]
    ]
    found += [
        PickLine(pick_list=of_order[line.material.order_id], material=line.material, quantity=quantity)
        for line, quantity in zip(lines, short, strict=True)
        if quantity > 0
    ]
    found.sort(key=lambda line: (line.pick_list_id, line.material.position))
    PickLine.objects.bulk_create(found)
    return lists


@transaction.atomic
def unrelease(*, orders: Sequence[ProductionOrder], by: User | None) -> list[ProductionOrder]:
    """Take released orders back from the floor; reservations are lifted, and become claims again where the order's
    principle is firming or scheduling; what is kept of supply of its own stays reserved. Refused once anything was
    picked or done.
    """
    locked = progress.lock(orders=[order.pk for order in orders])
    for order in touched(locked):
        raise Refused(
            _("Something was already picked or reported for {order}: take that back first."),
            code="touched",
            about=order,
            order=order.number,
        )
    progress.unrelease(orders=locked)
    cancel_picks(orders=locked, but=reserving.tied(locked), by=by)
    reserving.follow(orders=locked, by=by)
    tell(Unreleased(orders=tuple(locked), by=by))
    return locked


def cancel_picks(
    *, orders: Sequence[ProductionOrder], but: Collection[reserving.Key] = (), by: User | None
) -> None:
    """Open pick lists of the orders are not picked any more; what is reserved or claimed for them is free again, beside
    what stays reserved (`but`: numbers and items). Given back in one go, so that stock is locked in one order."""
    lists = PickList.objects.filter(order__in=orders, state=PickList.State.OPEN)
    lines = PickLine.objects.filter(pick_list__in=list(lists), reservation__isnull=False)
    listed = list(Reservation.objects.filter(pk__in=lines.values("reservation")).order_by("pk"))
    lines.update(reservation=None)
    PICK_FLOW.take_many(lists, "cancel")
    numbers = [order.number for order in orders]
    rows = {row.pk: row for row in [*listed, *reserve.free_standing(numbers)]}
    unreserve(reservations=[row for row in rows.values() if (row.reference, row.item_id) not in but], by=by)
    reserving.release(references=numbers, by=by)
