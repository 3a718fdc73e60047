"""Forms of vendors, what they ask and what goes out to them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.forms.common import DAY, NUMBER, Keyed
from strategies.models import Calendar, Currency, Item, OutsourcingPolicy, Site, Unit, Vendor

MONEY = {"max_digits": 24, "decimal_places": 8}


class VendorForm(forms.Form):
    number = forms.CharField(label=_("Number"), max_length=30)
    name = forms.CharField(label=_("Name"), max_length=150)
    currency = forms.ModelChoiceField(label=_("Currency"), queryset=Currency.objects.order_by("code"))
    email = forms.EmailField(label=_("Mail"), required=False)
    calendar = forms.ModelChoiceField(
        label=_("Calendar"), queryset=Calendar.objects.order_by("code"), required=False
    )
    preferred = forms.BooleanField(label=_("Preferred"), required=False)
    subcontractor = forms.BooleanField(label=_("Works on our operations"), required=False)


class TierForm(forms.Form):
    """A price tier of an item and a vendor."""

    price = forms.DecimalField(label=_("Price"), min_value=0, **MONEY)
    currency = forms.ModelChoiceField(label=_("Currency"), queryset=Currency.objects.order_by("code"))
    unit = forms.ModelChoiceField(label=_("per"), queryset=Unit.objects.order_by("code"))
    minimum_quantity = forms.DecimalField(label=_("From quantity"), min_value=0, initial=0, **NUMBER)
    operation_number = forms.IntegerField(
        label=_("For operation"), min_value=1, required=False, help_text=_("Empty: the item itself")
    )
    valid_from = forms.DateField(label=_("From"), widget=DAY)
    valid_to = forms.DateField(label=_("Last day"), widget=DAY, required=False)
    order_minimum = forms.DecimalField(label=_("Least per order"), min_value=0, required=False, **NUMBER)
    order_maximum = forms.DecimalField(label=_("Most per order"), min_value=0, required=False, **NUMBER)
    lead_time_days = forms.IntegerField(label=_("Lead time, days"), min_value=0, max_value=3650, initial=0)


class VendorTierForm(TierForm):
    item = Keyed(label=_("Item"), rows=Item.objects.all(), help_text=_("Item number"))
    field_order = ("item",)


class ItemTierForm(TierForm):
    vendor = Keyed(label=_("Vendor"), rows=Vendor.objects.filter(active=True), help_text=_("Vendor number"))
    field_order = ("vendor",)


class OutsourcingForm(forms.Form):
    vendor = Keyed(label=_("Vendor"), rows=Vendor.objects.filter(active=True), help_text=_("Vendor number"))
    operation_number = forms.IntegerField(
        label=_("Operation"), min_value=1, required=False, help_text=_("Empty: the whole item")
    )
    rule = forms.ChoiceField(label=_("When"), choices=OutsourcingPolicy.Rule.choices)
    supply = forms.ChoiceField(label=_("Components"), choices=OutsourcingPolicy.Supply.choices)
    lead_time_days = forms.IntegerField(label=_("Lead time, days"), min_value=0, max_value=3650, initial=0)
    allowed_loss_fraction = forms.DecimalField(
        label=_("Allowed loss"), min_value=0, max_value=1, initial=0, help_text=_("0.02 = 2 %"), **NUMBER
    )
    overflow_load = forms.DecimalField(
        label=_("Overflow above load"), min_value=0, initial=1, help_text=_("0.9 = 90 % of a week"), **NUMBER
    )
    overflow_on_downtime = forms.BooleanField(label=_("Overflow on downtime"), required=False, initial=True)
    valid_from = forms.DateField(label=_("From"), widget=DAY)
    valid_to = forms.DateField(label=_("Last day"), widget=DAY, required=False)


class NewOutsourcingForm(OutsourcingForm):
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.order_by("code"))
    field_order = ("site",)
