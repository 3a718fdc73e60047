"""Planning's records as JSON, and what its verbs take."""

from __future__ import annotations

from django.db.models import Prefetch
from rest_framework import serializers

from p2p.core.rest import Expand, KeyField, RecordSerializer, VerbSerializer
from p2p.core.rest.serializers import DecimalText
from planning import selectors, words
from planning.models import (
    Block,
    Customer,
    Demand,
    Material,
    Message,
    Operation,
    Output,
    PlanRun,
    ProductionOrder,
    Proposal,
    ReplenishmentOrder,
    ScheduleRun,
)
from planning.tied_input import MadeForField, Tying
from strategies.models import BomAlternate, BomVersion, ReserveAt, RouteVersion, Site, Unit, Vendor


def quantity(**also: object) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=24, decimal_places=12, **also)  # type: ignore[arg-type]


class CustomerSerializer(RecordSerializer):
    class Meta:
        model = Customer
        fields = ("number", "name", "over_delivery_fraction", "under_delivery_fraction")


class DemandSerializer(RecordSerializer):
    unit = KeyField(key="code", queryset=Unit.objects.all(), required=False)
    ordered_on = serializers.DateField(required=False)

    class Meta:
        model = Demand
        fields = (
            "number", "line", "kind", "state", "site", "item", "unit", "quantity", "delivered_quantity",
            "ordered_on", "due_on", "promised_on", "priority", "customer", "bom_version", "route_version",
            "short_reason", "source_system", "reference", "revision",
        )  # fmt: skip
        read_only_fields = ("state", "delivered_quantity", "short_reason", "revision")
        # The services say it in one sentence; the framework's own check would need a query for each row.
        validators = ()


class CloseShortInput(VerbSerializer):
    reason = serializers.CharField(max_length=200)


class DemandChange(VerbSerializer):
    quantity = quantity(required=False)
    due_on = serializers.DateField(required=False)
    promised_on = serializers.DateField(required=False)
    priority = serializers.IntegerField(min_value=0, max_value=100, required=False)
    bom_version = KeyField(key="pk", queryset=BomVersion.objects.all(), required=False, allow_null=True)
    route_version = KeyField(key="pk", queryset=RouteVersion.objects.all(), required=False, allow_null=True)


class PlanRunSerializer(RecordSerializer):
    number = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = PlanRun
        fields = (
            "id", "number", "site", "state", "phase", "from_date", "to_date", "settings", "summary", "problem",
            "asked_at", "began_at", "ended_at",
        )  # fmt: skip


class PlanInput(VerbSerializer):
    site = KeyField(key="code", queryset=Site.objects.all())
    from_date = serializers.DateField()
    to_date = serializers.DateField()
    netting = serializers.BooleanField(default=True)
    lead_times = serializers.BooleanField(default=True)
    lot_sizes = serializers.BooleanField(default=True)
    safety_stock = serializers.BooleanField(default=True)
    start_after_order_days = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    flat_days = serializers.IntegerField(min_value=0, default=0)


class ProposalSerializer(RecordSerializer):
    number = serializers.CharField(source="__str__", read_only=True)
    unit = serializers.CharField(source="item.unit.code", read_only=True)
    made_for = serializers.CharField(source="need_words", read_only=True)

    class Meta:
        model = Proposal
        fields = (
            "id", "number", "run", "kind", "need", "state", "site", "item", "unit", "quantity", "good_quantity",
            "start_on", "due_on", "need_on", "level", "priority", "vendor", "bom", "route", "named", "made_for",
        )  # fmt: skip


class ProposalIds(VerbSerializer):
    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=100_000)


class SkippedSerializer(serializers.Serializer):  # type: ignore[type-arg]
    proposal = serializers.CharField()
    reason = serializers.CharField()


class FirmAnswer(serializers.Serializer):  # type: ignore[type-arg]
    orders = serializers.SlugRelatedField(slug_field="number", many=True, read_only=True)
    replenishments = serializers.SlugRelatedField(slug_field="number", many=True, read_only=True)
    skipped = SkippedSerializer(many=True)


class NeedSerializer(serializers.Serializer):  # type: ignore[type-arg]
    kind = serializers.CharField()
    record = serializers.CharField()
    quantity = quantity()
    day = serializers.DateField(allow_null=True)


class MessageSerializer(RecordSerializer):
    sentence = serializers.SerializerMethodField()
    proposal = serializers.CharField(source="proposal.__str__", read_only=True, default=None)
    demand = serializers.CharField(source="demand.__str__", read_only=True, default=None)

    class Meta:
        model = Message
        fields = ("id", "run", "level", "code", "item", "proposal", "demand", "facts", "sentence")

    def get_sentence(self, message: Message) -> str:
        return words.sentence(message)


class BlockSerializer(RecordSerializer):
    class Meta:
        model = Block
        fields = ("source", "reference", "sentence", "opened_at", "closed_at")


class OperationSerializer(RecordSerializer):
    order = serializers.CharField(source="order.number", read_only=True)
    blocked = serializers.BooleanField(read_only=True)
    overflow = serializers.SerializerMethodField(
        help_text="Why its policy sent it to the vendor, or could not."
    )
    expandable = {"blocks": Expand(BlockSerializer, many=True, prefetch=("blocks",))}

    class Meta:
        model = Operation
        fields = (
            "id", "order", "number", "name", "state", "group", "resource", "station", "setup_seconds",
            "run_seconds", "queue_seconds", "queue_after_seconds", "transit_seconds", "quantity", "good_quantity",
            "scrap_quantity", "half_finished", "property",
            "inspect", "outside", "vendor", "vendor_days", "overflow", "promised_at",
            "promised_quantity", "with_vendor",
            "starts_at", "ends_at", "locked", "began_at", "done_at", "blocked", "revision",
        )  # fmt: skip

    def get_overflow(self, operation: Operation) -> str:
        return words.overflow(operation.overflow)


