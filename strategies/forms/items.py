"""Forms of items and how they are supplied."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.forms.common import NUMBER, Keyed
from strategies.models import Item, ItemGroup, ItemPolicy, Location, Site, Unit, Vendor


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
