"""What lines wait for goes from receiving straight to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from p2p.inventory.models import StockTask
from p2p.inventory.services.put_away import Arrived

ZERO = Decimal(0)


def feed(arrivals: Sequence[Arrived]) -> list[Arrived]:
    """Open supply tasks that no store could serve take what has arrived, the most urgent first: they are brought from
    where it lies now. What is left is to be put away. They are locked: what comes in at another dock meanwhile does not
    feed them again; pallets are not broken up for it.

    The balances are locked by now, and tasks come before balances: one that somebody has in hand is not waited for, he
    finds the goods himself, and the next one gets them. Three statements, one more where somebody had one in hand.
    """
    loose = [one for one in arrivals if one.unit is None]
    if not loose:
        return list(arrivals)
    rows = StockTask.objects.filter(
        kind=StockTask.Kind.SUPPLY,
        state__in=("open", "started"),
        source=None,
        item__in={one.item.pk for one in loose},
        site__in={one.place.site_id for one in loose},
    )
    waiting = sorted(rows, key=_urgency)
    left = {id(one): one.quantity for one in arrivals}
    fed: list[StockTask] = []
    while turn := _in_turn(waiting, loose, left):
        free = rows.filter(pk__in=[task.pk for task in turn]).order_by("pk")
        ours = list(free.select_for_update(no_key=True, skip_locked=True))
        for task in sorted(ours, key=_urgency):
            _serve(task, loose, left)
        fed += ours
        waiting = [task for task in waiting if task not in turn]
    StockTask.objects.bulk_update([task for task in fed if task.source_id is not None], ["source"])
    return [replace(one, quantity=left[id(one)]) for one in arrivals if left[id(one)] > 0]


def _in_turn(
    waiting: Sequence[StockTask], arrivals: Sequence[Arrived], left: dict[int, Decimal]
) -> list[StockTask]:
    """Whom what is left would serve, if nobody had any of them in hand."""
    still, served = dict(left), []
    for task in waiting:
        _serve(task, arrivals, still)
        if task.source_id is not None:
            served.append(task)
    return served


def _urgency(task: StockTask) -> tuple[object, ...]:
    return task.priority, task.due_at is None, task.due_at, task.pk


def _serve(task: StockTask, arrivals: Sequence[Arrived], left: dict[int, Decimal]) -> None:
    for one in arrivals:
        fits = (
            one.item.pk == task.item_id
            and one.place.site_id == task.site_id
            and one.place.pk != task.target_id
        )
        if fits and left[id(one)] > 0:
            task.source = one.place
            left[id(one)] = max(ZERO, left[id(one)] - (task.quantity - task.done_quantity))
            return
