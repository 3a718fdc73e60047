"""Subcontract orders: drafted when outside work is released, sent, acknowledged, withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from outsourcing.facts import Acknowledged, Drafted, Sent
from outsourcing.models import SubcontractLine, SubcontractOrder
from outsourcing.models.order import SUBCONTRACT_FLOW
from outsourcing.pricing import PriceLists
from outsourcing.services.losses import agreed
from p2p.core import clock
from p2p.core.facts import Refused, later, tell
from p2p.core.models import User
from planning.models import Operation, ProductionOrder
from planning.services import vendors
from strategies.services.numbering import take_numbers

_State = SubcontractOrder.State
_AT_WORK = (
    ProductionOrder.State.RELEASED,
    ProductionOrder.State.STARTED,
)
_OPEN_OPERATION = (Operation.State.RELEASED, Operation.State.STARTED)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What the vendor says of one line: by when, and how many (None: all)."""

    line: SubcontractLine
    promised_on: date
    quantity: Decimal | None = None


def to_order() -> list[Operation]:
    """Released outside operations without a line: what a buyer still has to order, the most urgent first."""
    ordered = SubcontractLine.objects.filter(cancelled=False).values("operation")
    rows = (
        Operation.objects.filter(outside=True, state__in=_OPEN_OPERATION, order__state__in=_AT_WORK)
        .exclude(pk__in=ordered)
        .select_related("order__item__unit", "order__site", "vendor__currency", "group")
    )
    return list(rows.order_by("starts_at", "order__due_on", "id"))


@transaction.atomic
def draft(*, operations: Iterable[Operation], by: User | None) -> list[SubcontractOrder]:
    """Write drafts for released outside operations that name a vendor and have no line yet.

    One order per vendor and site; a draft that waits already takes the lines in. Price: the lowest of the
    vendor's prices that qualifies; without one the line stays open until a buyer enters it. Returns the
    orders touched, in the order of their numbers. Fixed number of queries, however many operations.
    """
    wanted = _wanting(operations)
    if not wanted:
        return []
    orders = _drafts_for(wanted)
    prices = PriceLists(wanted, {operation.vendor for operation in wanted if operation.vendor})
    today, losses = clock.today(), agreed(wanted)
    lines = []
    for operation in wanted:
        assert operation.vendor is not None
        offer = prices.agreed(operation, operation.vendor, operation.quantity, today)
        lines.append(
            SubcontractLine(
                order=orders[operation.vendor.pk, operation.order.site_id],
                operation=operation,
                quantity=operation.quantity,
                price=offer.price,
                price_because=offer.because,
                due_on=due_on(operation),
                allowed_loss_fraction=losses[operation.pk],
            )
        )
    SubcontractLine.objects.bulk_create(lines)
    touched = sorted(orders.values(), key=lambda order: order.pk)
    tell(Drafted(orders=tuple(touched), by=by))
    return touched


def due_on(operation: Operation) -> date:
    """The day the pieces must be back: where the schedule ends the operation, else the order's due date."""
    if operation.ends_at is None:
        return operation.order.due_on
    return operation.ends_at.astimezone(ZoneInfo(operation.order.site.time_zone)).date()


def _wanting(operations: Iterable[Operation]) -> list[Operation]:
    rows = (
        Operation.objects.filter(pk__in=[operation.pk for operation in operations])
        .filter(outside=True, vendor__isnull=False, state__in=_OPEN_OPERATION, order__state__in=_AT_WORK)
        .select_related("order__item__unit", "order__site", "vendor__currency")
        .order_by("pk")
        # Two people who order the same operation wait here; the second finds its line.
        .select_for_update(of=("self",))
    )
    locked = list(rows)
    ordered = set(
        SubcontractLine.objects.filter(operation__in=locked, cancelled=False).values_list(
            "operation_id", flat=True
        )
    )
    return [operation for operation in locked if operation.pk not in ordered]


def _drafts_for(operations: Sequence[Operation]) -> dict[tuple[int, int], SubcontractOrder]:
    """(vendor, site) -> the draft that waits for it, or a new one."""
    places = {
        (operation.vendor.pk, operation.order.site_id): operation
        for operation in operations
        if operation.vendor
    }
    waiting = (
        SubcontractOrder.objects.filter(
            state=_State.DRAFT,
            vendor__in={vendor for vendor, _site in places},
            site__in={site for _vendor, site in places},
        )
        .order_by("pk")
        .select_for_update()
    )
    found: dict[tuple[int, int], SubcontractOrder] = {}
    for order in waiting:
        if (order.vendor_id, order.site_id) in places:
            found.setdefault((order.vendor_id, order.site_id), order)
    missing = [operation for place, operation in places.items() if place not in found]
    numbers = take_numbers(code="SC", count=len(missing))
    made = SubcontractOrder.objects.bulk_create(
        [
            SubcontractOrder(
                number=number,
                vendor=operation.vendor,
                site=operation.order.site,
                currency=operation.vendor.currency,
            )
            for number, operation in zip(numbers, missing, strict=True)
            if operation.vendor
        ]
    )
    return found | {(order.vendor_id, order.site_id): order for order in made}


