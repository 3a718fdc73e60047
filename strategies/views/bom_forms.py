"""Dialogs of the BOM designer: versions, whole lines, alternates, steps, outputs, rescaling."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from p2p.core import sites
from p2p.core.access import Role
from p2p.core.fields import plain
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, in_dialog, who
from strategies import forms
from strategies.forms import bills as shapes
from strategies.models import BomAlternate, BomLine, BomOutput, BomVersion, Item
from strategies.models.version import VersionState
from strategies.services import alternates, boms, designing, formulas
from strategies.services.bom_inputs import AlternateInput, LineInput
from strategies.services.bom_outputs import OutputInput
from strategies.views.activating import ActivateForm

ENGINEER = (Role.ENGINEER,)


class NewBom(ActionForm):
    """A draft for an item."""

    model, lookup, form_class, section, roles = Item, "number", shapes.BomForm, "strategies", ENGINEER
    title, submit = _("New bill of material"), _("Make draft")

    def act(self, form: Any) -> Any:
        return boms.draft_bom(item=self.record, **form.cleaned_data, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("{version} drafted: add its lines.").format(version=result)


class _OfBom(ActionForm):
    model, lookup, section, roles = BomVersion, "pk", "strategies", ENGINEER


class CopyBom(_OfBom):
    form_class, title, submit = shapes.CopyBomForm, _("Copy to a new version"), _("Copy")
    text = _(
        "Lines, steps, alternates and outputs come along; lines that have ended by the first day do not."
    )

    def admit(self) -> None:
        """A bill of all sites may be copied to a site of one's own."""
        if sites.codes_of(BomVersion.objects.filter(pk=self.record.pk)) != {sites.EVERYWHERE}:
            super().admit()

    def check_given(self, form: Any) -> None:
        super().check_given(form)
        if form.cleaned_data["site"] is None and self.record.site_id is None:
            self.ask_everywhere("site")

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        return boms.copy_bom(
            bom=self.record,
            item=given["item"],
            site=given["site"],
            valid_from=given["valid_from"],
            by=who(self.request),
        )

    def said(self, result: Any) -> Any:
        return _("{version} drafted.").format(version=result)


class ActivateBom(ActivateForm):
    model = BomVersion


class AddLine(_OfBom):
    form_class, title, submit = shapes.LineForm, _("Add a line"), _("Add line")

    def act(self, form: Any) -> Any:
        designing.add(bom=self.record, lines=[LineInput(**form.cleaned_data)], by=who(self.request))
        return self.record

    def said(self, result: Any) -> Any:
        return _("Line added.")


