"""Forms of what travels: shipping a transfer, losing it, receiving a pallet, taking back what was booked by mistake."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.web.lookup import Looked
from p2p.inventory.engine.scan import Garbled, read
from p2p.inventory.forms import Measured, quantity_field, unit_field
from p2p.inventory.models import HandlingUnit
from planning.lineforms import NOTE, numbers, place_field, serials_field
from strategies.models import Item, ReasonCode


class UnitField(Looked, forms.CharField):
    """A handling unit by its number, or by the shipping code as a scanner reads it off the label."""

    model = HandlingUnit

    def __init__(self, **options: Any) -> None:
        self.rows = HandlingUnit.objects.select_related("location__site", "parent")
        self.key = "number"
        super().__init__(label=_("Handling unit"), max_length=60, **options)

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, "number", value)

    def clean(self, value: Any) -> HandlingUnit | None:
        text = super().clean(value).strip()
        if not text:
            return None
        found = self.rows.filter(number__iexact=text).first() or self.rows.filter(sscc=_code(text)).first()
        if found is None:
            raise forms.ValidationError(_("There is no handling unit {number}.").format(number=text))
        return found


def _code(text: str) -> str:
    """The shipping code that a text is; "-" where it is none, which no unit has."""
    try:
        return read(text).sscc or text.replace(" ", "") or "-"
    except Garbled:
        return "-"


def _reasons(kind: str) -> Any:
    return ReasonCode.objects.filter(kind=kind, active=True)


class TakeBackForm(forms.Form):
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reason"]
        field.queryset = _reasons(ReasonCode.Kind.REVERSAL)


class PartBackForm(TakeBackForm):
    """The same, also of a part."""

    quantity = quantity_field(required=False)
    catch_quantity = quantity_field(_("Pieces"), required=False)
    field_order = ("quantity", "catch_quantity", "reason")

    def __init__(self, *args: Any, move: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if move.item.catch_unit_id is None:
            self.fields.pop("catch_quantity")
        if move.serial_id:
            self.fields.pop("quantity")
        else:
            self.fields["quantity"].help_text = _("Empty: all {quantity} {unit}.").format(
                quantity=plain(move.quantity), unit=move.item.unit.code
            )


class CloseShortForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200)


class _OfOrder(Measured):
    """A quantity of a transfer order's item, with the fields its tracking asks for."""

    quantity = quantity_field()
    unit = unit_field()
    catch_quantity = quantity_field(_("Pieces"), required=False)
    lot = forms.CharField(
        label=_("Lot"), max_length=60, required=False, help_text=_("Empty: by the item's rule.")
    )
    serials = serials_field()

    def __init__(self, *args: Any, order: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        if order.item.catch_unit_id is None:
            self.fields.pop("catch_quantity")
        if order.item.tracking != Item.Tracking.LOT:
            self.fields.pop("lot")
        if order.item.tracking != Item.Tracking.SERIAL:
            self.fields.pop("serials")

    def item_of(self, given: dict[str, Any]) -> Any:
        return self.order.item

    def clean_serials(self) -> list[str]:
        return numbers(self.cleaned_data.get("serials") or "")


class ShipForm(_OfOrder):
    """A quantity, or a pallet with all that stands on it."""

    quantity = quantity_field(required=False)
    pallet = UnitField(required=False, help_text=_("Scan it: all that stands on it goes along."))
    despatch_note = forms.CharField(
        label=_("Despatch note"), max_length=60, required=False, help_text=_("Empty: the next number.")
    )
    field_order = ("pallet", "quantity", "unit", "catch_quantity", "lot", "serials", "despatch_note")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not given.get("pallet") and not given.get("quantity"):
            self.add_error("quantity", _("Type how much leaves, or scan the pallet."))
        return given


class LoseForm(_OfOrder):
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reason"]
        field.queryset = _reasons(ReasonCode.Kind.SCRAP)
        if "lot" in self.fields:
            self.fields["lot"].help_text = _("Empty: any that travels.")


class ReceivePalletForm(forms.Form):
    pallet = UnitField()
    location = forms.CharField(label=_("To"), required=False)
    delivery_note = forms.CharField(**NOTE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"].help_text = _("Empty: the order's place, else the receiving place.")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        typed, unit = given.get("location"), given.get("pallet")
        given["location"] = None
        if typed and unit is not None and unit.location is not None:
            field = place_field(unit.location.site, _("To"))
            try:
                given["location"] = field.clean(typed)
            except forms.ValidationError as no:
                self.add_error("location", no)
        return given
