"""What comes out of an order as JSON: what a report brought, what it said otherwise, and what it may say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from rest_framework import serializers

from execution.models import OutputMove, Variation
from execution.services.beside import Beside
from p2p.core.fields import plain
from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from p2p.core.rest.serializers import DecimalText
from planning.models import Output
from strategies.models import Item, ReasonCode


def amount(**also: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=24, decimal_places=12, **also)


class OutputMoveSerializer(RecordSerializer):
    """What a report brought into stock; negative where it takes a report back."""

    reads: ClassVar[tuple[str, ...]] = tuple(
        f"output_moves__{path}" for path in ("output__item", "move__lot", "move__serial", "move__into_unit")
    )

    item = serializers.CharField(source="output.item.number", read_only=True)
    kind = serializers.CharField(source="output.kind", read_only=True)
    quantity = serializers.SerializerMethodField()
    lot = serializers.CharField(source="move.lot.number", default=None, read_only=True)
    serial = serializers.CharField(source="move.serial.number", default=None, read_only=True)
    plate = serializers.CharField(source="move.into_unit.number", default=None, read_only=True)

    class Meta:
        model = OutputMove
        fields = ("item", "kind", "quantity", "lot", "serial", "plate")

    def get_quantity(self, row: OutputMove) -> str:
        return plain(-row.move.quantity if row.move.reverses_id else row.move.quantity)


class VariationSerializer(RecordSerializer):
    """What a report said of an output otherwise than expected."""

    item = serializers.CharField(source="output.item.number", read_only=True)
    kind = serializers.CharField(source="output.kind", read_only=True)
    planned = serializers.BooleanField(source="output.planned", read_only=True)
    reason = KeyField(key="code", read_only=True)

    class Meta:
        model = Variation
        fields = ("item", "kind", "planned", "expected", "quantity", "scrap", "reason", "cost_share")


class YieldedSerializer(VerbSerializer):
    """What would come out beside a report, before it is sent."""

    item = serializers.CharField(source="output.item.number")
    unit = serializers.CharField(source="output.item.unit.code")
    kind = serializers.CharField(source="output.kind")
    tracking = serializers.CharField(source="output.item.tracking")
    planned = serializers.BooleanField(source="output.planned")
    expected = DecimalText(max_digits=24, decimal_places=12)


class BesideInput(VerbSerializer):
    """One co- or by-product of a report."""

    item = KeyField(key="number", queryset=Item.objects.select_related("unit"))
    quantity = amount(required=False, allow_null=True)
    scrap = amount(default=Decimal(0))
    reason = KeyField(
        key="code",
        queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.SCRAP, active=True),
        required=False,
        allow_null=True,
    )
    lot = serializers.CharField(max_length=60, allow_blank=True, default="")
    serials = serializers.ListField(child=serializers.CharField(max_length=60), default=list)
    plate = serializers.CharField(max_length=40, allow_blank=True, default="")
    catch_quantity = amount(required=False, allow_null=True)
    kind = serializers.ChoiceField(
        choices=[(Output.Kind.CO, "co"), (Output.Kind.BY, "by")], allow_blank=True, default=""
    )
    cost_share = amount(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        given = super().to_internal_value(data)
        return Beside(**{**given, "serials": tuple(given["serials"])})
