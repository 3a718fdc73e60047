"""Forms of the floor; each field is a parameter of one service."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from execution.models import Clocking, PickLine
from execution.output_forms import OutputsForm
from p2p.core.models import User
from p2p.core.refusal import Refused
from planning.models import Operation
from strategies.models import Item, ReasonCode, Resource


def reasons(kind: str) -> Any:
    return ReasonCode.objects.filter(kind=kind, active=True)


def quantity(label: Any, **also: Any) -> forms.DecimalField:
    digits = _("The number has more digits than can be kept.")
    words = {
        "invalid": _("Type a number."),
        "min_value": _("The number cannot be less than %(limit_value)s."),
        "max_digits": digits,
        "max_whole_digits": digits,
        "max_decimal_places": digits,
    }
    return forms.DecimalField(label=label, max_digits=24, decimal_places=12, error_messages=words, **also)


class ReleaseForm(forms.Form):
    despite_shortage = forms.BooleanField(
        label=_("Release although components are missing"),
        required=False,
        help_text=_("What is missing stays on the pick list without a place."),
    )


NAMING = ("lot", "serials", "plate")


def naming_asked(operation: Operation) -> tuple[str, ...]:
    """What a report of this operation may say of its product: only the last one brings pieces into stock."""
    if operation.links_after.exists():
        return ()
    asked = {Item.Tracking.LOT: "lot", Item.Tracking.SERIAL: "serials"}
    tracking = Item.Tracking(operation.order.item.tracking)
    return (asked[tracking], "plate") if tracking in asked else ("plate",)


SAYS = ("good", "scrap", "minutes", "finish", "end_route")
"""One of these has to be said in a report."""


class ReportForm(forms.Form):
    good = quantity(_("Good"), min_value=Decimal(0), required=False)
    scrap = quantity(_("Scrap"), min_value=Decimal(0), required=False)
    reason = forms.ModelChoiceField(
        label=_("Reason for scrap"),
        queryset=ReasonCode.objects.none(),
        required=False,
        to_field_name="code",
        error_messages={"invalid_choice": _("This reason is not in use any more: choose another.")},
    )
    cause = forms.ChoiceField(
        label=_("At fault"),
        choices=[("", _("as the reason says")), *ReasonCode.Cause.choices],
        required=False,
    )
    minutes = forms.DecimalField(
        label=_("Time spent"), min_value=Decimal(0), max_digits=9, decimal_places=2, required=False
    )
    resource = forms.ModelChoiceField(label=_("Resource"), queryset=Resource.objects.none(), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    lot = forms.CharField(label=_("Lot"), max_length=60, required=False)
    serials = forms.CharField(
        label=_("Serial numbers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One after the other; empty: by rule."),
    )
    plate = forms.CharField(
        label=_("License plate"),
        max_length=40,
        required=False,
        help_text=_("Scan or type its number; + makes a new one."),
    )
    catch_quantity = quantity(
        _("Pieces"), min_value=Decimal(0), required=False, help_text=_("How many the weight is.")
    )
    finish = forms.BooleanField(label=_("The operation is finished with it"), required=False)
    end_route = forms.BooleanField(
        label=_("End the route card"),
        required=False,
        help_text=_("Finished, and no more time is expected; whoever is clocked on is clocked off."),
    )
    end_picking = forms.BooleanField(
        label=_("End the picking list"),
        required=False,
        help_text=_("What is left of its material is not needed any more."),
    )
    despite = forms.CharField(
        label=_("Report all the same, because"),
        max_length=200,
        required=False,
        help_text=_("Where the operation before has not reported, or flushed stock is short."),
    )

    def __init__(
        self,
        *args: Any,
        operation: Operation,
        by: User | None = None,
        supervisor: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.beside = OutputsForm(self.data or None, operation=operation, by=by)
        fields: Any = self.fields
        if not supervisor:
            del fields["despite"]
        weighed = operation.order.item.catch_unit
        if weighed is None or operation.links_after.exists():
            del fields["catch_quantity"]
        else:
            fields["catch_quantity"].unit = weighed.code
        fields["reason"].queryset = reasons(ReasonCode.Kind.SCRAP)
        fields["resource"].queryset = Resource.objects.filter(group=operation.group_id, active=True)
        for name in ("good", "scrap"):
            fields[name].unit = operation.order.unit.code
        fields["minutes"].unit = "min"
        for name in set(NAMING) - set(naming_asked(operation)):
            del fields[name]

    def clean(self) -> dict[str, Any]:
        """Something has to be said: pieces, time, or that the operation is finished."""
        given = super().clean() or {}
        if self.beside.is_bound and not self.beside.is_valid():
            raise forms.ValidationError([text for texts in self.beside.errors.values() for text in texts])
        if not self.errors and not self.beside.told and not any(given.get(name) for name in SAYS):
            raise forms.ValidationError(_("Type how many pieces first."))
        return given

    def sound_figures(self) -> dict[str, Any]:
        """The service's parameters, for pages without fields: Refused with the sentence of what is wrong."""
        if not self.is_valid():
            raise Refused(next(iter(self.errors.values()))[0], code="invalid")
        return self.figures()

    def figures(self) -> dict[str, Any]:
        """The service's parameters."""
        given = dict(self.cleaned_data)
        minutes = given.pop("minutes") or Decimal(0)
        given["seconds"] = int((minutes * 60).to_integral_value())
        given["outputs"] = self.beside.outputs() if self.beside.is_bound else []
        given["serials"] = (given.get("serials") or "").replace(",", " ").split()
        return {**given, "good": given["good"] or Decimal(0), "scrap": given["scrap"] or Decimal(0)}


