"""What is measured, exchange rates, number series."""

from __future__ import annotations

from p2p.core.rest import RecordSerializer
from strategies.models import Characteristic, ExchangeRate, NumberSeries
from strategies.serializers.columns import all_but


class CharacteristicRecord(RecordSerializer):
    class Meta:
        model = Characteristic
        fields = all_but(model=Characteristic)


class ExchangeRateRecord(RecordSerializer):
    class Meta:
        model = ExchangeRate
        fields = ["id", *all_but(model=ExchangeRate)]
        validators = ()  # the service says it in its own words


class SeriesRecord(RecordSerializer):
    class Meta:
        model = NumberSeries
        fields = ["id", *all_but("used", model=NumberSeries)]
        validators = ()  # the service says it in its own words
