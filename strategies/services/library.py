"""The operation library: properties and instructions that routes copy, never share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import InstructionStep, RouteOperation, RouteVersion, StandardOperation
from strategies.selectors.routes import TITLES, Changed, shown
from strategies.services.instructions import StepInput
from strategies.services.keeping import keep, opened, take_away
from strategies.services.operationcopies import copy_steps
from strategies.services.routedrafts import begin, finish
from strategies.services.routeoperations import add_operation
from strategies.services.routes import TimesInput, check_times, columns_of

COPIED = tuple(each.name for each in fields(TimesInput))
"""The properties that go from the library into a route."""


@transaction.atomic
def save_standard(
    *,
    standard: StandardOperation | None = None,
    code: str,
    times: TimesInput,
    active: bool = True,
    by: User,
) -> StandardOperation:
    """An operation of the library, new or changed; routes that copied it stay as they are. Refused for times
    that make no sense and a code that is taken."""
    check_times(times, code)
    row = opened(StandardOperation, standard)
    return keep(row, {"code": code, "active": active, **columns_of(times, standard)}, by)


@transaction.atomic
def delete_standard(*, standard: StandardOperation, by: User) -> None:
    """Take it out of the library. Refused while a route says that it came from there, naming the first."""
    first = (
        standard.used_in.select_related("route__item").order_by("route__item__number", "number", "pk").first()
    )
    if first is not None:
        raise Refused(
            _("{standard} is used by {operation}: take it out of use instead."),
            code="in_use",
            standard=standard.code,
            operation=str(first),
        )
    take_away(standard, by)


@transaction.atomic
def take_from_library(
    *,
    route: RouteVersion,
    standard: StandardOperation,
    after: int | None = None,
    beside: int | None = None,
    revision: int | None = None,
    by: User,
) -> RouteOperation:
    """A new operation in a draft with copies of the library's properties and steps."""
    if not standard.active:
        sentence = _("{standard} is out of use in the library.")
        raise Refused(sentence, field="standard", standard=standard.code)
    row = add_operation(route=route, name=standard.name, after=after, beside=beside, revision=revision, by=by)
    _copy(standard, row, COPIED)
    copy_steps(_steps(standard), {"standard_id": {}}, by, {"operation_id": row.pk})
    return row


@transaction.atomic
def update_from_library(
    *,
    operation: RouteOperation,
    only: Collection[str] | None = None,
    steps: bool = True,
    revision: int | None = None,
    by: User,
) -> RouteOperation:
    """Copy the library's properties over an operation's own: all, or `only` those named; and its steps.

    Refused when the operation did not come from the library, or nothing differs."""
    standard = operation.standard
    if standard is None:
        raise Refused(_("Operation {number} does not come from the library."), number=operation.number)
    changed = [one.field for one in differences(operation) if only is None or one.field in only]
    other_steps = steps and steps_differ(operation)
    if not changed and not other_steps:
        raise Refused(_("Operation {number} is as the library has it."), number=operation.number)
    draft = begin(route=operation.route, revision=revision, by=by)
    _copy(standard, operation, changed)
    if other_steps:
        operation.steps.all().delete()
        copy_steps(_steps(standard), {"standard_id": {}}, by, {"operation_id": operation.pk})
    finish(route=draft, by=by)
    return operation


def differences(operation: RouteOperation) -> list[Changed]:
    """Properties in which an operation is not as the library has it now."""
    standard = operation.standard
    if standard is None:
        return []
    found = []
    for name in COPIED:
        if getattr(operation, name) != getattr(standard, name):
            found.append(Changed(name, TITLES[name], shown(operation, name), shown(standard, name)))
    return found


def steps_differ(operation: RouteOperation) -> bool:
    """Whether the instructions are not those of the library."""
    names = [each.name for each in fields(StepInput)]
    own = list(operation.steps.order_by("position").values_list(*names))
    standard = operation.standard
    return standard is not None and own != list(standard.steps.order_by("position").values_list(*names))


def _steps(standard: StandardOperation) -> Any:
    return InstructionStep.objects.filter(standard=standard).order_by("position")


def _copy(standard: StandardOperation, row: RouteOperation, names: Collection[str]) -> None:
    for name in names:
        setattr(row, name, getattr(standard, name))
    row.standard = standard
    row.save()
