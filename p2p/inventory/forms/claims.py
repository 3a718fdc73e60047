"""Forms of soft reservations."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from p2p.core.web.lookup import KeyedField, NumberOf
from p2p.inventory.forms.measured import Measured, quantity_field, unit_field
from p2p.inventory.models import Lot, SoftReservation
from strategies.models import Item, Site

_WANTED = re.compile(r"\s*(?P<code>[^=:]+?)\s*[=:]\s*(?P<value>.+?)\s*$")
_RANGE = re.compile(r"(?P<min>-?[\d.]*)\s*\.\.\s*(?P<max>-?[\d.]*)$")


class WantedField(forms.CharField):
    """`colour = red, ph = 6.5..7`: cleans to {"colour": "red", "ph": {"min": "6.5", "max": "7"}}."""

    def clean(self, value: Any) -> Any:
        wanted: dict[str, Any] = {}
        for part in filter(str.strip, super().clean(value).split(",")):
            match = _WANTED.match(part)
            if match is None:
                raise forms.ValidationError(
                    _("{part}: write the characteristic, = and what it must be, or min..max.").format(
                        part=part.strip()
                    )
                )
            limits = _RANGE.match(match["value"])
            asked = {name: text for name, text in limits.groupdict().items() if text} if limits else None
            wanted[match["code"]] = asked or match["value"]
        return wanted


def _moment() -> forms.DateTimeField:
    return forms.DateTimeField(
        label=_("Needed"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Empty: now."),
    )


def _priority(**also: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Priority"),
        min_value=0,
        max_value=100,
        help_text=_("0 is most urgent, 100 least."),
        **also,
    )


class ClaimForm(Measured):
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none())
    item = KeyedField(label=_("Item"), rows=Item.objects.select_related("unit"))
    quantity = quantity_field()
    unit = unit_field()
    purpose = forms.ChoiceField(label=_("For"), choices=SoftReservation.Purpose.choices)
    needed_at = _moment()
    priority = _priority(initial=50)
    reference = forms.CharField(
        label=_("Document"), max_length=60, required=False, help_text=_("The order or demand it is for.")
    )
    lot = NumberOf(
        label=_("Lot"), model=Lot, within="item", max_length=60, required=False, help_text=_("Empty: any.")
    )
    wanted = WantedField(
        label=_("Properties of the lot"),
        required=False,
        help_text=_("Such as: colour = red, ph = 6.5..7"),
    )
    minimum_days = forms.IntegerField(
        label=_("Shelf life left (days)"), min_value=0, initial=0, help_text=_("Left when it is needed.")
    )
    same_lot = forms.BooleanField(label=_("All of it from one lot"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["site"].queryset = Site.objects.filter(active=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        item, number = given.get("item"), given.get("lot") or ""
        given["lot"] = (
            Lot.objects.filter(item=item, number__iexact=number).first() if item and number else None
        )
        if item and number and given["lot"] is None:
            self.add_error("lot", _("{item} has no {number}.").format(item=item.number, number=number))
        return given


class ClaimChangeForm(forms.Form):
    quantity = quantity_field()
    needed_at = _moment()
    priority = _priority()
