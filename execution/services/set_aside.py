"""What was made or bought for one order goes onto its open pick lists as it comes in, and off no list unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from execution.facts import Reported
from execution.models import PickLine, PickList
from execution.selectors import OPEN
from execution.services import reserve
from execution.services.lines import put_on
from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.models import Reservation
from planning.models import ProductionOrder
from planning.services import kept_for, reserving
from planning.tie_facts import SetAside
from strategies.models import Item

ZERO = Decimal(0)


def keep_for_its_need(fact: Reported) -> None:
    """Products of an order that is for one need are kept for it. No query where it is for everybody."""
    if fact.report.reverses_id is None:
        kept_for.keep(supply=fact.order, moves=[one.move for one in fact.output_moves], by=fact.by)


def onto_the_list(fact: SetAside) -> None:
    """Lines that wait for a place get the one where it lies. Two queries where the order is on the floor."""
    order = fact.need
    if isinstance(order, ProductionOrder) and order.state in OPEN:
        lines = PickLine.objects.filter(
            pick_list__order=order,
            pick_list__state=PickList.State.OPEN,
            material__item=fact.supply.item_id,
            location=None,
            quantity__gt=F("picked_quantity"),
        )
        # Somebody who works on such a line takes what is reserved for the order all the same.
        free = (
            lines.select_related("material").order_by("pk").select_for_update(of=("self",), skip_locked=True)
        )
        _place(list(free), fact.reservations)


def _place(lines: Sequence[PickLine], rows: Sequence[Reservation]) -> None:
    """What no line wants stays reserved beside them."""
    left = {row.pk: row.quantity for row in rows}
    parts = []
    for index, line in enumerate(lines):
        lacks = line.quantity - line.picked_quantity
        for row in rows:
            taken = min(lacks, left[row.pk])
            if taken > 0:
                parts.append(reserve.Part(index, row, taken))
                left[row.pk] -= taken
                lacks -= taken
    parts += [reserve.Part(len(lines), row, left[row.pk]) for row in rows if left[row.pk] > 0]
    put_on(lines=lines, rows=reserve.settle(parts))


def not_of_others(order: ProductionOrder, lines: Sequence[tuple[PickLine, Decimal]]) -> None:
    """Refused when lines without a place want more of what has supply of its own than is kept for the order: free stock
    serves them by hand only. One query where nothing has, one more where something does."""
    principles = reserving.Principles([order])
    wanted: dict[Item, Decimal] = defaultdict(Decimal)
    for line, quantity in lines:
        if principles.tied(order, line.material):
            wanted[line.material.item] += quantity
    rows = (
        reserve.free_standing([order.number]).filter(item__in=wanted).select_related("item") if wanted else ()
    )
    for row in rows:
        wanted[row.item] -= row.quantity
    for item, lacks in wanted.items():
        if lacks > 0:
            raise Refused(
                _(
                    "{quantity} {unit} of {item} are still to be made or bought for {order}: reserve free stock for it,"
                    " or say where it is taken from."
                ),
                code="own_supply",
                about=order,
                quantity=plain(lacks),
                unit=item.unit.code,
                item=item.number,
                order=order.number,
            )
