"""Items, their policies, vendors and prices."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Prefetch
from rest_framework import serializers

from p2p.core import clock
from p2p.core.rest import Expand, RecordSerializer
from strategies.models import Item, ItemGroup, ItemPolicy, OutsourcingPolicy, Vendor, VendorPrice
from strategies.selectors.outside import Gap, gaps
from strategies.serializers.columns import all_but
from strategies.serializers.places import place


class ItemGroupRecord(RecordSerializer):
    class Meta:
        model = ItemGroup
        fields = all_but(model=ItemGroup)


class PolicyRecord(RecordSerializer):
    location = place()

    class Meta:
        model = ItemPolicy
        fields = ["id", *all_but(model=ItemPolicy)]


class VendorPriceRecord(RecordSerializer):
    class Meta:
        model = VendorPrice
        fields = ["id", *all_but(model=VendorPrice)]
        money = ("price",)


class ItemRecord(RecordSerializer):
    expandable: ClassVar[dict[str, Expand]] = {
        "policies": Expand(
            PolicyRecord,
            many=True,
            prefetch=(
                Prefetch(
                    "policies",
                    ItemPolicy.objects.select_related("item", "site", "vendor", "location").order_by("pk"),
                ),
            ),
        ),
        "vendor_prices": Expand(
            VendorPriceRecord,
            many=True,
            prefetch=(
                Prefetch(
                    "vendor_prices",
                    VendorPrice.objects.select_related("vendor", "item", "unit", "currency").order_by("pk"),
                ),
            ),
        ),
    }

    class Meta:
        model = Item
        fields = (
            "number",
            "name",
            "kind",
            "group",
            "unit",
            "tracking",
            "shelf_life_days",
            "retest_days",
            "catch_unit",
            "catch_least",
            "catch_most",
            "flushing",
            "phantom",
            "setup_family",
            "variant_of",
            "list_price",
            "attributes",
            "source_system",
            "external_id",
            "active",
            "revision",
        )
        read_only_fields = ("source_system", "external_id", "active", "revision")


class ItemChange(ItemRecord):
    """`revision` is the one that was read: when somebody was faster, nothing is saved."""

    revision = serializers.IntegerField(required=False)

    class Meta(ItemRecord.Meta):
        read_only_fields = ("source_system", "external_id", "active")


class VendorRecord(RecordSerializer):
    class Meta:
        model = Vendor
        fields = all_but(model=Vendor)
        read_only_fields = ("source_system", "external_id", "active")


class OutsourcingRecord(RecordSerializer):
    gap = serializers.SerializerMethodField(
        help_text="What keeps the work of an overflow policy inside today, in a sentence; empty: nothing."
    )

    class Meta:
        model = OutsourcingPolicy
        fields = ["id", *all_but(model=OutsourcingPolicy), "gap"]

    def get_gap(self, policy: OutsourcingPolicy) -> str:
        """Looked for once for the whole page."""
        if self._gaps is None:
            many = isinstance(self.parent, serializers.ListSerializer)
            self._gaps = gaps(list(self.parent.instance) if many else [policy], clock.today())
        return str(self._gaps.get(policy.pk, ""))

    _gaps: dict[int, Gap] | None = None


class OutsourcingChange(OutsourcingRecord):
    """The site and the item of a policy stay."""

    class Meta(OutsourcingRecord.Meta):
        read_only_fields = ("site", "item")


class VendorPriceChange(VendorPriceRecord):
    """The vendor and the item of a price stay."""

    class Meta(VendorPriceRecord.Meta):
        read_only_fields = ("vendor", "item")


class PolicyChange(PolicyRecord):
    """The item of order settings stays."""

    class Meta(PolicyRecord.Meta):
        read_only_fields = ("item",)
