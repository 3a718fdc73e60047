"""Rules of stock as JSON."""

from __future__ import annotations

from rest_framework import serializers

from p2p.core.rest import RecordSerializer
from p2p.inventory.models import AttributeRule, CountClass, PutAwayRule, StockRule, SupplyRule
from strategies.models import Location
from strategies.serializers.work import AtSite


class StockRuleSerializer(RecordSerializer):
    class Meta:
        model = StockRule
        fields = (
            "id", "item", "group", "site", "lot_per", "lot_pattern", "serial_pattern", "picking", "same_lot",
            "minimum_days", "receipt_days", "over_receipt_fraction", "count_class",
        )  # fmt: skip
        validators = ()  # the service says it in its own words


class AttributeRuleSerializer(RecordSerializer):
    class Meta:
        model = AttributeRule
        fields = ("id", "item", "group", "characteristic", "required", "lower_limit", "upper_limit")
        validators = ()


class CountClassSerializer(RecordSerializer):
    class Meta:
        model = CountClass
        fields = (
            "code", "name", "days_between", "tolerance_fraction", "tolerance_quantity", "value_share",
        )  # fmt: skip
        validators = ()


class PutAwayRuleSerializer(RecordSerializer):
    location = AtSite(Location)

    class Meta:
        model = PutAwayRule
        fields = ("id", "site", "item", "group", "sequence", "location", "capacity", "only_same_item")
        validators = ()


class SupplyRuleSerializer(RecordSerializer):
    """Places by their codes at `site`, which a new rule names beside them."""

    site = serializers.CharField(source="location.site.code", read_only=True)
    location = AtSite(Location)
    source = AtSite(Location, required=False, allow_null=True)

    class Meta:
        model = SupplyRule
        fields = (
            "id", "item", "site", "location", "source", "method", "card", "bins", "bin_quantity", "minimum", "maximum",
            "active",
        )  # fmt: skip
        validators = ()
