"""The blocks of forms about goods: what came of an order, what goes out for a demand line, what came back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from p2p.core.access import MONEY_ROLES, may
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.lookup import KeyedField, NumberOf
from p2p.inventory.engine.ranges import NoRange, numbers_in
from p2p.inventory.forms import Measured, quantity_field, unit_field, usual_units
from p2p.inventory.forms.reasons import ask_reason
from p2p.inventory.models import HandlingUnit, Lot, Serial
from planning.forms import day
from planning.services.delivered import Ordered, with_customer
from planning.services.delivery import DeliveryLine
from planning.services.receive import ReceiptLine
from planning.services.returns import ReturnLine
from strategies.models import Item, Location, ReasonCode

NOTE = {"label": _("Delivery note"), "max_length": 60, "required": False}


def serials_field(**options: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Serial numbers"),
        required=False,
        help_text=_("One by one, or as SN-1..SN-9."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        **options,
    )


def numbers(text: str) -> list[str]:
    """The serial numbers of a list or range; the field's error where it is none."""
    try:
        return numbers_in(text)
    except NoRange as no:
        sentence = _("{text} is no range of serial numbers, such as SN-1..SN-9.")
        raise forms.ValidationError(sentence.format(text=no.text)) from no


def place_field(site: Any, label: Any, **options: Any) -> KeyedField:
    rows = Location.objects.filter(site=site, active=True).exclude(kind__in=Location.OUTSIDE)
    return KeyedField(label=label, rows=rows.select_related("site"), key="code", required=False, **options)


class LineForm(forms.Form):
    """The fields of one block: of `record`, `number` counts its blocks from 0."""

    def __init__(self, *args: Any, record: Any, user: Any, number: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"{record.pk}-{number}", **kwargs)
        self.record, self.user, self.number = record, user, number

    @property
    def given(self) -> bool:
        """Whether it says anything: a block without a quantity is left out."""
        return bool(self.cleaned_data.get("quantity"))


