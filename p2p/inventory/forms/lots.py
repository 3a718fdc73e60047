"""Forms of lots, serial numbers and handling units; each field is a parameter of one service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from p2p.core.web.lookup import KeyedField, NumberOf
from p2p.inventory.forms.measured import ask_pieces, pieces_field, quantity_field
from p2p.inventory.forms.stock import PlaceField, places
from p2p.inventory.models import Balance, HandlingUnit, Lot, Serial
from p2p.inventory.selectors.attributes import standings
from p2p.inventory.selectors.pieces import others_in_stock
from strategies.forms.common import DAY
from strategies.models import Characteristic, Item, Location, ReasonCode, Site, Vendor


def day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DAY, required=False)


def reasons(*kinds: str) -> Any:
    return ReasonCode.objects.filter(kind__in=kinds, active=True)


class LotForm(forms.Form):
    """A new lot, before its goods come."""

    item = KeyedField(label=_("Item"), rows=Item.objects.filter(tracking=Item.Tracking.LOT))
    number = forms.CharField(label=_("Lot"), max_length=60)
    vendor = forms.ModelChoiceField(
        label=_("Vendor"), queryset=Vendor.objects.order_by("name"), required=False
    )
    vendor_lot = forms.CharField(label=_("Vendor's lot"), max_length=60, required=False)
    made_on, expires_on, retest_on = day(_("Made")), day(_("Expires")), day(_("Retest"))


class _Described(forms.Form):
    """A field for each characteristic of the piece's item, before the others."""

    def __init__(self, *args: Any, piece: Lot | Serial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes: list[str] = []
        for one in standings(piece):
            what = one.limit.characteristic
            self.codes.append(what.code)
            self.fields[f"attribute_{what.code}"] = self._field(what)
            self.initial.setdefault(f"attribute_{what.code}", one.said)

    def _field(self, what: Characteristic) -> forms.Field:
        unit = f" ({what.unit.code})" if what.unit else ""
        if what.kind == Characteristic.Kind.ATTRIBUTE:
            choices = [("", "–"), ("pass", _("Passed")), ("fail", _("Failed"))]
            return forms.ChoiceField(label=what.name, choices=choices, required=False)
        return forms.CharField(label=f"{what.name}{unit}", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or {})
        values = {code: given.pop(f"attribute_{code}", None) for code in self.codes}
        given["attributes"] = values
        return given


class LotChangeForm(_Described):
    vendor = forms.ModelChoiceField(
        label=_("Vendor"), queryset=Vendor.objects.order_by("name"), required=False
    )
    vendor_lot = forms.CharField(label=_("Vendor's lot"), max_length=60, required=False)
    made_on, expires_on, retest_on = day(_("Made")), day(_("Expires")), day(_("Retest"))
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SerialChangeForm(_Described):
    vendor_serial = forms.CharField(label=_("Vendor's serial number"), max_length=60, required=False)
    made_on = day(_("Made"))
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)


class RetestForm(_Described):
    passed = forms.TypedChoiceField(
        label=_("Result"),
        choices=[("yes", _("Passed")), ("no", _("Failed"))],
        coerce=lambda value: value == "yes",
    )
    until = day(_("To be used until"))
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none(), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reason"]
        field.queryset = reasons(ReasonCode.Kind.HOLD)

    def clean(self) -> dict[str, Any]:
        """A test takes no value away: what is left empty was not measured again."""
        given = super().clean()
        given["attributes"] = {code: value for code, value in given["attributes"].items() if value}
        return given


