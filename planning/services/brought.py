"""Goods that were brought to shipping for a line of demand are kept for it: whoever delivers it takes them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import QuerySet

from p2p.core.facts import later
from p2p.core.models import User
from p2p.inventory.models import Move, StockTask
from p2p.inventory.services.needs import DELIVERY, Need
from p2p.inventory.services.reservations import reserve
from p2p.inventory.task_facts import TaskDone
from planning.models import Demand
from planning.selectors.goods import reserved_for
from planning.services.delivered import Ordered
from strategies.models import Location

ZERO = Decimal(0)


def keep_brought(fact: TaskDone) -> None:
    """Reserve what a task brought to shipping for the line that it names, as far as the line still wants it. What may
    not be delivered, or somebody else has claimed meanwhile, lies there free.

    The stock is locked by now, and lines come before stock: one that somebody has in hand is not waited for, but served
    when he is through (`keep_brought_later`)."""
    moves = [move for move in fact.moves if move.target.kind == Location.Kind.SHIPPING]
    if not moves or not fact.task.reference:
        return
    rows = _lines(fact.task)
    if rows.select_for_update(no_key=True, skip_locked=True).values_list("pk"):
        _keep(rows, moves, fact.by)
    elif rows.exists():
        later(fact)


def keep_brought_later(fact: TaskDone) -> None:
    """The same once more, waiting for the line. What was carried back meanwhile, or on, is not kept."""
    rows = _lines(fact.task)
    list(rows.select_for_update(no_key=True).values_list("pk"))
    standing = Move.objects.filter(pk__in=[move.pk for move in fact.moves], reversed_by=None)
    to_shipping = standing.filter(target__kind=Location.Kind.SHIPPING)
    related = ("target__site", "lot", "into_unit")
    _keep(rows, list(to_shipping.select_related(*related).order_by("pk")), fact.by)


def _lines(task: StockTask) -> QuerySet[Demand]:
    """The open line that the task is for."""
    return Demand.objects.filter(
        reference=task.reference, item=task.item_id, site=task.site_id, state=Demand.State.OPEN
    )


def _keep(rows: QuerySet[Demand], moves: Sequence[Move], by: User | None) -> None:
    demand = rows.select_related("item__unit", "site").first()
    if demand is None:
        return
    kept = reserved_for([demand.reference]).get((demand.item_id, demand.reference), ZERO)
    needs = _needs(demand, moves, Ordered([demand]).left(demand) - kept)
    if needs:
        reserve(needs=needs, partial=True, by=by)


def _needs(demand: Demand, moves: Sequence[Move], left: Decimal) -> list[Need]:
    needs = []
    for move in moves:
        quantity = min(move.quantity, left)
        if quantity > 0:
            left -= quantity
            needs.append(
                Need(
                    item=demand.item,
                    quantity=quantity,
                    site=demand.site,
                    location=move.target,
                    lot=move.lot,
                    handling_unit=move.into_unit,
                    reference=demand.reference,
                    purpose=DELIVERY,
                )
            )
    return needs
