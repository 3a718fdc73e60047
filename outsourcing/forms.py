"""Forms of outsourcing. Those about an order have a row of fields for each of its open lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outsourcing.models import ReceiptLine, SubcontractLine
from strategies.models import ReasonCode, Vendor

PIECES = {"max_digits": 24, "decimal_places": 12, "min_value": 0, "required": False}


class NothingForm(forms.Form):
    """Nothing to ask: the button is the answer."""


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class NeedsNoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class LineForm(forms.Form):
    price = forms.DecimalField(
        label=_("Price for one"), max_digits=24, decimal_places=8, min_value=0, required=False
    )
    due_on = forms.DateField(label=_("Back by"), required=False)


class SendOutForm(forms.Form):
    vendor = forms.ModelChoiceField(
        label=_("Vendor"),
        queryset=Vendor.objects.none(),
        help_text=_("Those with a price for this work come first."),
    )

    def __init__(self, *args: Any, vendors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vendor"].queryset = vendors  # type: ignore[attr-defined]


class LinesForm(forms.Form):
    """A row of fields per line; `rows` hands them to the template line by line."""

    columns: Sequence[str] = ()
    beneath: Sequence[str] = ()
    """Those of the columns that stand in a row of their own under the line, where they have room."""

    def __init__(self, *args: Any, lines: Sequence[SubcontractLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        for line in self.lines:
            for name, field in self.fields_of(line).items():
                field.unit = (
                    line.operation.order.item.unit if name in ("good", "rejected", "quantity") else ""
                )  # type: ignore[attr-defined]
                self.fields[f"{name}_{line.pk}"] = field

    def fields_of(self, line: SubcontractLine) -> dict[str, forms.Field]:
        raise NotImplementedError

    def rows(self) -> Iterator[tuple[SubcontractLine, list[Any], list[Any]]]:
        """Each line with the fields beside it and those beneath it."""
        for line in self.lines:
            beside = [self[f"{name}_{line.pk}"] for name in self.columns if name not in self.beneath]
            yield line, beside, [self[f"{name}_{line.pk}"] for name in self.columns if name in self.beneath]

    def others(self) -> list[Any]:
        return [self[name] for name in self.fields if name.rpartition("_")[0] not in self.columns]

    def given(self, line: SubcontractLine) -> dict[str, Any]:
        return {name: self.cleaned_data.get(f"{name}_{line.pk}") for name in self.columns}


class AcknowledgeForm(LinesForm):
    columns = ("promised_on", "quantity")

    def fields_of(self, line: SubcontractLine) -> dict[str, forms.Field]:
        return {
            "promised_on": forms.DateField(label=_("Promised for"), initial=line.promised_on or line.due_on),
            "quantity": forms.DecimalField(
                label=_("Promised"), initial=plain_or_none(line.quantity), **PIECES
            ),
        }


class DispatchForm(LinesForm):
    columns = ("quantity",)

    def fields_of(self, line: SubcontractLine) -> dict[str, forms.Field]:
        return {"quantity": forms.DecimalField(label=_("Send"), initial=plain_or_none(line.can_go), **PIECES)}  # type: ignore[attr-defined]


class ReceiveForm(LinesForm):
    columns = ("good", "rejected", "reason", "complete", "borne_by", "why")
    beneath = ("borne_by", "why")
    packing_slip = forms.CharField(label=_("Packing slip"), max_length=60, required=False)

    def __init__(self, *args: Any, lines: Sequence[SubcontractLine], **kwargs: Any) -> None:
        # Who bears a loss is asked where something is agreed.
        if all(line.allowed_loss_fraction is None for line in lines):
            self.columns = self.columns[:4]
        super().__init__(*args, lines=lines, **kwargs)

    def fields_of(self, line: SubcontractLine) -> dict[str, forms.Field]:
        reasons = ReasonCode.objects.filter(kind=ReasonCode.Kind.SCRAP, active=True)
        found = {
            "good": forms.DecimalField(
                label=_("Good"),
                widget=forms.NumberInput(attrs={"placeholder": plain_or_none(line.to_come)}),
                **PIECES,
            ),  # type: ignore[attr-defined]
            "rejected": forms.DecimalField(label=_("Rejected"), **PIECES),
            "reason": forms.ModelChoiceField(label=_("Reason"), queryset=reasons, required=False),
            "complete": forms.BooleanField(label=_("Nothing more comes"), required=False),
            "borne_by": forms.ChoiceField(
                label=_("Loss borne by"),
                choices=[("", _("not said")), *ReceiptLine.Bearer.choices],
                required=False,
            ),
            "why": forms.CharField(label=_("Why"), max_length=200, required=False),
        }
        return {name: found[name] for name in self.columns}


class InvoiceForm(LinesForm):
    columns = ("quantity", "price")
    number = forms.CharField(label=_("Invoice number"), max_length=60)
    invoiced_on = forms.DateField(label=_("Invoice date"))

    def fields_of(self, line: SubcontractLine) -> dict[str, forms.Field]:
        open_quantity = max(Decimal(0), line.received_quantity - line.invoiced_quantity)
        return {
            "quantity": forms.DecimalField(
                label=_("Quantity"), initial=plain_or_none(open_quantity), **PIECES
            ),
            "price": forms.DecimalField(
                label=_("Price for one"),
                max_digits=24,
                decimal_places=8,
                min_value=0,
                required=False,
                initial=plain_or_none(line.price),
            ),
        }


def plain_or_none(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")