class Rescale(_OfBom):
    form_class, title, submit = shapes.RescaleForm, _("Rescale the batch"), _("Rescale")
    text = _("Scalable lines, their steps and the outputs grow alike; shares in percent follow the batch.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"bom": self.record}

    def act(self, form: Any) -> Any:
        bom, given, by = self.record, form.cleaned_data, who(self.request)
        designing.record(
            bom=bom, work=lambda: formulas.rescale(bom=bom, **given, by=by), said=now("rescaled"), by=by
        )
        return bom

    def said(self, result: Any) -> Any:
        return _("Rescaled. Undo brings the old quantities back.")


class AddOutput(_OfBom):
    form_class, title, submit = shapes.OutputForm, _("Add an output"), _("Add")

    def act(self, form: Any) -> Any:
        bom, output, by = self.record, OutputInput(**form.cleaned_data), who(self.request)
        said = now("{item} comes out").format(item=output.item)
        designing.record(
            bom=bom, work=lambda: formulas.add_output(bom=bom, output=output, by=by), said=said, by=by
        )
        return bom


class RemoveOutput(ActionForm):
    model, lookup, section, roles = BomOutput, "pk", "strategies", ENGINEER
    form_class, title, submit, danger = forms.NothingForm, _("Remove output"), _("Remove"), True

    def act(self, form: Any) -> Any:
        output, by = self.record, who(self.request)
        said = now("{item} does not come out").format(item=output.item)
        designing.record(
            bom=output.bom, work=lambda: formulas.remove_output(output=output, by=by), said=said, by=by
        )
        return output.bom


class _OfLine(ActionForm):
    model, lookup, section, roles = BomLine, "pk", "strategies", ENGINEER

    def heading(self) -> Any:
        return f"{self.title}: {self.record.component.number}"


class ChangeLine(_OfLine):
    form_class, title, submit = shapes.LineForm, _("Change line"), _("Save")

    def initial(self) -> dict[str, Any]:
        found = {name: getattr(self.record, name) for name in shapes.LineForm.base_fields}
        numbers = {
            name: plain(found[name])
            for name, field in shapes.LineForm.base_fields.items()
            if hasattr(field, "decimal_places") and found[name] is not None
        }
        return {**found, **numbers}

    def act(self, form: Any) -> Any:
        return designing.change(line=self.record, changes=form.cleaned_data, by=who(self.request)).bom

    def said(self, result: Any) -> Any:
        return _("Line saved.")


class RemoveLine(_OfLine):
    form_class, title, submit, danger = forms.NothingForm, _("Remove line"), _("Remove"), True

    def act(self, form: Any) -> Any:
        line = self.record
        return designing.remove(bom=line.bom, lines=[line.pk], by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("Line removed.")


class SetSteps(_OfLine):
    form_class, title, submit = shapes.StepsForm, _("Steps"), _("Save")
    text = _("An order of so many or more takes so much, whatever the quantity of the line.")

    def initial(self) -> dict[str, Any]:
        rows = self.record.steps.order_by("from_quantity")
        return {"steps": "\n".join(f"{plain(row.from_quantity)} {plain(row.quantity)}" for row in rows)}

    def act(self, form: Any) -> Any:
        steps = form.cleaned_data["steps"]
        formula = BomLine.Formula.STEP if steps else BomLine.Formula.STANDARD
        changes = {"steps": steps, "formula": formula}
        return designing.change(line=self.record, changes=changes, by=who(self.request)).bom


class AddAlternate(_OfLine):
    form_class, title, submit = shapes.AlternateForm, _("Add an alternate"), _("Add")

    def act(self, form: Any) -> Any:
        to = AlternateInput(**form.cleaned_data)
        return alternates.add_alternate(line=self.record, to=to, by=who(self.request)).line.bom

    def said(self, result: Any) -> Any:
        return _("Alternate added: it counts once it is approved.")


class _OfAlternate(ActionForm):
    model, lookup, section, roles = BomAlternate, "pk", "strategies", ENGINEER
    form_class = forms.NothingForm

    def heading(self) -> Any:
        return f"{self.title}: {self.record.component.number}"


class ApproveAlternate(_OfAlternate):
    title, submit = _("Approve alternate"), _("Approve")

    def act(self, form: Any) -> Any:
        return alternates.approve_alternate(alternate=self.record, by=who(self.request)).line.bom


class RemoveAlternate(_OfAlternate):
    title, submit, danger = _("Remove alternate"), _("Remove"), True

    def act(self, form: Any) -> Any:
        return alternates.remove_alternate(alternate=self.record, by=who(self.request))


class LinePanel(Page):
    """What belongs to one line, in a dialog: its alternates and steps, and the way to everything it says."""

    section, list_url = "strategies", "strategies:boms"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        lines = BomLine.objects.select_related("component__unit", "unit", "bom__item", "vendor", "location")
        line = get_object_or_404(lines, pk=pk)
        engineer = sites.may_at_record(request.user, line, Role.ENGINEER)
        context = {
            "page": self,
            "line": line,
            "alternates": line.alternates.select_related("component", "approved_by"),
            "steps": line.steps.all(),
            "editable": engineer and line.bom.state == VersionState.DRAFT,
            "agreeing": engineer and line.bom.state != VersionState.RETIRED,
            "dialog": in_dialog(request),
        }
        template = (
            "strategies/designer_line.html" if in_dialog(request) else "strategies/designer_line_page.html"
        )
        return render(request, template, context)
