"""Forms of versions and of all that belongs to a line of a bill."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from strategies.forms.cells import number
from strategies.forms.common import DAY, NUMBER, Keyed, SiteOrAll, asked
from strategies.models import BomLine, BomOutput, BomVersion, Item, Location, Site, Unit, Vendor
from strategies.services.bom_inputs import StepInput

ITEMS = Item.objects.filter(active=True)


def _unit() -> forms.ModelChoiceField:
    units = Unit.objects.order_by("code")
    return forms.ModelChoiceField(
        label=_("Unit"), queryset=units, required=False, empty_label=_("The item's own")
    )


class Filled(forms.Form):
    """What is left empty says what the field began with: a form that asks for much may be sent with little."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.required = field.required and field.initial is None

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        starts = {name: field.initial for name, field in self.fields.items() if field.initial is not None}
        empty = {name: start for name, start in starts.items() if found.get(name) in (None, "")}
        return {**found, **empty}


class VersionForm(forms.Form):
    site = SiteOrAll()
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    valid_from = forms.DateField(label=_("First day"), required=False, widget=DAY)
    valid_to = forms.DateField(label=_("Last day"), required=False, widget=DAY)
    from_quantity = forms.DecimalField(label=_("For orders from"), min_value=0, initial=0, **NUMBER)


class BomForm(Filled, VersionForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=BomVersion.Kind.choices, initial=BomVersion.Kind.BOM)
    batch_quantity = forms.DecimalField(label=_("Quantities are for"), min_value=0, initial=1, **NUMBER)
    yield_fraction = forms.DecimalField(
        label=_("Yield"), initial=1, help_text=_("0.98 is 98 %"), max_digits=13, decimal_places=12
    )
    multiple_quantity = forms.DecimalField(
        label=_("Orders in multiples of"), min_value=0, initial=0, help_text=_("0: any quantity"), **NUMBER
    )


class CopyForm(forms.Form):
    valid_from = forms.DateField(label=_("First day of the new version"), required=False, widget=DAY)


class CopyBomForm(CopyForm):
    item = Keyed(
        label=_("For item"), rows=ITEMS, required=False, help_text=_("Empty: a new version of the same item.")
    )
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.order_by("code"), required=False, empty_label=_("As it is")
    )


