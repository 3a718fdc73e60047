"""Forms of the cut-over desk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.models import Site


class CutOverForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.filter(active=True))
    day = forms.DateField(
        label=_("First day here"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("What the old system says of the evening before is taken over."),
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ChangeCutOverForm(forms.Form):
    day = CutOverForm.base_fields["day"]
    note = CutOverForm.base_fields["note"]


class CutOverFileForm(forms.Form):
    content = forms.FileField(
        label=_("File"),
        help_text=_("CSV (named like its sheet), XLSX (a page for each sheet), or a ZIP of them."),
    )


class ControlFigureForm(forms.Form):
    measure = forms.CharField(
        label=_("Measure"), max_length=40, help_text=_("Such as stock.value or wip.value.")
    )
    of = forms.CharField(
        label=_("Of"), max_length=100, required=False, help_text=_("An item, an order; empty: the total.")
    )
    expected = forms.DecimalField(label=_("In the old books"), max_digits=24, decimal_places=12)


class AcceptForm(forms.Form):
    because = forms.CharField(
        label=_("Because"), max_length=200, help_text=_("Kept with the difference, with your name.")
    )
