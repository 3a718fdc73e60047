"""Mass replacements."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db.models import Prefetch
from rest_framework import serializers

from p2p.core.rest import Expand, KeyField, RecordSerializer, VerbSerializer
from strategies.models import Item, ItemGroup, ReplaceLine, ReplaceRun, Site


class ReplacedLine(RecordSerializer):
    bom = serializers.IntegerField(source="bom_id", read_only=True)

    class Meta:
        model = ReplaceLine
        fields = ("bom", "position", "outcome", "problem", "old_line", "new_line")


class ReplaceRecord(RecordSerializer):
    group = KeyField(queryset=ItemGroup.objects.all(), required=False, allow_null=True, write_only=True)
    without = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        write_only=True,
        help_text="Ids of BOM versions to leave alone.",
    )
    takes_back = serializers.IntegerField(
        source="settings.undoes",
        read_only=True,
        allow_null=True,
        help_text="Id of the run that this one undoes.",
    )
    taken_back_by = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Id of the run that undoes this one."
    )
    expandable: ClassVar[dict[str, Expand]] = {
        "lines": Expand(
            ReplacedLine, many=True, prefetch=(Prefetch("lines", ReplaceLine.objects.order_by("pk")),)
        )
    }

    class Meta:
        model = ReplaceRun
        fields = (
            "id", "old", "new", "ratio", "valid_from", "site", "group", "without", "state", "phase", "done", "total",
            "summary", "problem", "asked_by", "asked_at", "ended_at", "takes_back", "taken_back_by",
        )  # fmt: skip
        read_only_fields = (
            "state", "phase", "done", "total", "summary", "problem", "asked_by", "asked_at", "ended_at",
        )  # fmt: skip


class Replacement(VerbSerializer):
    old = KeyField(queryset=Item.objects.select_related("unit"))
    new = KeyField(queryset=Item.objects.select_related("unit"))
    ratio = serializers.DecimalField(max_digits=24, decimal_places=12, required=False, default=Decimal(1))
    valid_from = serializers.DateField(required=False, allow_null=True, default=None)
    site = KeyField(queryset=Site.objects.all(), required=False, allow_null=True, default=None)
    group = KeyField(queryset=ItemGroup.objects.all(), required=False, allow_null=True, default=None)
    without = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)
