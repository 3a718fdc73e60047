"""What outsourcing knows of the way of a lot: which vendor worked on it, what was sent and what came back, and what
vendors are still to bring of an item."""

from __future__ import annotations

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from execution.models import OutputMove
from outsourcing.models import SubcontractLine
from p2p.core.access import at_sites
from p2p.core.fields import plain
from p2p.inventory.trace_facts import Expecting, OnOrder, Reading, Reviewing
from planning.models import ProductionOrder
from planning.sequence import all_before


def worked_outside(asked: Reviewing) -> list[Reading]:
    """The subcontract lines of the orders behind these moves. Two queries."""
    brought: dict[int, int] = dict(
        OutputMove.objects.filter(move__in=asked.moves).values_list("output__order", "move").order_by("move")
    )
    rows = (
        SubcontractLine.objects.filter(operation__order__in=brought, cancelled=False)
        .select_related("order__vendor", "operation__order")
        .order_by("-pk")
    )
    return [
        Reading(
            kind="vendor",
            title=f"{line.order} · {line.order.vendor.name}",
            said=_("{operation}: {sent} sent, {back} back").format(
                operation=line.operation, sent=plain(line.sent_quantity), back=plain(line.received_quantity)
            ),
            move=brought[line.operation.order_id],
            url=line.order.get_absolute_url(),
            at=line.order.sent_at or line.order.created_at,
        )
        for line in rows[:200]
    ]


def on_order(asked: Expecting) -> list[OnOrder]:
    """Subcontract lines whose pieces come back as products of their orders, which name them, too. Three queries."""
    rows = SubcontractLine.objects.filter(
        operation__order__item__in=asked.items,
        operation__order__state__in=ProductionOrder.OPEN,
        cancelled=False,
        complete=False,
    ).annotate(
        left=F("quantity") - F("received_quantity") - F("rejected_quantity"),
        day=Coalesce("promised_on", "due_on"),
    )
    if asked.user is not None:
        rows = at_sites(rows, asked.user, path="order__site__code")
    lines = list(
        rows.filter(left__gt=0)
        .select_related("order__vendor", "order__site", "operation__order")
        .order_by("pk")
    )
    before = all_before({line.operation.order_id for line in lines}) if lines else {}
    followed = {key for keys in before.values() for key in keys}
    return [
        OnOrder(
            item=line.operation.order.item_id,
            quantity=line.left,
            what=_("Subcontract order"),
            document=line.order.number,
            site=line.order.site.code,
            due_on=line.day,
            party=line.order.vendor.name,
            note=_("{sent} sent, of {order}").format(
                sent=plain(line.sent_quantity), order=line.operation.order.number
            ),
            url=line.order.get_absolute_url(),
            within=line.operation.order.number,
        )
        for line in lines
        if line.operation_id not in followed
    ]
