"""Routes: operations with times, graph and work instructions, and their forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies import forms
from strategies.models import Item, RouteOperation, RouteVersion
from strategies.models.version import VersionState
from strategies.selectors import items as selectors
from strategies.selectors import lists
from strategies.services import routeoperations, routes
from strategies.services.routes import OperationInput
from strategies.services.versions import activate
from strategies.views.graph import graph_of

ENGINEER = (Role.ENGINEER,)


class RoutePage(RecordPage):
    """One version of a route."""

    template_name = "strategies/record.html"
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
            Said(_("Run"), formats.duration(route.run_time)),
        ]
        return said + ([Said(_("Approved by"), route.approved_by)] if route.approved_by else [])

    def tabs(self) -> Sequence[RecordTab]:
        count = self.record.operation_count
        return [
            RecordTab("operations", _("Operations"), "strategies/route_operations.html", count=count),
            RecordTab("instructions", _("Instructions"), "strategies/route_instructions.html"),
            RecordTab("history", _("History"), "strategies/version_history.html"),
        ]

    def extra(self) -> dict[str, Any]:
        operations = selectors.operations_of(self.record)
        return {
            "operations": operations,
            "graph": graph_of(operations) if len(operations) > 1 else "",
            "editable": self.record.state == VersionState.DRAFT,
            "journal_label": RouteVersion._meta.label_lower,
        }


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


class ActivateRoute(_OfRoute):
    form_class, title, submit = forms.ActivateForm, _("Activate"), _("Activate")
    text = _("Planning and new orders use this version from its first day on.")

    def act(self, form: Any) -> Any:
        return activate(version=self.record, replace=form.cleaned_data["replace"], by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("{version} is active.").format(version=result)


class AddOperation(_OfRoute):
    form_class, title, submit = forms.OperationForm, _("Add an operation"), _("Add operation")

    def initial(self) -> dict[str, Any]:
        last = self.record.operations.order_by("-number").values_list("number", flat=True).first() or 0
        return {"number": last - last % 10 + 10}

    def act(self, form: Any) -> Any:
        return _put(self.record, form, who(self.request))

    def said(self, result: Any) -> Any:
        return _("Operation added.")


def _put(route: RouteVersion, form: Any, by: Any) -> RouteVersion:
    given = dict(form.cleaned_data)
    follows = given.pop("follows")
    group = given["group"]
    category = group.cost_category if group else None
    operation = OperationInput(**given, cost_category=category)
    return routeoperations.put_operation(route=route, operation=operation, follows=follows, by=by)


class _OfOperation(ActionForm):
    model, lookup, section, roles = RouteOperation, "pk", "strategies", ENGINEER


class ChangeOperation(_OfOperation):
    form_class, title, submit = forms.OperationForm, _("Change operation"), _("Save")

    def initial(self) -> dict[str, Any]:
        row = self.record
        names = set(forms.OperationForm.base_fields) - {"follows"}
        shown = {name: getattr(row, name) for name in names}
        follows = row.links_before.order_by("before__number").values_list("before__number", flat=True)
        numbers = {name: plain(shown[name]) for name in ("run_seconds", "run_quantity", "scrap_fraction")}
        return {**shown, **numbers, "follows": ", ".join(map(str, follows))}

    def act(self, form: Any) -> Any:
        return _put(self.record.route, form, who(self.request))

    def said(self, result: Any) -> Any:
        return _("Operation saved.")


class RemoveOperation(_OfOperation):
    form_class, title, submit, danger = forms.NothingForm, _("Remove operation"), _("Remove"), True

    def act(self, form: Any) -> Any:
        return routeoperations.remove_operation(operation=self.record, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("Operation removed.")
