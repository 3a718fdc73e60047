"""Doing a task of the store, whole or in parts, and taking back what was done."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, HandlingUnit, Lot, Move, Serial, StockTask, TaskMove
from p2p.inventory.models.task import TASK_FLOW
from p2p.inventory.selectors.pieces import content, inside
from p2p.inventory.services.ledger import reverse
from p2p.inventory.services.let_go import let_go
from p2p.inventory.services.tasks import Work, create, locked, must_be_open, not_of_another
from p2p.inventory.services.transfer import Carry, lock_ahead, transfer
from p2p.inventory.services.unit_moves import locked_whole, stand, transfer_unit
from p2p.inventory.services.unit_return import bring_back
from p2p.inventory.services.units import move_unit
from p2p.inventory.task_facts import TaskDone, TaskTakenBack
from strategies.models import Item, Location

ZERO = Decimal(0)
OPEN = (StockTask.State.OPEN, StockTask.State.STARTED)


@transaction.atomic
def do(
    *,
    task: StockTask,
    quantity: Decimal | None = None,
    source: Location | None = None,
    target: Location | None = None,
    lot: Lot | None = None,
    serial: Serial | None = None,
    handling_unit: HandlingUnit | None = None,
    into_unit: HandlingUnit | None = None,
    catch_quantity: Decimal | None = None,
    closes: bool = False,
    by: User | None,
) -> StockTask:
    """Carry what the task says, or what differs from it: less or more, from or to another place, another lot.

    Without a quantity it is all that is left, and a handling unit goes whole, with the other tasks for what lies in
    it. `catch_quantity`: how many pieces that is, of an item that is weighed and counted. The task is done when nothing
    is left, or with `closes`. Tells TaskDone. Refused when it is done or cancelled, somebody else has it, a place is
    missing, or the stock is not there any more.
    """
    whole = quantity is None and source is None and lot is None and serial is None
    row, *others = _locked_first(task, handling_unit or task.handling_unit if whole else None)
    must_be_open(row)
    not_of_another(row, by)
    place, goal = source or row.source, target or row.target
    if goal is None:
        raise Refused(_("Say where {item} is put."), field="target", about=row, item=row.item.number)
    unit = handling_unit or row.handling_unit
    if unit is not None and whole:
        return _do_unit([row, *others], unit, goal, by)
    if place is None:
        raise Refused(_("Say where {item} is taken from."), field="source", about=row, item=row.item.number)
    carry = Carry(
        item=row.item,
        source=place,
        target=goal,
        quantity=row.quantity - row.done_quantity if quantity is None else quantity,
        lot=lot or row.lot,
        serial=serial or row.serial,
        unit=unit,
        into_unit=into_unit,
        reference=row.number,
        catch_quantity=catch_quantity,
    )
    moves = transfer(carry=carry, by=by)
    return booked(row, moves, closes=closes, by=by)


def _locked_first(task: StockTask, unit: HandlingUnit | None) -> list[StockTask]:
    """The task, and the open ones for what lies in the unit that it takes along whole: locked together in key order,
    before the unit and the balances in it. The task comes first."""
    also = [] if unit is None else [one for one in _tasks_in(unit) if one.pk != task.pk]
    rows = {row.pk: row for row in locked([task, *also])}
    first = rows.pop(task.pk)
    return [first, *(row for row in rows.values() if row.state in OPEN)]


def _tasks_in(unit: HandlingUnit) -> list[StockTask]:
    return list(StockTask.objects.filter(handling_unit__in=inside(unit), state__in=OPEN))


def _do_unit(rows: Sequence[StockTask], unit: HandlingUnit, target: Location, by: User | None) -> StockTask:
    """The unit goes as one; each task for something in it gets the moves of its item. The first is the one that is
    done; all are locked."""
    row = rows[0]
    moves = transfer_unit(unit=unit, target=target, reference=row.number, by=by)
    left = list(moves)
    for each in rows:
        mine = [move for move in left if _is_for(move, each)]
        left = [move for move in left if move not in mine]
        if each is row and not mine:
            raise Refused(
                _("{unit} holds no {item} any more: look it up, or cancel the task."),
                about=row,
                unit=unit.number,
                item=row.item.number,
            )
        if mine:
            booked(each, mine, closes=True, by=by)
    return row


def _is_for(move: Move, task: StockTask) -> bool:
    return (
        move.item_id == task.item_id
        and (task.lot_id is None or move.lot_id == task.lot_id)
        and (task.serial_id is None or move.serial_id == task.serial_id)
    )


def booked(row: StockTask, moves: Sequence[Move], *, closes: bool = False, by: User | None) -> StockTask:
    """Write what was moved for a task down, and close it when nothing is left."""
    done = row.done_quantity + sum((move.quantity for move in moves), ZERO)
    said = {"done_quantity": done, "started_by": row.started_by or by, "revision": row.revision + 1}
    if closes or done >= row.quantity:
        TASK_FLOW.take(row, "finish", **said, done_at=now())
    elif row.state == StockTask.State.OPEN:
        TASK_FLOW.take(row, "start", **said)
    else:
        StockTask.objects.filter(pk=row.pk).update(**said)
        row.done_quantity, row.revision = done, row.revision + 1
    TaskMove.objects.bulk_create(TaskMove(task=row, move=move) for move in moves)
    tell(TaskDone(task=row, moves=tuple(moves), by=by))
    return row


@transaction.atomic
def carry_now(
    *,
    item: Item,
    quantity: Decimal,
    source: Location,
    target: Location,
    lot: Lot | None = None,
    serial: Serial | None = None,
    handling_unit: HandlingUnit | None = None,
    into_unit: HandlingUnit | None = None,
    catch_quantity: Decimal | None = None,
    by: User | None,
) -> StockTask:
    """A move that nobody had asked for: written down as a task that is done at once, so that it can be taken back like
    any other. Refused like `do`."""
    work = Work(
        kind=StockTask.Kind.MOVE, site=source.site, item=item, quantity=quantity, source=source, target=target, lot=lot,
        serial=serial, at_once=True,
    )  # fmt: skip
    asked = {"lot": lot, "serial": serial, "handling_unit": handling_unit}
    named = {column: record for column, record in asked.items() if record is not None}
    piles = Balance.objects.filter(item=item, location=source, quantity__gt=0, **named)
    lock_ahead(piles=piles, target=target, into=into_unit)
    (task,) = create(works=[work], by=by)
    return do(
        task=task,
        quantity=quantity,
        handling_unit=handling_unit,
        into_unit=into_unit,
        catch_quantity=catch_quantity,
        by=by,
    )


@transaction.atomic
def carry_unit(
    *, unit: HandlingUnit, target: Location, seen_at: Location | None = None, by: User | None
) -> StockTask | None:
    """A handling unit, with all that is in it and in what stands in it, is brought to another place, as `carry_now`.
    An empty one moves without a task: None. Refused when it is not `seen_at` any more: somebody was quicker."""
    waiting = locked(_tasks_in(unit))
    now_at = next(row.location for row in locked_whole(unit) if row.pk == unit.pk)
    if seen_at is not None and now_at is not None and now_at.pk != seen_at.pk:
        raise _brought_already(unit, seen_at, now_at)
    rows = content(unit).filter(quantity__gt=0).select_related("location__site")
    pile = list(rows)
    if not pile:
        move_unit(unit=unit, location=target, by=by)
        return None
    first = pile[0]
    whole = sum((one.quantity for one in pile if one.item_id == first.item_id), ZERO)
    work = Work(
        kind=StockTask.Kind.MOVE, site=first.location.site, item=first.item, quantity=whole,
        source=first.location, target=target, handling_unit=unit, at_once=True,
    )  # fmt: skip
    lock_ahead(piles=pile, target=target, whole=True)
    (task,) = create(works=[work], by=by)
    return _do_unit([task, *(row for row in waiting if row.state in OPEN)], unit, target, by)


def _brought_already(unit: HandlingUnit, seen_at: Location, now_at: Location) -> Refused:
    last = Move.objects.filter(into_unit__in=inside(unit), target=now_at).select_related("by")
    move = last.order_by("pk").last()
    sentence = (
        _(
            "{who} has brought {unit} from {seen} to {place} meanwhile: scan it again if it goes on from there."
        )
        if move is not None and move.by is not None
        else _("{unit} is not at {seen} any more but at {place}: scan it again if it goes on from there.")
    )
    return Refused(
        sentence,
        code="moved_meanwhile",
        about=unit,
        unit=unit.number,
        seen=seen_at.code,
        place=now_at.code,
        who=str(move.by) if move is not None else "",
    )


@transaction.atomic
def undo(*, task: StockTask, by: User | None) -> StockTask:
    """Take the last part that was done back by its mirror images; the task is open again, or cancelled where nobody
    had asked for it. What went along with a unit comes back whole, with all tasks that were booked with it, whichever
    of them is named. Refused when nothing of it stands, it was cancelled, or what was brought has gone on from there.
    """
    numbers = TaskMove.objects.filter(task=task).values("move__reference")
    together = StockTask.objects.filter(
        pk__in=TaskMove.objects.filter(move__reference__in=numbers).values("task")
    )
    rows = {one.pk: one for one in locked([task, *together])}
    row = rows[task.pk]
    if row.state == StockTask.State.CANCELLED and row.at_once:
        raise Refused(_("{task} was taken back before."), about=row, task=row.number)
    if row.state == StockTask.State.CANCELLED:
        raise Refused(_("{task} was cancelled: move the stock back by hand."), about=row, task=row.number)
    standing = standing_moves(row)
    if not standing:
        raise Refused(_("Nothing was done for {task}."), about=row, task=row.number)
    last = standing[-1]
    batch = Move.objects.filter(reference=last.reference, posted_at=last.posted_at, reverses__isnull=True)
    related = ("item__unit", "source__site", "target__site")
    moves = list(batch.filter(reversed_by__isnull=True).select_related(*related).order_by("pk"))
    let_go(task=row, moves=moves)
    reverse(moves=moves, by=by)
    done = next((one for one in rows.values() if one.number == last.reference), row)
    if done.handling_unit is not None and _went_whole(done.handling_unit, moves):
        stand(unit=done.handling_unit, place=last.source)
    else:
        bring_back(moves=moves)
    row.refresh_from_db()
    return row


def _went_whole(unit: HandlingUnit, moves: Sequence[Move]) -> bool:
    """Whether it went with all that stands in it: what lay in one of its units lay there afterwards."""
    whole = set(HandlingUnit.objects.filter(pk__in=inside(unit)).values_list("pk", flat=True))
    return any(move.handling_unit_id == move.into_unit_id and move.into_unit_id in whole for move in moves)


def standing_moves(task: StockTask) -> list[Move]:
    """What was moved for a task and not taken back, in order."""
    rows = Move.objects.filter(pk__in=TaskMove.objects.filter(task=task).values("move"))
    rows = rows.filter(reverses__isnull=True, reversed_by__isnull=True)
    related = ("item__unit", "source__site", "target__site")
    return list(rows.select_related(*related).order_by("pk"))


@transaction.atomic
def taken_back(*, task: StockTask, moves: Sequence[Move], by: User | None) -> StockTask:
    """`moves` of a task were reversed, by whomever: so much of it is to be done again. A move that nobody had asked for
    is asked for by nobody now either: with the last of it gone its task is cancelled."""
    (row,) = locked([task])
    left = max(ZERO, row.done_quantity - sum((move.quantity for move in moves), ZERO))
    said = {"done_quantity": left, "revision": row.revision + 1}
    if row.state == StockTask.State.DONE:
        again = "withdraw" if row.at_once and not left else "reopen"
        TASK_FLOW.take(row, again, **said, started_by=None, done_at=None)
    else:
        StockTask.objects.filter(pk=row.pk).update(**said)
    tell(TaskTakenBack(task=row, moves=tuple(moves), by=by))
    return row
