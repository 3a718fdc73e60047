"""Forms of operations."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.forms.common import NUMBER
from strategies.models import ResourceGroup, RouteOperation


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
