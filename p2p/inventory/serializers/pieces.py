"""Lots, serial numbers and handling units as JSON, and what their verbs take."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from p2p.inventory.models import HandlingUnit, Lot, Serial
from p2p.inventory.services.packing import Packing
from strategies.models import Item, Location, ReasonCode, Site, Vendor


def place_of(site: Site | None, code: str | None, field: str = "location") -> Location | None:
    """A place by its code at the site; refused without one."""
    if not code:
        return None
    found = Location.objects.filter(site=site, code=code).select_related("site").first() if site else None
    if found is None:
        sentence = _("There is no location {code} at {site}.").format(code=code, site=site or "–")
        raise serializers.ValidationError({field: sentence})
    return found


def piece_of(model: Any, item: Item, number: str | None, field: str) -> Any:
    """A lot or serial number of the item; None without a number."""
    if not number:
        return None
    found = model.objects.filter(item=item, number=number).select_related("item__unit").first()
    if found is None:
        sentence = _("{item} has no {number}.").format(item=item.number, number=number)
        raise serializers.ValidationError({field: sentence})
    return found


class LotRecord(RecordSerializer):
    vendor = KeyField(key="number", queryset=Vendor.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Lot
        fields = (
            "item", "number", "vendor", "vendor_lot", "made_on", "expires_on", "retest_on", "attributes", "made_for",
            "created_at", "revision",
        )  # fmt: skip
        read_only_fields = ("made_for", "created_at", "revision")
        validators = ()


class SerialRecord(RecordSerializer):
    lot = KeyField(key="number", read_only=True)

    class Meta:
        model = Serial
        fields = (
            "item", "number", "lot", "vendor_serial", "made_on", "attributes", "created_at", "revision",
        )  # fmt: skip
        read_only_fields = ("created_at", "revision")
        validators = ()


class SerialsInput(VerbSerializer):
    item = KeyField(key="number", queryset=Item.objects.select_related("unit"))
    site = KeyField(key="code", queryset=Site.objects.all())
    count = serializers.IntegerField(min_value=1)


def _reason() -> Any:
    return KeyField(key="code", queryset=ReasonCode.objects.all(), required=False, allow_null=True)


class RetestInput(VerbSerializer):
    passed = serializers.BooleanField()
    until = serializers.DateField(required=False, allow_null=True)
    reason = _reason()
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    attributes = serializers.DictField(required=False)


class SplitInput(VerbSerializer):
    site = KeyField(key="code", queryset=Site.objects.all())
    location = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=24, decimal_places=12)
    catch_quantity = serializers.DecimalField(
        max_digits=24, decimal_places=12, required=False, allow_null=True
    )
    number = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    unit = KeyField(key="number", queryset=HandlingUnit.objects.all(), required=False, allow_null=True)
    reason = _reason()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        site = given.pop("site")
        return {**given, "location": place_of(site, given["location"])}


class MergeInput(VerbSerializer):
    item = KeyField(key="number", queryset=Item.objects.all())
    lots = serializers.ListField(child=serializers.CharField(), min_length=2)
    number = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    site = KeyField(key="code", queryset=Site.objects.all(), required=False, allow_null=True)
    location = serializers.CharField(required=False, allow_null=True)
    reason = _reason()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        item, site = given.pop("item"), given.pop("site", None)
        lots = [piece_of(Lot, item, number, "lots") for number in given["lots"]]
        return {**given, "lots": lots, "location": place_of(site, given.pop("location", None))}


class UnitRecord(RecordSerializer):
    site = serializers.CharField(source="location.site.code", read_only=True, default=None)
    location = KeyField(key="code", read_only=True)
    parent = KeyField(key="number", read_only=True)

    class Meta:
        model = HandlingUnit
        fields = (
            "number", "kind", "state", "site", "location", "parent", "sscc", "gross_weight", "created_at", "revision",
        )  # fmt: skip
        read_only_fields = fields


class UnitsInput(VerbSerializer):
    kind = serializers.ChoiceField(choices=HandlingUnit.Kind.choices, default=HandlingUnit.Kind.PALLET)
    count = serializers.IntegerField(min_value=1, default=1)
    site = KeyField(key="code", queryset=Site.objects.all(), required=False, allow_null=True)
    location = serializers.CharField(required=False, allow_null=True)
    number = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        site = given.pop("site", None)
        return {**given, "location": place_of(site, given.get("location"))}


class PackingInput(VerbSerializer):
    item = KeyField(key="number", queryset=Item.objects.select_related("unit"))
    quantity = serializers.DecimalField(max_digits=24, decimal_places=12, required=False, allow_null=True)
    catch_quantity = serializers.DecimalField(
        max_digits=24, decimal_places=12, required=False, allow_null=True
    )
    lot = serializers.CharField(required=False, allow_null=True)
    serial = serializers.CharField(required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        item = given["item"]
        return {
            **given,
            "lot": piece_of(Lot, item, given.get("lot"), "lot"),
            "serial": piece_of(Serial, item, given.get("serial"), "serial"),
        }


class UnpackInput(VerbSerializer):
    lines = PackingInput(many=True, required=False)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[Packing]:
        return [Packing(**line) for line in lines]


class PackInput(VerbSerializer):
    lines = PackingInput(many=True, allow_empty=False)
    site = KeyField(key="code", queryset=Site.objects.all(), required=False, allow_null=True)
    location = serializers.CharField(required=False, allow_null=True)
    out_of = KeyField(key="number", queryset=HandlingUnit.objects.all(), required=False, allow_null=True)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[Packing]:
        return [Packing(**line) for line in lines]

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        site = given.pop("site", None)
        return {**given, "location": place_of(site, given.get("location"))}


class NestInput(VerbSerializer):
    parent = KeyField(key="number", queryset=HandlingUnit.objects.all())


class MoveUnitInput(VerbSerializer):
    site = KeyField(key="code", queryset=Site.objects.all())
    location = serializers.CharField()
    reference = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        site = given.pop("site")
        return {**given, "location": place_of(site, given["location"])}


class CloseInput(VerbSerializer):
    gross_weight = serializers.DecimalField(max_digits=24, decimal_places=12, required=False, allow_null=True)
