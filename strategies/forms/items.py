"""Forms of items, units and how items are supplied."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.forms.common import NUMBER, Keyed, SiteOrAll
from strategies.models import (
    Item,
    ItemGroup,
    ItemPolicy,
    Location,
    ReserveAt,
    SetupFamily,
    Unit,
    Vendor,
)
from strategies.models.item import Flushing


class Pairs(forms.CharField):
    """Attributes, one a line: `colour: red`."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "widget": forms.Textarea(attrs={"rows": 3}), **options})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{name}: {text}" for name, text in sorted(value.items()))
        return value

    def clean(self, value: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in str(super().clean(value) or "").splitlines():
            name, colon, text = line.partition(":")
            if not line.strip():
                continue
            if not colon or not name.strip() or not text.strip():
                raise forms.ValidationError(
                    _("“{line}”: write one attribute a line, like colour: red.").format(line=line)
                )
            found[name.strip()] = text.strip()
        return found


class ItemForm(forms.Form):
    number = forms.CharField(label=_("Number"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=200)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.order_by("code"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Item.Kind.choices, initial=Item.Kind.MATERIAL)
    group = forms.ModelChoiceField(
        label=_("Group"), queryset=ItemGroup.objects.order_by("code"), required=False
    )
    tracking = forms.ChoiceField(label=_("Tracking"), choices=Item.Tracking.choices)
    shelf_life_days = forms.IntegerField(label=_("Shelf life, days"), min_value=1, required=False)
    retest_days = forms.IntegerField(label=_("Test again after, days"), min_value=1, required=False)
    catch_unit = forms.ModelChoiceField(
        label=_("Also counted in"),
        queryset=Unit.objects.order_by("code"),
        required=False,
        help_text=_("Catch weight: weighed in its unit and counted in this one."),
    )
    catch_least = forms.DecimalField(
        label=_("One weighs at least"), required=False, min_value=0, help_text=_("In its unit."), **NUMBER
    )
    catch_most = forms.DecimalField(label=_("One weighs at most"), required=False, min_value=0, **NUMBER)
    flushing = forms.ChoiceField(
        label=_("Leaves stock"), choices=Flushing.choices, help_text=_("Where its BOM line does not say.")
    )
    phantom = forms.BooleanField(
        label=_("Phantom"), required=False, help_text=_("New BOM lines explode it into its own components.")
    )
    setup_family = forms.ModelChoiceField(
        label=_("Setup family"), queryset=SetupFamily.objects.order_by("code"), required=False
    )
    variant_of = Keyed(
        label=_("Variant of"),
        rows=Item.objects.filter(variant_of=None),
        required=False,
        help_text=_("Item number"),
    )
    attributes = Pairs(label=_("Attributes"), help_text=_("One a line, like colour: red"))
    list_price = forms.DecimalField(
        label=_("List price"), min_value=0, max_digits=24, decimal_places=8, required=False
    )


class ChangeItemForm(ItemForm):
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PolicyForm(forms.Form):
    site = SiteOrAll()
    rank = forms.IntegerField(
        label=_("Rank"), min_value=0, max_value=32767, initial=0, help_text=_("The highest that fits wins.")
    )
    variant = Pairs(
        label=_("Only for variants with"), help_text=_("One a line, like colour: red; needs a rank")
    )
    supply = forms.ChoiceField(label=_("Supply"), choices=ItemPolicy.Supply.choices)
    mode = forms.ChoiceField(label=_("Kind of production"), choices=ItemPolicy.Mode.choices)
    strategy = forms.ChoiceField(label=_("Strategy"), choices=ItemPolicy.Strategy.choices)
    lot_policy = forms.ChoiceField(label=_("Lot size"), choices=ItemPolicy.Lot.choices)
    fixed_quantity = forms.DecimalField(label=_("Fixed lot"), min_value=0, required=False, **NUMBER)
    minimum_quantity = forms.DecimalField(label=_("Minimum"), min_value=0, initial=0, **NUMBER)
    maximum_quantity = forms.DecimalField(label=_("Maximum"), min_value=0, required=False, **NUMBER)
    multiple_quantity = forms.DecimalField(label=_("Multiple"), min_value=0, initial=0, **NUMBER)
    period_days = forms.IntegerField(label=_("Period, days"), min_value=0, max_value=3650, initial=0)
    lead_time_days = forms.IntegerField(label=_("Lead time, days"), min_value=0, max_value=3650, initial=0)
    safety_stock = forms.DecimalField(label=_("Safety stock"), min_value=0, initial=0, **NUMBER)
    reorder_point = forms.DecimalField(label=_("Reorder point"), min_value=0, initial=0, **NUMBER)
    yield_fraction = forms.DecimalField(
        label=_("Yield"), min_value=0, max_value=1, initial=1, help_text=_("0.95 = 95 %"), **NUMBER
    )
    vendor = Keyed(label=_("Vendor"), rows=Vendor.objects.filter(active=True), required=False)
    location = forms.ModelChoiceField(
        label=_("Stored at"), queryset=Location.objects.order_by("site", "code"), required=False
    )
    reserve_at = forms.ChoiceField(
        label=_("Reserved for orders"),
        choices=[("", _("as the site says")), *ReserveAt.choices],
        required=False,
    )
    stopped = forms.BooleanField(label=_("No new orders are planned"), required=False)


class UnitForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=10)
    name = forms.CharField(label=_("Name"), max_length=60)
    digits = forms.IntegerField(
        label=_("Digits after the point"),
        min_value=0,
        max_value=9,
        initial=0,
        help_text=_("that may be booked"),
    )
    rounding = forms.ChoiceField(label=_("Rounded"), choices=Unit.Rounding.choices)


class FactorForm(forms.Form):
    factor = forms.CharField(label=_("Factor"), max_length=60, help_text=_("Exactly: 12, 1/3 or 0.453592292"))


class ConversionForm(FactorForm):
    source = forms.ModelChoiceField(label=_("One"), queryset=Unit.objects.order_by("code"))
    target = forms.ModelChoiceField(label=_("is so many"), queryset=Unit.objects.order_by("code"))
    item = Keyed(
        label=_("Only for item"), rows=Item.objects.all(), required=False, help_text=_("Empty: for all items")
    )

    field_order = ("source", "factor", "target", "item")


class BulkItemForm(forms.Form):
    """Empty fields stay as they are."""

    group = forms.ModelChoiceField(
        label=_("Group"),
        queryset=ItemGroup.objects.order_by("code"),
        required=False,
        empty_label=_("as it is"),
    )
    active = forms.TypedChoiceField(
        label=_("In use"),
        choices=[("", _("as it is")), ("1", _("Yes")), ("0", _("No"))],
        coerce=lambda text: text == "1",
        empty_value=None,
        required=False,
    )
    agreed = forms.BooleanField(
        label=_("Do it (without this the number of changes is shown first)"), required=False
    )
