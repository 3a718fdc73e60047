"""Forms of versions and the lines of a bill."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.forms.common import DAY, NUMBER, Keyed
from strategies.models import BomLine, Item, Site, Unit


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
