"""Counts as JSON, and what their verbs take."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from p2p.core.rest.serializers import DecimalText
from p2p.inventory.forms.counts import found_of
from p2p.inventory.models import Count, CountClass, CountLine, CountPlace
from strategies.models import Item, Location, ReasonCode, Site


def quantity(**also: Any) -> DecimalText:
    return DecimalText(max_digits=24, decimal_places=12, **also)


class CountSerializer(RecordSerializer):
    """A count; `places` (codes) and `items` (numbers) are read when one is made."""

    site = KeyField(key="code", queryset=Site.objects.all())
    count_class = KeyField(key="code", queryset=CountClass.objects.all(), required=False, allow_null=True)
    places = serializers.ListField(child=serializers.CharField(), required=False, write_only=True)
    items = serializers.ListField(child=serializers.CharField(), required=False, write_only=True)
    at_most = serializers.IntegerField(min_value=1, required=False, allow_null=True, write_only=True)
    planned_on = serializers.DateField(required=False, allow_null=True)
    reason = KeyField(key="code", read_only=True)
    places_all = serializers.IntegerField(read_only=True)
    places_done = serializers.IntegerField(read_only=True)

    class Meta:
        model = Count
        fields = (
            "number", "kind", "state", "site", "count_class", "places", "items", "at_most", "blind", "frozen",
            "recount_by_other", "planned_on", "note", "reference", "reason", "created_at", "created_by", "posted_at",
            "approved_by", "places_all", "places_done",
        )  # fmt: skip
        read_only_fields = (
            "number", "state", "reference", "created_at", "created_by", "posted_at", "approved_by",
        )  # fmt: skip

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        codes, numbers = given.pop("places", []), given.pop("items", [])
        places = {row.code: row for row in Location.objects.filter(site=given["site"], code__in=codes)}
        items = {row.number: row for row in Item.objects.filter(number__in=numbers)}
        for field, asked, known in (("places", codes, places), ("items", numbers, items)):
            missing = [name for name in asked if name not in known]
            if missing:
                raise serializers.ValidationError(
                    {field: _("There is no {name}.").format(name=", ".join(missing[:5]))}
                )
        return {**given, "places": list(places.values()), "items": list(items.values())}


class CountPlaceSerializer(RecordSerializer):
    count = KeyField(key="number", read_only=True)
    location = KeyField(key="code", read_only=True)

    class Meta:
        model = CountPlace
        fields = ("id", "count", "location", "item", "state", "attempt", "counted_by", "counted_at")
        read_only_fields = fields


class CountLineSerializer(RecordSerializer):
    """What was found. While a blind count is under way nobody is told what was expected."""

    count = serializers.CharField(source="place.count.number", read_only=True)
    location = serializers.CharField(source="place.location.code", read_only=True)
    lot = KeyField(key="number", read_only=True)
    serial = KeyField(key="number", read_only=True)
    handling_unit = KeyField(key="number", read_only=True)
    reason = KeyField(key="code", read_only=True)
    move = KeyField(key="pk", read_only=True)
    difference = quantity(read_only=True)

    class Meta:
        model = CountLine
        fields = (
            "id", "count", "location", "attempt", "item", "lot", "serial", "handling_unit", "expected", "counted",
            "difference", "expected_catch", "counted_catch", "accepted", "decided_by", "reason",
            "counted_by", "counted_at", "move",
        )  # fmt: skip

    def to_representation(self, line: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(line)
        count = line.place.count
        if count.blind and count.state == Count.State.OPEN:
            shown |= {"expected": None, "difference": None, "expected_catch": None}
        return shown


class FoundInput(VerbSerializer):
    item = serializers.CharField()
    quantity = serializers.CharField()
    catch_quantity = serializers.CharField(required=False, allow_blank=True, default="", source="pieces")
    piece = serializers.CharField(required=False, allow_blank=True, default="")
    unit = serializers.CharField(required=False, allow_blank=True, default="")


class EnterInput(VerbSerializer):
    """What lies at a place; `place` is the key of a place of the count. `piece` is a lot's or serial's number."""

    place = serializers.IntegerField()
    found = FoundInput(many=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        place = CountPlace.objects.filter(pk=given["place"]).select_related("count__site").first()
        if place is None:
            raise serializers.ValidationError({"place": _("There is no such place on a count.")})

        def refuse(sentence: Any, _row: Any) -> None:
            raise serializers.ValidationError({"found": str(sentence)})

        return {"place": place, "found": found_of([dict(row) for row in given["found"]], refuse)}


class AgainInput(VerbSerializer):
    """`places` and `lines` are keys: of a place what is not decided yet, lines in any case."""

    places = serializers.PrimaryKeyRelatedField(
        many=True, queryset=CountPlace.objects.all(), required=False, default=list
    )
    lines = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given["places"] and not given["lines"]:
            raise serializers.ValidationError({"lines": _("Name what is counted again.")})
        return given


class DecideInput(VerbSerializer):
    """`lines` are keys; all that wait where none are named."""

    lines = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)
    reason = KeyField(
        key="code",
        queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.ADJUSTMENT),
        required=False,
        allow_null=True,
    )


class PostCountInput(VerbSerializer):
    reason = KeyField(
        key="code",
        queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.ADJUSTMENT),
        required=False,
        allow_null=True,
    )


class SiteInput(VerbSerializer):
    site = KeyField(key="code", queryset=Site.objects.all())


class ClassedSerializer(VerbSerializer):
    item = serializers.CharField(source="item.number")
    used = quantity()
    value = quantity()
    up_to = quantity()
    proposed = serializers.CharField(source="proposed.code")
    current = serializers.SerializerMethodField()

    def get_current(self, one: Any) -> str | None:
        return one.current.code if one.current else None


class AccuracySerializer(VerbSerializer):
    month = serializers.DateField()
    lines = serializers.IntegerField()
    right = serializers.IntegerField()
    share = quantity()
