"""Forms of what does the work and when; each field is a parameter of one service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _

from p2p.core.digits import whole
from strategies.forms.common import CLOCK, DAY
from strategies.models import (
    Capability,
    CostCategory,
    Location,
    ProductionUnit,
    Resource,
    ResourceCalendar,
    ResourceCapability,
    ResourceGroup,
    ResourceMembership,
    SetupFamily,
    SetupMatrix,
    Site,
    Skill,
    Worker,
    WorkerSkill,
)

LABELS: Mapping[str, Any] = {
    "site": _("Site"),
    "code": _("Code"),
    "number": _("Number"),
    "name": _("Name"),
    "kind": _("Kind"),
    "group": _("Work centre"),
    "production_unit": _("Production unit"),
    "calendar": _("Calendar"),
    "cost_category": _("Booked under"),
    "input_location": _("Takes from"),
    "output_location": _("Puts to"),
    "setup_matrix": _("Setup matrix"),
    "bottleneck": _("Bottleneck"),
    "lean_cell": _("Lean cell"),
    "active": _("In use"),
    "vendor": _("Vendor"),
    "parent": _("Within"),
    "nettable": _("Counts in planning"),
    "worker": _("Worker"),
    "user": _("Signs in as"),
    "stations": _("Stations"),
    "finite": _("Its capacity is a limit"),
    "exclusive": _("Exclusive"),
    "efficiency": _("Efficiency"),
    "schedule_fraction": _("Share for planning by days"),
    "job_fraction": _("Share for one job"),
    "scrap_fraction": _("Scrap"),
    "capacity_per_hour": _("Capacity per hour"),
    "capacity_unit": _("Unit of the capacity"),
    "batch_capacity": _("Pieces in one run"),
    "ledger_account": _("Ledger account"),
    "setup_category": _("Setup booked under"),
    "run_category": _("Run booked under"),
    "quantity_category": _("Pieces booked under"),
    "resource": _("Resource"),
    "capability": _("Capability"),
    "skill": _("Skill"),
    "level": _("Level"),
    "priority": _("Priority"),
    "valid_from": _("From"),
    "valid_to": _("To"),
    "time_zone": _("Time zone"),
    "base": _("Based on"),
}


def fields_of(
    model: type[models.Model], *names: str, revision: bool = False, words: Mapping[str, Any] = {}
) -> dict[str, Any]:
    """The model's own form fields, in words, with days to pick."""
    labels = {name: words.get(name) or LABELS[name] for name in names}
    fields = fields_for_model(model, fields=names, labels=labels)
    made = {name: fields[name] for name in names if fields[name] is not None}
    for one in made.values():
        if isinstance(one, forms.DateField):
            one.widget = DAY
        if isinstance(one, forms.ModelChoiceField):
            one.queryset = one.queryset.order_by(*one.queryset.model._meta.ordering or ("pk",))
    if revision:
        made["revision"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
    return made


def form_of(model: type[models.Model], *names: str, **options: Any) -> type[forms.Form]:
    return type(f"{model.__name__}Form", (forms.Form,), fields_of(model, *names, **options))


UnitOfPlantForm = form_of(ProductionUnit, "site", "code", "name", "input_location", "output_location")
SiteForm = form_of(
    Site,
    *(
        "code",
        "name",
        "time_zone",
        "currency",
        "calendar",
        "reserve_at",
        "over_report_fraction",
        "scrap_rule",
    ),
    *("may_go_negative", "approval_by_another", "active"),
    words={
        "currency": _("Currency"),
        "reserve_at": _("Materials are reserved"),
        "over_report_fraction": _("More than ordered"),
        "scrap_rule": _("Scrap"),
        "may_go_negative": _("Stock below zero"),
        "approval_by_another": _("Approval by another"),
    },
)
LocationForm = form_of(
    Location,
    *("site", "code", "name", "kind", "parent", "vendor", "nettable", "walk_order", "active"),
    words={"walk_order": _("Turn on the way")},
)
GroupForm = form_of(
    ResourceGroup,
    *("site", "code", "name", "production_unit", "calendar", "cost_category", "ledger_account"),
    *("input_location", "output_location", "setup_matrix", "bottleneck", "lean_cell", "active"),
    revision=True,
)
ResourceForm = form_of(
    Resource,
    *("site", "code", "name", "kind", "group", "vendor", "worker", "stations", "finite", "exclusive"),
    *(
        "bottleneck",
        "efficiency",
        "schedule_fraction",
        "job_fraction",
        "scrap_fraction",
        "capacity_per_hour",
        "capacity_unit",
    ),
    *("batch_capacity", "setup_category", "run_category", "quantity_category", "ledger_account"),
    *("setup_matrix", "calendar", "input_location", "output_location", "active"),
    revision=True,
)
MembershipForm = form_of(ResourceMembership, "resource", "group", "valid_from", "valid_to")
DatedCalendarForm = form_of(ResourceCalendar, "calendar", "resource", "group", "valid_from", "valid_to")
WorkerForm = form_of(Worker, "site", "number", "name", "group", "user", "active")
CapabilityForm = form_of(Capability, "code", "name")
AbilityForm = form_of(
    ResourceCapability, "resource", "capability", "level", "priority", "valid_from", "valid_to"
)
SkillForm = form_of(Skill, "code", "name", "kind")
WorkerSkillForm = form_of(
    WorkerSkill, "worker", "skill", "level", "valid_from", "valid_to", words={"valid_to": _("Expires")}
)
FamilyForm = form_of(SetupFamily, "code", "name")
MatrixForm = form_of(SetupMatrix, "code", "name")
CategoryForm = form_of(CostCategory, "code", "name", "kind")


class ExceptionForm(forms.Form):
    day = forms.DateField(label=_("Day"), widget=DAY)
    working = forms.BooleanField(label=_("Open on this day"), required=False)
    starts = forms.TimeField(label=_("From"), required=False, widget=CLOCK)
    ends = forms.TimeField(label=_("To"), required=False, widget=CLOCK)
    efficiency = forms.DecimalField(label=_("Efficiency"), initial=1, max_digits=24, decimal_places=12)
    reason = forms.CharField(label=_("Reason"), max_length=100, required=False)


class HolidayForm(forms.Form):
    years = forms.CharField(label=_("Years"), help_text=_("One or more, as 2026, 2027."))

    def clean_years(self) -> list[int]:
        texts = [one for one in self.cleaned_data["years"].replace(",", " ").split() if one]
        years = [year for one in texts if (year := whole(one, least=1, most=9999))]
        if not texts or len(years) < len(texts):
            raise forms.ValidationError(_("Years like 2026, 2027 are wanted."))
        return years
