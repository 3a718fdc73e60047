"""Taking orders back before anything has left the house."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from outsourcing.facts import Withdrawn
from outsourcing.models import SubcontractLine, SubcontractOrder
from outsourcing.models.order import SUBCONTRACT_FLOW
from outsourcing.services.order import open_lines
from p2p.core.facts import Refused, tell
from p2p.core.models import User
from planning.models import Operation
from planning.services import vendors


@transaction.atomic
def cancel(*, order: SubcontractOrder, note: str = "", by: User) -> SubcontractOrder:
    """Withdraw an order of which nothing has left the house. Raises Refused."""
    lines = open_lines(order)
    _refuse_moved(lines)
    SUBCONTRACT_FLOW.take(order, "cancel", note=note or order.note)
    order.lines.filter(cancelled=False).update(cancelled=True)
    vendors.forget_promises(operations=[line.operation for line in lines], by=by)
    tell(Withdrawn(orders=(order,), by=by))
    return order


@transaction.atomic
def withdraw(*, operations: Iterable[Operation], by: User | None) -> list[SubcontractOrder]:
    """Take the lines of these operations off their orders: they are made in house, or not at all.

    An order that keeps no line is cancelled. Raises Refused when pieces are at the vendor already.
    """
    lines = list(
        SubcontractLine.objects.filter(operation__in=[each.pk for each in operations], cancelled=False)
        .select_related("order", "operation__order")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    if not lines:
        return []
    _refuse_moved(lines)
    SubcontractLine.objects.filter(pk__in=[line.pk for line in lines]).update(cancelled=True)
    touched = {line.order.pk: line.order for line in lines}
    still = SubcontractLine.objects.filter(order__in=touched.keys(), cancelled=False)
    left = SubcontractOrder.objects.filter(
        pk__in=touched.keys() - set(still.values_list("order_id", flat=True))
    )
    SUBCONTRACT_FLOW.take_many(left, "cancel")
    orders = [touched[key] for key in sorted(touched)]
    tell(Withdrawn(orders=tuple(orders), by=by))
    return orders


def _refuse_moved(lines: Iterable[SubcontractLine]) -> None:
    moved = next((line for line in lines if line.sent_quantity or line.received_quantity), None)
    if moved is not None:
        raise Refused(
            _("Pieces of {operation} have left for {vendor} on {order}: undo that first."),
            code="at_vendor",
            operation=moved.operation,
            vendor=moved.order.vendor,
            order=moved.order,
        )
