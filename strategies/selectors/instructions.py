"""Work instructions as they are shown: steps with their files and what is to be entered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from p2p.core.models import Attachment
from strategies.models import InstructionStep, RouteOperation, RouteVersion, StandardOperation


@dataclass(frozen=True)
class ShownStep:
    """A step, the newest version of each of its files, and which of them are pictures."""

    step: InstructionStep
    files: Sequence[Attachment]

    @property
    def text(self) -> str:
        return self.step.text

    @property
    def tools(self) -> str:
        return self.step.tools

    @property
    def pictures(self) -> list[Attachment]:
        return [one for one in self.files if one.content_type.startswith("image/") and _drawable(one)]

    @property
    def others(self) -> list[Attachment]:
        return [one for one in self.files if one not in self.pictures]


@dataclass(frozen=True)
class Instructed:
    """An operation and its steps."""

    operation: RouteOperation
    steps: Sequence[ShownStep]


def steps_by_operation(route: RouteVersion) -> list[Instructed]:
    """Every operation of a route with its steps. Three queries."""
    operations = list(route.operations.select_related("group").order_by("number"))
    shown = steps_of_operations([one.pk for one in operations])
    return [Instructed(one, shown.get(one.pk, [])) for one in operations]


def steps_of_operations(keys: Collection[int | None]) -> dict[int | None, list[ShownStep]]:
    """Steps with files by the key of their operation, in order. Two queries. For the floor and the traveller."""
    rows = InstructionStep.objects.filter(operation__in=[key for key in keys if key])
    return _grouped(list(rows.select_related("characteristic__unit").order_by("operation", "position")))


def steps_of_standard(standard: StandardOperation) -> list[ShownStep]:
    """Steps of an operation of the library. Two queries."""
    rows = standard.steps.select_related("characteristic__unit").order_by("position")
    return _grouped(list(rows)).get(None, [])


def _grouped(steps: Sequence[InstructionStep]) -> dict[int | None, list[ShownStep]]:
    files = files_of(steps)
    found: dict[int | None, list[ShownStep]] = {}
    for step in steps:
        found.setdefault(step.operation_id, []).append(ShownStep(step, files.get(step.pk, [])))
    return found


def files_of(steps: Sequence[InstructionStep]) -> dict[int, list[Attachment]]:
    """The newest version of each file of each step, by the step's key. One query."""
    label = InstructionStep._meta.label_lower
    rows = Attachment.objects.filter(record_type=label, record_id__in=[step.pk for step in steps])
    found: dict[int, list[Attachment]] = {}
    for row in rows.order_by("record_id", "name", "-version").distinct("record_id", "name"):
        found.setdefault(row.record_id, []).append(row)
    return found


def _drawable(file: Attachment) -> bool:
    return file.content_type in {"image/png", "image/jpeg", "image/webp"}
