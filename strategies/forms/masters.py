"""Forms of what is measured, of money, number series, item groups and reasons."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from strategies.forms.work import form_of
from strategies.models import Characteristic, Currency, ExchangeRate, ItemGroup, NumberSeries, ReasonCode

CharacteristicForm = form_of(
    Characteristic,
    *("code", "name", "kind", "unit", "digits", "lower_limit", "target", "upper_limit"),
    words={
        "kind": _("What it is"),
        "unit": _("Unit"),
        "digits": _("Digits after the point"),
        "target": _("Target"),
        "lower_limit": _("At least"),
        "upper_limit": _("At most"),
    },
)
CurrencyForm = form_of(
    Currency, "code", "name", "minor_digits", words={"minor_digits": _("Digits after the point")}
)
ExchangeRateForm = form_of(
    ExchangeRate,
    *("source", "target", "valid_from", "rate"),
    words={"source": _("One of"), "target": _("Costs in"), "rate": _("Rate")},
)
SeriesForm = form_of(
    NumberSeries,
    *("code", "site", "prefix", "width", "next_value"),
    words={
        "code": _("Document"),
        "prefix": _("Begins with"),
        "width": _("Digits"),
        "next_value": _("Next number"),
    },
)
ItemGroupForm = form_of(ItemGroup, "code", "name", "parent")
ReasonForm = form_of(
    ReasonCode,
    *("kind", "code", "name", "parent", "cause", "icon", "active"),
    words={"cause": _("At fault"), "icon": _("Icon on the tablet")},
)
