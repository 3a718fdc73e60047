"""How execution moves orders and operations forward: the only writer of progress into planning's tables.

Called by execution's services, which hold the lock of the order's row (`lock`), so that what is in hand is
true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from planning.models import Material, Operation, Output, ProductionOrder
from planning.models.operation import OPERATION_FLOW
from planning.models.order import ORDER_FLOW
from strategies.models import Item


def lock(*, orders: Iterable[int]) -> list[ProductionOrder]:
    """The orders with these keys as they are now, locked in primary-key order until the transaction ends.

    Everything that happens to an order on the floor takes this lock first: two reports on one order queue
    here, and no two transactions wait for each other in a circle. One statement.
    """
    return list(locking().filter(pk__in=list(orders)))


def locking() -> QuerySet[ProductionOrder]:
    """The query of `lock`, to be narrowed."""
    return (
        ProductionOrder.objects.select_related("site", "item__unit", "output_location")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )


def check(*, orders: Sequence[ProductionOrder], step: str) -> None:
    """Refuse for the first order that may not take this step now, before anybody else is asked."""
    for order in orders:
        refusal = ORDER_FLOW.refusal(order, step)
        if refusal is not None:
            raise refusal


def _take_orders(orders: Sequence[ProductionOrder], step: str, **also: object) -> None:
    """All orders or none; the first that cannot is named. The orders in hand show the new state."""
    check(orders=orders, step=step)
    chosen = ProductionOrder.objects.filter(pk__in=[order.pk for order in orders])
    if ORDER_FLOW.take_many(chosen, step, revision=F("revision") + 1, **also) != len(orders):
        raise Refused(
            _("One of the orders was changed by someone else meanwhile; look again."),
            code="changed_meanwhile",
        )
    for order in orders:
        for column, value in {"state": ORDER_FLOW.steps[step].target, **also}.items():
            setattr(order, column, value)


def _take_operations(orders: Sequence[ProductionOrder], step: str, **also: object) -> None:
    OPERATION_FLOW.take_many(
        Operation.objects.filter(order__in=orders), step, revision=F("revision") + 1, **also
    )


def release(*, orders: Sequence[ProductionOrder], at: datetime) -> None:
    """Orders and their operations go to the floor."""
    _take_orders(orders, "release", released_at=at)
    _take_operations(orders, "release")


def unrelease(*, orders: Sequence[ProductionOrder]) -> None:
    """Orders that nobody has begun come back from the floor."""
    _take_orders(orders, "unrelease", released_at=None)
    _take_operations(orders, "unrelease")


def start(*, operation: Operation, at: datetime) -> None:
    """Work begins on the operation, and with it on the order. Starting again changes nothing."""
    if operation.state != Operation.State.STARTED:
        OPERATION_FLOW.take(operation, "start", began_at=operation.began_at or at)
    order = operation.order
    if order.state != ProductionOrder.State.STARTED:
        ORDER_FLOW.take(order, "start", started_at=order.started_at or at)


def unstart(*, operation: Operation, order_too: bool) -> None:
    """The operation goes back to released, nothing of it being left; with `order_too` the order as well."""
    OPERATION_FLOW.take(operation, "unstart", began_at=None)
    if order_too:
        ORDER_FLOW.take(operation.order, "unstart", started_at=None)


def book(
    *, operation: Operation, good: Decimal, scrap: Decimal, last: bool, finish: bool, at: datetime
) -> None:
    """Add good and scrapped pieces (negative to take them back) to the operation and its order, starting
    both.

    `last`: its good pieces are the order's. `finish`: the operation is finished with it. Two statements at
    most; figures are written as they are, since the caller holds the order's lock.
    """
    columns: dict[str, object] = {
        "good_quantity": operation.good_quantity + good,
        "scrap_quantity": operation.scrap_quantity + scrap,
        "began_at": operation.began_at or at,
        "revision": operation.revision + 1,
    }
    if finish:
        OPERATION_FLOW.take(operation, "finish", done_at=at, **columns)
    else:
        OPERATION_FLOW.take(operation, "start", **columns)
    order = operation.order
    more_good = good if last else Decimal(0)
    if order.state != ProductionOrder.State.STARTED or more_good or scrap:
        ORDER_FLOW.take(
            order,
            "start",
            good_quantity=order.good_quantity + more_good,
            scrap_quantity=order.scrap_quantity + scrap,
            started_at=order.started_at or at,
            revision=order.revision + 1,
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an operation stands: pieces good and scrapped so far, and whether it is done."""

    operation: Operation
    good: Decimal
    scrap: Decimal
    done: bool
    at: datetime


_STANDS = """
    UPDATE planning_operation AS operation
    SET good_quantity = said.good, scrap_quantity = said.scrap, began_at = said.at, revision = operation.revision + 1
    FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::timestamptz[]) AS said(id, good, scrap, at)
    WHERE operation.id = said.id
"""


