"""Stock is picked out for one component of a job before it is taken: kept for it in exchange for what was reserved
otherwise, given back, and both undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from execution.facts import MaterialKept
from execution.services.chosen import ANYTHING, InHand, open_lines, opened
from execution.services.job import Job
from execution.services.keep_lines import GivenWay, give_way, lift, put_on_lists, take_off_lists
from execution.services.keeping import (
    RELATED,
    Held,
    held,
    matching,
    named_as,
    reserve_named,
    wanted,
    wanted_beside,
)
from execution.services.lines import without_place
from execution.services.together import lock_stock
from p2p.core.facts import tell
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, Reservation
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.reservations import draw
from p2p.inventory.services.taking import Pile, check_pieces
from planning.models import Material

ZERO = Decimal(0)


@dataclass(frozen=True)
class Exchange:
    """What is kept for the component now and was not, and what is free for others again."""

    kept: tuple[Pile, ...] = ()
    freed: tuple[Pile, ...] = ()


@transaction.atomic
def keep(*, material: Material, quantity: Decimal, named: InHand = ANYTHING, by: User | None) -> Exchange:
    """See to it that so much (its item's unit) of what is named is reserved for this component. What is reserved of it
    already counts; what was reserved otherwise is free again as far as the component does not want both, and its pick
    lines follow. Tells MaterialKept when anything changed.

    Refused: the order is not open; more than the component still needs; another number of pieces than is said; too
    little of it is free; on hold or expired.
    """
    check_quantity(material.item, quantity)
    check_pieces(material.item, quantity, named.serials)
    job, row = opened(material)
    left = wanted(row)
    if quantity > left:
        raise Refused(
            _("{order} needs only {left} {unit} of {item} more: {quantity} cannot be kept for it."),
            code="over_need",
            field="quantity",
            about=row,
            order=job.order.number,
            left=plain(left),
            unit=row.item.unit.code,
            item=row.item.number,
            quantity=plain(quantity),
        )
    _lock(job, row)
    lacks = quantity - sum((one.row.quantity for one in matching(held(row), named)), ZERO)
    return _told(job, row, _exchange(job, row, lacks, named, by) if lacks > 0 else Exchange(), by)


@transaction.atomic
def let_go(*, material: Material, quantity: Decimal, named: InHand = ANYTHING, by: User | None) -> Exchange:
    """Give back so much of what is kept of what is named, the last first: it is free for others, its pick lines wait
    without a place. Tells MaterialKept. Refused: the order is not open; more than is kept of it; another number of
    pieces than is said."""
    check_quantity(material.item, quantity)
    check_pieces(material.item, quantity, named.serials)
    job, row = opened(material)
    _lock(job, row)
    return _told(job, row, Exchange(freed=_freed(job, row, quantity, named)), by)


@transaction.atomic
def undo_keep(*, material: Material, exchange: Exchange, by: User | None) -> Exchange:
    """Take an exchange back: what it kept is free again, what it set free is kept again as far as nobody took it.

    Refused when what it kept was taken or given back since, or what it set free is on hold or expired.
    """
    job, row = opened(material)
    _lock(job, row)
    freed = [one for pile in exchange.kept for one in _freed(job, row, pile.quantity, named_as(pile))]
    kept: list[Pile] = []
    for pile in exchange.freed:
        room = wanted_beside(job, row) - sum((one.row.quantity for one in held(row)), ZERO)
        quantity = min(pile.quantity, _free(row, pile), max(ZERO, room))
        if quantity > 0:
            kept += _exchange(job, row, quantity, named_as(pile), by).kept
    return _told(job, row, Exchange(tuple(kept), tuple(freed)), by)


def _lock(job: Job, material: Material) -> None:
    lines = open_lines(material)
    lock_stock(job=job, also=[(material.item, line.location) for line in lines if line.location is not None])


def _told(job: Job, material: Material, done: Exchange, by: User | None) -> Exchange:
    if done.kept or done.freed:
        kept = sum((pile.quantity for pile in done.kept), ZERO)
        freed = sum((pile.quantity for pile in done.freed), ZERO)
        tell(MaterialKept(order=job.order, item=material.item, kept=kept, freed=freed, by=by))
    return done


def _free(material: Material, pile: Pile) -> Decimal:
    row = Balance.objects.filter(
        item=material.item_id, location=pile.place, lot=pile.lot, serial=pile.serial, handling_unit=pile.unit
    ).first()
    return max(ZERO, row.quantity - row.reserved) if row is not None else ZERO


def _exchange(job: Job, material: Material, quantity: Decimal, named: InHand, by: User | None) -> Exchange:
    """Reserve so much more of what is named; lines and reservations of other stock give way."""
    standing = held(material)
    mine = matching(standing, named)
    others = [one for one in standing if one not in mine]
    known = {one.row.serial_id for one in mine}
    asked = replace(named, serials=tuple(one for one in named.serials if one.pk not in known))
    fresh = reserve_named(job=job, material=material, quantity=quantity, named=asked, by=by)
    rows = Reservation.objects.filter(pk__in=[row.pk for row in fresh]).order_by("pk")
    kept = [Held(row).pile(row.quantity) for row in rows.select_related(*RELATED)]
    found = give_way(lines=open_lines(material), others=others, quantity=quantity)
    total = quantity + sum((one.row.quantity for one in standing), ZERO)
    _beside(others, found, total - wanted_beside(job, material))
    freed = [one.pile(much) for one, much in found.parts]
    lift(found)
    put_on_lists(material=material, fresh=fresh, mine=mine, found=found, by=by)
    return Exchange(tuple(kept), tuple(freed))


def _beside(others: Sequence[Held], found: GivenWay, surplus: Decimal) -> None:
    """What stands for it beside the lists gives way, too, where lines did not suffice."""
    surplus -= sum((quantity for _one, quantity in found.parts), ZERO)
    for one in others:
        part = min(surplus, one.row.quantity)
        if one.line is None and part > 0:
            found.parts.append((one, part))
            surplus -= part


def _freed(job: Job, material: Material, quantity: Decimal, named: InHand) -> tuple[Pile, ...]:
    mine = matching(held(material), named)
    have = sum((one.row.quantity for one in mine), ZERO)
    if quantity > have:
        raise Refused(
            _("Only {have} {unit} of this {item} are kept for {order}: {quantity} cannot be given back."),
            code="not_kept",
            field="quantity",
            about=material,
            have=plain(have),
            unit=material.item.unit.code,
            item=material.item.number,
            order=job.order.number,
            quantity=plain(quantity),
        )
    return _given_up(mine, quantity)


def give_surplus_up(material: Material, *, by: User | None) -> None:
    """What its pick lists ask for beyond what the component still wants goes off them, and what is reserved beyond it
    is free for others, what is on no pick list first. The caller has locked the order and the stock."""
    job, row = opened(material)
    over = sum((line.quantity - line.picked_quantity for line in open_lines(row)), ZERO) - wanted(row)
    if over > 0:
        take_off_lists(material=row, quantity=over, others=held(row), by=by)
    standing = held(row)
    surplus = sum((one.row.quantity for one in standing), ZERO) - wanted_beside(job, row)
    if surplus > 0:
        _given_up(sorted(standing, key=lambda one: (one.line is not None, -one.row.pk)), surplus)


def _given_up(rows: Sequence[Held], quantity: Decimal) -> tuple[Pile, ...]:
    """So much of them, one after the other, is free; lines of pick lists wait for a place."""
    parts = []
    for one in rows:
        part = min(quantity, one.row.quantity)
        if part > 0:
            parts.append((one, part))
            quantity -= part
    for one, part in parts:
        if one.line is not None:
            rest = one.row if part < one.row.quantity else None
            without_place(line=one.line, quantity=part, held=rest)
    piles = tuple(one.pile(part) for one, part in parts)
    draw(parts=[(one.row, part) for one, part in parts])
    return piles
