"""What the ledger says when the left asks: items that were moved are counted in their unit for good."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, listen
from p2p.inventory import takeover
from p2p.inventory.facts import Moved
from p2p.inventory.models import Lot, Move, TaskMove
from p2p.inventory.services import goods_left, put_away, supply, task_work
from p2p.inventory.services.feeding import feed
from p2p.inventory.task_facts import GoodsLeft
from strategies.facts import (
    CharacteristicChanging,
    CheckingCutOver,
    ItemsRecounting,
    MeasuringCutOver,
    NamingMeasures,
)


def counted(asked: ItemsRecounting) -> Iterator[Refused]:
    """Items with moves keep their unit and their tracking. One query."""
    named = {item.pk: item for item in asked.items}
    moved = Move.objects.filter(item__in=named).order_by("item").values_list("item", flat=True).distinct()
    for key in moved:
        yield Refused(
            _("{item} has stock moves in its unit and tracking: make a new item to count otherwise."),
            code="counted",
            field="unit",
            about=named[key],
            item=named[key].number,
        )


def noted_of_lots(asked: CharacteristicChanging) -> Iterator[Refused]:
    """What lots have been given a value of stays what it is. A query for each."""
    for one in asked.characteristics:
        lot = Lot.objects.filter(attributes__has_key=one.code).order_by("pk").first()
        if lot is not None:
            yield Refused(
                _("{characteristic} stays as it is: lot {lot} has a value of it. Make a new one."),
                code="read",
                field="kind",
                about=one,
                characteristic=one.code,
                lot=lot.number,
            )


def tasks_follow(fact: Moved) -> None:
    """What was moved for a task and is reversed, is to be done again. No query without a reversed transfer."""
    mirrored = {
        move.reverses_id: move
        for move in fact.moves
        if move.reverses_id is not None and move.kind == Move.Kind.TRANSFER
    }
    if not mirrored:
        return
    rows = TaskMove.objects.filter(move__in=mirrored).select_related("task", "move").order_by("task", "pk")
    of_task: dict[int, list[TaskMove]] = {}
    for row in rows:
        of_task.setdefault(row.task_id, []).append(row)
    for links in of_task.values():
        task_work.taken_back(task=links[0].task, moves=[link.move for link in links], by=fact.by)


def goods_came(fact: Moved) -> None:
    """What came into receiving is to be put away, what has left it otherwise is not any more; a line from which
    something was taken may need more."""
    goods_left.left(moves=fact.moves, by=fact.by)
    came = put_away.arrivals(fact.moves)
    if came:
        put_away.put_away(arrivals=feed(came), by=fact.by)
    supply.fell(moves=fact.moves, by=fact.by)


def cut_later(fact: GoodsLeft) -> None:
    """Tasks that somebody had in hand when the goods left."""
    goods_left.cut_later(moves=fact.moves, by=fact.by)


def wire() -> None:
    """Called once by AppConfig.ready."""
    listen("ask", ItemsRecounting, counted)
    listen("ask", CharacteristicChanging, noted_of_lots)
    listen("tell", Moved, tasks_follow)
    listen("tell", Moved, goods_came)
    listen("later", GoodsLeft, cut_later)
    listen("gather", MeasuringCutOver, takeover.figures)
    listen("gather", NamingMeasures, takeover.measures)
    listen("gather", CheckingCutOver, takeover.broken)
