"""The form of a mass replacement."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.forms.common import DAY, Keyed
from strategies.models import Item, ItemGroup, Site


class ReplaceForm(forms.Form):
    """Each field is a parameter of `replace.start` and `replace.preview`."""

    old = Keyed(label=_("Instead of"), rows=Item.objects.select_related("unit"))
    new = Keyed(label=_("Use"), rows=Item.objects.select_related("unit"))
    ratio = forms.DecimalField(label=_("How many for one"), initial=1, max_digits=24, decimal_places=12)
    valid_from = forms.DateField(
        label=_("From"), required=False, widget=DAY, help_text=_("Empty: the lines change at once.")
    )
    site = forms.ModelChoiceField(
        label=_("Site"),
        queryset=Site.objects.order_by("code"),
        to_field_name="code",
        required=False,
        empty_label=_("All sites"),
    )
    group = forms.ModelChoiceField(
        label=_("Bills of the group"),
        queryset=ItemGroup.objects.order_by("code"),
        to_field_name="code",
        required=False,
        empty_label=_("All groups"),
    )
