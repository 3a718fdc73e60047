"""The floor's records as JSON, and what its verbs take."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from execution import selectors
from execution.models import Clocking, Device, Downtime, PickLine, PickList, Report, WipMove
from execution.output_serializers import BesideInput, OutputMoveSerializer, VariationSerializer
from execution.services.pick import Picked
from p2p.core.rest import Expand, KeyField, RecordSerializer, VerbSerializer
from p2p.core.rest.serializers import DecimalText
from planning.models import Operation, ProductionOrder
from strategies.models import ReasonCode, Resource, Worker


def quantity(**also: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=24, decimal_places=12, **also)


class OrderSerializer(RecordSerializer):
    class Meta:
        model = ProductionOrder
        fields = (
            "number", "state", "site", "item", "unit", "quantity", "good_quantity", "scrap_quantity", "priority",
            "start_on", "due_on", "starts_at", "ends_at", "released_at", "started_at", "finished_at", "ended_at",
        )  # fmt: skip


class OperationSerializer(RecordSerializer):
    item = serializers.CharField(source="order.item.number", read_only=True)
    group = KeyField(key="code", read_only=True)
    resource = KeyField(key="code", read_only=True)
    due_on = serializers.DateField(source="order.due_on", read_only=True)
    readiness = serializers.SerializerMethodField()
    why = serializers.SerializerMethodField()
    ready = serializers.SerializerMethodField()

    class Meta:
        model = Operation
        fields = (
            "order", "number", "name", "item", "state", "group", "resource", "outside", "vendor", "quantity",
            "good_quantity", "scrap_quantity", "ready", "readiness", "why", "setup_seconds", "run_seconds", "inspect",
            "starts_at", "ends_at", "due_on", "began_at", "done_at",
        )  # fmt: skip

    def get_readiness(self, operation: Operation) -> str:
        return selectors.readiness(operation).state

    def get_why(self, operation: Operation) -> str:
        return selectors.readiness(operation).sentence

    def get_ready(self, operation: Operation) -> str:
        return DecimalText(max_digits=24, decimal_places=12).to_representation(
            selectors.readiness(operation).pieces
        )


class ReportSerializer(RecordSerializer):
    expandable = {
        "outputs": Expand(
            OutputMoveSerializer,
            many=True,
            source="output_moves",
            prefetch=OutputMoveSerializer.reads,
        ),
        "variations": Expand(
            VariationSerializer, many=True, prefetch=("variations__output__item", "variations__reason")
        ),
    }
    order = serializers.CharField(source="operation.order.number", read_only=True)
    operation = serializers.IntegerField(source="operation.number", read_only=True)
    reason = KeyField(key="code", read_only=True)
    resource = KeyField(key="code", read_only=True)
    undone = serializers.BooleanField(read_only=True, default=False)
    made_up_for = KeyField(key="number", read_only=True)

    class Meta:
        model = Report
        fields = (
            "number", "order", "operation", "good", "scrap", "reason", "cause", "seconds", "resource", "worker",
            "device", "finishes", "ends_picking", "ends_route", "accepted", "accepted_why", "made_up_for",
            "vendor_receipt", "note", "reverses", "undone", "effective_at", "posted_at", "by",
        )  # fmt: skip


class PickLineSerializer(RecordSerializer):
    item = serializers.CharField(source="material.item.number", read_only=True)
    unit = serializers.CharField(source="material.item.unit.code", read_only=True)
    location = KeyField(key="code", read_only=True)
    lot = KeyField(key="number", read_only=True)
    serial = KeyField(key="number", read_only=True)

    class Meta:
        model = PickLine
        fields = ("id", "item", "unit", "location", "lot", "serial", "quantity", "picked_quantity")


class PickListSerializer(RecordSerializer):
    expandable = {
        "lines": Expand(
            PickLineSerializer,
            many=True,
            prefetch=("lines__material__item__unit", "lines__location", "lines__lot", "lines__serial"),
        )
    }

    class Meta:
        model = PickList
        fields = ("number", "order", "state", "created_at", "picked_at", "picked_by")


class DowntimeSerializer(RecordSerializer):
    resource = KeyField(key="code", queryset=Resource.objects.filter(active=True))
    reason = KeyField(key="code", queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.DOWNTIME))
    at = serializers.DateTimeField(write_only=True, required=False)

    class Meta:
        model = Downtime
        fields = ("id", "resource", "reason", "began_at", "ended_at", "note", "posted_at", "by", "at")
        read_only_fields = ("id", "began_at", "ended_at", "posted_at", "by")
        validators = ()


class WipMoveSerializer(RecordSerializer):
    order = serializers.CharField(source="operation.order.number", read_only=True)
    operation = serializers.IntegerField(source="operation.number", read_only=True)
    half_finished = KeyField(source="operation.half_finished", read_only=True)
    location = KeyField(key="code", read_only=True)
    report = KeyField(key="number", read_only=True)

    class Meta:
        model = WipMove
        fields = (
            "id",
            "order",
            "operation",
            "half_finished",
            "location",
            "quantity",
            "kind",
            "report",
            "reference",
            "effective_at",
        )


class ClockingSerializer(RecordSerializer):
    order = serializers.CharField(source="operation.order.number", read_only=True)
    operation = serializers.IntegerField(source="operation.number", read_only=True)
    resource = KeyField(key="code", read_only=True)

    class Meta:
        model = Clocking
        fields = ("id", "order", "operation", "by", "resource", "kind", "began_at", "ended_at")


# ---- what verbs take


class ReleaseInput(VerbSerializer):
    despite_shortage = serializers.BooleanField(default=False)


class ReleaseManyInput(ReleaseInput):
    orders = KeyField(key="number", queryset=ProductionOrder.objects.all(), many=True, allow_empty=False)


class AtInput(VerbSerializer):
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class StartInput(AtInput):
    resource = KeyField(
        key="code", queryset=Resource.objects.filter(active=True), required=False, allow_null=True
    )
    kind = serializers.ChoiceField(choices=Clocking.Kind.choices, default=Clocking.Kind.RUN)


class ReportInput(AtInput):
    good = quantity(default=Decimal(0))
    scrap = quantity(default=Decimal(0))
    reason = KeyField(
        key="code",
        queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.SCRAP, active=True),
        required=False,
        allow_null=True,
    )
    seconds = serializers.IntegerField(default=0)
    resource = KeyField(
        key="code", queryset=Resource.objects.filter(active=True), required=False, allow_null=True
    )
    worker = KeyField(
        key="number", queryset=Worker.objects.filter(active=True), required=False, allow_null=True
    )
    device = KeyField(key="code", queryset=Device.objects.all(), required=False, allow_null=True)
    finish = serializers.BooleanField(default=False)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")
    lot = serializers.CharField(max_length=60, allow_blank=True, default="")
    serials = serializers.ListField(child=serializers.CharField(max_length=60), default=list)
    plate = serializers.CharField(max_length=40, allow_blank=True, default="")
    cause = serializers.ChoiceField(choices=ReasonCode.Cause.choices, allow_blank=True, default="")
    catch_quantity = quantity(required=False, allow_null=True)
    end_picking = serializers.BooleanField(default=False)
    end_route = serializers.BooleanField(default=False)
    despite = serializers.CharField(max_length=200, allow_blank=True, default="")
    outputs = BesideInput(many=True, default=list)


class UndoInput(AtInput):
    reason = KeyField(
        key="code",
        queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.REVERSAL, active=True),
        required=False,
        allow_null=True,
    )


class PickedInput(VerbSerializer):
    line = serializers.PrimaryKeyRelatedField(queryset=PickLine.objects.all())
    catch_quantity = serializers.DecimalField(
        max_digits=24, decimal_places=12, required=False, allow_null=True, default=None
    )
    quantity = quantity()

    def to_internal_value(self, data: Any) -> Any:
        return Picked(**super().to_internal_value(data))


class WeighInput(AtInput):
    """What a scale typed for a line of the list: one weighing a line, or semicolons between them."""

    line = serializers.PrimaryKeyRelatedField(queryset=PickLine.objects.select_related("material"))
    weighings = serializers.CharField(max_length=2000)
    tare = serializers.CharField(max_length=40, allow_blank=True, default="")
    more_comes = serializers.BooleanField(default=False)
    catch_quantity = serializers.DecimalField(
        max_digits=24, decimal_places=12, required=False, allow_null=True, default=None
    )
    reason = KeyField(
        key="code",
        queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.ADJUSTMENT, active=True),
        required=False,
        allow_null=True,
    )


class PileSerializer(VerbSerializer):
    """Pieces behind an operation, at a place or a vendor."""

    order = serializers.CharField()
    operation = serializers.IntegerField()
    name = serializers.CharField()
    site = serializers.CharField()
    location = serializers.CharField(source="place")
    vendor = serializers.CharField()
    quantity = DecimalText(source="pieces", max_digits=24, decimal_places=12)


class FaultSerializer(VerbSerializer):
    """Scrap of one cause and reason, the most first."""

    cause = serializers.CharField()
    reason = serializers.CharField(source="code")
    pieces = DecimalText(max_digits=24, decimal_places=12)
    share = DecimalText(max_digits=24, decimal_places=12)
    up_to = DecimalText(max_digits=24, decimal_places=12)


class PickInput(AtInput):
    lines = PickedInput(many=True, required=False, allow_null=True, default=None)
