"""Forms of many records at once: what is left empty stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db import models
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from strategies.forms.common import CLOCK, DAY
from strategies.forms.work import fields_of
from strategies.models import (
    Location,
    ReasonCode,
    Resource,
    ResourceGroup,
    StandardOperation,
    Vendor,
    Worker,
)
from strategies.models.operation import CATEGORIES

AS_IT_IS, NONE = _("as it is"), "-"
AGREE = _("Do it (without this the number of changes is shown first)")


class _WithNone(ModelChoiceIterator):
    """As it is, none, and the rows."""

    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label)
        yield (NONE, _("none"))
        yield from list(super().__iter__())[1:]


class Removable(forms.ModelChoiceField):
    """A record that may be taken away: left empty it stays, "none" takes it away."""

    iterator = _WithNone

    def to_python(self, value: Any) -> Any:
        return NONE if value == NONE else super().to_python(value)

    def validate(self, value: Any) -> None:
        if value != NONE:
            super().validate(value)


def yes_or_no(label: Any) -> forms.TypedChoiceField:
    """Whether, or as it is."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("", AS_IT_IS), ("1", _("Yes")), ("0", _("No"))],
        coerce=lambda text: text == "1",
        empty_value=None,
        required=False,
    )


class TogetherForm(forms.Form):
    """Base of the forms that are made of a model's fields."""

    def wanted(self) -> dict[str, Any]:
        """What is to become of the records; None takes a value away, of a text an empty one."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "agreed"}
        said = {name: value for name, value in given.items() if value is not None and value != ""}
        return {name: self._none(name) if value == NONE else value for name, value in said.items()}

    def _none(self, name: str) -> str | None:
        return "" if isinstance(self.fields[name], forms.CharField) else None


def _loose(model: type[models.Model], name: str, field: forms.Field) -> forms.Field:
    """The field of a record as one of many: empty is as it is."""
    if isinstance(field, forms.BooleanField):
        return yes_or_no(field.label)
    field.required, field.initial = False, None
    if isinstance(field, forms.ModelChoiceField):
        rows = (
            field.queryset.filter(active=True) if hasattr(field.queryset.model, "active") else field.queryset
        )
        kind = Removable if model._meta.get_field(name).null else forms.ModelChoiceField
        return kind(rows, label=field.label, required=False, empty_label=AS_IT_IS)
    if isinstance(field, forms.ChoiceField):
        own = [(value, label) for value, label in field.choices if value != ""]
        return forms.ChoiceField(label=field.label, choices=[("", AS_IT_IS), *own], required=False)
    if isinstance(field, forms.CharField):
        field.help_text = _("- takes it away.")
    return field


def together_form(
    model: type[models.Model], *names: str, words: dict[str, Any] | None = None, **more: forms.Field
) -> type[TogetherForm]:
    """The form of these fields of many records, and what is asked besides."""
    own = fields_of(model, *names, words=words or {})
    made = {name: _loose(model, name, field) for name, field in own.items()}
    agreed = forms.BooleanField(label=AGREE, required=False)
    return type(f"{model.__name__}sForm", (TogetherForm,), {**made, **more, "agreed": agreed})


ResourcesForm = together_form(
    Resource,
    *("group", "calendar", "setup_matrix", "efficiency", "schedule_fraction", "job_fraction"),
    *("ledger_account", "stations", "finite", "bottleneck", "active"),
)
GroupsForm = together_form(
    ResourceGroup,
    *("production_unit", "calendar", "cost_category", "ledger_account", "setup_matrix"),
    *("bottleneck", "lean_cell", "active"),
)
WorkersForm = together_form(Worker, "group", "active")
VendorsForm = together_form(
    Vendor,
    *("currency", "calendar", "preferred", "subcontractor", "active"),
    words={
        "currency": _("Currency"),
        "preferred": _("Preferred"),
        "subcontractor": _("Works on our operations"),
    },
    lead_time_days=forms.IntegerField(
        label=_("Lead time, days"),
        min_value=0,
        max_value=3650,
        required=False,
        help_text=_("Of their prices that hold today or later."),
    ),
)
LocationsForm = together_form(
    Location,
    *("parent", "nettable", "active", "walk_order"),
    words={"walk_order": _("Turn on the way")},
    walk_step=forms.IntegerField(
        label=_("Each next place that much later"),
        min_value=1,
        max_value=10_000,
        required=False,
        help_text=_("In the order of their codes; empty: all have the same turn."),
    ),
)
ReasonsForm = together_form(ReasonCode, "parent", "cause", "active", words={"cause": _("At fault")})
StandardsForm = together_form(
    StandardOperation,
    *("group", "resource", *CATEGORIES, "route_group", "active"),
    words={"route_group": _("Route group")},
)


class DaysTogetherForm(forms.Form):
    """Days that differ in several calendars."""

    first = forms.DateField(label=_("First day"), widget=DAY)
    last = forms.DateField(
        label=_("Last day"), widget=DAY, required=False, help_text=_("Empty: only the first one.")
    )
    becomes = forms.ChoiceField(
        label=_("On these days"),
        choices=[("closed", _("Closed")), ("open", _("Open, with these hours")), ("week", _("As the week"))],
    )
    starts = forms.TimeField(label=_("From"), required=False, widget=CLOCK)
    ends = forms.TimeField(label=_("To"), required=False, widget=CLOCK)
    efficiency = forms.DecimalField(
        label=_("Efficiency"), required=False, max_digits=24, decimal_places=12, help_text=_("Empty: 1")
    )
    reason = forms.CharField(label=_("Reason"), max_length=100, required=False)
    agreed = forms.BooleanField(label=AGREE, required=False)
