"""The form of a calendar: country and region of its public holidays are chosen by name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategies.engine.holidays import country_names, place_name, region_names
from strategies.models import Calendar


def _countries() -> list[tuple[str, Any]]:
    return [("", gettext_lazy("none")), *country_names().items()]


def _regions() -> list[tuple[str, Any]]:
    """Grouped by country; a value names the country too, since Bavaria and Buryatia may share a code."""
    found: list[tuple[str, Any]] = [("", gettext_lazy("the whole country"))]
    for country, name in country_names().items():
        regions = region_names(country).items()
        if regions:
            found.append((name, [(f"{country}-{code}", words) for code, words in regions]))
    return found


class CalendarForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Code"), max_length=30)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    time_zone = forms.CharField(label=gettext_lazy("Time zone"), max_length=60, initial="UTC")
    base = forms.ModelChoiceField(
        label=gettext_lazy("Based on"),
        queryset=Calendar.objects.order_by("code"),
        required=False,
        help_text=gettext_lazy("Its days that differ hold here too, where there is none of its own."),
    )
    holiday_country = forms.ChoiceField(
        label=gettext_lazy("Public holidays of"),
        choices=_countries,
        required=False,
        help_text=gettext_lazy("“Public holidays” on the calendar's page closes their days."),
    )
    holiday_region = forms.ChoiceField(
        label=gettext_lazy("Region"),
        choices=_regions,
        required=False,
        widget=forms.Select(attrs={"data-within": "holiday_country"}),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        start = kwargs.get("initial") or {}
        country, region = start.get("holiday_country", ""), start.get("holiday_region", "")
        if region:
            kwargs["initial"] = {**start, "holiday_region": f"{country}-{region}"}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """The region loses the country in front of its code; one of another country is refused by name."""
        given = super().clean() or self.cleaned_data
        country, region = given.get("holiday_country", ""), given.get("holiday_region", "")
        if region:
            of, code = region.split("-", 1)
            given["holiday_region"] = code
            if of != country:
                text = _("{region} is a region of {of}: choose that country, or another region.")
                self.add_error(
                    "holiday_region", text.format(region=region_names(of)[code], of=place_name(of))
                )
        return given
