"""What outsourcing does when the areas on its left act: it drafts orders, withdraws them, and guards the end."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from execution.facts import Ending, Finishing, Released, Unreleased
from outsourcing import mail, takeover, tracing
from outsourcing.facts import Sent
from outsourcing.models import SubcontractLine
from outsourcing.services import order, withdraw
from p2p.core.facts import Refused, listen
from p2p.core.fields import plain
from p2p.inventory.trace_facts import Expecting, Reviewing
from planning.facts import BroughtBack, Cancelled, Cancelling, SentOut
from planning.models import Operation, ProductionOrder
from strategies.facts import MeasuringCutOver, NamingMeasures


def draft_at_release(fact: Released) -> None:
    """Outside operations of released orders get their documents by themselves."""
    order.draft(operations=_outside(fact.orders), by=fact.by)


def draft_when_sent_out(fact: SentOut) -> None:
    """An operation given to a vendor, or to another one, leaves its old order and gets a new one."""
    withdraw.withdraw(operations=fact.operations, by=fact.by)
    order.draft(operations=fact.operations, by=fact.by)


def withdraw_brought_back(fact: BroughtBack) -> None:
    withdraw.withdraw(operations=fact.operations, by=fact.by)


def withdraw_of_orders(fact: Unreleased | Cancelled) -> None:
    withdraw.withdraw(operations=_outside(fact.orders), by=fact.by)


def _outside(orders: Sequence[ProductionOrder]) -> list[Operation]:
    keys = [each.pk for each in orders]
    return list(Operation.objects.filter(order__in=keys, outside=True).order_by("pk"))


def guard_orders(fact: Finishing | Ending) -> list[Refused]:
    """No order ends while a vendor still owes pieces of it. One query."""
    known = {each.pk: each for each in fact.orders}
    waiting = (
        SubcontractLine.objects.filter(operation__order__in=known.keys(), cancelled=False, complete=False)
        .select_related("order", "operation__order")
        .order_by("id")
    )
    return [
        Refused(
            _("{order} still expects {left} of {operation}: receive or close it first."),
            code="at_vendor",
            about=known[line.operation.order_id],
            order=line.order.number,
            left=plain(line.quantity - line.received_quantity - line.rejected_quantity),
            operation=line.operation,
        )
        for line in waiting
    ]


def guard_cancelling(fact: Cancelling) -> list[Refused]:
    """Nor is one cancelled while its pieces lie at a vendor. One query."""
    known = {each.pk: each for each in fact.orders}
    sent = (
        SubcontractLine.objects.filter(
            operation__order__in=known.keys(), cancelled=False, complete=False, sent_quantity__gt=0
        )
        .select_related("order__vendor", "operation__order")
        .order_by("id")
    )
    return [
        Refused(
            _("Pieces of {operation} are at {vendor} on {order}: get them back first."),
            code="at_vendor",
            about=known[line.operation.order_id],
            operation=line.operation,
            vendor=line.order.vendor,
            order=line.order,
        )
        for line in sent
    ]


def wire() -> None:
    """Called once by AppConfig.ready."""
    listen("tell", Released, draft_at_release)
    listen("tell", SentOut, draft_when_sent_out)
    listen("tell", BroughtBack, withdraw_brought_back)
    listen("tell", Unreleased, withdraw_of_orders)
    listen("tell", Cancelled, withdraw_of_orders)
    listen("ask", Finishing, guard_orders)
    listen("ask", Ending, guard_orders)
    listen("ask", Cancelling, guard_cancelling)
    listen("later", Sent, mail.mail_orders)
    listen("gather", MeasuringCutOver, takeover.figures)
    listen("gather", NamingMeasures, takeover.measures)
    listen("gather", Reviewing, tracing.worked_outside)
    listen("gather", Expecting, tracing.on_order)
