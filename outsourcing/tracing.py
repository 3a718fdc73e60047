"""What outsourcing knows of the way of a lot: which vendor worked on it, what was sent and what came back."""

from __future__ import annotations

from django.utils.translation import gettext as _

from execution.models import OutputMove
from outsourcing.models import SubcontractLine
from p2p.core.fields import plain
from p2p.inventory.trace_facts import Reading, Reviewing


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
