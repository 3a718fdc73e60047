"""Forms of what travels: transfers raised, shipped, lost, received on a pallet; what was booked by mistake."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.web.lookup import KeyedField, Looked, NumberOf
from p2p.inventory.engine.scan import Garbled, read
from p2p.inventory.forms import Measured, quantity_field, unit_field
from p2p.inventory.forms.reasons import ask_reason
from p2p.inventory.models import HandlingUnit
from planning.forms import day
from planning.lineforms import NOTE, numbers, place_field, serials_field
from planning.selectors.shipping import best_place, kept_lots
from strategies.models import Item, Location, ReasonCode, Site


def site_field(label: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=label,
        queryset=Site.objects.filter(active=True).order_by("code"),
        to_field_name="code",
        empty_label=None,
    )


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
        label=_("Lot"),
        max_length=60,
        required=False,
        help_text=_("Empty: what is kept for it, then by the item's rule."),
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

    def __init__(self, *args: Any, order: Any, **kwargs: Any) -> None:
        super().__init__(*args, order=order, **kwargs)
        if "lot" not in self.fields:
            return
        kept = kept_lots(order)
        if kept:
            unit = order.item.unit.code
            said = ", ".join(f"{lot} ({plain(quantity)} {unit})" for lot, quantity in kept.items())
            words = _("Empty: the lots kept for it, {lots}; then by the item's rule.")
            self.fields["lot"].help_text = words.format(lots=said)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not given.get("pallet") and not given.get("quantity"):
            self.add_error("quantity", _("Type how much leaves, or scan the pallet."))
        return given


class TransferForm(Measured):
    """Goods from a place to another site, or to another place of the same one."""

    item = KeyedField(label=_("Item"), rows=Item.objects.filter(active=True).select_related("unit"))
    quantity = quantity_field()
    unit = unit_field()
    from_site = site_field(_("From site"))
    source = NumberOf(
        label=_("From place"),
        model=Location,
        within="from_site",
        max_length=30,
        required=False,
        help_text=_("Empty: where most of it is free."),
    )
    site = site_field(_("To site"))
    target = NumberOf(
        label=_("To place"),
        model=Location,
        within="site",
        max_length=30,
        required=False,
        help_text=_("Empty: where goods are received there."),
    )
    due_on = day(_("Wanted on"))
    lots = forms.CharField(
        label=_("Lots"),
        required=False,
        max_length=500,
        help_text=_(
            "Only these, with commas between them; they are kept for the transfer. Empty: by the item's rule."
        ),
    )

    def clean_lots(self) -> list[str]:
        return [lot for each in self.cleaned_data["lots"].split(",") if (lot := each.strip())]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        item, lots = given.get("item"), given.get("lots")
        if item is not None and lots and item.tracking != Item.Tracking.LOT:
            self.add_error("lots", _("{item} has no lots.").format(item=item.number))
        for name, at in (("source", "from_site"), ("target", "site")):
            if given.get(at) is not None:
                given[name] = self._place(given[at], given.get(name), name)
        if item is not None and given.get("source") is None and given.get("from_site") and not self.errors:
            self._propose(item, given)
        return given

    def _place(self, site: Site, code: str | None, name: str) -> Location | None:
        if not code:
            return None
        rows = Location.objects.filter(site=site, active=True).select_related("site")
        found = rows.filter(code__iexact=code.strip()).first()
        if found is None:
            self.add_error(name, _("There is no place {code} at {site}.").format(code=code, site=site.code))
        return found

    def _propose(self, item: Item, given: dict[str, Any]) -> None:
        best = best_place(item, given["from_site"])
        if best is None:
            words = _("No {item} is free at {site}: name the place it will come from.")
            self.add_error("source", words.format(item=item.number, site=given["from_site"].code))
        given["source"] = best


class LoseForm(_OfOrder):
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_reason(self.fields["reason"], ReasonCode.Kind.SCRAP)
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
