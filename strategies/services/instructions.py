"""Work instructions: the steps of an operation or of a standard one, in order, with files and what to enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import IO, Any

from django.db import transaction
from django.db.models import F, Max, Model
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import Attachment, User
from p2p.core.refusal import Refused
from p2p.core.services.attachments import attach
from strategies.facts import VersionChanged, WorkSaved
from strategies.models import Characteristic, InstructionStep, RouteOperation, StandardOperation

SHOWN = (".png", ".jpg", ".jpeg", ".webp", ".pdf", ".mp4", ".step", ".stp", ".dxf", ".txt", ".csv")
"""What a tablet can show or open beside a step."""
LARGEST = 20 * 1024 * 1024
"""A tablet has to load it over the wireless network of a hall."""


@dataclass(frozen=True, kw_only=True)
class StepInput:
    """What the worker is told at one step, and what he is to enter."""

    text: str
    title: str = ""
    tools: str = ""
    materials: str = ""
    specifications: str = ""
    characteristic: Characteristic | None = None
    required: bool = False


@transaction.atomic
def set_steps(*, operation: RouteOperation, steps: Sequence[StepInput], by: User) -> RouteOperation:
    """Replace the work instructions of an operation; a step that keeps its place keeps its pictures. Words may
    be improved in any state: they change no figure."""
    _lock(operation)
    _write(operation, steps)
    _say(operation, by)
    return operation


@transaction.atomic
def set_standard_steps(
    *, standard: StandardOperation, steps: Sequence[StepInput], by: User
) -> StandardOperation:
    """The same for an operation of the library."""
    _lock(standard)
    _write(standard, steps)
    _say(standard, by)
    return standard


@transaction.atomic
def add_step(
    *,
    operation: RouteOperation | None = None,
    standard: StandardOperation | None = None,
    text: str,
    title: str = "",
    tools: str = "",
    materials: str = "",
    specifications: str = "",
    characteristic: Characteristic | None = None,
    required: bool = False,
    by: User,
) -> InstructionStep:
    """A step behind the last one. Refused unless it belongs to exactly one operation and says something."""
    owner = operation or standard
    if owner is None or (operation is not None and standard is not None):
        raise Refused(_("A step belongs to one operation, of a route or of the library."), field="operation")
    _lock(owner)
    last = owner.steps.aggregate(last=Max("position"))["last"] or 0
    step = InstructionStep(operation=operation, standard=standard, position=last + 1)
    return _put(step, StepInput(text=text, title=title, tools=tools, materials=materials,
                                specifications=specifications, characteristic=characteristic,
                                required=required), by)  # fmt: skip


@transaction.atomic
def change_step(*, step: InstructionStep, to: StepInput, by: User) -> InstructionStep:
    """Other words for a step. Refused when it says nothing."""
    _lock(owner_of(step))
    return _put(InstructionStep.objects.get(pk=step.pk), to, by)


@transaction.atomic
def move_step(*, step: InstructionStep, position: int, by: User) -> InstructionStep:
    """To another place; the others close up. A place beyond the last is the last."""
    owner = owner_of(step)
    _lock(owner)
    rows = [one for one in owner.steps.order_by("position") if one.pk != step.pk]
    rows.insert(max(0, min(position - 1, len(rows))), step)
    _number(rows)
    _say(owner, by)
    return step


@transaction.atomic
def remove_step(*, step: InstructionStep, by: User) -> None:
    """Take a step away; the others close up."""
    owner = owner_of(step)
    _lock(owner)
    step.delete()
    _number(list(owner.steps.order_by("position")))
    _say(owner, by)


@transaction.atomic
def attach_to_step(*, step: InstructionStep, name: str, content: IO[bytes], by: User) -> Attachment:
    """A picture or a file of a step. Refused for what no tablet shows, what is too large, and what is not what
    its ending says."""
    if not name.lower().endswith(SHOWN):
        known = ", ".join(SHOWN)
        sentence = _("{name} cannot be shown on a tablet; these can: {known}.")
        raise Refused(sentence, field="content", name=name, known=known)
    content.seek(0, 2)
    if content.tell() > LARGEST:
        most = LARGEST // 1024 // 1024
        raise Refused(_("{name} is larger than {most} MB."), field="content", name=name, most=most)
    content.seek(0)
    kept = attach(record=step, name=name, content=content, by=by)
    _say(owner_of(step), by)
    return kept


@transaction.atomic
def detach_from_step(*, step: InstructionStep, name: str, by: User) -> None:
    """Take a file and its older versions off a step. Refused when it has none of that name."""
    files = Attachment.objects.filter(record_type=step._meta.label_lower, record_id=step.pk, name=name)
    if not files.delete()[0]:
        raise Refused(_("The step has no file {name}."), field="content", name=name)
    _say(owner_of(step), by)


def owner_of(step: InstructionStep) -> RouteOperation | StandardOperation:
    """The operation a step belongs to."""
    owner = step.operation or step.standard
    assert owner is not None
    return owner


def _lock(owner: Any) -> None:
    type(owner)._default_manager.select_for_update(no_key=True).get(pk=owner.pk)


def _put(step: InstructionStep, to: StepInput, by: User) -> InstructionStep:
    _must_say_something(to, step.position)
    for each in fields(StepInput):
        setattr(step, each.name, getattr(to, each.name))
    step.save()
    _say(owner_of(step), by)
    return step


def _must_say_something(step: StepInput, position: int) -> None:
    if not step.text.strip() and not step.title.strip():
        raise Refused(_("Step {position} says nothing."), field="text", position=position)


def _write(owner: Any, steps: Sequence[StepInput]) -> None:
    for place, step in enumerate(steps, start=1):
        _must_say_something(step, place)
    owner.steps.filter(position__gt=len(steps)).delete()
    side = "operation" if isinstance(owner, RouteOperation) else "standard"
    names = [each.name for each in fields(StepInput)]
    InstructionStep.objects.bulk_create(
        [
            InstructionStep(**{side: owner}, position=place, **{name: getattr(step, name) for name in names})
            for place, step in enumerate(steps, start=1)
        ],
        update_conflicts=True,
        unique_fields=[side, "position"],
        update_fields=names,
    )


def _number(rows: Sequence[InstructionStep]) -> None:
    if not rows:
        return
    # Away first: a place is free only once nobody stands there.
    InstructionStep.objects.filter(pk__in=[row.pk for row in rows]).update(position=F("position") + 1_000_000)
    for place, row in enumerate(rows, start=1):
        row.position = place
    InstructionStep.objects.bulk_update(rows, ["position"])


def _say(owner: Model, by: User) -> None:
    if isinstance(owner, RouteOperation):
        tell(VersionChanged(version=owner.route, by=by))
    else:
        tell(WorkSaved(records=(owner,), by=by))
