"""What an order takes, and what was set right of it by hand, as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from execution.models import Adjustment, PickLine
from execution.serializers import (
    AtInput,
    KeyField,
    PickLineSerializer,
    RecordSerializer,
    VerbSerializer,
    quantity,
)
from p2p.core.rest.serializers import DecimalText
from planning.models import Material
from strategies.models import ReasonCode


class MaterialSerializer(RecordSerializer):
    order = serializers.CharField(source="order.number", read_only=True)
    operation = serializers.IntegerField(source="operation.number", read_only=True, allow_null=True)
    item = serializers.CharField(source="item.number", read_only=True)
    unit = serializers.CharField(source="item.unit.code", read_only=True)

    class Meta:
        model = Material
        fields = (
            "id",
            "order",
            "operation",
            "position",
            "item",
            "unit",
            "flushing",
            "quantity",
            "issued_quantity",
        )


class AdjustmentSerializer(RecordSerializer):
    order = serializers.CharField(source="material.order.number", read_only=True)
    item = serializers.CharField(source="material.item.number", read_only=True)
    reason = KeyField(key="code", read_only=True)
    report = KeyField(key="number", read_only=True)
    undone = serializers.BooleanField(read_only=True, default=False)

    class Meta:
        model = Adjustment
        fields = (
            "id", "material", "order", "item", "quantity", "beyond", "reason", "report", "reverses", "undone",
            "posted_at", "by",
        )  # fmt: skip
        read_only_fields = fields


class InHandInput(VerbSerializer):
    """What is named of it; what is left out the item's picking rule chooses."""

    quantity = quantity()
    location = serializers.CharField(max_length=40, allow_blank=True, default="")
    lot = serializers.CharField(max_length=60, allow_blank=True, default="")
    serials = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, default=list, max_length=1000
    )
    unit = serializers.CharField(max_length=40, allow_blank=True, default="")


class AdjustInput(InHandInput, AtInput):
    catch_quantity = quantity(required=False, allow_null=True, default=None)
    reason = KeyField(
        key="code",
        queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.ADJUSTMENT, active=True),
        required=False,
        allow_null=True,
    )


class KeepInput(InHandInput):
    """`quantity` is above zero."""


class PileRow(serializers.Serializer[Any]):
    """So much at one place."""

    location = serializers.CharField(source="place.code", read_only=True)
    lot = serializers.CharField(source="lot.number", read_only=True, default="")
    serial = serializers.CharField(source="serial.number", read_only=True, default="")
    unit = serializers.CharField(source="unit.number", read_only=True, default="")
    quantity = DecimalText(max_digits=24, decimal_places=12, read_only=True)


class ExchangeSerializer(serializers.Serializer[Any]):
    """What is kept now and was not, and what is free for others again."""

    kept = PileRow(many=True, read_only=True)
    freed = PileRow(many=True, read_only=True)


class PickLineRow(PickLineSerializer):
    pick_list = serializers.CharField(source="pick_list.number", read_only=True)

    class Meta:
        model = PickLine
        fields = ("pick_list", *PickLineSerializer.Meta.fields)


class PickLineInput(InHandInput, AtInput):
    catch_quantity = quantity(required=False, allow_null=True, default=None)


class PickShortInput(AdjustInput):
    """`quantity` is what was found, 0 when nothing."""
