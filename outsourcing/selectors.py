"""Reads that more than one edge of outsourcing needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from execution.models import WipMove
from outsourcing.models import Dispatch, Invoice, Receipt, SubcontractLine, SubcontractOrder
from p2p.core import clock
from p2p.inventory.models import Balance
from planning.models import Operation
from planning.sequence import directly_before
from strategies.models import BomLine, Location, Vendor, VendorPrice

ZERO = Decimal(0)
SOON = timedelta(days=3)
"""How far ahead the queue of what is to be received looks."""
_Order = SubcontractOrder.State
WITH_VENDOR = (_Order.SENT, _Order.ACKNOWLEDGED, _Order.IN_WORK)
_Amount = DecimalField(max_digits=24, decimal_places=12)


def orders() -> QuerySet[SubcontractOrder]:
    """Orders with what their lists and head show: lines, value, earliest day."""
    live = Q(lines__cancelled=False)
    value = ExpressionWrapper(F("lines__quantity") * F("lines__price"), output_field=_Amount)
    return SubcontractOrder.objects.select_related("vendor", "site", "currency").annotate(
        line_count=Count("lines", filter=live),
        value=Sum(value, filter=live),
        due_on=Min("lines__due_on", filter=live & Q(lines__complete=False)),
        pieces=Sum("lines__quantity", filter=live),
        back=Sum(F("lines__received_quantity") + F("lines__rejected_quantity"), filter=live),
    )


def lines() -> QuerySet[SubcontractLine]:
    """Lines that count, with operation, item, vendor, how many pieces lie at the vendor, and how many stand ready
    before an operation that is not the `first` of its order."""
    return (
        SubcontractLine.objects.filter(cancelled=False)
        .select_related("order__vendor", "order__site", "order__currency")
        .select_related("operation__order__item__unit", "operation__group")
        .annotate(
            out=ExpressionWrapper(
                F("sent_quantity") - F("received_quantity") - F("rejected_quantity"), output_field=_Amount
            ),
            left=ExpressionWrapper(
                F("quantity") - F("received_quantity") - F("rejected_quantity"), output_field=_Amount
            ),
            ready=Coalesce(
                Subquery(_standing_before(), output_field=_Amount), Value(ZERO), output_field=_Amount
            ),
            first=~Exists(_here().filter(Exists(directly_before()))),
        )
    )


def _here() -> QuerySet[Operation]:
    """The operation of the line of the query around."""
    return Operation.objects.filter(pk=OuterRef("operation")).order_by()


def _standing_before() -> QuerySet[Any]:
    """Pieces that stand in house behind the operations before a line's operation."""
    moves = WipMove.objects.filter(operation=OuterRef("pk")).exclude(location__kind=Location.Kind.VENDOR)
    standing = moves.order_by().values("operation").annotate(pieces=Sum("quantity")).values("pieces")
    before = directly_before().annotate(pieces=Subquery(standing, output_field=_Amount)).values("order")
    all_of_them = before.annotate(all=Sum("pieces", output_field=_Amount)).values("all")
    return _here().annotate(ready=Subquery(all_of_them, output_field=_Amount)).values("ready")


def to_order() -> QuerySet[Operation]:
    """Outside work that no order covers yet."""
    return (
        Operation.objects.filter(outside=True, state__in=("released", "started"))
        .filter(order__state__in=("released", "started"))
        .exclude(pk__in=SubcontractLine.objects.filter(cancelled=False).values("operation"))
        .select_related("order__item__unit", "order__site", "vendor", "group")
        .order_by("starts_at", "order__due_on", "id")
    )


def drafts() -> QuerySet[SubcontractOrder]:
    return orders().filter(state=_Order.DRAFT).order_by("due_on", "id")


def to_send() -> QuerySet[SubcontractLine]:
    """Lines the vendor has agreed to, whose pieces stand ready here."""
    waiting = lines().filter(order__state__in=WITH_VENDOR, complete=False, sent_quantity__lt=F("quantity"))
    components = Q(first=True, operation__materials__kind__in=BomLine.FROM_STOCK)
    return waiting.filter(Q(ready__gt=0) | components).distinct().order_by("due_on", "id")


def at_vendor() -> QuerySet[SubcontractLine]:
    return lines().filter(out__gt=0, complete=False).order_by("due_on", "id")


