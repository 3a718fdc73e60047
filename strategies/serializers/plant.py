"""Units, money, sites, places, reasons."""

from __future__ import annotations

from p2p.core.rest import KeyField, RecordSerializer
from strategies.models import CostCategory, Currency, Location, ReasonCode, Site, Unit, UnitConversion
from strategies.serializers.columns import all_but


class UnitRecord(RecordSerializer):
    class Meta:
        model = Unit
        fields = all_but(model=Unit)


class ConversionRecord(RecordSerializer):
    class Meta:
        model = UnitConversion
        fields = ["id", *all_but(model=UnitConversion)]


class CurrencyRecord(RecordSerializer):
    class Meta:
        model = Currency
        fields = all_but(model=Currency)


class SiteRecord(RecordSerializer):
    class Meta:
        model = Site
        fields = all_but(model=Site)


class LocationRecord(RecordSerializer):
    parent = KeyField(key="code", read_only=True)

    class Meta:
        model = Location
        fields = all_but(model=Location)


class CategoryRecord(RecordSerializer):
    class Meta:
        model = CostCategory
        fields = all_but(model=CostCategory)


class ReasonRecord(RecordSerializer):
    parent = KeyField(key="code", read_only=True)

    class Meta:
        model = ReasonCode
        fields = all_but(model=ReasonCode)
