"""What the forms of master data share."""

from __future__ import annotations

from django import forms

from p2p.core.web.lookup import KeyedField

Keyed = KeyedField
NUMBER = {"max_digits": 24, "decimal_places": 12}
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class NothingForm(forms.Form):
    """Nothing to ask: the button is the answer."""
