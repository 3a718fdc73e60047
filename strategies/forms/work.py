"""Forms of working time."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.forms.common import CLOCK, DAY


class ExceptionForm(forms.Form):
    day = forms.DateField(label=_("Day"), widget=DAY)
    working = forms.BooleanField(label=_("Open on this day"), required=False)
    starts = forms.TimeField(label=_("From"), required=False, widget=CLOCK)
    ends = forms.TimeField(label=_("To"), required=False, widget=CLOCK)
    reason = forms.CharField(label=_("Reason"), max_length=100, required=False)
