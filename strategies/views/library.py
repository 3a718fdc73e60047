"""The operation library and route groups: lists, pages and forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import access
from p2p.core.access import Role
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies import filters, forms
from strategies.models import RouteGroup, RouteGroupPhase, RouteOperation, StandardOperation
from strategies.models.operation import CATEGORIES
from strategies.selectors.instructions import steps_of_standard
from strategies.services import library, routegroups
from strategies.services.routegroups import PhaseInput
from strategies.services.routes import TimesInput
from strategies.views.saving import changing, deleting

ENGINEER = (Role.ENGINEER,)
PARTS = ("queue_before", "setup", "run", "overlap", "queue_after", "transit")
IMPORT = (_("Import a file"), "strategies:new-import")


class Library(ListPage):
    model, title, section, slot = StandardOperation, _("Operation library"), "strategies", "standards"
    search = ("code", "name")
    order = ("code",)
    filterset_class = filters.StandardFilter
    columns = (
        Column("code", _("Code"), kind="code", link=True, width=128),
        Column("name", _("Name")),
        Column("group.name", _("Work centre"), width=180),
        Column("setup_seconds", _("Setup"), value=lambda row: formats.duration(row.setup_seconds), width=96),
        Column("run_seconds", _("Run"), value=lambda row: formats.duration(row.run_seconds), width=96),
        Column("get_run_basis_display", _("Run time is"), order="run_basis", width=200),
        Column("step_count", _("Steps"), kind="number", width=72),
        Column("use_count", _("Used in routes"), kind="number", width=120),
        Column("active", _("In use"), kind="yes"),
    )
    tabs = (Tab("active", _("In use"), "active=true"),)
    bulk = (changing("standard"), deleting(library.delete_standard, "standard"))
    empty_title = _("No operation in the library yet")
    empty_text = _("What several routes do alike is described here once and copied into them.")
    empty_icon, empty_action = "copy", IMPORT

    def rows(self) -> QuerySet[Any]:
        rows = StandardOperation.objects.select_related("group", "resource", *CATEGORIES, "route_group")
        return rows.annotate(
            step_count=Count("steps", distinct=True), use_count=Count("used_in__route", distinct=True)
        )


class StandardPage(RecordPage):
    """One operation of the library, its instructions, and the routes that copied it."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = StandardOperation, "code", "standard", "strategies"
    list_url, list_title = "strategies:library", _("Operation library")

    def rows(self) -> QuerySet[Any]:
        return StandardOperation.objects.select_related("group", "resource", *CATEGORIES, "route_group")

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.code

    def facts(self) -> list[Said]:
        row = self.record
        said = [
            Said(_("Work centre"), row.group or "–"),
            Said(_("Setup"), formats.duration(row.setup_seconds)),
            Said(_("Run"), f"{formats.duration(row.run_seconds)} · {row.get_run_basis_display()}"),
            Said(_("Scrap"), formats.percent(row.scrap_fraction, 1)),
        ]
        return said + ([] if row.active else [Said(_("State"), _("out of use"), tone="warn")])

    def tabs(self) -> Sequence[RecordTab]:
        return [
            RecordTab("instructions", _("Instructions"), "strategies/standard_instructions.html"),
            RecordTab("used", _("Where used"), "strategies/standard_used.html", count=self.used.count()),
            RecordTab("history", _("History"), "strategies/version_history.html"),
        ]

    @property
    def used(self) -> QuerySet[RouteOperation]:
        rows = RouteOperation.objects.filter(standard=self.record)
        return rows.select_related("route__item", "route__site", "group").order_by(
            "route__item__number", "-route__version", "number"
        )

    def extra(self) -> dict[str, Any]:
        tab = self.tab
        found = {"journal_label": StandardOperation._meta.label_lower}
        if tab == "used":
            rows = self.used.select_related(
                "standard__group", "resource", *CATEGORIES, "route_group", "standard__resource",
                *(f"standard__{name}" for name in CATEGORIES), "standard__route_group",
            )[:500]  # fmt: skip
            return {**found, "used": [(row, library.differences(row)) for row in rows]}
        if tab == "instructions":
            return {
                **found,
                "owner": self.record,
                "shown": steps_of_standard(self.record),
                "add_url": reverse("strategies:add-standard-step", args=[self.record.pk]),
                "editable_steps": access.may(self.request.user, Role.ENGINEER),
            }
        return found


def _times(form: Any) -> TimesInput:
    return TimesInput(**{each.name: form.cleaned_data[each.name] for each in fields(TimesInput)})


class NewStandard(ActionForm):
    """An operation for the library."""

    section, roles, form_class = "strategies", ENGINEER, forms.StandardForm
    title, submit = _("New operation of the library"), _("Add to the library")

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        return library.save_standard(
            code=given["code"], active=given["active"], times=_times(form), by=who(self.request)
        )

    def said(self, result: Any) -> Any:
        return _("{code} added to the library.").format(code=result.code)


