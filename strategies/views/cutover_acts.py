"""What is done at the cut-over desk: each form calls one service."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from strategies import forms
from strategies.models import ControlFigure, CutOver, CutOverFigure, CutOverFile
from strategies.services import cutover

PREPARERS = (Role.ENGINEER, Role.BUYER, Role.INTEGRATOR)
JUDGES = (*PREPARERS, Role.COST_ACCOUNTANT)


class NewCutOver(ActionForm):
    form_class, section, roles = forms.CutOverForm, "strategies", PREPARERS
    title, submit = _("New cut-over"), _("Open the desk")

    def act(self, form: Any) -> Any:
        return cutover.begin(**form.cleaned_data, by=who(self.request))


class _OfDesk(ActionForm):
    model, lookup, section, roles = CutOver, "pk", "strategies", PREPARERS


class ChangeCutOver(_OfDesk):
    form_class = forms.ChangeCutOverForm
    title, submit = _("Change the cut-over"), _("Save")

    def initial(self) -> dict[str, Any]:
        return {"day": self.record.day, "note": self.record.note}

    def act(self, form: Any) -> Any:
        return cutover.change(cut_over=self.record, **form.cleaned_data, by=who(self.request))


class AddCutOverFile(_OfDesk):
    form_class = forms.CutOverFileForm
    title, submit = _("Add a file"), _("Add")
    text = _("A file of the same name takes the place of the one that is there.")

    def act(self, form: Any) -> Any:
        content = form.cleaned_data["content"]
        cutover.add_file(cut_over=self.record, name=content.name, content=content, by=who(self.request))
        return self.record

    def said(self, result: Any) -> Any:
        return _("The file is kept: run a trial to see what comes of it.")


class RemoveCutOverFile(ActionForm):
    model, lookup, section, roles = CutOverFile, "pk", "strategies", PREPARERS
    form_class, danger = forms.NothingForm, True
    title, submit = _("Leave this file out"), _("Leave out")

    def heading(self) -> Any:
        return _now("Leave {file} out").format(file=self.record.name)

    def act(self, form: Any) -> Any:
        desk = self.record.cut_over
        cutover.remove_file(file=self.record, by=who(self.request))
        return desk


class SetControlFigure(_OfDesk):
    roles = JUDGES
    form_class = forms.ControlFigureForm
    title, submit = _("Figure of the old books"), _("Save")
    text = _(
        "Measures are named in the comparison of any trial; many at once come with the sheet control_figures."
    )

    def act(self, form: Any) -> Any:
        cutover.set_figure(cut_over=self.record, **form.cleaned_data, by=who(self.request))
        return f"{self.record.get_absolute_url()}?tab=books"


class RemoveControlFigure(ActionForm):
    model, lookup, section, roles = ControlFigure, "pk", "strategies", JUDGES
    form_class, danger = forms.NothingForm, True
    title, submit = _("Compare this figure no longer"), _("Remove")

    def act(self, form: Any) -> Any:
        desk = self.record.cut_over
        cutover.remove_figure(figure=self.record, by=who(self.request))
        return f"{desk.get_absolute_url()}?tab=books"


class AcceptFigure(ActionForm):
    """One difference of a run, or with `?all=1` every open one."""

    model, lookup, section, roles = CutOverFigure, "pk", "strategies", JUDGES
    form_class = forms.AcceptForm
    title, submit = _("Accept the difference"), _("Accept")

    def heading(self) -> Any:
        if self._all:
            return _now("Accept all open differences")
        one = self.record
        said = _now("{title} {of}: {value} here, {expected} in the old books")
        return said.format(
            title=one.title, of=one.of, value=formats.number(one.value), expected=formats.number(one.expected)
        )

    @property
    def _all(self) -> bool:
        return bool(self.request.GET.get("all"))

    def act(self, form: Any) -> Any:
        run = self.record.run
        chosen = [self.record]
        if self._all:
            chosen = list(cutover.differing(run).filter(accepted_because=""))
        cutover.accept(figures=chosen, because=form.cleaned_data["because"], by=who(self.request))
        return f"{run.cut_over.get_absolute_url()}?tab=compare"