class StartForm(forms.Form):
    resource = forms.ModelChoiceField(label=_("Resource"), queryset=Resource.objects.none(), required=False)
    kind = forms.ChoiceField(label=_("Work"), choices=Clocking.Kind.choices, initial=Clocking.Kind.RUN)

    def __init__(self, *args: Any, operation: Operation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["resource"]
        field.queryset = Resource.objects.filter(group=operation.group_id, active=True)


class UndoForm(forms.Form):
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reason"]
        field.queryset = reasons(ReasonCode.Kind.REVERSAL)


class PickPartForm(forms.Form):
    """One quantity for each open line of a list."""

    def __init__(self, *args: Any, lines: Sequence[PickLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            left = line.quantity - line.picked_quantity
            place = line.location.code if line.location else _("no place yet")
            lot = line.lot.number if line.lot else ""
            field: Any = quantity(
                f"{line.material.item.number} · {place} {lot}".strip(),
                min_value=Decimal(0),
                max_value=left,
                required=False,
                initial=left.normalize(),
            )
            field.unit = line.material.item.unit.code
            self.fields[f"line-{line.pk}"] = field
            counted = line.material.item.catch_unit
            if counted is not None:
                label = _("Pieces of {item}").format(item=line.material.item.number)
                field = quantity(label, min_value=Decimal(0), required=False)
                field.unit = counted.code
                self.fields[f"pieces-{line.pk}"] = field

    def picked(self) -> list[tuple[PickLine, Decimal, Decimal | None]]:
        """What was taken, line by line, and how many pieces that is; lines left empty are not touched."""
        given = self.cleaned_data
        found = [(line, given[f"line-{line.pk}"], given.get(f"pieces-{line.pk}")) for line in self.lines]
        return [(line, amount, pieces) for line, amount, pieces in found if amount]


class DownForm(forms.Form):
    resource = forms.ModelChoiceField(label=_("Resource"), queryset=Resource.objects.none())
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none())
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["resource"].queryset = Resource.objects.filter(active=True).select_related("site")
        fields["reason"].queryset = reasons(ReasonCode.Kind.DOWNTIME)


class NothingForm(forms.Form):
    """Nothing to ask: the button is the answer."""
