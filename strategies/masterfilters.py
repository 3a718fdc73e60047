"""What lists of characteristics, rates and reasons can be narrowed down by."""

from __future__ import annotations

import django_filters as df
from django.utils.translation import gettext_lazy as _

from strategies.models import Characteristic, Currency, ExchangeRate, ReasonCode


class CharacteristicFilter(df.FilterSet):
    kind = df.MultipleChoiceFilter(label=_("What it is"), choices=Characteristic.Kind.choices)

    class Meta:
        model = Characteristic
        fields: tuple[str, ...] = ()


class ExchangeRateFilter(df.FilterSet):
    source = df.ModelMultipleChoiceFilter(
        label=_("One of"),
        queryset=Currency.objects.order_by("code"),
        field_name="source__code",
        to_field_name="code",
    )
    target = df.ModelMultipleChoiceFilter(
        label=_("Costs in"),
        queryset=Currency.objects.order_by("code"),
        field_name="target__code",
        to_field_name="code",
    )

    class Meta:
        model = ExchangeRate
        fields: tuple[str, ...] = ()


class ReasonFilter(df.FilterSet):
    kind = df.MultipleChoiceFilter(label=_("Kind"), choices=ReasonCode.Kind.choices)
    active = df.BooleanFilter(label=_("In use"))

    class Meta:
        model = ReasonCode
        fields: tuple[str, ...] = ()
