"""Tasks to put goods away, when the goods have left their receiving place otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet, Sum

from p2p.core.facts import later
from p2p.core.models import User
from p2p.inventory.models import Balance, Move, StockTask
from p2p.inventory.services.tasks import cancel
from p2p.inventory.task_facts import GoodsLeft
from strategies.models import Location

ZERO = Decimal(0)
Key = tuple[int, int, int | None]
"""Item, place, lot."""


def left(*, moves: Sequence[Move], by: User | None) -> None:
    """Tasks to put away what has left a receiving place otherwise (issued, sent back, its receipt taken back) shrink to
    what still lies there, those for the unit it came out of first, then the latest. No query when nothing left such a
    place.

    The balances are locked by now, and tasks come before balances: one that somebody has in hand is not waited for. He
    may bring the goods away himself; what is too much afterwards is cut when he is through (`cut_later`).
    """
    gone = [move for move in moves if move.source.kind == Location.Kind.RECEIVING]
    if not gone:
        return
    tasks = _others(list(_tasks_at(gone)), gone)
    if not _cuts(tasks, tasks, gone, _moved_for(tasks, gone)):
        return
    ours = set(_locked(tasks, wait=False))
    tasks = _others(list(_tasks_at(gone)), gone)
    free = [task for task in tasks if task.pk in ours]
    booking = _moved_for(tasks, gone)
    cuts = _cuts(tasks, free, gone, booking)
    _shrink(free, cuts, by)
    if sum(cuts.values()) < sum(_cuts(tasks, tasks, gone, booking).values()):
        later(GoodsLeft(moves=tuple(gone), by=by))


@transaction.atomic
def cut_later(*, moves: Sequence[Move], by: User | None) -> None:
    """The same once more, for tasks that somebody had in hand: nothing is locked yet, so they are waited for."""
    _locked(list(_tasks_at(moves)), wait=True)
    tasks = list(_tasks_at(moves))
    _shrink(tasks, _cuts(tasks, tasks, moves, {}), by)


def _tasks_at(gone: Sequence[Move]) -> QuerySet[StockTask]:
    items, places = {move.item_id for move in gone}, {move.source_id for move in gone}
    rows = StockTask.objects.filter(kind="put_away", state__in=("open", "started"))
    return rows.filter(item__in=items, source__in=places).order_by("-pk")


def _locked(tasks: Sequence[StockTask], *, wait: bool) -> list[int]:
    rows = StockTask.objects.filter(pk__in=[task.pk for task in tasks]).order_by("pk")
    return list(rows.select_for_update(no_key=True, skip_locked=not wait).values_list("pk", flat=True))


def _others(tasks: Sequence[StockTask], moves: Sequence[Move]) -> list[StockTask]:
    """Without those for a pallet that one of them is just bringing away: they are booked with it."""
    numbers = {move.reference for move in moves}
    going = {task.handling_unit_id for task in tasks if task.number in numbers} - {None}
    return [task for task in tasks if task.handling_unit_id not in going]


def _moved_for(tasks: Sequence[StockTask], moves: Sequence[Move]) -> dict[int, Decimal]:
    """What these moves carry for tasks themselves: they book that when the moves are told."""
    sums: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for move in moves:
        sums[move.reference, move.item_id] += move.quantity
    return {task.pk: sums[task.number, task.item_id] for task in tasks}


def _key(task: StockTask) -> Key:
    return task.item_id, task.source_id or 0, task.lot_id


def _cuts(
    tasks: Sequence[StockTask],
    free: Collection[StockTask],
    gone: Sequence[Move],
    booking: Mapping[int, Decimal],
) -> dict[int, Decimal]:
    """What of each `free` task is too much: with a lot against what lies of the lot, then those without one against
    what is left of all that lies there. One query, none without tasks."""
    if not tasks:
        return {}
    of_lot, whole = _lying(gone)
    groups: dict[Key, list[StockTask]] = defaultdict(list)
    for task in tasks:
        groups[_key(task)].append(task)
    left_units = {move.handling_unit_id for move in gone}
    cuttable = {task.pk for task in free}
    cuts: dict[int, Decimal] = {}
    for key, mine in sorted(groups.items(), key=lambda one: one[0][2] is None):
        item, place, lot = key
        wanted = {task.pk: _open(task, booking) for task in mine}
        there = of_lot[key] if lot is not None else whole[item, place]
        over = sum(wanted.values(), ZERO) - max(there, ZERO)
        for task in sorted(mine, key=lambda one: one.handling_unit_id not in left_units):
            part = min(over, wanted[task.pk])
            if part > 0 and task.pk in cuttable:
                cuts[task.pk] = part
                over -= part
        kept = sum(wanted.values(), ZERO) - sum((cuts.get(task.pk, ZERO) for task in mine), ZERO)
        whole[item, place] -= kept
    return cuts


def _open(task: StockTask, booking: Mapping[int, Decimal]) -> Decimal:
    left: Decimal = task.quantity - task.done_quantity - booking.get(task.pk, ZERO)
    return max(ZERO, left)


def _lying(gone: Sequence[Move]) -> tuple[dict[Key, Decimal], dict[tuple[int, int], Decimal]]:
    """What lies where something has left, by lot and in all."""
    items, places = {move.item_id for move in gone}, {move.source_id for move in gone}
    rows = Balance.objects.filter(item__in=items, location__in=places)
    of_lot: dict[Key, Decimal] = defaultdict(Decimal)
    whole: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    sums = rows.order_by().values_list("item", "location", "lot").annotate(sum=Sum("quantity"))
    for item, place, lot, quantity in sums:
        of_lot[item, place, lot] += quantity
        whole[item, place] += quantity
    return of_lot, whole


def _shrink(tasks: Sequence[StockTask], cuts: Mapping[int, Decimal], by: User | None) -> None:
    """The tasks are locked, and as they are now."""
    changed, dropped = [], []
    for task in tasks:
        cut = cuts.get(task.pk, ZERO)
        if cut <= 0:
            continue
        if task.done_quantity + cut < task.quantity:
            task.quantity -= cut
            changed.append(task)
        else:
            dropped.append(task)
    StockTask.objects.bulk_update(changed, ["quantity"])
    if dropped:
        cancel(tasks=dropped, by=by)
