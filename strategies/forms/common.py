"""What the forms of master data share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from p2p.core.web.lookup import KeyedField
from strategies.models import Site

Keyed = KeyedField
NUMBER = {"max_digits": 24, "decimal_places": 12}
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class SiteOrAll(forms.ModelChoiceField):
    """A site, or all of them; then the role has to be held without a limit."""

    empty_is_everywhere = True

    def __init__(self, queryset: Any = None, **options: Any) -> None:
        rows = Site.objects.order_by("code") if queryset is None else queryset
        start = {"label": _("Site"), "required": False, "empty_label": _("All sites")}
        super().__init__(rows, **{**start, **options})


def asked(field: forms.Field, **when: str) -> Any:
    """The field, in sight only while another one says one of these words: `asked(level, kind="capability skill")`.

    Where it is in sight it is needed, unless something stands in it from the start: it is not called optional.
    """
    ((name, answers),) = when.items()
    field.asked = f"{name}={answers}"  # type: ignore[attr-defined]
    field.needed = field.initial is None  # type: ignore[attr-defined]
    return field


class NothingForm(forms.Form):
    """Nothing to ask: the button is the answer."""
