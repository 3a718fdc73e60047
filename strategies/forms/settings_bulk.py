"""The form of order settings of many items: what is left empty stays as it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.forms.common import NUMBER, SiteOrAll
from strategies.forms.items import PolicyForm
from strategies.forms.together import AGREE, AS_IT_IS, NONE, Removable, TogetherForm, yes_or_no
from strategies.models import ItemPolicy, Location, Vendor
from strategies.models.site import ReserveAt

LABELS: dict[str, Any] = {name: field.label for name, field in PolicyForm.base_fields.items()}


class RemovableNumber(forms.DecimalField):
    """A number that may be taken away with a dash."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def to_python(self, value: Any) -> Any:
        return NONE if str(value or "").strip() in ("-", "–") else super().to_python(value)

    def validate(self, value: Any) -> None:
        if value != NONE:
            super().validate(value)

    def run_validators(self, value: Any) -> None:
        if value != NONE:
            super().run_validators(value)


def _choice(name: str, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=LABELS[name], choices=[("", AS_IT_IS), *choices], required=False)


def _number(name: str, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=LABELS[name], required=False, **{"min_value": 0, **NUMBER, **more})


def _removable(name: str) -> RemovableNumber:
    help_text = _("A dash takes it away.")
    return RemovableNumber(
        label=LABELS[name], required=False, min_value=Decimal("0.000001"), help_text=help_text, **NUMBER
    )


def _days(name: str) -> forms.IntegerField:
    return forms.IntegerField(label=LABELS[name], min_value=0, max_value=3650, required=False)


def _record(name: str, rows: Any) -> Removable:
    return Removable(rows, label=LABELS[name], required=False, empty_label=AS_IT_IS)


class SettingsForm(TogetherForm):
    """Which rows, and what they are to become."""

    site = SiteOrAll(label=_("Settings for"))
    adding = forms.BooleanField(label=_("Also make settings for items that have none there"), required=False)
    supply = _choice("supply", ItemPolicy.Supply.choices)
    mode = _choice("mode", ItemPolicy.Mode.choices)
    strategy = _choice("strategy", ItemPolicy.Strategy.choices)
    lot_policy = _choice("lot_policy", ItemPolicy.Lot.choices)
    fixed_quantity = _removable("fixed_quantity")
    minimum_quantity = _number("minimum_quantity")
    maximum_quantity = _removable("maximum_quantity")
    multiple_quantity = _number("multiple_quantity")
    period_days = _days("period_days")
    lead_time_days = _days("lead_time_days")
    safety_stock = _number("safety_stock")
    reorder_point = _number("reorder_point")
    yield_fraction = _number("yield_fraction", max_value=1, help_text=_("0.95 = 95 %"))
    vendor = _record("vendor", Vendor.objects.filter(active=True).order_by("name"))
    location = _record("location", Location.objects.order_by("site", "code"))
    reserve_at = _choice("reserve_at", [(NONE, _("as the site says")), *ReserveAt.choices])
    stopped = yes_or_no(LABELS["stopped"])
    agreed = forms.BooleanField(label=AGREE, required=False)

    def wanted(self) -> dict[str, Any]:
        """The fields that were filled in; None takes a value away."""
        said = {name: value for name, value in super().wanted().items() if name not in ("site", "adding")}
        return {name: "" if name == "reserve_at" and value is None else value for name, value in said.items()}
