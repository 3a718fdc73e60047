"""Outsourcing's records as JSON, and what its verbs take."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from outsourcing.models import (
    Dispatch,
    DispatchLine,
    Invoice,
    InvoiceLine,
    MatchTolerance,
    Receipt,
    ReceiptLine,
    SubcontractLine,
    SubcontractOrder,
)
from p2p.core.digits import whole
from p2p.core.rest import Expand, KeyField, RecordSerializer, VerbSerializer
from planning.models import Operation
from strategies.models import Currency, ReasonCode, Site, Vendor

_MONEY = {"max_digits": 24, "decimal_places": 8, "min_value": 0}
_PIECES = {"max_digits": 24, "decimal_places": 12, "min_value": 0}


class WorkField(serializers.Field[Operation, str, str, Any]):
    """An operation as "MO-000001/20"."""

    default_error_messages = {"unknown": _("There is no operation {value}: write order/operation.")}

    def to_representation(self, value: Operation) -> str:
        return f"{value.order.number}/{value.number}"

    def to_internal_value(self, data: str) -> Operation:
        order, _slash, number = str(data).rpartition("/")
        found = None
        place = whole(number, most=10**9)
        if place is not None:
            rows = Operation.objects.select_related("order")
            found = rows.filter(order__number=order, number=place).first()
        if found is None:
            self.fail("unknown", value=data)
        return found


class OpenLineField(WorkField):
    """A line by the operation it orders; cancelled lines do not count."""

    default_error_messages = {"no_line": _("Nobody has ordered {value} from a vendor.")}

    def to_internal_value(self, data: str) -> Any:
        operation = super().to_internal_value(data)
        rows = SubcontractLine.objects.select_related("order__vendor", "operation__order")
        found = rows.filter(operation=operation, cancelled=False).first()
        if found is None:
            self.fail("no_line", value=data)
        return found


class LineSerializer(RecordSerializer):
    operation = WorkField(read_only=True)
    item = serializers.CharField(source="operation.order.item.number", read_only=True)

    class Meta:
        model = SubcontractLine
        fields = (
            "operation",
            "item",
            "quantity",
            "price",
            "price_because",
            "due_on",
            "promised_on",
            "sent_quantity",
            "received_quantity",
            "rejected_quantity",
            "invoiced_quantity",
            "allowed_loss_fraction",
            "complete",
            "cancelled",
        )
        money = ("price", "price_because")


class DispatchLineSerializer(RecordSerializer):
    operation = WorkField(source="line.operation", read_only=True)

    class Meta:
        model = DispatchLine
        fields = ("operation", "quantity")


class DispatchSerializer(RecordSerializer):
    order = KeyField(read_only=True)
    by = KeyField(key="username", read_only=True)
    lines = DispatchLineSerializer(many=True, read_only=True)

    class Meta:
        model = Dispatch
        fields = ("number", "order", "effective_at", "posted_at", "by", "undone_at", "lines")


class ReceiptLineSerializer(RecordSerializer):
    operation = WorkField(source="line.operation", read_only=True)
    reason = KeyField(key="code", read_only=True)
    report = KeyField(read_only=True)

    class Meta:
        model = ReceiptLine
        fields = (
            "operation", "good", "rejected", "missing", "over_agreed", "borne_by", "why", "reason", "report",
        )  # fmt: skip


class ReceiptSerializer(RecordSerializer):
    order = KeyField(read_only=True)
    by = KeyField(key="username", read_only=True)
    reverses = KeyField(read_only=True)
    lines = ReceiptLineSerializer(many=True, read_only=True)

    class Meta:
        model = Receipt
        fields = ("number", "order", "packing_slip", "effective_at", "posted_at", "by", "reverses", "lines")


class OrderSerializer(RecordSerializer):
    vendor = KeyField(read_only=True)
    site = KeyField(read_only=True)
    currency = KeyField(read_only=True)
    due_on = serializers.DateField(read_only=True)
    expandable = {
        "lines": Expand(LineSerializer, many=True, prefetch=("lines__operation__order__item",)),
        "dispatches": Expand(
            DispatchSerializer,
            many=True,
            prefetch=("dispatches__lines__line__operation__order", "dispatches__order", "dispatches__by"),
        ),
        "receipts": Expand(
            ReceiptSerializer,
            many=True,
            prefetch=(
                "receipts__lines__line__operation__order",
                "receipts__lines__reason",
                "receipts__lines__report",
                "receipts__order",
                "receipts__by",
                "receipts__reverses",
            ),
        ),
    }

    class Meta:
        model = SubcontractOrder
        fields = (
            "number",
            "state",
            "vendor",
            "site",
            "currency",
            "due_on",
            "created_at",
            "sent_at",
            "acknowledged_at",
            "note",
            "revision",
        )


class PromiseInput(VerbSerializer):
    line = OpenLineField()
    promised_on = serializers.DateField()
    quantity = serializers.DecimalField(**_PIECES, required=False)


class AcknowledgeInput(VerbSerializer):
    promises = PromiseInput(many=True, required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=200)


class PromisesInput(VerbSerializer):
    promises = PromiseInput(many=True, allow_empty=False)


class ChangeLineInput(VerbSerializer):
    line = OpenLineField()
    price = serializers.DecimalField(**_MONEY, required=False)
    due_on = serializers.DateField(required=False)


class ToSendInput(VerbSerializer):
    line = OpenLineField()
    quantity = serializers.DecimalField(**_PIECES)


class DispatchInput(VerbSerializer):
    lines = ToSendInput(many=True, required=False)
    at = serializers.DateTimeField(required=False)


class BackInput(VerbSerializer):
    line = OpenLineField()
    good = serializers.DecimalField(**_PIECES, default=Decimal(0))
    rejected = serializers.DecimalField(**_PIECES, default=Decimal(0))
    reason = serializers.SlugRelatedField(
        slug_field="code", queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.SCRAP), required=False
    )
    complete = serializers.BooleanField(default=False)
    borne_by = serializers.ChoiceField(choices=ReceiptLine.Bearer.choices, default="", allow_blank=True)
    why = serializers.CharField(max_length=200, default="", allow_blank=True)


class ReceiveInput(VerbSerializer):
    lines = BackInput(many=True, allow_empty=False)
    packing_slip = serializers.CharField(required=False, allow_blank=True, max_length=60)
    at = serializers.DateTimeField(required=False)


class NoteInput(VerbSerializer):
    note = serializers.CharField(required=False, allow_blank=True, max_length=200)


class NeedsNoteInput(VerbSerializer):
    note = serializers.CharField(max_length=200)


class OperationsInput(VerbSerializer):
    operations = serializers.ListField(child=WorkField(), allow_empty=False)


class InvoiceLineSerializer(RecordSerializer):
    line = OpenLineField(source="line.operation", read_only=True)

    class Meta:
        model = InvoiceLine
        fields = ("line", "quantity", "price")


class ChargeInput(VerbSerializer):
    line = OpenLineField()
    quantity = serializers.DecimalField(**_PIECES)
    price = serializers.DecimalField(**_MONEY)


class InvoiceSerializer(RecordSerializer):
    vendor = KeyField(queryset=Vendor.objects.all())
    currency = KeyField(queryset=Currency.objects.all(), required=False)
    approved_by = KeyField(key="username", read_only=True)
    expandable = {
        "lines": Expand(InvoiceLineSerializer, many=True, prefetch=("lines__line__operation__order",))
    }

    class Meta:
        model = Invoice
        fields = (
            "id",
            "number",
            "vendor",
            "currency",
            "state",
            "invoiced_on",
            "blocked_because",
            "approved_by",
            "approval_note",
            "posted_at",
        )
        read_only_fields = ("state", "blocked_because", "approval_note", "posted_at")
        validators: tuple[Any, ...] = ()


class NewInvoiceSerializer(InvoiceSerializer):
    lines = ChargeInput(many=True, write_only=True)

    class Meta(InvoiceSerializer.Meta):
        fields = (*InvoiceSerializer.Meta.fields, "lines")


class ToleranceSerializer(RecordSerializer):
    site = KeyField(queryset=Site.objects.all())

    class Meta:
        model = MatchTolerance
        fields = ("site", "price_fraction", "quantity_fraction")
