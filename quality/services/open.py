"""Inspections come into being: at release for operations, at receipt for what a vendor sends back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from outsourcing.models import ReceiptLine
from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.models import User
from planning.models import Operation, Output, ProductionOrder
from quality.engine.matching import Spot, upwards
from quality.engine.verdict import sample_size
from quality.facts import InspectionOpened
from quality.models import ControlPlan, Inspection
from quality.services import blocking
from quality.services.rules import because, group_parents, plan_for, plans_in_force
from strategies.models import Item
from strategies.services.numbering import take_numbers

_CANCELLED = Operation.State.CANCELLED


@dataclass(frozen=True)
class _Wanted:
    plan: ControlPlan
    operation: Operation
    quantity: Decimal
    because: str
    receipt_line: ReceiptLine | None = None
    beside: Item | None = None
    """The co- or by-product that is inspected; None: the product itself."""

    @property
    def item(self) -> Item:
        return self.beside or self.operation.order.item


@transaction.atomic
def open_for_orders(*, orders: Iterable[ProductionOrder], by: User | None) -> list[Inspection]:
    """Open the inspections that control plans ask for at the release of these orders.

    One per operation at most: the most specific active plan. What is open already is left alone, so that a
    second release opens nothing twice. The number of queries does not depend on the number of orders.
    """
    keys = [order.pk for order in orders]
    operations = list(
        Operation.objects.filter(order__in=keys)
        .exclude(state=_CANCELLED)
        .select_related("order__item__unit", "order__site", "group")
        .order_by("order_id", "number")
    )
    plans = plans_in_force(ControlPlan.Trigger.RELEASE, {operation.order.site_id for operation in operations})
    if not plans:
        return []
    known = _known(keys)
    points = _points(operations)
    parents = group_parents()
    wanted = []
    for operation in operations:
        plan = _choose(plans, operation, parents, point=operation.pk in points)
        if plan and (plan.pk, operation.pk, operation.order.item_id) not in known:
            wanted.append(_Wanted(plan, operation, operation.quantity, because(plan)))
    outputs = Output.objects.filter(order__in=keys, planned=True).exclude(kind=Output.Kind.MAIN)
    sizes = [(row, row.quantity) for row in outputs.select_related("item__unit").order_by("pk")]
    wanted += _beside(plans, operations, sizes, parents, known)
    return _open(wanted, by=by)


@transaction.atomic
def open_for_outputs(
    *, operation: Operation, outputs: Sequence[tuple[Output, Decimal]], by: User | None
) -> list[Inspection]:
    """Open the inspections that control plans ask for of outputs that a report of this last operation added."""
    plans = plans_in_force(ControlPlan.Trigger.RELEASE, [operation.order.site_id])
    if not plans or not outputs:
        return []
    known = _known([operation.order_id])
    return _open(list(_beside(plans, [operation], outputs, group_parents(), known)), by=by)


Known = set[tuple[int, int, int]]


def _known(orders: Sequence[int]) -> Known:
    """(plan, operation, item) of which these orders have an inspection."""
    rows = Inspection.objects.filter(operation__order__in=orders, receipt_line__isnull=True)
    rows = rows.exclude(state=Inspection.State.CANCELLED)
    return {
        (plan, operation, item)
        for plan, operation, item in rows.values_list("plan_id", "operation_id", "item_id")
        if operation is not None
    }


def _beside(
    plans: dict[int, ControlPlan],
    operations: Sequence[Operation],
    outputs: Sequence[tuple[Output, Decimal]],
    parents: dict[int, int | None],
    known: Known,
) -> Iterator[_Wanted]:
    """Co- and by-products come out of the last operation; a plan has to name them, or a group that they are in."""
    named = {key: plan for key, plan in plans.items() if plan.item_id or plan.item_group_id}
    last = {operation.order_id: operation for operation in operations}
    for row, quantity in outputs:
        operation = last.get(row.order_id)
        plan = operation and _choose(named, operation, parents, point=True, item=row.item)
        if plan and operation and quantity > 0 and (plan.pk, operation.pk, row.item_id) not in known:
            yield _Wanted(plan, operation, quantity, because(plan), beside=row.item)


@transaction.atomic
def open_for_receipt(*, lines: Sequence[ReceiptLine], by: User | None) -> list[Inspection]:
    """Open the inspections that control plans ask for at the receipt of these lines from a vendor."""
    loaded = list(
        ReceiptLine.objects.filter(pk__in=[line.pk for line in lines], good__gt=0)
        .select_related(
            "receipt__order", "line__operation__order__item__unit", "line__operation__order__site"
        )
        .select_related("line__operation__group")
        .order_by("pk")
    )
    sites = {line.line.operation.order.site_id for line in loaded}
    plans = plans_in_force(ControlPlan.Trigger.RECEIPT, sites)
    if not plans:
        return []
    parents = group_parents()
    wanted = []
    for line in loaded:
        operation = line.line.operation
        vendor = line.receipt.order.vendor_id
        plan = _choose(plans, operation, parents, point=True, vendor=vendor)
        if plan:
            words = _("{rule}; receipt {receipt}").format(rule=because(plan), receipt=line.receipt.number)
            wanted.append(_Wanted(plan, operation, line.good, words, line))
    return _open(wanted, by=by)


def _open(wanted: Sequence[_Wanted], *, by: User | None) -> list[Inspection]:
    if not wanted:
        return []
    numbers = take_numbers(code="QI", count=len(wanted))
    now = clock.now()
    inspections = Inspection.objects.bulk_create(
        [
            Inspection(
                number=number,
                plan=one.plan,
                operation=one.operation,
                receipt_line=one.receipt_line,
                item=one.item,
                quantity=one.quantity,
                sample_size=sample_size(
                    one.quantity,
                    fixed=one.plan.sample_fixed,
                    fraction=one.plan.sample_fraction,
                    countable=one.item.unit.digits == 0,
                ),
                because=one.because[:200],
                opened_at=now,
            )
            for number, one in zip(numbers, wanted, strict=True)
        ]
    )
    blocking.block([each for each in inspections if each.plan.blocks], by=by)
    tell(InspectionOpened(inspections=tuple(inspections), by=by))
    return inspections


def _points(operations: Sequence[Operation]) -> set[int]:
    """Where a product is inspected: at its inspection points; without any, at the last operation."""
    points = {operation.pk for operation in operations if operation.inspect}
    with_point = {operation.order_id for operation in operations if operation.inspect}
    last = {operation.order_id: operation.pk for operation in operations}
    return points | {key for order, key in last.items() if order not in with_point}


def _choose(
    plans: dict[int, ControlPlan],
    operation: Operation,
    parents: dict[int, int | None],
    *,
    point: bool,
    vendor: int | None = None,
    item: Item | None = None,
) -> ControlPlan | None:
    item = item or operation.order.item
    spot = Spot(
        site=operation.order.site_id,
        item=item.pk,
        item_groups=upwards(item.group_id, parents),
        vendor=vendor,
        group=operation.group_id,
        operation_number=operation.number,
        inspection_point=point,
    )
    return plan_for(plans, spot)
