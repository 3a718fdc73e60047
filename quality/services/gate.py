"""Why an operation may not finish, nor its order: an inspection open, or rejected and not disposed of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from planning.models import Operation, ProductionOrder
from planning.sequence import all_before
from quality.models import Inspection, NonConformance

_State = Inspection.State


def standing() -> QuerySet[Inspection]:
    """Inspections that forbid something: open ones of a blocking plan, and rejected ones.

    A rejected inspection no longer forbids once nonconformances were raised from it and all are decided: then
    the bad pieces are used, scrapped, reworked or returned, and the rest may go on.
    """
    raised = NonConformance.objects.filter(inspection=OuterRef("pk"))
    undecided = Exists(raised.filter(state=NonConformance.State.OPEN))
    disposed = Exists(raised) & ~undecided
    return Inspection.objects.filter(plan__blocks=True).filter(
        Q(state=_State.OPEN) | Q(state=_State.REJECTED) & ~disposed
    )


def against_operations(operations: Iterable[Operation]) -> list[Refused]:
    """One refusal per inspection that forbids finishing one of these. A fixed number of queries."""
    wanted = {operation.pk: operation for operation in operations}
    own = standing().filter(operation__in=wanted.keys(), receipt_line__isnull=True)
    refusals = [_refusal(each, wanted[each.operation_id]) for each in _named(own) if each.operation_id]
    return refusals + against_successors(wanted.values())


def against_successors(operations: Iterable[Operation]) -> list[Refused]:
    """What came from a vendor must be inspected before the next operation may work with it."""
    wanted = {operation.pk: operation for operation in operations}
    before = all_before({operation.order_id for operation in wanted.values()})
    behind: dict[int, list[Operation]] = {}
    for key, operation in wanted.items():
        for earlier in before.get(key, ()):
            behind.setdefault(earlier, []).append(operation)
    if not behind:
        return []
    received = standing().filter(operation__in=behind.keys(), receipt_line__isnull=False)
    return [
        _refusal(each, operation)
        for each in _named(received)
        if each.operation_id
        for operation in behind[each.operation_id]
    ]


def against_orders(orders: Iterable[ProductionOrder]) -> list[Refused]:
    """One refusal per inspection that forbids finishing or ending one of the orders. One query."""
    wanted = {order.pk: order for order in orders}
    found = standing().filter(operation__order__in=wanted.keys())
    return [_refusal(each, wanted[each.operation.order_id]) for each in _named(found) if each.operation]


def _named(rows: QuerySet[Inspection]) -> Sequence[Inspection]:
    return list(rows.select_related("operation__order").order_by("id"))


def _refusal(inspection: Inspection, about: Operation | ProductionOrder) -> Refused:
    return Refused(
        _("{inspection} was rejected: decide on its pieces, or concede it, before {record} can finish.")
        if inspection.state == _State.REJECTED
        else _("{inspection} is still open: accept it before {record} can finish."),
        code="inspection_rejected" if inspection.state == _State.REJECTED else "inspection_open",
        about=about,
        inspection=inspection.number,
        record=about,
    )
