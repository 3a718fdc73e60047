"""Forms of stock; each field is a parameter of one service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from p2p.core.web.lookup import KeyedField, NumberOf
from p2p.inventory.models import Hold, Lot, Serial
from strategies.models import Item, Location, ReasonCode


class PlaceField(forms.ModelChoiceField):
    """A place by site and code: codes repeat from site to site."""

    def label_from_instance(self, place: Any) -> str:
        return f"{place.site.code} · {place.code} · {place.name}"


def places(*, inside: bool = True) -> Any:
    rows = Location.objects.filter(active=True).select_related("site").order_by("site__code", "code")
    return rows.exclude(kind__in=Location.OUTSIDE) if inside else rows


class _OfItem(forms.Form):
    """An item, and perhaps a lot or serial number of it."""

    item = KeyedField(label=_("Item"), rows=Item.objects.select_related("unit"))
    lot = NumberOf(label=_("Lot"), model=Lot, within="item", max_length=60, required=False)
    serial = NumberOf(label=_("Serial number"), model=Serial, within="item", max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        item = given.get("item")
        models: tuple[tuple[str, Any], ...] = (("lot", Lot), ("serial", Serial))
        for name, model in models:
            number = given.get(name) or ""
            found = (
                model.objects.filter(item=item, number__iexact=number).first() if item and number else None
            )
            if item and number and found is None:
                self.add_error(name, _("{item} has no {number}.").format(item=item.number, number=number))
            given[name] = found
        return given


class ReverseForm(forms.Form):
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reason"]
        field.queryset = ReasonCode.objects.filter(kind=ReasonCode.Kind.REVERSAL, active=True)


class HoldForm(_OfItem):
    """Without an item everything at the place is held."""

    item = KeyedField(
        label=_("Item"),
        rows=Item.objects.select_related("unit"),
        required=False,
        help_text=_("Empty: everything at the place."),
    )
    location = PlaceField(label=_("Place"), queryset=Location.objects.none(), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Hold.Kind.choices)
    blocks = forms.TypedChoiceField(
        label=_("Forbids"),
        choices=Hold.Blocks.choices,
        initial=Hold.Blocks.USE,
        required=False,
        empty_value=Hold.Blocks.USE,
    )
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none(), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["location"].queryset = places()
        fields["reason"].queryset = ReasonCode.objects.filter(kind=ReasonCode.Kind.HOLD, active=True)


class NothingForm(forms.Form):
    """Nothing to ask: the button is the answer."""
