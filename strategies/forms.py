"""Forms of master data; each field is a parameter of one service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.models import (
    BomLine,
    Item,
    ItemGroup,
    ItemPolicy,
    Location,
    ResourceGroup,
    RouteOperation,
    Site,
    Unit,
    Vendor,
)

NUMBER = {"max_digits": 24, "decimal_places": 12}
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class Keyed(forms.CharField):
    """A record typed by its number: thousands of items do not fit into a select."""

    def __init__(self, *, rows: Any, key: str = "number", **options: Any) -> None:
        self.rows, self.key = rows, key
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, self.key, value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = self.rows.filter(**{f"{self.key}__iexact": text}).first()
        if found is None:
            what = self.rows.model._meta.verbose_name
            raise forms.ValidationError(_("There is no {what} {key}.").format(what=what, key=text))
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
    shelf_life_days = forms.IntegerField(label=_("Shelf life, days"), min_value=0, required=False)
    list_price = forms.DecimalField(
        label=_("List price"), min_value=0, max_digits=24, decimal_places=8, required=False
    )


class PolicyForm(forms.Form):
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.order_by("code"), required=False, empty_label=_("All sites")
    )
    supply = forms.ChoiceField(label=_("Supply"), choices=ItemPolicy.Supply.choices)
    strategy = forms.ChoiceField(label=_("Strategy"), choices=ItemPolicy.Strategy.choices)
    lot_policy = forms.ChoiceField(label=_("Lot size"), choices=ItemPolicy.Lot.choices)
    fixed_quantity = forms.DecimalField(label=_("Fixed lot"), min_value=0, required=False, **NUMBER)
    minimum_quantity = forms.DecimalField(label=_("Minimum"), min_value=0, initial=0, **NUMBER)
    maximum_quantity = forms.DecimalField(label=_("Maximum"), min_value=0, required=False, **NUMBER)
    multiple_quantity = forms.DecimalField(label=_("Multiple"), min_value=0, initial=0, **NUMBER)
    lead_time_days = forms.IntegerField(label=_("Lead time, days"), min_value=0, initial=0)
    safety_stock = forms.DecimalField(label=_("Safety stock"), min_value=0, initial=0, **NUMBER)
    reorder_point = forms.DecimalField(label=_("Reorder point"), min_value=0, initial=0, **NUMBER)
    vendor = Keyed(label=_("Vendor"), rows=Vendor.objects.filter(active=True), required=False)
    location = forms.ModelChoiceField(
        label=_("Stored at"), queryset=Location.objects.order_by("site", "code"), required=False
    )


class VersionForm(forms.Form):
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.order_by("code"), required=False, empty_label=_("All sites")
    )
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    valid_from = forms.DateField(label=_("First day"), required=False, widget=DAY)
    valid_to = forms.DateField(label=_("Last day"), required=False, widget=DAY)
    from_quantity = forms.DecimalField(label=_("For orders from"), min_value=0, initial=0, **NUMBER)


class BomForm(VersionForm):
    batch_quantity = forms.DecimalField(label=_("Quantities are for"), min_value=0, initial=1, **NUMBER)


class CopyForm(forms.Form):
    valid_from = forms.DateField(label=_("First day of the new version"), required=False, widget=DAY)


class ActivateForm(forms.Form):
    replace = forms.BooleanField(
        label=_("End the version that holds now the day before"), required=False, initial=True
    )


class LineForm(forms.Form):
    component = Keyed(label=_("Component"), rows=Item.objects.filter(active=True))
    quantity = forms.DecimalField(label=_("Quantity"), **NUMBER)
    unit = forms.ModelChoiceField(
        label=_("Unit"),
        queryset=Unit.objects.order_by("code"),
        required=False,
        empty_label=_("The component's own"),
    )
    position = forms.IntegerField(label=_("Position"), min_value=1, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=BomLine.Kind.choices)
    consumption = forms.ChoiceField(label=_("Needed"), choices=BomLine.Consumption.choices)
    scrap_fraction = forms.DecimalField(
        label=_("Scrap"), initial=0, help_text=_("0.02 is 2 %"), min_value=0, max_digits=13, decimal_places=12
    )
    operation_number = forms.IntegerField(label=_("At operation"), min_value=1, required=False)
    flushing = forms.ChoiceField(label=_("Booked"), choices=BomLine.Flushing.choices)
    valid_from = forms.DateField(label=_("First day"), required=False, widget=DAY)
    valid_to = forms.DateField(label=_("Last day"), required=False, widget=DAY)


class OperationForm(forms.Form):
    number = forms.IntegerField(label=_("Number"), min_value=1)
    name = forms.CharField(label=_("Name"), max_length=100)
    group = forms.ModelChoiceField(
        label=_("Work centre"), queryset=ResourceGroup.objects.filter(active=True), required=False
    )
    setup_seconds = forms.IntegerField(label=_("Setup, seconds"), min_value=0, initial=0)
    run_seconds = forms.DecimalField(
        label=_("Run, seconds"), min_value=0, initial=0, max_digits=18, decimal_places=6
    )
    run_basis = forms.ChoiceField(label=_("Run time is"), choices=RouteOperation.Basis.choices)
    run_quantity = forms.DecimalField(label=_("Run quantity"), initial=1, **NUMBER)
    scrap_fraction = forms.DecimalField(label=_("Scrap"), initial=0, help_text=_("0.02 is 2 %"), **NUMBER)
    follows = forms.CharField(
        label=_("Waits for"),
        required=False,
        help_text=_("Numbers of operations, such as 10, 20; empty: by number"),
    )
    inspect = forms.BooleanField(label=_("Inspect here"), required=False)
    outside = forms.BooleanField(label=_("Done by a vendor"), required=False)

    def clean_follows(self) -> list[int] | None:
        words = self.cleaned_data["follows"].replace(",", " ").split()
        if not all(word.isdecimal() for word in words):
            raise forms.ValidationError(_("Write the numbers of operations, such as 10, 20."))
        return [int(word) for word in words] or None


class ExceptionForm(forms.Form):
    day = forms.DateField(label=_("Day"), widget=DAY)
    working = forms.BooleanField(label=_("Open on this day"), required=False)
    starts = forms.TimeField(label=_("From"), required=False, widget=CLOCK)
    ends = forms.TimeField(label=_("To"), required=False, widget=CLOCK)
    reason = forms.CharField(label=_("Reason"), max_length=100, required=False)


class ImportForm(forms.Form):
    content = forms.FileField(label=_("File"), help_text=_("CSV, XLSX, or a ZIP of them"))
    dry_run = forms.BooleanField(
        label=_("Dry run: check everything, save nothing"), required=False, initial=True
    )
    partly = forms.BooleanField(label=_("Save what is right even if some lines are wrong"), required=False)


class NothingForm(forms.Form):
    """Nothing to ask: the button is the answer."""
