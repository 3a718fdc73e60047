"""What an operation needs: conditions, resources beside it, a preview of who may do it; and the library."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import Role
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, in_dialog, who
from strategies import forms
from strategies.models import Requirement, RouteOperation, RouteVersion, SecondaryResource
from strategies.selectors.applicable import applicable
from strategies.services import library, requirements
from strategies.services.requirements import RequirementInput, SecondaryInput
from strategies.views.routes import designed

ENGINEER = (Role.ENGINEER,)
CONDITION = (
    "kind", "resource", "group", "type", "capability", "skill", "minimum_level", "for_operations", "for_jobs",
)  # fmt: skip


class Applicable(Page):
    """Which resources could do an operation on a day."""

    section, model = "strategies", RouteOperation
    title = _("Applicable resources")

    def heading(self) -> Any:
        return self.title

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        rows = RouteOperation.objects.select_related("route__item", "group", "resource")
        row = get_object_or_404(rows, pk=pk)
        try:
            day = date.fromisoformat(request.GET.get("day", ""))
        except ValueError:
            day = clock.today()
        jobs = request.GET.get("by") != "operations"
        found = applicable(row, day=day, jobs=jobs)
        context = {
            "page": self,
            "operation": row,
            "found": found,
            "day": day,
            "jobs": jobs,
            "dialog": in_dialog(request),
        }
        return render(request, "strategies/applicable.html", context)


def _condition(form: Any) -> RequirementInput:
    return RequirementInput(**{name: form.cleaned_data[name] for name in CONDITION})


class AddRequirement(ActionForm):
    """One more condition on the operation's own resource."""

    model, lookup, section, roles = RouteOperation, "pk", "strategies", ENGINEER
    form_class, title, submit = forms.RequirementForm, _("Add a condition"), _("Add")

    def act(self, form: Any) -> Any:
        requirements.add_requirement(
            operation=self.record, requirement=_condition(form), by=who(self.request)
        )
        return designed(self.record.route, self.record.number)

    def said(self, result: Any) -> Any:
        return _("Condition added.")


class RemoveRequirement(ActionForm):
    model, lookup, section, roles = Requirement, "pk", "strategies", ENGINEER
    form_class, title, submit, danger = forms.NothingForm, _("Remove condition"), _("Remove"), True

    def act(self, form: Any) -> Any:
        operation = self.record.operation
        requirements.remove_requirement(requirement=self.record, by=who(self.request))
        return designed(operation.route, operation.number)

    def said(self, result: Any) -> Any:
        return _("Condition removed.")


class AddSecondary(ActionForm):
    """One more resource beside the operation's own."""

    model, lookup, section, roles = RouteOperation, "pk", "strategies", ENGINEER
    form_class, title, submit = forms.SecondaryForm, _("Add a resource beside it"), _("Add")

    def act(self, form: Any) -> Any:
        secondary = SecondaryInput(
            name=form.cleaned_data["name"],
            quantity=form.cleaned_data["quantity"],
            load_fraction=form.cleaned_data["load_fraction"],
            during_setup=form.cleaned_data["during_setup"],
            during_run=form.cleaned_data["during_run"],
            requirements=[_condition(form)],
        )
        requirements.add_secondary(operation=self.record, secondary=secondary, by=who(self.request))
        return designed(self.record.route, self.record.number)

    def said(self, result: Any) -> Any:
        return _("Resource added.")


class RemoveSecondary(ActionForm):
    model, lookup, section, roles = SecondaryResource, "pk", "strategies", ENGINEER
    form_class, title, submit, danger = forms.NothingForm, _("Remove resource"), _("Remove"), True

    def act(self, form: Any) -> Any:
        operation = self.record.operation
        requirements.remove_secondary(secondary=self.record, by=who(self.request))
        return designed(operation.route, operation.number)

    def said(self, result: Any) -> Any:
        return _("Resource removed.")


class TakeFromLibrary(ActionForm):
    """A new operation with copies of what the library has."""

    model, lookup, section, roles = RouteVersion, "pk", "strategies", ENGINEER
    form_class, title, submit = forms.TakeForm, _("Take from the library"), _("Take")
    text = _("Its properties and steps are copied: later changes of the library do not change this route.")

    def act(self, form: Any) -> Any:
        row = library.take_from_library(route=self.record, **form.cleaned_data, by=who(self.request))
        return designed(self.record, row.number)

    def said(self, result: Any) -> Any:
        return _("Operation added from the library.")


class UpdateFromLibrary(ActionForm):
    """What differs from the library is shown before it is copied over."""

    model, lookup, section, roles = RouteOperation, "pk", "strategies", ENGINEER
    form_class, title, submit = forms.NothingForm, _("Update from the library"), _("Copy over")

    @property
    def text(self) -> str:  # type: ignore[override]
        """What would change, property by property."""
        found = [f"{one.title}: {one.was} → {one.becomes}" for one in library.differences(self.record)]
        if library.steps_differ(self.record):
            found.append(str(_("instructions differ")))
        return "; ".join(found) or str(_("Nothing differs."))

    def act(self, form: Any) -> Any:
        library.update_from_library(operation=self.record, by=who(self.request))
        return designed(self.record.route, self.record.number)

    def said(self, result: Any) -> Any:
        return _("Updated from the library.")