def late(today: date | None = None) -> QuerySet[SubcontractLine]:
    """With the vendor and past their day, or promised for later than they are due."""
    day = today or clock.today()
    broken = Q(promised_on__gt=F("due_on"))
    return (
        lines()
        .filter(order__state__in=WITH_VENDOR, complete=False)
        .filter(Q(due_on__lt=day) | broken)
        .order_by("due_on", "id")
    )


def to_receive(today: date | None = None) -> QuerySet[SubcontractLine]:
    """What is expected in the next days."""
    day = (today or clock.today()) + SOON
    return at_vendor().filter(Q(due_on__lte=day) | Q(promised_on__lte=day))


def to_match() -> QuerySet[SubcontractLine]:
    """Received and accepted, not invoiced yet."""
    return lines().filter(received_quantity__gt=F("invoiced_quantity")).order_by("due_on", "id")


def blocked_invoices() -> QuerySet[Invoice]:
    return invoices().filter(state=Invoice.State.BLOCKED).order_by("invoiced_on", "id")


def invoices() -> QuerySet[Invoice]:
    value = ExpressionWrapper(F("lines__quantity") * F("lines__price"), output_field=_Amount)
    return Invoice.objects.select_related("vendor", "currency", "approved_by").annotate(value=Sum(value))


QUEUES = {
    "to_order": to_order,
    "drafts": drafts,
    "to_send": to_send,
    "at_vendor": at_vendor,
    "late": late,
    "to_receive": to_receive,
    "to_match": to_match,
    "blocked": blocked_invoices,
}


def counts() -> dict[str, int]:
    """How long each queue of the workbench is: one query each."""
    return {name: rows().count() for name, rows in QUEUES.items()}


@dataclass
class AtVendor:
    """What of ours lies at one vendor."""

    vendor: Vendor
    wip: list[dict[str, Any]] = field(default_factory=list)
    stock: list[Balance] = field(default_factory=list)


def whereabouts() -> list[AtVendor]:
    """Pieces in work and stock at every vendor, the vendor with the most rows first. Two queries."""
    found: dict[int, AtVendor] = {}
    stock = (
        Balance.objects.filter(location__kind=Location.Kind.VENDOR, quantity__gt=0)
        .select_related("item__unit", "lot", "location__vendor")
        .order_by("item__number", "id")
    )
    for balance in stock:
        vendor = balance.location.vendor
        if vendor is not None:
            found.setdefault(vendor.pk, AtVendor(vendor)).stock.append(balance)
    vendors = {vendor.pk: vendor for vendor in (one.vendor for one in found.values())}
    for row in _wip_at_vendors():
        key = row["location__vendor"]
        if key not in vendors:
            vendors[key] = Vendor.objects.get(pk=key)
        found.setdefault(key, AtVendor(vendors[key])).wip.append(row)
    return sorted(found.values(), key=lambda one: (-len(one.wip) - len(one.stock), one.vendor.number))


def _wip_at_vendors() -> Iterable[dict[str, Any]]:
    return (
        WipMove.objects.filter(location__kind=Location.Kind.VENDOR)
        .values(
            "location__vendor",
            "operation__order__number",
            "operation__order_id",
            "operation__number",
            "operation__name",
            "operation__order__item__unit__code",
            number=Coalesce("operation__half_finished__number", "operation__order__item__number"),
            name=Coalesce("operation__half_finished__name", "operation__order__item__name"),
        )
        .annotate(pieces=Sum("quantity"), since=Min("effective_at"))
        .filter(pieces__gt=0)
        .order_by("since", "operation__order__number", "operation__number")
    )


def trips(order: SubcontractOrder) -> list[Dispatch | Receipt]:
    """Delivery notes and receipts of an order, the latest first."""
    sent = list(order.dispatches.prefetch_related("lines__line__operation__order").select_related("by"))
    back = list(
        order.receipts.select_related("by", "reverses", "reversed_by").prefetch_related(
            "lines__line__operation__order", "lines__reason", "lines__report"
        )
    )
    return sorted([*sent, *back], key=lambda one: (one.posted_at, one.pk), reverse=True)


def candidates(operation: Operation) -> QuerySet[Vendor]:
    """Vendors that may do an operation: those with a price for it first, then all subcontractors."""
    priced = VendorPrice.objects.filter(
        item=operation.order.item_id, operation_number=operation.number
    ).values("vendor")
    rank = Case(When(pk__in=priced, then=Value("a")), default=Value("b"), output_field=CharField())
    return (
        Vendor.objects.filter(Q(pk__in=priced) | Q(subcontractor=True), active=True)
        .annotate(rank=rank)
        .order_by("rank", "name")
    )
