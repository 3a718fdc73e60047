"""Quality's records as JSON, and what its verbs take."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from p2p.core.digits import whole
from p2p.core.rest import Expand, KeyField, RecordSerializer, VerbSerializer
from p2p.inventory.models import Lot
from p2p.inventory.serializers.by_hand import SerialsField
from planning.models import Operation
from quality import selectors
from quality.models import ControlPlan, ControlPlanLine, Inspection, NonConformance, Result
from strategies.models import Characteristic, Item, ItemGroup, ReasonCode, ResourceGroup, Site, Vendor


class OperationField(serializers.Field[Operation, str, str, Any]):
    """An operation as "MO-000001/40"."""

    default_error_messages = {
        "unknown": "There is no operation {value}: write order/operation, like MO-000001/40."
    }

    def to_representation(self, value: Operation) -> str:
        return f"{value.order.number}/{value.number}"

    def to_internal_value(self, data: str) -> Operation:
        order, _slash, number = str(data).rpartition("/")
        place = whole(number, most=10**9)
        rows = Operation.objects.filter(order__number=order).select_related("order")
        found = rows.filter(number=place).first() if place is not None else None
        if found is None:
            self.fail("unknown", value=data)
        return found


class LineSerializer(RecordSerializer):
    """What a control plan reads on each piece."""

    characteristic = KeyField(queryset=Characteristic.objects.all())

    class Meta:
        model = ControlPlanLine
        fields = (
            "position",
            "characteristic",
            "target",
            "lower_limit",
            "upper_limit",
            "severity",
            "accept_number",
        )


class PlanSerializer(RecordSerializer):
    site = KeyField(queryset=Site.objects.all())
    item = KeyField(queryset=Item.objects.all(), required=False, allow_null=True)
    item_group = KeyField(queryset=ItemGroup.objects.all(), required=False, allow_null=True)
    group = KeyField(queryset=ResourceGroup.objects.all(), key="code", required=False, allow_null=True)
    vendor = KeyField(queryset=Vendor.objects.all(), required=False, allow_null=True)
    expandable = {"lines": Expand(LineSerializer, many=True, prefetch=("lines__characteristic",))}

    class Meta:
        model = ControlPlan
        fields = (
            "code",
            "version",
            "name",
            "state",
            "trigger",
            "site",
            "item",
            "item_group",
            "group",
            "operation_number",
            "vendor",
            "sample_fixed",
            "sample_fraction",
            "blocks",
        )
        read_only_fields = ("version", "state")
        validators: tuple[Any, ...] = ()


class PlanLineInput(VerbSerializer):
    characteristic = serializers.SlugRelatedField(slug_field="code", queryset=Characteristic.objects.all())
    target = serializers.DecimalField(24, 12, required=False, allow_null=True)
    lower_limit = serializers.DecimalField(24, 12, required=False, allow_null=True)
    upper_limit = serializers.DecimalField(24, 12, required=False, allow_null=True)
    severity = serializers.ChoiceField(ControlPlanLine.Severity.choices, required=False)
    accept_number = serializers.IntegerField(min_value=0, required=False)


class LinesInput(VerbSerializer):
    lines = PlanLineInput(many=True)


class ResultSerializer(RecordSerializer):
    inspection = KeyField(read_only=True)
    characteristic = KeyField(read_only=True)
    by = KeyField(key="username", read_only=True)

    class Meta:
        model = Result
        fields = (
            "id",
            "inspection",
            "characteristic",
            "sample",
            "value",
            "text",
            "conforms",
            "superseded",
            "effective_at",
            "posted_at",
            "by",
        )


class InspectionSerializer(RecordSerializer):
    plan = serializers.CharField(source="plan.__str__", read_only=True)
    site = serializers.CharField(source="plan.site.code", read_only=True)
    operation = OperationField(read_only=True)
    replenishment = KeyField(key="number", read_only=True)
    item = KeyField(read_only=True)
    lot = KeyField(key="number", read_only=True)
    decided_by = KeyField(key="username", read_only=True)
    expandable = {
        "results": Expand(ResultSerializer, many=True, prefetch=("results__characteristic", "results__by")),
    }

    class Meta:
        model = Inspection
        fields = (
            "number",
            "state",
            "plan",
            "site",
            "operation",
            "replenishment",
            "item",
            "lot",
            "quantity",
            "sample_size",
            "because",
            "opened_at",
            "decided_at",
            "decided_by",
            "note",
        )


class ReadingInput(VerbSerializer):
    characteristic = serializers.SlugRelatedField(slug_field="code", queryset=Characteristic.objects.all())
    sample = serializers.IntegerField(min_value=1)
    value = serializers.CharField(allow_blank=True, trim_whitespace=True, max_length=400)


class RecordInput(VerbSerializer):
    readings = ReadingInput(many=True, allow_empty=False)
    replace = serializers.BooleanField(default=False)
    at = serializers.DateTimeField(required=False)


class RecordAnswer(serializers.Serializer[Any]):
    """The running verdict after the readings."""

    inspection = serializers.CharField()
    verdict = serializers.CharField()
    results = ResultSerializer(many=True)


class NoteInput(VerbSerializer):
    note = serializers.CharField(required=False, allow_blank=True, max_length=200)


class NeedsNoteInput(VerbSerializer):
    note = serializers.CharField(max_length=200)


class RejectInput(NoteInput):
    quantity = serializers.DecimalField(24, 12, required=False)
    reason = serializers.SlugRelatedField(
        slug_field="code", queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.SCRAP), required=False
    )


class NonConformanceSerializer(RecordSerializer):
    site = KeyField(key="code", queryset=Site.objects.all(), required=False)
    inspection = KeyField(read_only=True)
    operation = OperationField(required=False)
    item = KeyField(queryset=Item.objects.all())
    lot = KeyField(key="number", queryset=Lot.objects.all(), required=False, allow_null=True)
    reason = KeyField(
        key="code", queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.SCRAP), required=False
    )
    decided_by = KeyField(key="username", read_only=True)
    rework_order = KeyField(read_only=True)
    report = KeyField(read_only=True)

    class Meta:
        model = NonConformance
        fields = (
            "number",
            "site",
            "state",
            "disposition",
            "inspection",
            "operation",
            "item",
            "lot",
            "quantity",
            "reason",
            "note",
            "opened_at",
            "decided_at",
            "decided_by",
            "decision_note",
            "sent_again",
            "move",
            "rework_order",
            "report",
        )
        read_only_fields = (
            "number",
            "state",
            "disposition",
            "opened_at",
            "decided_at",
            "decision_note",
            "sent_again",
            "move",
        )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """The site it belongs to is known before the role there is looked at, also when the caller leaves it out."""
        checked: dict[str, Any] = super().validate(given)
        if "site" not in checked and "item" in checked:
            about = {name: checked.get(name) for name in ("item", "operation", "lot")}
            checked["site"] = selectors.found_at(**about)
        return checked


class DecideInput(NoteInput):
    disposition = serializers.ChoiceField(NonConformance.Disposition.choices)
    sent_again = serializers.BooleanField(
        default=False, help_text="Of a return: the purchase expects as many again."
    )
    serials = SerialsField(required=False, default=list)
    catch_quantity = serializers.DecimalField(
        max_digits=24,
        decimal_places=12,
        required=False,
        allow_null=True,
        help_text="Of an item that is weighed and counted: how many are scrapped or returned.",
    )
    reason = serializers.SlugRelatedField(
        slug_field="code", queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.SCRAP), required=False
    )
