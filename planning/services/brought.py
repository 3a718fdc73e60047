"""Goods that were brought to shipping for a line of demand are kept for it: whoever delivers it takes them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import QuerySet

from p2p.core.facts import later
from p2p.core.models import User
from p2p.inventory.models import Move, StockTask
from p2p.inventory.selectors.carried_on import Lying, carried_on, put_there
from p2p.inventory.services.kept_here import For, keep_here
from p2p.inventory.services.needs import DELIVERY
from p2p.inventory.services.reservations import lock
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
        _keep(rows, put_there(moves), fact.by)
    elif rows.exists():
        later(fact)


def keep_brought_later(fact: TaskDone) -> None:
    """The same once more, waiting for the line. What was carried on meanwhile is kept where it lies now, as far as it
    is still free; what was taken back is not kept. Carried on while its place is asked for, it waits for the next
    time."""
    rows = _lines(fact.task)
    list(rows.select_for_update(no_key=True).values_list("pk"))
    keys = {one.key for one in carried_on(fact.moves)}
    lock(list(keys))
    standing = Move.objects.filter(pk__in=[move.pk for move in fact.moves], reversed_by=None)
    lying = carried_on(standing.filter(target__kind=Location.Kind.SHIPPING).order_by("pk"))
    if keys.issuperset(one.key for one in lying):
        _keep(rows, lying, fact.by)
    else:
        later(fact)


def _lines(task: StockTask) -> QuerySet[Demand]:
    """The open line that the task is for."""
    return Demand.objects.filter(
        reference=task.reference, item=task.item_id, site=task.site_id, state=Demand.State.OPEN
    )


def _keep(rows: QuerySet[Demand], lying: Sequence[Lying], by: User | None) -> None:
    demand = rows.select_related("item__unit", "site").first()
    if demand is None:
        return
    kept = reserved_for([demand.reference]).get((demand.item_id, demand.reference), ZERO)
    left = Ordered([demand]).left(demand) - kept
    wanted = For(
        item=demand.item, site=demand.site, quantity=left, reference=demand.reference, purpose=DELIVERY
    )
    keep_here(lying=lying, wanted=wanted, by=by)