class MaterialSerializer(RecordSerializer):
    operation = serializers.IntegerField(source="operation.number", read_only=True, default=None)

    class Meta:
        model = Material
        fields = (
            "id", "position", "item", "unit", "operation", "kind", "flushing", "quantity_per", "constant",
            "ends", "scrap_fraction", "quantity", "issued_quantity", "location",
        )  # fmt: skip


class OutputSerializer(RecordSerializer):
    class Meta:
        model = Output
        fields = ("item", "unit", "kind", "quantity", "received_quantity", "cost_share", "planned")


_MATERIALS = Material.objects.select_related("item", "unit", "operation", "location").order_by("position")
_OUTPUTS = Output.objects.select_related("item", "unit").order_by("pk")


class OrderSerializer(Tying, RecordSerializer):
    late_seconds = serializers.SerializerMethodField()
    blocked = serializers.BooleanField(read_only=True)
    proposal = serializers.CharField(source="proposal_id", read_only=True)
    made_for = MadeForField()
    expandable = {
        "operations": Expand(
            OperationSerializer, many=True, prefetch=(Prefetch("operations", selectors.operations()),)
        ),
        "materials": Expand(MaterialSerializer, many=True, prefetch=(Prefetch("materials", _MATERIALS),)),
        "outputs": Expand(OutputSerializer, many=True, prefetch=(Prefetch("outputs", _OUTPUTS),)),
    }

    class Meta:
        model = ProductionOrder
        fields = (
            "number", "kind", "state", "site", "item", "unit", "quantity", "good_quantity", "scrap_quantity",
            "need", "priority", "start_on", "due_on", "starts_at", "ends_at", "late_seconds", "blocked",
            "bom", "route", "named", "output_location", "reserve_at", "proposal", "made_for", "source_system",
            "created_at",
            "released_at", "started_at", "finished_at", "ended_at", "revision",
        )  # fmt: skip
        read_only_fields = tuple(
            name
            for name in fields
            if name not in ("number", "site", "item", "quantity", "priority", "start_on", "due_on")
            and name not in ("source_system", "bom", "route", "reserve_at")
        )
        extra_kwargs = {
            "number": {"required": False, "validators": []},
            "start_on": {"required": False},
        }

    def get_late_seconds(self, order: ProductionOrder) -> int | None:
        late = getattr(order, "late_by", None)
        return None if late is None else int(late.total_seconds())


class OrderChange(VerbSerializer):
    quantity = quantity(required=False)
    start_on = serializers.DateField(required=False)
    due_on = serializers.DateField(required=False)
    priority = serializers.IntegerField(min_value=0, max_value=100, required=False)
    reserve_at = serializers.ChoiceField(choices=ReserveAt.choices, required=False, allow_blank=True)


class Substitute(VerbSerializer):
    material = serializers.PrimaryKeyRelatedField(
        queryset=Material.objects.select_related("item"), help_text="Id of the order's material."
    )
    alternate = serializers.PrimaryKeyRelatedField(queryset=BomAlternate.objects.select_related("component"))


class PossibleSerializer(serializers.Serializer):  # type: ignore[type-arg]
    material = serializers.IntegerField(source="material.pk")
    position = serializers.IntegerField(source="material.position")
    item = serializers.CharField(source="material.item.number")
    alternate = serializers.IntegerField(source="alternate.pk")
    component = serializers.CharField(source="alternate.component.number")
    quantity = DecimalText(max_digits=24, decimal_places=12)
    unit = serializers.CharField(source="alternate.component.unit.code")


class StartsAt(VerbSerializer):
    starts_at = serializers.DateTimeField(required=False, allow_null=True)


class SendOut(VerbSerializer):
    vendor = KeyField(key="number", queryset=Vendor.objects.all())


class ReplenishmentSerializer(Tying, RecordSerializer):
    made_for = MadeForField()

    class Meta:
        model = ReplenishmentOrder
        fields = (
            "number", "kind", "state", "site", "item", "vendor", "from_location", "to_location", "quantity",
            "received_quantity", "shipped_quantity", "price", "currency", "ordered_on", "due_on", "promised_at",
            "promised_quantity", "made_for", "source_system", "revision",
        )  # fmt: skip
        money = ("price",)
        read_only_fields = (
            "kind", "state", "received_quantity", "shipped_quantity", "ordered_on", "promised_at",
            "promised_quantity", "revision",
        )  # fmt: skip
        extra_kwargs = {"number": {"required": False, "validators": []}}


class ConfirmInput(VerbSerializer):
    promised_at = serializers.DateTimeField(required=False, allow_null=True)
    promised_quantity = quantity(required=False, allow_null=True)


class ScheduleRunSerializer(RecordSerializer):
    number = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = ScheduleRun
        fields = (
            "id", "number", "site", "state", "phase", "starts_at", "settings", "summary", "problem", "asked_at",
            "began_at", "ended_at",
        )  # fmt: skip


class ScheduleInput(VerbSerializer):
    site = KeyField(key="code", queryset=Site.objects.all())
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    frozen_hours = serializers.IntegerField(min_value=0, default=0)