class SplitForm(forms.Form):
    """Which pile, how much of it, and the new lot's number."""

    pile = forms.ModelChoiceField(label=_("Where it lies"), queryset=Balance.objects.none())
    quantity = quantity_field()
    catch_quantity = pieces_field()
    number = forms.CharField(label=_("New lot"), max_length=60, required=False)
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none(), required=False)

    def __init__(self, *args: Any, lot: Lot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        rows = Balance.objects.filter(lot=lot, quantity__gt=0)
        fields["pile"].queryset = rows.select_related("location__site", "handling_unit", "item__unit")
        fields["pile"].label_from_instance = _pile
        fields["reason"].queryset = reasons(ReasonCode.Kind.ADJUSTMENT)
        ask_pieces(self, lot.item.catch_unit)


def _pile(row: Any) -> str:
    unit = f" · {row.handling_unit.number}" if row.handling_unit else ""
    return f"{row.location.site.code} · {row.location.code}{unit} · {row.quantity.normalize():f} {row.item.unit.code}"


class MergeForm(forms.Form):
    """The lots that become one with this one."""

    lots = forms.ModelMultipleChoiceField(label=_("Merged with"), queryset=Lot.objects.none())
    number = forms.CharField(label=_("Number of the merged lot"), max_length=60, required=False)
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none(), required=False)

    def __init__(self, *args: Any, lot: Lot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["lots"].queryset = others_in_stock(lot).order_by("number")
        fields["reason"].queryset = reasons(ReasonCode.Kind.ADJUSTMENT)


class SerialsForm(forms.Form):
    """A block of numbers ahead of the pieces."""

    item = KeyedField(label=_("Item"), rows=Item.objects.filter(tracking=Item.Tracking.SERIAL))
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.filter(active=True))
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=10_000, initial=1)


class UnitsForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=HandlingUnit.Kind.choices)
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=1000, initial=1)
    location = PlaceField(label=_("Stands at"), queryset=Location.objects.none(), required=False)
    number = forms.CharField(label=_("Number"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["location"]
        field.queryset = places()


class PackForm(forms.Form):
    """An item that lies loose where the unit stands."""

    item = KeyedField(label=_("Item"), rows=Item.objects.select_related("unit"))
    lot = NumberOf(label=_("Lot"), model=Lot, within="item", max_length=60, required=False)
    serial = NumberOf(label=_("Serial number"), model=Serial, within="item", max_length=60, required=False)
    quantity = quantity_field(required=False)
    catch_quantity = pieces_field()
    location = PlaceField(label=_("Place"), queryset=Location.objects.none(), required=False)

    def __init__(self, *args: Any, unit: HandlingUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["location"]
        field.queryset = places()
        loose = Balance.objects.filter(handling_unit=None, quantity__gt=0)
        if unit.location_id:
            del self.fields["location"]
            loose = loose.filter(location=unit.location_id)
        ask_pieces(self, None, weighed=loose.filter(item__catch_unit__isnull=False).exists())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        item = given.get("item")
        pairs: tuple[tuple[str, Any], ...] = (("lot", Lot), ("serial", Serial))
        for name, model in pairs:
            number = given.get(name) or ""
            found = (
                model.objects.filter(item=item, number__iexact=number).first() if item and number else None
            )
            if item and number and found is None:
                self.add_error(name, _("{item} has no {number}.").format(item=item.number, number=number))
            given[name] = found
        return given


class UnpackForm(forms.Form):
    """One pile of the unit, or everything."""

    pile = forms.ModelChoiceField(
        label=_("What"), queryset=Balance.objects.none(), required=False, empty_label=_("Everything")
    )
    quantity = quantity_field(required=False)
    catch_quantity = pieces_field()

    def __init__(self, *args: Any, unit: HandlingUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["pile"]
        rows = Balance.objects.filter(handling_unit=unit, quantity__gt=0)
        field.queryset = rows.select_related("item__unit", "lot", "serial")
        field.label_from_instance = _inside
        ask_pieces(self, None, weighed=rows.filter(item__catch_unit__isnull=False).exists())


def _inside(row: Any) -> str:
    piece = row.lot or row.serial
    named = f" {piece.number}" if piece else ""
    return f"{row.item.number}{named} · {row.quantity.normalize():f} {row.item.unit.code}"


class NestForm(forms.Form):
    parent = KeyedField(label=_("Into"), rows=HandlingUnit.objects.exclude(state=HandlingUnit.State.RETIRED))


class MoveUnitForm(forms.Form):
    location = PlaceField(label=_("To"), queryset=Location.objects.none())
    reference = forms.CharField(label=_("Document"), max_length=60, required=False)

    def __init__(self, *args: Any, unit: HandlingUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["location"]
        rows = places()
        field.queryset = rows.filter(site=unit.location.site_id) if unit.location else rows


class CloseUnitForm(forms.Form):
    gross_weight = quantity_field(_("Gross weight, kg"), required=False)
