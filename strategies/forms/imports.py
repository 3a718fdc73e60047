"""Forms of imports."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ImportForm(forms.Form):
    content = forms.FileField(label=_("File"), help_text=_("CSV, XLSX, or a ZIP of them"))
    dry_run = forms.BooleanField(
        label=_("Dry run: check everything, save nothing"), required=False, initial=True
    )
    partly = forms.BooleanField(label=_("Save what is right even if some lines are wrong"), required=False)
