"""Route versions."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Prefetch
from rest_framework import serializers

from p2p.core.rest import Expand, KeyField, RecordSerializer
from strategies.models import InstructionStep, RouteOperation, RouteVersion
from strategies.serializers.columns import all_but


class StepRecord(RecordSerializer):
    class Meta:
        model = InstructionStep
        fields = ("position", "text", "tools", "materials", "specifications")


class OperationRecord(RecordSerializer):
    group = KeyField(key="code", read_only=True)
    resource = KeyField(key="code", read_only=True)
    steps = StepRecord(many=True, read_only=True)
    follows = serializers.SerializerMethodField(help_text="Numbers of the operations it waits for.")

    class Meta:
        model = RouteOperation
        fields = [*all_but("route", model=RouteOperation), "follows", "steps"]

    def get_follows(self, operation: RouteOperation) -> list[int]:
        return sorted(link.before.number for link in operation.links_before.all())


_OPERATIONS = RouteOperation.objects.select_related("group", "resource", "cost_category").prefetch_related(
    "steps", "links_before__before"
)


class RouteRecord(RecordSerializer):
    expandable: ClassVar[dict[str, Expand]] = {
        "operations": Expand(
            OperationRecord,
            many=True,
            prefetch=(Prefetch("operations", _OPERATIONS.order_by("number", "pk")),),
        )
    }

    class Meta:
        model = RouteVersion
        fields = ["id", *all_but(model=RouteVersion)]
        read_only_fields = ("version", "state", "approved_by", "approved_at", "revision")
