"""Units, money, sites, places, reasons."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from rest_framework import serializers

from p2p.core.rest import RecordSerializer
from strategies.models import CostCategory, Currency, Location, ReasonCode, Site, Unit, UnitConversion
from strategies.serializers.columns import all_but
from strategies.serializers.places import AtSite, place


class FactorField(serializers.CharField):
    """A fraction as text, as people type it."""

    def get_attribute(self, instance: Any) -> Any:
        return Fraction(instance.numerator, instance.denominator)


class UnitRecord(RecordSerializer):
    class Meta:
        model = Unit
        fields = all_but(model=Unit)


class ConversionRecord(RecordSerializer):
    """`factor` is exact: "12", "1/3", "0.453592292"."""

    factor = FactorField()

    class Meta:
        model = UnitConversion
        fields = ("id", "item", "source", "target", "factor", "numerator", "denominator")
        read_only_fields = ("numerator", "denominator")


class ConversionChange(ConversionRecord):
    """Only the factor of a conversion changes."""

    class Meta(ConversionRecord.Meta):
        read_only_fields = ("item", "source", "target", "numerator", "denominator")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "factor" not in attrs:
            raise serializers.ValidationError({"factor": self.fields["factor"].error_messages["required"]})
        return attrs


class CurrencyRecord(RecordSerializer):
    class Meta:
        model = Currency
        fields = all_but(model=Currency)


class SiteRecord(RecordSerializer):
    class Meta:
        model = Site
        fields = all_but(model=Site)


class LocationRecord(RecordSerializer):
    parent = place()

    class Meta:
        model = Location
        fields = all_but(model=Location)
        validators = ()  # the service says it in its own words


class CategoryRecord(RecordSerializer):
    class Meta:
        model = CostCategory
        fields = all_but(model=CostCategory)


class OfItsKind(AtSite):
    """A reason by its code among those of the kind of the input, or of the reason that is changed."""

    def _within(self, rows: Any) -> Any:
        parent: Any = self.parent
        given = getattr(parent, "initial_data", None) or {}
        kind = given.get("kind") or getattr(parent.instance, "kind", "")
        return rows.filter(kind=kind)


class ReasonRecord(RecordSerializer):
    parent = OfItsKind(ReasonCode, required=False, allow_null=True)

    class Meta:
        model = ReasonCode
        fields = all_but(model=ReasonCode)
        validators = ()  # the service says it in its own words
