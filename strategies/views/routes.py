"""Routes: one version with its designer, its operations as a table, its instructions; and the forms of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
from p2p.core.digits import whole
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies import forms
from strategies.models import Item, RouteOperation, RouteVersion
from strategies.models.version import VersionState
from strategies.selectors import lists
from strategies.selectors.instructions import steps_by_operation
from strategies.selectors.routes import differences, operations_of
from strategies.services import routeoperations, routes
from strategies.views.activating import ActivateForm
from strategies.views.graph import graph_of
from strategies.views.routedesign import RouteDesign, filled, input_from

ENGINEER = (Role.ENGINEER,)


def designed(route: RouteVersion, number: int | None = None) -> str:
    """The address of a route's designer, with an operation open."""
    return f"{route.get_absolute_url()}{f'?open={number}' if number else ''}"


class RoutePage(RecordPage):
    """One version of a route."""

    template_name = "strategies/route.html"
    model, lookup, slot, section = RouteVersion, "pk", "route", "strategies"
    list_url, list_title = "strategies:routes", _("Routes")

    def rows(self) -> QuerySet[Any]:
        return lists.routes().select_related("item__unit", "site", "approved_by")

    def heading(self) -> str:
        return str(self.record.item.name)

    def subtitle(self) -> Any:
        return f"{self.record.item.number} · v{self.record.version}"

    def facts(self) -> list[Said]:
        route = self.record
        said = [
            Said(_("Item"), route.item.number, url=route.item.get_absolute_url()),
            Said(_("Site"), route.site or _("all")),
            Said(_("From"), formats.day(route.valid_from)),
            Said(_("To"), formats.day(route.valid_to)),
            Said(_("Setup"), formats.duration(route.setup_time)),
        ]
        said += [Said(_("Why"), route.reason)] if route.reason else []
        return said + ([Said(_("Approved by"), route.approved_by)] if route.approved_by else [])

    def tabs(self) -> Sequence[RecordTab]:
        count = self.record.operation_count
        return [
            RecordTab("design", _("Order of work"), "strategies/route_design.html"),
            RecordTab("operations", _("Operations"), "strategies/route_operations.html", count=count),
            RecordTab("instructions", _("Instructions"), "strategies/route_instructions.html"),
            RecordTab("history", _("History"), "strategies/version_history.html"),
        ]

    def extra(self) -> dict[str, Any]:
        tab = self.tab
        editable = self.record.state == VersionState.DRAFT
        common = {"editable": editable, "journal_label": RouteVersion._meta.label_lower}
        if tab == "design":
            design = RouteDesign()
            design.setup(self.request, pk=self.record.pk)
            return {**common, **design.context()}
        if tab == "operations":
            return {**common, "operations": operations_of(self.record)}
        if tab == "instructions":
            return {**common, "instructed": steps_by_operation(self.record)}
        return common


class NewRoute(ActionForm):
    """A draft for an item."""

    model, lookup, form_class, section, roles = Item, "number", forms.VersionForm, "strategies", ENGINEER
    title, submit = _("New route"), _("Make draft")

    def act(self, form: Any) -> Any:
        return routes.draft_route(item=self.record, **form.cleaned_data, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("{version} drafted: add its operations.").format(version=result)


class _OfRoute(ActionForm):
    model, lookup, section, roles = RouteVersion, "pk", "strategies", ENGINEER


class CopyRoute(_OfRoute):
    form_class, title, submit = forms.CopyForm, _("Copy to a new version"), _("Copy")

    def act(self, form: Any) -> Any:
        return routes.copy_route(
            route=self.record, valid_from=form.cleaned_data["valid_from"], by=who(self.request)
        )

    def said(self, result: Any) -> Any:
        return _("{version} drafted.").format(version=result)


class ActivateRoute(ActivateForm):
    model = RouteVersion


class AddOperation(_OfRoute):
    form_class, title, submit = forms.OperationForm, _("Add an operation"), _("Add operation")

    def initial(self) -> dict[str, Any]:
        numbers = list(self.record.operations.values_list("number", flat=True))
        return {"number": routeoperations.next_number(numbers)}

    def act(self, form: Any) -> Any:
        operation, follows = input_from(form)
        if self.record.operations.filter(number=operation.number).exists():
            raise routeoperations.taken(operation.number)
        routeoperations.put_operation(
            route=self.record, operation=operation, follows=follows, by=who(self.request)
        )
        return f"{self.record.get_absolute_url()}?tab=operations"

    def said(self, result: Any) -> Any:
        return _("Operation added.")


class ChangeOperation(ActionForm):
    model, lookup, section, roles = RouteOperation, "pk", "strategies", ENGINEER
    form_class, title, submit = forms.OperationForm, _("Change operation"), _("Save")

    def initial(self) -> dict[str, Any]:
        return filled(self.record)

    def act(self, form: Any) -> Any:
        to, follows = input_from(form, self.record)
        row = routeoperations.change_operation(
            operation=self.record, to=to, follows=follows, by=who(self.request)
        )
        return f"{row.route.get_absolute_url()}?tab=operations"

    def said(self, result: Any) -> Any:
        return _("Operation saved.")


class RemoveOperation(ActionForm):
    model, lookup, section, roles = RouteOperation, "pk", "strategies", ENGINEER
    form_class, title, submit, danger = forms.NothingForm, _("Remove operation"), _("Remove"), True

    def act(self, form: Any) -> Any:
        return routeoperations.remove_operation(operation=self.record, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("Operation removed.")


class CompareRoutes(Page):
    """Two versions of an item's route side by side: the graph of the newer one coloured, and every difference."""

    section, model = "strategies", RouteVersion
    title = _("Compare routes")
    template_name = "strategies/route_compare.html"

    def heading(self) -> Any:
        return self.title

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        known = RouteVersion.objects.select_related("item__unit", "site")
        new = get_object_or_404(known, pk=pk)
        others = known.filter(item=new.item).exclude(pk=new.pk).order_by("-version", "pk")
        asked = whole(request.GET.get("with", ""))
        old = others.first() if asked is None else others.filter(pk=asked).first()
        found = differences(old, new) if old else []
        changes = {one.number: one.change for one in found}
        rows = operations_of(new)
        context = {
            "page": self,
            "new": new,
            "old": old,
            "others": others,
            "found": found,
            "same": sum(one.change == "same" for one in found),
            "graph": graph_of(rows, changes=changes) if rows else "",
            "back": reverse("strategies:route", args=[new.pk]),
        }
        return render(request, self.template_name, context)