def take_over(*, standing: Sequence[Progress]) -> None:
    """Operations of released orders that were under way elsewhere stand where they stood there, and their orders are
    started. Four statements; the caller holds the orders' locks. Their good pieces are not the orders': the last
    operation has none."""
    keys = [one.operation.pk for one in standing]
    columns = [[getattr(one, name) for one in standing] for name in ("good", "scrap", "at")]
    with connection.cursor() as cursor:
        cursor.execute(_STANDS, [keys, *columns])
    open_ones = [one.operation.pk for one in standing if not one.done]
    OPERATION_FLOW.take_many(Operation.objects.filter(pk__in=open_ones), "start")
    done = Operation.objects.filter(pk__in=[one.operation.pk for one in standing if one.done])
    OPERATION_FLOW.take_many(done, "finish", done_at=F("began_at"))
    scrapped: dict[int, Decimal] = {}
    for one in standing:
        scrapped[one.operation.order_id] = scrapped.get(one.operation.order_id, Decimal(0)) + one.scrap
    for scrap in sorted(set(scrapped.values())):
        orders = ProductionOrder.objects.filter(
            pk__in=[key for key, lost in scrapped.items() if lost == scrap]
        )
        ORDER_FLOW.take_many(
            orders, "start", scrap_quantity=scrap, started_at=F("released_at"), revision=F("revision") + 1
        )


def finish_operations(*, operations: Sequence[Operation], at: datetime) -> None:
    """Nothing more is expected of these operations; all or none."""
    for operation in operations:
        OPERATION_FLOW.take(operation, "finish", done_at=at, began_at=operation.began_at or at)


def reopen_operation(*, operation: Operation) -> None:
    """A finished operation is open again."""
    OPERATION_FLOW.take(operation, "reopen", done_at=None)


def finish(*, orders: Sequence[ProductionOrder], at: datetime) -> None:
    """Orders are finished, and with them the operations that were still open: those carry the order's
    moment.
    """
    _take_operations(orders, "finish", done_at=at)
    _take_orders(orders, "finish", finished_at=at)


def end(*, orders: Sequence[ProductionOrder], at: datetime) -> None:
    """Finished orders are closed for good."""
    _take_orders(orders, "end", ended_at=at)


def reopen(*, orders: Sequence[ProductionOrder]) -> None:
    """Finished orders are open again, and the operations that were finished only because the order was."""
    for order in orders:
        with_it = Operation.objects.filter(order=order, done_at=order.finished_at)
        OPERATION_FLOW.take_many(with_it, "reopen", done_at=None, revision=F("revision") + 1)
    _take_orders(orders, "reopen", finished_at=None)


_ISSUE = """
    UPDATE planning_material AS material SET issued_quantity = material.issued_quantity + more.quantity
    FROM unnest(%s::bigint[], %s::numeric[]) AS more(id, quantity)
    WHERE material.id = more.id
"""


def issue(*, quantities: Mapping[int, Decimal]) -> None:
    """Material key -> quantity issued to the order since (negative when it came back). One statement."""
    changed = {key: quantity for key, quantity in sorted(quantities.items()) if quantity}
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_ISSUE, [list(changed), list(changed.values())])


_EXPECT = """
    UPDATE planning_material AS material SET quantity = material.quantity + more.quantity
    FROM unnest(%s::bigint[], %s::numeric[]) AS more(id, quantity)
    WHERE material.id = more.id
"""


def expect(*, quantities: Mapping[int, Decimal]) -> None:
    """Material key -> how much more of it the order needs than before (negative: no longer). One statement."""
    changed = {key: quantity for key, quantity in sorted(quantities.items()) if quantity}
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_EXPECT, [list(changed), list(changed.values())])


def receive(*, output: Output, quantity: Decimal) -> None:
    """The order yielded so much of this output (negative when it is taken back)."""
    Output.objects.filter(pk=output.pk).update(received_quantity=F("received_quantity") + quantity)


def add_output(*, order: ProductionOrder, item: Item, kind: str) -> Output:
    """What comes out beside the product although nobody planned it; found again when it came before."""
    row, _new = Output.objects.get_or_create(
        order=order,
        item=item,
        defaults={"unit": item.unit, "kind": kind, "quantity": 0, "cost_share": 0, "planned": False},
    )
    if row.kind != kind and not row.planned:
        row.kind = kind
        row.save(update_fields=["kind"])
    return row


def share(*, order: ProductionOrder, shares: Mapping[int, Decimal]) -> None:
    """Output key -> the share of the order's cost that this unplanned output carries; the product carries what all
    the others leave. Refused when they would carry more than there is."""
    for key, part in sorted(shares.items()):
        Output.objects.filter(pk=key).update(cost_share=part)
    beside = Output.objects.filter(order=order).exclude(kind=Output.Kind.MAIN)
    whole = beside.aggregate(sum=Sum("cost_share"))["sum"] or Decimal(0)
    if whole > 1:
        raise Refused(
            _("What comes out beside {order} would carry {percent} % of its cost: 100 % at most."),
            code="cost_shares",
            field="cost_share",
            about=order,
            order=order.number,
            percent=plain(whole * 100),
        )
    Output.objects.filter(order=order, kind=Output.Kind.MAIN).update(cost_share=1 - whole)


def materials_of(*, orders: Sequence[ProductionOrder]) -> list[Material]:
    """The component lines of these orders, with item, unit and place, in order."""
    return list(
        Material.objects.filter(order__in=orders)
        .select_related(
            "item__unit",
            "location",
            "operation__resource__input_location",
            "operation__group__input_location",
            "operation__group__production_unit__input_location",
        )
        .order_by("order_id", "position")
    )