class EditStandard(ActionForm):
    model, lookup, section, roles = StandardOperation, "pk", "strategies", ENGINEER
    form_class, title, submit = forms.StandardForm, _("Change operation of the library"), _("Save")
    text = _("Routes that copied it stay as they are; each can be updated from its designer.")

    def initial(self) -> dict[str, Any]:
        shown = {name: getattr(self.record, name) for name in forms.StandardForm.base_fields}
        decimals = ("run_quantity", "transfer_quantity", "scrap_fraction", "scrap_quantity")
        return shown | {name: plain(shown[name]) for name in decimals if shown[name] is not None}

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        return library.save_standard(
            standard=self.record,
            code=given["code"],
            active=given["active"],
            times=_times(form),
            by=who(self.request),
        )

    def said(self, result: Any) -> Any:
        return _("{code} saved.").format(code=result.code)


class DeleteStandard(ActionForm):
    model, lookup, section, roles = StandardOperation, "pk", "strategies", ENGINEER
    form_class, title, submit, danger = (
        forms.NothingForm,
        _("Delete the library's operation"),
        _("Delete"),
        True,
    )

    def act(self, form: Any) -> Any:
        library.delete_standard(standard=self.record, by=who(self.request))
        return reverse("strategies:library")

    def said(self, result: Any) -> Any:
        return _("Deleted.")


class RouteGroups(ListPage):
    model, title, section, slot = RouteGroup, _("Route groups"), "strategies", "routegroups"
    search = ("code", "name")
    order = ("code",)
    columns = (
        Column("code", _("Code"), kind="code", link=True, width=128),
        Column("name", _("Name")),
        Column("estimates_setup", _("Setup estimated"), kind="yes"),
        Column("estimates_run", _("Run estimated"), kind="yes"),
        Column("estimates_quantity", _("Pieces estimated"), kind="yes"),
        Column("books_setup", _("Setup booked"), kind="yes"),
        Column("books_run", _("Run booked"), kind="yes"),
        Column("books_quantity", _("Pieces booked"), kind="yes"),
        Column("phase_count", _("Parts"), kind="number", width=72),
        Column("operation_count", _("Operations"), kind="number", width=104),
    )
    empty_title = _("No route group yet")
    empty_text = _("A route group says which parts of operations are planned, and what is booked by itself.")
    empty_icon, empty_action = "adjustments", IMPORT

    def rows(self) -> QuerySet[Any]:
        used = RouteOperation.objects.filter(route_group=OuterRef("pk")).order_by().values("route_group")
        counted = Subquery(used.annotate(count=Count("pk")).values("count"))
        return RouteGroup.objects.annotate(
            phase_count=Count("phases", distinct=True), operation_count=Coalesce(counted, 0)
        )

    def record_url(self, record: Any) -> str:
        return reverse("strategies:edit-route-group", args=[record.pk])


class NewRouteGroup(ActionForm):
    """A route group; its parts are planned in working time until it says otherwise."""

    section, roles, form_class = "strategies", ENGINEER, forms.RouteGroupForm
    title, submit = _("New route group"), _("Add")

    def act(self, form: Any) -> Any:
        row = routegroups.save_route_group(**form.cleaned_data, by=who(self.request))
        return reverse("strategies:edit-route-group", args=[row.pk])

    def said(self, result: Any) -> Any:
        return _("Route group added: say what holds for each part.")


class EditRouteGroup(ActionForm):
    model, lookup, section, roles = RouteGroup, "pk", "strategies", ENGINEER
    form_class, title, submit = forms.RouteGroupForm, _("Route group"), _("Save")
    template_name = "strategies/route_group.html"

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in forms.RouteGroupForm.base_fields}

    def heading(self) -> Any:
        return self.record.name

    @property
    def parts(self) -> list[tuple[str, Any, Any]]:
        """(part, its words, what holds for it)."""
        known = {row.phase: row for row in self.record.phases.all()}
        return [
            (value, label, known.get(value) or RouteGroupPhase(**PhaseInput(phase=value).columns()))
            for value, label in sorted(RouteGroupPhase.Phase.choices, key=lambda one: PARTS.index(one[0]))
        ]

    def act(self, form: Any) -> Any:
        ticked = self.request.POST
        phases = [
            PhaseInput(
                phase=value,
                planned=f"{value}-planned" in ticked,
                working_time=f"{value}-working_time" in ticked,
                takes_capacity=f"{value}-takes_capacity" in ticked,
            )
            for value in RouteGroupPhase.Phase.values
        ]
        routegroups.save_route_group(
            routegroup=self.record, **form.cleaned_data, phases=phases, by=who(self.request)
        )
        return reverse("strategies:route-groups")

    def said(self, result: Any) -> Any:
        return _("{code} saved.").format(code=self.record.code)


class DeleteRouteGroup(ActionForm):
    model, lookup, section, roles = RouteGroup, "pk", "strategies", ENGINEER
    form_class, title, submit, danger = forms.NothingForm, _("Delete route group"), _("Delete"), True

    def act(self, form: Any) -> Any:
        routegroups.delete_route_group(routegroup=self.record, by=who(self.request))
        return reverse("strategies:route-groups")

    def said(self, result: Any) -> Any:
        return _("Route group deleted.")
