"""Forms of operations, what they need, and their instructions."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from p2p.core.digits import whole
from p2p.core.fields import plain
from strategies.forms.common import NUMBER, Keyed, asked
from strategies.models import (
    CalendarShift,
    Capability,
    Characteristic,
    CostCategory,
    Item,
    Requirement,
    Resource,
    ResourceGroup,
    RouteGroup,
    RouteOperation,
    Skill,
    StandardOperation,
)

_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*(d|h|min|m|s)?\s*", re.IGNORECASE)
KEEPERS = (RouteOperation, StandardOperation)
SECONDS = {"d": 86_400, "h": 3_600, "min": 60, "m": 60, "s": 1}


class TimeField(forms.CharField):
    """A length of time as people write it: 15 min, 1 h 30 min, 90 s, 0.5 s; a bare number is seconds."""

    def __init__(self, *, whole: bool = True, **options: Any) -> None:
        self.whole = whole
        super().__init__(**{"max_length": 40, "initial": "0", "required": False, **options})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        seconds, words = Decimal(value), []
        for unit in ("h", "min"):
            count, seconds = divmod(seconds, SECONDS[unit])
            words += [f"{plain(count)} {unit}"] if count else []
        return " ".join(words + [f"{plain(seconds)} s"] if seconds or not words else words)

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip() or "0"
        if not re.fullmatch(rf"(?:{_PART.pattern})+", text, re.IGNORECASE):
            raise ValidationError(
                _("“%(text)s” is not a length of time such as 15 min or 1 h 30 min."), params={"text": text}
            )
        total = sum(
            (
                Decimal(count.replace(",", ".")) * SECONDS[(unit or "s").lower()]
                for count, unit in _PART.findall(text)
            ),
            Decimal(0),
        )
        if self.whole and total != total.to_integral_value():
            raise ValidationError(_("Write whole seconds."))
        if total > 2_000_000_000:
            raise ValidationError(_("That is longer than sixty years."))
        return int(total) if self.whole else total


class Numbers(forms.CharField):
    """Numbers of operations, such as 10, 20; nothing typed is None."""

    def clean(self, value: Any) -> Any:
        words = super().clean(value).replace(",", " ").split()
        numbers = [number for word in words if (number := whole(word, most=2**31 - 1)) is not None]
        if len(numbers) < len(words):
            raise ValidationError(_("Write the numbers of operations, such as 10, 20."))
        return numbers or None


def known_properties() -> list[tuple[str, Any]]:
    """What shifts serve, and what operations ask for already; nothing first."""
    shifts = CalendarShift.objects.exclude(property="").order_by().values_list("property")
    kept = [model.objects.exclude(property="").order_by().values_list("property") for model in KEEPERS]
    found = shifts.union(*kept)
    return [("", _("shifts without a property")), *((one, one) for (one,) in found.order_by("property"))]


def booked_under(label: Any, kind: str) -> forms.ModelChoiceField:
    """A cost category of the kind; without one the machine, then the work centre says it."""
    rows = CostCategory.objects.filter(kind=kind).order_by("code")
    return forms.ModelChoiceField(
        label=label, queryset=rows, required=False, empty_label=_("none of its own")
    )


class TimesForm(forms.Form):
    """What an operation takes, in a route or in the library."""

    name = forms.CharField(label=_("Name"), max_length=100)
    group = forms.ModelChoiceField(
        label=_("Work centre"), queryset=ResourceGroup.objects.filter(active=True), required=False
    )
    resource = forms.ModelChoiceField(
        label=_("Only on"),
        queryset=Resource.objects.filter(active=True),
        required=False,
        empty_label=_("any of the work centre"),
    )
    setup_seconds = TimeField(label=_("Setup"))
    run_seconds = TimeField(label=_("Run"), whole=False)
    run_basis = forms.ChoiceField(label=_("Run time is"), choices=RouteOperation.Basis.choices)
    run_quantity = forms.DecimalField(label=_("Run quantity"), initial=1, **NUMBER)
    queue_seconds = TimeField(label=_("Queue before"))
    queue_after_seconds = TimeField(label=_("Queue after"))
    transit_seconds = TimeField(label=_("Transit"))
    transfer_quantity = forms.DecimalField(
        label=_("Transfer quantity"),
        required=False,
        help_text=_("The next operation starts after so many; empty: after all"),
        **NUMBER,
    )
    scrap_fraction = forms.DecimalField(
        label=_("Scrap"), required=False, help_text=_("0.02 is 2 %; empty: that of “Only on”"), **NUMBER
    )
    scrap_quantity = forms.DecimalField(label=_("Scrap, once"), initial=0, required=False, **NUMBER)
    route_group = forms.ModelChoiceField(
        label=_("Route group"), queryset=RouteGroup.objects.order_by("code"), required=False
    )
    setup_category = booked_under(_("Setup booked under"), CostCategory.Kind.SETUP)
    run_category = booked_under(_("Run booked under"), CostCategory.Kind.RUN)
    quantity_category = booked_under(_("Pieces booked under"), CostCategory.Kind.QUANTITY)
    inspect = forms.BooleanField(label=_("Inspect here"), required=False)
    outside = forms.BooleanField(label=_("Done by a vendor"), required=False)
    property = forms.ChoiceField(label=_("Only in shifts of"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known, field = known_properties(), self.fields["property"]
        field.choices = known
        if len(known) == 1:
            field.widget = forms.HiddenInput()

    def clean_scrap_quantity(self) -> Decimal:
        return self.cleaned_data["scrap_quantity"] or Decimal(0)


class OperationForm(TimesForm):
    number = forms.IntegerField(label=_("Number"), min_value=1)
    follows = Numbers(
        label=_("Waits for"),
        required=False,
        help_text=_("Numbers of operations, such as 10, 20; empty: by number"),
    )
    alternate_of = forms.IntegerField(
        label=_("Instead of"),
        min_value=1,
        required=False,
        help_text=_("Number of the operation it may replace"),
    )
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=1,
        initial=1,
        required=False,
        help_text=_("Of alternates: lowest first"),
    )
    half_finished = Keyed(
        label=_("Leaves as"),
        rows=Item.objects.select_related("unit"),
        required=False,
        help_text=_("What the pieces are called until the next operation takes them"),
    )
    field_order = ("number", "name")

    def clean_priority(self) -> int:
        return self.cleaned_data["priority"] or 1


class StandardForm(TimesForm):
    code = forms.CharField(label=_("Code"), max_length=30)
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)
    field_order = ("code", "name")


class TakeForm(forms.Form):
    standard = Keyed(
        label=_("Operation of the library"), rows=StandardOperation.objects.filter(active=True), key="code"
    )
    after = forms.IntegerField(label=_("After operation"), min_value=1, required=False)
    beside = forms.IntegerField(label=_("Or beside operation"), min_value=1, required=False)


class RequirementForm(forms.Form):
    kind = forms.ChoiceField(label=_("It has to be"), choices=Requirement.Kind.choices)
    resource = asked(
        forms.ModelChoiceField(
            label=_("Resource"), queryset=Resource.objects.filter(active=True), required=False
        ),
        kind=Requirement.Kind.RESOURCE,
    )
    group = asked(
        forms.ModelChoiceField(
            label=_("Work centre"), queryset=ResourceGroup.objects.filter(active=True), required=False
        ),
        kind=Requirement.Kind.GROUP,
    )
    type = asked(
        forms.ChoiceField(label=_("Kind"), choices=[("", "–"), *Resource.Kind.choices], required=False),
        kind=Requirement.Kind.TYPE,
    )
    capability = asked(
        forms.ModelChoiceField(
            label=_("Capability"), queryset=Capability.objects.order_by("code"), required=False
        ),
        kind=Requirement.Kind.CAPABILITY,
    )
    skill = asked(
        forms.ModelChoiceField(label=_("Skill"), queryset=Skill.objects.order_by("code"), required=False),
        kind=Requirement.Kind.SKILL,
    )
    minimum_level = asked(
        forms.DecimalField(label=_("At level"), initial=0, required=False, **NUMBER),
        kind=f"{Requirement.Kind.CAPABILITY} {Requirement.Kind.SKILL}",
    )
    for_operations = forms.BooleanField(label=_("Counts when days are planned"), required=False, initial=True)
    for_jobs = forms.BooleanField(label=_("Counts when hours are planned"), required=False, initial=True)

    def clean_minimum_level(self) -> Decimal:
        return self.cleaned_data["minimum_level"] or Decimal(0)


class SecondaryForm(RequirementForm):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Such as Worker or Crane"))
    quantity = forms.IntegerField(label=_("How many"), min_value=1, initial=1)
    load_fraction = forms.DecimalField(
        label=_("Share of each"), initial=1, help_text=_("0.5 is half of its time"), **NUMBER
    )
    during_setup = forms.BooleanField(label=_("During setup"), required=False, initial=True)
    during_run = forms.BooleanField(label=_("During run"), required=False, initial=True)
    field_order = ("name", "quantity", "load_fraction", "during_setup", "during_run")


class StepForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=100, required=False)
    text = forms.CharField(label=_("What to do"), widget=forms.Textarea(attrs={"rows": 4}), max_length=5000)
    tools = forms.CharField(label=_("Tools"), max_length=200, required=False)
    materials = forms.CharField(label=_("Materials"), max_length=200, required=False)
    specifications = forms.CharField(label=_("Specification"), max_length=200, required=False)
    characteristic = forms.ModelChoiceField(
        label=_("To enter"),
        queryset=Characteristic.objects.order_by("code"),
        required=False,
        help_text=_("What the worker measures or answers at this step"),
    )
    required = forms.BooleanField(label=_("Has to be confirmed before the job goes on"), required=False)


class PictureForm(forms.Form):
    content = forms.FileField(label=_("Picture or file"))


class RouteGroupForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=30)
    name = forms.CharField(label=_("Name"), max_length=100)
    estimates_setup = forms.BooleanField(label=_("Setup is estimated"), required=False, initial=True)
    estimates_run = forms.BooleanField(label=_("Run is estimated"), required=False, initial=True)
    estimates_quantity = forms.BooleanField(label=_("Pieces are estimated"), required=False, initial=True)
    books_setup = forms.BooleanField(label=_("Planned setup is booked at start"), required=False)
    books_run = forms.BooleanField(label=_("Planned run is booked with reports"), required=False)
    books_quantity = forms.BooleanField(label=_("Pieces are booked with reports"), required=False)
