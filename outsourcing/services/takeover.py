"""Work that lies at vendors on the day of a cut-over: orders with the vendor's numbers, and their pieces sent along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _now

from execution.services.takeover import put_on_floor
from outsourcing.facts import Drafted
from outsourcing.models import SubcontractLine, SubcontractOrder
from outsourcing.services.dispatch import dispatch
from outsourcing.services.loading import ToSend
from outsourcing.services.losses import agreed
from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.models import User
from planning.models import Operation, ProductionOrder
from strategies.models import Vendor

_State = SubcontractOrder.State


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """One line of an order at a vendor: `quantity` ordered, `received` of it back, `there` still lies at the vendor."""

    number: str
    vendor: Vendor
    operation: Operation
    quantity: Decimal
    received: Decimal
    there: Decimal
    price: Decimal
    due_on: date
    at: datetime
    promised_on: date | None = None


@transaction.atomic
def take_subcontracts(*, lines: Sequence[OpenLine], by: User) -> list[SubcontractOrder]:
    """Write orders as sent (acknowledged where a day was promised) and send the pieces that lie there along.

    The production orders go to the floor first; what their release drafted for these operations is replaced.
    Refused, by name, when fewer pieces stand behind the operation before than lie at the vendor.
    """
    if not lines:
        return []
    orders = ProductionOrder.objects.filter(pk__in={one.operation.order_id for one in lines})
    put_on_floor(orders=list(orders.select_related("site").order_by("pk")), by=by)
    _drop_drafts(lines)
    made = {one.number: one for one in _orders(lines)}
    losses = agreed([one.operation for one in lines])
    rows = SubcontractLine.objects.bulk_create(
        SubcontractLine(
            order=made[one.number],
            operation=one.operation,
            quantity=one.quantity,
            price=one.price,
            price_because=_now("Taken over"),
            due_on=one.due_on,
            promised_on=one.promised_on,
            sent_quantity=one.received,
            received_quantity=one.received,
            allowed_loss_fraction=losses[one.operation.pk],
        )
        for one in lines
    )
    tell(Drafted(orders=tuple(made.values()), by=by))
    away: dict[str, list[ToSend]] = {}
    for one, row in zip(lines, rows, strict=True):
        if one.there:
            away.setdefault(one.number, []).append(ToSend(line=row, quantity=one.there))
    for number, sent in away.items():
        dispatch(
            order=made[number], lines=sent, at=min(one.at for one in lines if one.number == number), by=by
        )
    return list(made.values())


def _drop_drafts(lines: Sequence[OpenLine]) -> None:
    drafted = SubcontractLine.objects.filter(
        operation__in=[one.operation.pk for one in lines], order__state=_State.DRAFT
    )
    orders = set(drafted.values_list("order", flat=True))
    drafted.delete()
    SubcontractOrder.objects.filter(pk__in=orders, lines__isnull=True).delete()


def _orders(lines: Sequence[OpenLine]) -> list[SubcontractOrder]:
    moment = clock.now()
    first: dict[str, OpenLine] = {}
    promised: set[str] = set()
    for one in lines:
        first.setdefault(one.number, one)
        if one.promised_on:
            promised.add(one.number)
    return SubcontractOrder.objects.bulk_create(
        SubcontractOrder(
            number=number,
            vendor=one.vendor,
            site=one.operation.order.site,
            currency=one.vendor.currency,
            state=_State.ACKNOWLEDGED if number in promised else _State.SENT,
            sent_at=moment,
            acknowledged_at=moment if number in promised else None,
            note=_now("Taken over"),
        )
        for number, one in first.items()
    )
