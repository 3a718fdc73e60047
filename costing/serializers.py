"""Costing's records as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from costing.models import (
    CostElement,
    CostRate,
    CostVersion,
    Entry,
    ItemCost,
    ItemPrice,
    Posting,
    SettledOutput,
    Settlement,
    Variance,
)
from costing.services.version import Hourly, PerPiece, Price, Surcharge
from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from strategies.models import CostCategory, Item


class ElementRecord(RecordSerializer):
    class Meta:
        model = CostElement
        fields = ("code", "name", "kind")


class VersionRecord(RecordSerializer):
    like = KeyField(
        queryset=CostVersion.objects.select_related("site__currency"),
        required=False,
        allow_null=True,
        write_only=True,
        help_text="A version whose prices and rates come along.",
    )

    class Meta:
        model = CostVersion
        fields = ("code", "name", "kind", "state", "site", "valid_from", "activated_at", "like")
        read_only_fields = ("state", "activated_at")


class ItemCostRecord(RecordSerializer):
    class Meta:
        model = ItemCost
        fields = ("id", "version", "item", "element", "this_level", "lower_level", "lot_size")


class ItemPriceRecord(RecordSerializer):
    class Meta:
        model = ItemPrice
        fields = ("id", "version", "item", "price", "source")


class PostingRecord(RecordSerializer):
    class Meta:
        model = Posting
        fields = ("account", "ledger_account", "element", "item", "amount", "quantity")


class EntryRecord(RecordSerializer):
    postings = PostingRecord(many=True, read_only=True)

    class Meta:
        model = Entry
        fields = (
            "id",
            "kind",
            "site",
            "order",
            "reference",
            "why",
            "effective_at",
            "posted_on",
            "posted_at",
            "postings",
        )


class VarianceRecord(RecordSerializer):
    class Meta:
        model = Variance
        fields = ("kind", "element", "item", "amount", "because")


class SettledOutputRecord(RecordSerializer):
    """What one output carries of the order's cost."""

    class Meta:
        model = SettledOutput
        fields = ("item", "kind", "quantity", "cost_share", "standard", "actual")


class SettlementRecord(RecordSerializer):
    variances = VarianceRecord(many=True, read_only=True)
    outputs = SettledOutputRecord(many=True, read_only=True)

    class Meta:
        model = Settlement
        fields = (
            "order",
            "version",
            "good_quantity",
            "standard",
            "actual",
            "settled_at",
            "variances",
            "outputs",
        )


class PriceRow(serializers.Serializer[ItemPrice]):
    """One purchase price, per one of the item's unit."""

    item = KeyField(queryset=Item.objects.all())
    price = serializers.DecimalField(max_digits=24, decimal_places=8)
    source = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)

    def to_internal_value(self, data: Any) -> Price:
        return Price(**super().to_internal_value(data))


class SetPrices(VerbSerializer):
    """Prices to enter or replace."""

    prices = PriceRow(many=True)


class HourlyRow(serializers.Serializer[CostRate]):
    """What an hour of a cost category costs."""

    category = KeyField(queryset=CostCategory.objects.all())
    element = KeyField(queryset=CostElement.objects.all())
    per_hour = serializers.DecimalField(max_digits=24, decimal_places=8, min_value=0)

    def to_internal_value(self, data: Any) -> Hourly:
        return Hourly(**super().to_internal_value(data))


class PerPieceRow(serializers.Serializer[CostRate]):
    """What a piece of a cost category of pieces costs."""

    category = KeyField(queryset=CostCategory.objects.all())
    element = KeyField(queryset=CostElement.objects.all())
    per_piece = serializers.DecimalField(max_digits=24, decimal_places=8, min_value=0)

    def to_internal_value(self, data: Any) -> PerPiece:
        return PerPiece(**super().to_internal_value(data))


class SurchargeRow(serializers.Serializer[CostRate]):
    """Overhead as a fraction of another element: 0.1 is 10 %."""

    base = KeyField(queryset=CostElement.objects.all())
    element = KeyField(queryset=CostElement.objects.all())
    fraction = serializers.DecimalField(max_digits=24, decimal_places=12, min_value=0)

    def to_internal_value(self, data: Any) -> Surcharge:
        return Surcharge(**super().to_internal_value(data))


class SetRates(VerbSerializer):
    """All rates of a version: they replace what was there."""

    hourly = HourlyRow(many=True, required=False)
    pieces = PerPieceRow(many=True, required=False)
    surcharges = SurchargeRow(many=True, required=False)
