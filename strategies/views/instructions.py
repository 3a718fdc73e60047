"""Work instructions: steps added, changed, moved, shown as the tablet will; and their files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import access
from p2p.core.access import Role
from p2p.core.digits import whole
from p2p.core.refusal import Refused
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, sentence, who
from strategies import forms
from strategies.models import InstructionStep, RouteOperation, StandardOperation
from strategies.selectors.instructions import steps_of_operations, steps_of_standard
from strategies.services import instructions
from strategies.services.instructions import StepInput

ENGINEER = (Role.ENGINEER,)


def instructed(owner: RouteOperation | StandardOperation) -> str:
    """The address of the page on which the steps of an operation are."""
    if isinstance(owner, StandardOperation):
        return f"{owner.get_absolute_url()}?tab=instructions"
    return f"{owner.route.get_absolute_url()}?tab=instructions#op-{owner.number}"


class _OfStep(ActionForm):
    model, lookup, section, roles = InstructionStep, "pk", "strategies", ENGINEER

    def going(self) -> str:
        return instructed(instructions.owner_of(self.record))


class AddStep(ActionForm):
    """A step behind the last one of an operation of a route."""

    model, lookup, section, roles = RouteOperation, "pk", "strategies", ENGINEER
    form_class, title, submit = forms.StepForm, _("Add a step"), _("Add step")

    def act(self, form: Any) -> Any:
        instructions.add_step(operation=self.record, **form.cleaned_data, by=who(self.request))
        return instructed(self.record)

    def said(self, result: Any) -> Any:
        return _("Step added.")


class AddStandardStep(ActionForm):
    """A step behind the last one of an operation of the library."""

    model, lookup, section, roles = StandardOperation, "pk", "strategies", ENGINEER
    form_class, title, submit = forms.StepForm, _("Add a step"), _("Add step")

    def act(self, form: Any) -> Any:
        instructions.add_step(standard=self.record, **form.cleaned_data, by=who(self.request))
        return instructed(self.record)

    def said(self, result: Any) -> Any:
        return _("Step added.")


class ChangeStep(_OfStep):
    form_class, title, submit = forms.StepForm, _("Change step"), _("Save")

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in forms.StepForm.base_fields}

    def act(self, form: Any) -> Any:
        to = StepInput(**form.cleaned_data)
        instructions.change_step(step=self.record, to=to, by=who(self.request))
        return self.going()

    def said(self, result: Any) -> Any:
        return _("Step saved.")


class RemoveStep(_OfStep):
    form_class, title, submit, danger = forms.NothingForm, _("Remove step"), _("Remove"), True

    def act(self, form: Any) -> Any:
        to = self.going()
        instructions.remove_step(step=self.record, by=who(self.request))
        return to

    def said(self, result: Any) -> Any:
        return _("Step removed.")


class AddPicture(_OfStep):
    """A picture or file of a step."""

    form_class, title, submit = forms.PictureForm, _("Add a picture or file"), _("Add")

    def act(self, form: Any) -> Any:
        content = form.cleaned_data["content"]
        instructions.attach_to_step(
            step=self.record, name=content.name, content=content, by=who(self.request)
        )
        return self.going()

    def said(self, result: Any) -> Any:
        return _("File added.")


class RemovePicture(Page):
    """Take a file off a step."""

    section, roles = "strategies", ENGINEER

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        step = get_object_or_404(InstructionStep, pk=pk)
        try:
            instructions.detach_from_step(step=step, name=request.POST.get("name", ""), by=who(request))
        except Refused as no:
            return sentence(no, 409)
        return HttpResponse(status=204, headers={"HX-Redirect": instructed(instructions.owner_of(step))})


class MoveStep(Page):
    """A step dragged, or moved by a key, to another place: the list is drawn anew."""

    section, roles = "strategies", ENGINEER

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        step = get_object_or_404(InstructionStep, pk=pk)
        place = whole(request.POST.get("position", ""), most=100_000)
        if place is None:
            return sentence(_("Say where the step goes."), 409)
        instructions.move_step(step=step, position=place, by=who(request))
        owner = instructions.owner_of(step)
        return render(request, "strategies/steps.html", shown_steps(owner) | {"editable_steps": True})


def shown_steps(owner: RouteOperation | StandardOperation) -> dict[str, Any]:
    """What the list of steps of one operation is drawn from."""
    if isinstance(owner, StandardOperation):
        return {"owner": owner, "shown": steps_of_standard(owner),
                "add_url": reverse("strategies:add-standard-step", args=[owner.pk])}  # fmt: skip
    return {"owner": owner, "shown": steps_of_operations([owner.pk]).get(owner.pk, []),
            "add_url": reverse("strategies:add-step", args=[owner.pk])}  # fmt: skip


class TabletPreview(Page):
    """The steps of an operation as its job on the tablet will show them."""

    section, model = "strategies", RouteOperation
    title = _("As the tablet shows it")

    def heading(self) -> Any:
        return self.title

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        rows = RouteOperation.objects.select_related("route__item", "group")
        operation = get_object_or_404(rows, pk=pk)
        shown = steps_of_operations([operation.pk]).get(operation.pk, [])
        may_edit = access.may(request.user, Role.ENGINEER)
        context = {"page": self, "operation": operation, "shown": shown, "may_edit": may_edit}
        return render(request, "strategies/tablet_preview.html", context)