class _Block(LineForm, Measured):
    """A quantity with its unit, of the record's item."""

    quantity = quantity_field(required=False)
    unit = unit_field()
    catch_quantity = quantity_field(_("Pieces"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual_units(self.fields["unit"], self.record.item)

    def item_of(self, given: dict[str, Any]) -> Any:
        return self.record.item

    @property
    def title(self) -> str:
        return str(self.record)

    @property
    def subtitle(self) -> str:
        return f"{self.record.item.number} {self.record.item.name}"

    def _of_tracking(self, *, lot: tuple[str, ...], serial: tuple[str, ...]) -> None:
        """Only the fields that the item's tracking asks for stay."""
        tracking = self.record.item.tracking
        for name in lot if tracking != Item.Tracking.LOT else ():
            self.fields.pop(name, None)
        if self.record.item.catch_unit_id is None:
            self.fields.pop("catch_quantity")
        for name in serial if tracking != Item.Tracking.SERIAL else ():
            self.fields.pop(name, None)

    def clean_serials(self) -> list[str]:
        return numbers(self.cleaned_data.get("serials") or "")


class ReceiveHead(forms.Form):
    delivery_note = forms.CharField(**NOTE)


class ReceiveLine(_Block):
    location = forms.CharField(label=_("To"), required=False)
    lot = forms.CharField(
        label=_("Lot"), max_length=60, required=False, help_text=_("Empty: numbered by the item's rule.")
    )
    vendor_lot = forms.CharField(label=_("Vendor's lot"), max_length=60, required=False)
    serials = serials_field()
    made_on = day(_("Made"), required=False)
    expires_on = day(_("Expires"), required=False)
    plate = NumberOf(
        label=_("Handling unit"),
        model=HandlingUnit,
        max_length=60,
        required=False,
        help_text=_("A new number makes a new one, + the next of the series."),
    )
    price = forms.DecimalField(
        label=_("Price for one"), required=False, max_digits=24, decimal_places=8, min_value=0
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        order = self.record
        self.fields["location"] = place_field(order.site, _("To"))
        self._of_tracking(lot=("lot", "vendor_lot", "made_on", "expires_on"), serial=("serials",))
        if order.kind == "transfer":
            for name in ("vendor_lot", "made_on", "expires_on", "price"):
                self.fields.pop(name, None)
        elif not may(self.user, *MONEY_ROLES):
            self.fields.pop("price")
        elif order.currency is not None:
            self.fields["price"].unit = order.currency.code  # type: ignore[attr-defined]

    @property
    def facts(self) -> list[tuple[Any, Any, str]]:
        order = self.record
        unit = order.item.unit.code
        price = []
        if "price" in self.fields and order.price is not None:
            price = [(_("Price of the order"), f"{formats.price(order.price)} {order.currency.code}", "")]
        return [
            (_("From"), order.vendor or f"{order.from_location.site.code} · {order.from_location.code}", ""),
            *price,
            (_("To come"), f"{formats.number(order.left)} {unit}", ""),
            (_("Ordered"), f"{formats.number(order.quantity)} {unit}", ""),
            (_("Expected"), formats.day(order.expected_on), "bad" if order.late else ""),
        ]

    def line(self) -> ReceiptLine:
        names = (
            "quantity", "location", "lot", "vendor_lot", "serials", "made_on", "expires_on", "plate", "price",
            "catch_quantity",
        )  # fmt: skip
        given = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        return ReceiptLine(order=self.record, **given)


class DeliverHead(forms.Form):
    delivery_note = forms.CharField(**NOTE, help_text=_("Empty: the next number, one for each customer."))


class DeliverLine(_Block):
    location = forms.CharField(label=_("From"), required=False)
    lot = NumberOf(label=_("Lot"), model=Lot, max_length=60, required=False)
    serials = serials_field()
    final = forms.BooleanField(label=_("Nothing more goes"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"] = place_field(
            self.record.site, _("From"), help_text=_("Empty: what is reserved, then by the item's rule.")
        )
        self._of_tracking(lot=("lot",), serial=("serials",))

    def clean_lot(self) -> Lot | None:
        return piece(Lot, self.record.item, self.cleaned_data.get("lot"))

    def clean_serials(self) -> Any:
        return [piece(Serial, self.record.item, number) for number in super().clean_serials()]

    @property
    def facts(self) -> list[tuple[Any, Any, str]]:
        demand = self.record
        unit, own = demand.unit.code, demand.item.unit.code
        return [
            (_("Customer"), demand.customer or formats.NONE, ""),
            (_("To deliver"), f"{formats.number(demand.left)} {unit}", ""),
            (_("Goes"), formats.day(demand.goes_on), "bad" if demand.late else ""),
            (_("Reserved"), f"{formats.number(demand.reserved)} {own}", ""),
            (_("Free"), f"{formats.number(demand.free)} {own}", "" if demand.enough else "bad"),
        ]

    def line(self) -> DeliveryLine:
        names = ("quantity", "catch_quantity", "location", "lot", "serials", "final")
        given = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        return DeliveryLine(demand=self.record, **given)


def piece(model: Any, item: Item, number: str | None) -> Any:
    """The lot or piece of that number; the field's error when there is none."""
    if not number:
        return None
    found = model.objects.filter(item=item, number__iexact=number.strip()).first()
    if found is None:
        raise forms.ValidationError(_("{item} has no {number}.").format(item=item.number, number=number))
    return found


class ReturnHead(forms.Form):
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none())
    delivery_note = forms.CharField(label=_("Paper that came with it"), max_length=60, required=False)
    replace = forms.BooleanField(label=_("Deliver it again"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_reason(self.fields["reason"], ReasonCode.Kind.RETURN)


class ReturnBlock(_Block):
    piece = forms.ChoiceField(label=_("Lot or piece"))
    location = forms.CharField(label=_("To"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"] = place_field(
            self.record.site, _("To"), help_text=_("Empty: the site's quarantine.")
        )
        self._pieces = _pieces_of(self.record)
        self._of_tracking(lot=(), serial=())
        if self.record.item.tracking == Item.Tracking.NONE:
            self.fields.pop("piece")
        else:
            choice: Any = self.fields["piece"]
            unit = self.record.item.unit.code
            choice.choices = [
                (key, f"{found.number} · {plain(quantity)} {unit}")
                for key, (found, quantity) in self._pieces.items()
            ]
            self.order_fields(["piece", "quantity", "unit", "catch_quantity", "location"])

    @property
    def facts(self) -> list[tuple[Any, Any, str]]:
        demand = self.record
        own = demand.item.unit.code
        there = sum((quantity for _piece, quantity in self._pieces.values()), Decimal(0))
        return [
            (_("Customer"), demand.customer or formats.NONE, ""),
            (_("The customer has"), f"{formats.number(there)} {own}", ""),
        ]

    def line(self) -> ReturnLine:
        found = self._pieces.get(self.cleaned_data.get("piece", ""), (None, None))[0]
        return ReturnLine(
            demand=self.record,
            quantity=self.cleaned_data["quantity"],
            catch_quantity=self.cleaned_data.get("catch_quantity"),
            location=self.cleaned_data.get("location"),
            lot=found if isinstance(found, Lot) else None,
            serial=found if isinstance(found, Serial) else None,
        )


def _pieces_of(demand: Any) -> dict[str, tuple[Any, Decimal]]:
    """What the customer has, by the value of its choice: lots, pieces, or "" for what is not tracked."""
    held = {key: quantity for key, quantity in with_customer([demand.pk]).items() if quantity > 0}
    lots = Lot.objects.in_bulk({lot for _demand, lot, _serial in held if lot})
    serials = Serial.objects.in_bulk({serial for _demand, _lot, serial in held if serial})
    found: dict[str, tuple[Any, Decimal]] = {}
    for (_demand, lot, serial), quantity in held.items():
        record = serials[serial] if serial else lots[lot] if lot else None
        found[f"s{serial}" if serial else f"l{lot}" if lot else ""] = (record, quantity)
    return found


def left_of(demand: Any) -> Decimal:
    """What is still to deliver, in the item's unit: what the quantity of a delivery starts with."""
    return Ordered([demand]).left(demand)
