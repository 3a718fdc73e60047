"""Forms of quality; each field is a parameter of one service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from execution.models import OutputMove
from p2p.core.web.lookup import KeyedField, NumberOf
from p2p.inventory.forms.measured import pieces_field
from p2p.inventory.models import Lot
from planning.lineforms import numbers
from planning.models import Operation, ProductionOrder
from quality.models import ControlPlan, ControlPlanLine, NonConformance
from strategies.models import Characteristic, Item, ItemGroup, ReasonCode, ResourceGroup, Site, Vendor


def scrap_reasons() -> Any:
    return ReasonCode.objects.filter(kind=ReasonCode.Kind.SCRAP, active=True)


class NothingForm(forms.Form):
    """Nothing to ask: the button is the answer."""


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class NeedsNoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class RejectForm(forms.Form):
    quantity = forms.DecimalField(
        label=_("Nonconforming"),
        required=False,
        max_digits=24,
        decimal_places=12,
        help_text=_("Pieces that need a decision; empty: decide later."),
    )
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none(), required=False)
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = scrap_reasons()  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    code = forms.CharField(label=_("Plan"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=100)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.all())
    trigger = forms.ChoiceField(label=_("When"), choices=ControlPlan.Trigger.choices)
    item = KeyedField(label=_("Item"), rows=Item.objects.all(), required=False)
    item_group = forms.ModelChoiceField(
        label=_("Item group"), queryset=ItemGroup.objects.all(), required=False
    )
    group = forms.ModelChoiceField(
        label=_("Work centre"), queryset=ResourceGroup.objects.all(), required=False
    )
    operation_number = forms.IntegerField(label=_("Operation"), min_value=1, required=False)
    vendor = KeyedField(
        label=_("Vendor"),
        rows=Vendor.objects.all(),
        required=False,
        help_text=_("For plans at receipt; empty: any."),
    )
    sample_fixed = forms.IntegerField(label=_("Pieces to read"), min_value=1, required=False)
    sample_fraction = forms.DecimalField(
        label=_("or share of the quantity"),
        max_digits=24,
        decimal_places=12,
        required=False,
        help_text=_("0.1 = every tenth piece."),
    )
    blocks = forms.BooleanField(
        label=_("The operation cannot finish, or the goods not be used, before it is accepted"),
        required=False,
        initial=True,
    )


class PlanLineForm(forms.Form):
    characteristic = forms.ModelChoiceField(label=_("Characteristic"), queryset=Characteristic.objects.all())
    target = forms.DecimalField(label=_("Target"), max_digits=24, decimal_places=12, required=False)
    lower_limit = forms.DecimalField(
        label=_("Lower limit"),
        max_digits=24,
        decimal_places=12,
        required=False,
        help_text=_("All three empty: the limits of the characteristic."),
    )
    upper_limit = forms.DecimalField(label=_("Upper limit"), max_digits=24, decimal_places=12, required=False)
    severity = forms.ChoiceField(
        label=_("Severity"), choices=ControlPlanLine.Severity.choices, initial=ControlPlanLine.Severity.MAJOR
    )
    accept_number = forms.IntegerField(
        label=_("Bad pieces still accepted"), min_value=0, initial=0, required=False
    )


class NonConformanceForm(forms.Form):
    item = KeyedField(label=_("Item"), rows=Item.objects.select_related("unit"))
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=24, decimal_places=12)
    order = KeyedField(label=_("Production order"), rows=ProductionOrder.objects.all(), required=False)
    operation_number = forms.IntegerField(label=_("Operation"), min_value=1, required=False)
    lot = NumberOf(label=_("Lot"), model=Lot, within="item", required=False)
    site = forms.ModelChoiceField(
        label=_("Site"),
        queryset=Site.objects.filter(active=True).order_by("code"),
        required=False,
        empty_label=_("Where it was found"),
    )
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none(), required=False)
    note = forms.CharField(label=_("What is wrong"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = scrap_reasons()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["operation"] = self._operation(given)
        given["lot"] = self._lot(given)
        return given

    def _operation(self, given: dict[str, Any]) -> Operation | None:
        order, number = given.get("order"), given.get("operation_number")
        if order is None:
            return None
        rows = Operation.objects.filter(order=order).select_related("order").order_by("number")
        found = rows.filter(number=number).first() if number else rows.last()
        if found is None:
            self.add_error("operation_number", _("The order has no such operation."))
        return found

    def _lot(self, given: dict[str, Any]) -> Lot | None:
        number, item = given.get("lot"), given.get("item")
        if not number or item is None:
            return None
        found = Lot.objects.filter(item=item, number__iexact=number).first()
        if found is None:
            self.add_error("lot", _("There is no lot {lot} of {item}.").format(lot=number, item=item))
        return found


def _in_stock(record: NonConformance) -> bool:
    """Whether it is about goods in stock, or about pieces that an operation brought there."""
    if record.operation_id is None:
        return True
    return OutputMove.objects.filter(report__operation=record.operation_id, move__reversed_by=None).exists()


class DecideForm(forms.Form):
    disposition = forms.ChoiceField(label=_("What becomes of it"), choices=NonConformance.Disposition.choices)
    sent_again = forms.BooleanField(
        label=_("The vendor sends as many again"),
        required=False,
        help_text=_("Of a return: the purchase expects them again; else nothing more comes."),
    )
    reason = forms.ModelChoiceField(
        label=_("Scrap reason"), queryset=ReasonCode.objects.none(), required=False
    )
    serials = forms.CharField(
        label=_("Serial numbers"),
        required=False,
        help_text=_("Which pieces, when not all of them: one by one, or as SN-1..SN-9."),
    )
    catch_quantity = pieces_field()
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, record: NonConformance | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = scrap_reasons()  # type: ignore[attr-defined]
        if record is not None and record.operation_id is not None:
            del self.fields["sent_again"]
        if record is not None and record.item.tracking != Item.Tracking.SERIAL:
            del self.fields["serials"]
        counted = record.item.catch_unit if record is not None and _in_stock(record) else None
        if counted is None:
            del self.fields["catch_quantity"]
        else:
            self.fields["catch_quantity"].help_text = _("How many {unit} are scrapped or go back.").format(
                unit=counted.code
            )

    def clean_serials(self) -> list[str]:
        return numbers(self.cleaned_data.get("serials") or "")
