"""Goods that were brought to shipping for a line of demand are kept for it: whoever delivers it takes them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from p2p.inventory.models import Move
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
    not be delivered, or somebody else has claimed meanwhile, lies there free."""
    moves = [move for move in fact.moves if move.target.kind == Location.Kind.SHIPPING]
    number, _slash, line = fact.task.reference.rpartition("/")
    if not moves or not number or not line.isdecimal():
        return
    rows = Demand.objects.filter(number=number, line=line, item=fact.task.item_id, state=Demand.State.OPEN)
    demand = rows.select_related("item__unit", "site").first()
    if demand is None or demand.site_id != fact.task.site_id:
        return
    kept = reserved_for([str(demand)]).get((demand.item_id, str(demand)), ZERO)
    needs = _needs(demand, moves, Ordered([demand]).left(demand) - kept)
    if needs:
        reserve(needs=needs, partial=True, by=fact.by)


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
                    reference=str(demand),
                    purpose=DELIVERY,
                )
            )
    return needs