@transaction.atomic
def change_line(
    *, line: SubcontractLine, price: Decimal | None = None, due_on: date | None = None, by: User
) -> SubcontractLine:
    """Enter the price or the day of a line while its order is a draft. Raises Refused."""
    order = SubcontractOrder.objects.select_for_update().get(pk=line.order_id)
    if order.state != _State.DRAFT:
        raise Refused(
            _("{order} has gone to the vendor: withdraw it to change price or day."),
            code="already_sent",
            order=order,
        )
    if price is not None:
        if price < 0 or not price.is_finite():
            raise Refused(_("A price cannot be below zero."), code="price", field="price")
        line.price = price
        line.price_because = str(_("Entered by {person}.").format(person=by))[:200]
    line.due_on = due_on or line.due_on
    line.save(update_fields=["price", "price_because", "due_on"])
    tell(Drafted(orders=(order,), by=by))
    return line


@transaction.atomic
def send(*, order: SubcontractOrder, by: User) -> SubcontractOrder:
    """Send a draft to its vendor: the PDF goes by mail after commit when the vendor has an address.

    Raises Refused when a line has no price yet or there is no line.
    """
    for refusal in against_sending(order):
        raise refusal
    SUBCONTRACT_FLOW.take(order, "send", sent_at=clock.now())
    told = Sent(orders=(order,), by=by)
    tell(told)
    later(told)
    return order


def against_sending(order: SubcontractOrder) -> list[Refused]:
    """Why a draft cannot go to its vendor now: no line, or no price."""
    lines = open_lines(order)
    if not lines:
        return [Refused(_("{order} has no line to send."), code="empty", order=order)]
    return [
        Refused(
            _("{order}: agree on a price for {operation} before you send it."),
            code="price_missing",
            order=order,
            operation=line.operation,
        )
        for line in lines
        if line.price is None
    ]


@transaction.atomic
def acknowledge(
    *, order: SubcontractOrder, promises: Sequence[Promise] = (), note: str = "", by: User
) -> SubcontractOrder:
    """The vendor takes the order; the promised days and quantities go to planning.

    A line that `promises` does not name is promised in full for its due day. Raises Refused.
    """
    SUBCONTRACT_FLOW.take(order, "acknowledge", acknowledged_at=clock.now(), note=note or order.note)
    named = {promise.line.pk: promise for promise in promises}
    every = [named.pop(line.pk, Promise(line=line, promised_on=line.due_on)) for line in open_lines(order)]
    if named:
        stranger = next(iter(named.values())).line
        raise Refused(_("{line} is no open line of {order}."), code="line", line=stranger, order=order)
    _keep(every, by)
    tell(Acknowledged(orders=(order,), by=by))
    return order


@transaction.atomic
def promise(*, order: SubcontractOrder, promises: Sequence[Promise], by: User) -> SubcontractOrder:
    """The vendor changes what it promised. Raises Refused unless the order is with the vendor."""
    locked = SubcontractOrder.objects.select_for_update().get(pk=order.pk)
    if locked.state not in (_State.ACKNOWLEDGED, _State.IN_WORK):
        raise Refused(
            _("{order} is {state}: only an order the vendor works on can be promised anew."),
            code="wrong_state",
            order=locked,
            state=locked.get_state_display(),
        )
    _keep(promises, by)
    tell(Acknowledged(orders=(locked,), by=by))
    return locked


def _keep(promises: Sequence[Promise], by: User) -> None:
    """The vendor's word stays on the line as it was given, and goes to planning as an instant."""
    for one in promises:
        one.line.promised_on = one.promised_on
    SubcontractLine.objects.bulk_update([one.line for one in promises], ["promised_on"])
    vendors.promise(promises=[_plain(one) for one in promises], by=by)


def _plain(promise: Promise) -> vendors.Promise:
    return vendors.Promise(
        operation=promise.line.operation,
        on=promise.promised_on,
        quantity=promise.line.quantity if promise.quantity is None else promise.quantity,
    )


def open_lines(order: SubcontractOrder) -> list[SubcontractLine]:
    """The lines that count, with what their operations name."""
    rows = order.lines.filter(cancelled=False).select_related(
        "operation__order__item__unit", "operation__order__site", "order"
    )
    return list(rows.order_by("id"))
