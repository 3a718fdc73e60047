"""Several pieces with serial numbers carried in one go, for the tasks that ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, HandlingUnit, Serial, StockTask
from p2p.inventory.services.task_work import booked
from p2p.inventory.services.tasks import Work, create, locked, must_be_open, not_of_another
from p2p.inventory.services.transfer import ORDER, RELATED, carried, check_into, check_places, lock_ahead
from strategies.models import Item, Location


@transaction.atomic
def do_pieces(
    *,
    task: StockTask,
    serials: Sequence[Serial],
    target: Location | None = None,
    into_unit: HandlingUnit | None = None,
    by: User | None,
) -> StockTask:
    """Carry these pieces for a task, all or none, as one entry that is taken back as one.

    Refused: no piece, one of another item or that lies nowhere here, a task that is done or somebody else's, more
    pieces than the task asks for or another than it names, no place to go to.
    """
    if not serials:
        raise Refused(_("Scan the serial numbers first."), field="serials")
    (row,) = locked([task])
    must_be_open(row)
    not_of_another(row, by)
    goal = target or row.target
    if goal is None:
        raise Refused(_("Say where {item} is put."), field="target", about=row, item=row.item.number)
    _check_wanted(row, serials)
    piles = _piles(row, serials)
    for place in {pile.location for pile in piles}:
        check_places(place, goal)
    check_into(into_unit, goal)
    moves = carried([(pile, Decimal(1)) for pile in piles], goal, into_unit, row.number, by)
    return booked(row, moves, by=by)


def _check_wanted(row: StockTask, serials: Sequence[Serial]) -> None:
    other = next((piece for piece in serials if row.serial_id not in (None, piece.pk)), None)
    if other is not None:
        raise Refused(
            _("{piece} is not asked for by {task}: it asks for {wanted}."),
            about=row,
            piece=other.number,
            task=row.number,
            wanted=row.serial.number if row.serial else "",
        )
    left = row.quantity - row.done_quantity
    if len(serials) > left:
        raise Refused(
            _("{task} asks for {left} pieces, and {count} are scanned: take some off."),
            code="too_many",
            about=row,
            task=row.number,
            left=plain(left),
            count=len(serials),
        )


def _piles(task: StockTask, serials: Sequence[Serial]) -> list[Balance]:
    rows = Balance.objects.filter(
        item=task.item, serial__in=serials, quantity__gt=0, location__site=task.site_id
    )
    rows = rows.exclude(location__kind__in=Location.OUTSIDE).select_related(*RELATED).order_by(*ORDER)
    piles = list(rows)
    found = {pile.serial_id for pile in piles}
    lost = next((piece for piece in serials if piece.pk not in found), None)
    if lost is not None:
        raise Refused(
            _("{piece} of {item} does not lie at {site}: take it off the list."),
            code="not_there",
            about=lost,
            piece=lost.number,
            item=task.item.number,
            site=task.site.code,
        )
    return piles


@transaction.atomic
def carry_pieces(
    *,
    item: Item,
    serials: Sequence[Serial],
    source: Location,
    target: Location,
    into_unit: HandlingUnit | None = None,
    by: User | None,
) -> StockTask:
    """Several pieces that nobody had asked for, as one task that is done at once. Refused like `do_pieces`, and for a
    piece that does not lie at `source`."""
    there = Balance.objects.filter(serial__in=serials, location=source, quantity__gt=0)
    lying = set(there.values_list("serial", flat=True))
    gone = next((piece for piece in serials if piece.pk not in lying), None)
    if gone is not None:
        raise Refused(
            _("{piece} does not lie at {place} any more: take it off the list."),
            code="not_there",
            about=gone,
            piece=gone.number,
            place=source.code,
        )
    if not serials:
        raise Refused(_("Scan the serial numbers first."), field="serials")
    work = Work(
        kind=StockTask.Kind.MOVE, site=source.site, item=item, quantity=Decimal(len(serials)), source=source,
        target=target, at_once=True,
    )  # fmt: skip
    lock_ahead(piles=there, target=target, into=into_unit)
    (task,) = create(works=[work], by=by)
    return do_pieces(task=task, serials=serials, target=target, into_unit=into_unit, by=by)
