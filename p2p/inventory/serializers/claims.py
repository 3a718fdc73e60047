"""Soft reservations and allocation as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from p2p.inventory.models import HandlingUnit, Lot, SoftReservation
from p2p.inventory.serializers.measured import MeasuredInput
from p2p.inventory.serializers.stock import _piece, _place, quantity
from p2p.inventory.services.needs import DELIVERY, PRODUCTION, TRANSFER, Need
from strategies.models import Item, Site


class WantedField(serializers.JSONField):
    """Characteristic: a value, or {"min": ..., "max": ...}."""

    default_error_messages = {"shape": "Give an object: characteristic: value, or min and max."}

    def to_internal_value(self, data: Any) -> Any:
        given = super().to_internal_value(data)
        if not isinstance(given, dict) or not all(
            isinstance(asked, (str, int, float, bool))
            or (isinstance(asked, dict) and asked and set(asked) <= {"min", "max"})
            for asked in given.values()
        ):
            self.fail("shape")
        return given


class ClaimSerializer(RecordSerializer):
    site = KeyField(key="code", queryset=Site.objects.all())
    item = KeyField(key="number", queryset=Item.objects.select_related("unit"))
    lot = serializers.CharField(required=False, allow_null=True)
    wanted = WantedField(required=False, default=dict)
    unit = serializers.CharField(source="item.unit.code", read_only=True)

    class Meta:
        model = SoftReservation
        fields = (
            "id", "site", "item", "lot", "quantity", "unit", "purpose", "wanted", "same_lot", "minimum_days",
            "needed_at", "priority", "reference", "claimed_at", "by",
        )  # fmt: skip
        read_only_fields = ("claimed_at", "by")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {**given, "lot": _piece(Lot, given["item"], given.get("lot"), "lot")}


class ClaimChangeSerializer(RecordSerializer):
    """What of a soft reservation may change."""

    class Meta:
        model = SoftReservation
        fields = ("quantity", "needed_at", "priority")


class AllocateInput(VerbSerializer):
    """Which soft reservations of a site: all, or those of an item, a document, or with these keys."""

    site = KeyField(key="code", queryset=Site.objects.all())
    item = KeyField(key="number", queryset=Item.objects.all(), required=False, allow_null=True, default=None)
    reference = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    ids = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)


class NeedInput(MeasuredInput):
    """A quantity wanted, and from what it may be taken."""

    site = KeyField(key="code", queryset=Site.objects.all())
    item = KeyField(key="number", queryset=Item.objects.select_related("unit"))
    purpose = serializers.ChoiceField(choices=[PRODUCTION, DELIVERY, TRANSFER], default=PRODUCTION)
    location = serializers.CharField(required=False, allow_null=True)
    lot = serializers.CharField(required=False, allow_null=True)
    handling_unit = KeyField(
        key="number", queryset=HandlingUnit.objects.all(), required=False, allow_null=True, default=None
    )
    wanted = WantedField(required=False, default=dict)
    same_lot = serializers.BooleanField(default=False)
    minimum_days = serializers.IntegerField(min_value=0, default=0)
    needed_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    priority = serializers.IntegerField(min_value=0, max_value=100, default=50)
    reference = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given = super().validate(given)
        code = given.pop("location", None)
        return {
            **given,
            "location": _place(given["site"], code, "location") if code else None,
            "lot": _piece(Lot, given["item"], given.get("lot"), "lot"),
        }


class NeedsInput(VerbSerializer):
    lines = NeedInput(many=True, allow_empty=False)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[Need]:
        return [Need(**line) for line in lines]


class AllottedSerializer(VerbSerializer):
    """What a line got, what it lacks and why."""

    item = serializers.CharField(source="need.item.number")
    reference = serializers.CharField(source="need.reference")
    claim = serializers.IntegerField(source="need.claim")
    wanted = quantity(source="need.quantity")
    got = quantity()
    missing = quantity()
    why = serializers.CharField()
    sentence = serializers.CharField()


class AllocationSerializer(VerbSerializer):
    """How many lines were served in full, and those that were not."""

    lines = serializers.IntegerField()
    full = serializers.IntegerField()
    short = AllottedSerializer(many=True)
