"""What the forms of master data share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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


class NothingForm(forms.Form):
    """Nothing to ask: the button is the answer."""