class ActivateForm(forms.Form):
    """Asks about the versions in the way only where there are some."""

    replace = forms.BooleanField(label=_("Let them give way"), required=False, initial=True)

    def __init__(self, *args: Any, gives_way: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not gives_way:
            del self.fields["replace"]


class LineForm(Filled):
    """Everything a line can say. Fields without a value fall back to what `LineInput` says."""

    component = Keyed(label=_("Component"), rows=ITEMS)
    quantity = forms.DecimalField(label=_("Quantity"), **NUMBER)
    unit = _unit()
    position = forms.IntegerField(label=_("Position"), min_value=1, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=BomLine.Kind.choices, initial=BomLine.Kind.ITEM)
    consumption = forms.ChoiceField(
        label=_("Needed"), choices=BomLine.Consumption.choices, initial=BomLine.Consumption.VARIABLE
    )
    series = forms.DecimalField(
        label=_("For so many batches"), initial=1, help_text=_("1, 100 or 1000"), **NUMBER
    )
    formula = forms.ChoiceField(
        label=_("Formula"), choices=BomLine.Formula.choices, initial=BomLine.Formula.STANDARD
    )
    height = asked(
        forms.DecimalField(label=_("Height"), required=False, **NUMBER), formula="height area volume density"
    )
    width = asked(
        forms.DecimalField(label=_("Width"), required=False, **NUMBER), formula="area volume density"
    )
    depth = asked(forms.DecimalField(label=_("Depth"), required=False, **NUMBER), formula="volume density")
    density = asked(forms.DecimalField(label=_("Density"), required=False, **NUMBER), formula="density")
    percent = asked(
        forms.DecimalField(
            label=_("Share of the batch"),
            required=False,
            help_text=_("0.25 is 25 %, for the formula in percent"),
            max_digits=13,
            decimal_places=12,
        ),
        formula=BomLine.Formula.PERCENT,
    )
    rounding = forms.ChoiceField(
        label=_("Rounded"), choices=BomLine.Rounding.choices, initial=BomLine.Rounding.NONE
    )
    rounding_multiple = forms.DecimalField(label=_("To multiples of"), min_value=0, initial=0, **NUMBER)
    scalable = forms.BooleanField(label=_("Grows when the batch is rescaled"), required=False, initial=True)
    scrap_fraction = forms.DecimalField(
        label=_("Scrap"), initial=0, help_text=_("0.02 is 2 %"), min_value=0, max_digits=13, decimal_places=12
    )
    scrap_quantity = forms.DecimalField(label=_("Lost once per order"), min_value=0, initial=0, **NUMBER)
    operation_number = forms.IntegerField(label=_("At operation"), min_value=1, required=False)
    flushing = forms.ChoiceField(
        label=_("Booked"),
        required=False,
        choices=[("", _("As the component says")), *BomLine.Flushing.choices],
    )
    vendor = Keyed(label=_("Vendor"), rows=Vendor.objects.all(), required=False)
    location = forms.ModelChoiceField(
        label=_("Taken from"),
        queryset=Location.objects.select_related("site").order_by("site", "code"),
        required=False,
        empty_label=_("Where the work centre takes from"),
    )
    ends = forms.BooleanField(label=_("The first issue ends the line"), required=False)
    valid_from = forms.DateField(label=_("First day"), required=False, widget=DAY)
    valid_to = forms.DateField(label=_("Last day"), required=False, widget=DAY)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class AlternateForm(forms.Form):
    component = Keyed(label=_("Component"), rows=ITEMS)
    ratio = forms.DecimalField(
        label=_("Ratio"),
        initial=1,
        help_text=_("So many of it stand for one."),
        max_digits=24,
        decimal_places=12,
    )
    priority = forms.IntegerField(
        label=_("Priority"), initial=1, min_value=0, help_text=_("The lowest comes first.")
    )
    valid_from = forms.DateField(label=_("First day"), required=False, widget=DAY)
    valid_to = forms.DateField(label=_("Last day"), required=False, widget=DAY)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class StepsForm(forms.Form):
    steps = forms.CharField(
        label=_("Steps"),
        required=False,
        widget=forms.Textarea,
        help_text=_("One a line: order quantity, a space, what such an order takes. 0 5 and 100 8."),
    )

    def clean_steps(self) -> list[StepInput]:
        found = []
        for place, line in enumerate(self.cleaned_data["steps"].splitlines(), start=1):
            parts = line.replace(";", " ").split()
            if parts and len(parts) != 2:
                raise forms.ValidationError(_("Line {line} wants two numbers.").format(line=place))
            if parts:
                found.append(StepInput(from_quantity=number(parts[0]), quantity=number(parts[1])))
        return found


class OutputForm(forms.Form):
    item = Keyed(label=_("Item"), rows=ITEMS)
    kind = forms.ChoiceField(label=_("Kind"), choices=BomOutput.Kind.choices)
    quantity = forms.DecimalField(label=_("Quantity of a batch"), **NUMBER)
    unit = _unit()
    cost_share = forms.CharField(
        label=_("Share of cost"), initial="0", help_text=_("10 % or 0.1"), max_length=20, strip=True
    )

    def clean_cost_share(self) -> Decimal:
        """ "10 %" is 0.1; without the sign the share itself."""
        typed = self.cleaned_data["cost_share"]
        share = number(typed.removesuffix("%")) / (100 if typed.endswith("%") else 1)
        if not 0 <= share <= 1:
            raise forms.ValidationError(_("A share is between 0 and 100 %."))
        return share.quantize(Decimal("1e-12"))


class RescaleForm(forms.Form):
    batch_quantity = forms.DecimalField(label=_("New size of the batch"), required=False, **NUMBER)
    line = forms.ModelChoiceField(
        label=_("or by an ingredient"), queryset=BomLine.objects.none(), required=False, empty_label=_("None")
    )
    quantity = forms.DecimalField(label=_("and its new quantity"), required=False, **NUMBER)

    def __init__(self, *args: Any, bom: BomVersion, **options: Any) -> None:
        super().__init__(*args, **options)
        lines = bom.lines.filter(scalable=True, consumption="variable").exclude(formula="percent")
        field: Any = self.fields["line"]
        field.queryset = lines.select_related("component").order_by("position")
        field.label_from_instance = lambda line: (
            f"{line.position} {line.component.number} {line.component.name}"
        )
