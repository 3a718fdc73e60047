"""What vendors promise of the operations they do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from p2p.core.models import User
from planning.facts import OrderChanged
from planning.models import Operation


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A vendor promises `quantity` pieces of the operation back by the end of day `on` at the site."""

    operation: Operation
    on: date
    quantity: Decimal


@transaction.atomic
def promise(*, promises: Sequence[Promise], by: User) -> list[Operation]:
    """Keep what vendors promise; schedule and messages read it. Raises Refused for a quantity of zero."""
    named = {one.operation.pk: one for one in promises}
    bad = next((one for one in promises if one.quantity <= 0), None)
    if bad is not None:
        raise Refused(
            _("{operation}: a promise needs a quantity above zero."),
            field="quantity",
            operation=bad.operation,
        )
    operations = _locked(named)
    for operation in operations:
        said = named[operation.pk]
        operation.promised_at = end_of_day(said.on, operation.order.site.time_zone)
        operation.promised_quantity = said.quantity
    Operation.objects.bulk_update(operations, ["promised_at", "promised_quantity"])
    _tell(operations, by)
    return operations


@transaction.atomic
def forget_promises(*, operations: Iterable[Operation], by: User) -> list[Operation]:
    """The vendor's word no longer stands, because its order was withdrawn."""
    locked = _locked([operation.pk for operation in operations])
    for operation in locked:
        operation.promised_at = operation.promised_quantity = None
    Operation.objects.bulk_update(locked, ["promised_at", "promised_quantity"])
    _tell(locked, by)
    return locked


def end_of_day(day: date, zone: str) -> datetime:
    """The last second of `day` at a place, in UTC: a promise for a day holds until it is over."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return midnight.astimezone(ZoneInfo("UTC")) - timedelta(seconds=1)


def _locked(keys: Iterable[int]) -> list[Operation]:
    rows = Operation.objects.filter(pk__in=list(keys)).select_related("order__site").order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def _tell(operations: Sequence[Operation], by: User) -> None:
    orders = {operation.order.pk: operation.order for operation in operations}
    if orders:
        tell(OrderChanged(orders=tuple(orders[key] for key in sorted(orders)), by=by))


def lie_at_vendor(*, operation: Operation, quantity: Decimal) -> None:
    """So many pieces more (or fewer, when negative) of the operation lie at its vendor. Call it with the order
    locked."""
    Operation.objects.filter(pk=operation.pk).update(
        with_vendor=F("with_vendor") + quantity, revision=F("revision") + 1
    )
