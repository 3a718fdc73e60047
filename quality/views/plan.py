"""Control plans: their page, and the forms that write and activate them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from p2p.core import access
from p2p.core.access import Role
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from quality import charting, forms, selectors
from quality.models import ControlPlan, ControlPlanLine
from quality.services import plan
from quality.services.rules import because

ENGINEERS = (Role.ENGINEER, Role.INSPECTOR)


def plan_of(kwargs: dict[str, Any]) -> ControlPlan:
    rows = ControlPlan.objects.select_related("site", "item", "item_group", "group", "vendor")
    return get_object_or_404(rows, code=kwargs["code"], version=kwargs["version"])


class PlanPage(RecordPage):
    model, slot, section = ControlPlan, "controlplan", "quality"
    list_url, list_title = "quality:plans", _("Control plans")
    template_name = "quality/record.html"

    @cached_property
    def record(self) -> Any:
        return plan_of(self.kwargs)

    def heading(self) -> str:
        return str(self.record)

    def subtitle(self) -> Any:
        return self.record.name

    def facts(self) -> Sequence[Said]:
        one = self.record
        sample = (
            ngettext("{count} piece", "{count} pieces", one.sample_fixed).format(count=one.sample_fixed)
            if one.sample_fixed
            else _("{share} of the quantity").format(share=formats.percent(one.sample_fraction, 1))
        )
        return (
            Said(_("When"), one.get_trigger_display()),
            Said(_("Applies to"), because(one).partition(": ")[2]),
            Said(_("Sample"), sample),
            Said(_("Blocks"), _("yes") if one.blocks else _("no")),
            Said(_("Site"), one.site.code),
        )

    def tabs(self) -> Sequence[RecordTab]:
        return (
            RecordTab("lines", _("Readings"), "quality/plan_lines.html", count=self.record.lines.count()),
            RecordTab("process", _("Process"), "quality/plan_charts.html"),
            RecordTab("inspections", _("Inspections"), "quality/plan_inspections.html"),
            RecordTab("versions", _("Versions"), "quality/plan_versions.html"),
            RecordTab("history", _("History"), "quality/history.html"),
        )

    def extra(self) -> dict[str, Any]:
        rows = selectors.inspections().filter(plan=self.record)
        draft = self.record.state == ControlPlan.State.DRAFT
        drawn = self.tab == "process"
        return {
            "charts": [(each, charting.figures(each)) for each in charting.charted(self.record)]
            if drawn
            else (),
            "lines": self.record.lines.select_related("characteristic__unit").order_by("position"),
            "inspections": rows.order_by("-id")[:50],
            "first_pass": selectors.first_pass(rows),
            "versions": ControlPlan.objects.filter(code=self.record.code).order_by("-version"),
            "writable": draft and access.may(self.request.user, *ENGINEERS),
            "history_of": "quality.controlplan",
        }


class NewPlan(ActionForm):
    title, submit, section, roles = _("New control plan"), _("Write draft"), "quality", ENGINEERS
    form_class = forms.PlanForm

    def act(self, form: Any) -> Any:
        return plan.draft(**form.cleaned_data, by=who(self.request))


class AddLine(ActionForm):
    title, submit, section, roles = _("Add a reading"), _("Add"), "quality", ENGINEERS
    form_class = forms.PlanLineForm

    @cached_property
    def record(self) -> Any:
        return plan_of(self.kwargs)

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        given["accept_number"] = given["accept_number"] or 0
        plan.add_line(control_plan=self.record, line=plan.PlanLine(**given), by=who(self.request))
        return self.record


class RemoveLine(ActionForm):
    title, submit, section, roles, danger = _("Take off"), _("Take off"), "quality", ENGINEERS, True
    form_class = forms.NothingForm

    @cached_property
    def record(self) -> Any:
        return plan_of(self.kwargs)

    def act(self, form: Any) -> Any:
        line = ControlPlanLine.objects.filter(plan=self.record, pk=self.kwargs["pk"]).first()
        if line is None:
            raise Http404
        plan.remove_line(line=line, by=who(self.request))
        return self.record
