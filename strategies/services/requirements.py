"""What an operation needs: conditions on its resource, and resources beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import (
    Capability,
    Requirement,
    Resource,
    ResourceGroup,
    RouteOperation,
    SecondaryResource,
    Skill,
)
from strategies.services.routedrafts import begin, finish

Kind = Requirement.Kind
NAMES = {Kind.RESOURCE: "resource", Kind.GROUP: "group", Kind.TYPE: "type", Kind.CAPABILITY: "capability",
         Kind.SKILL: "skill"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RequirementInput:
    """One condition; of resource, group, type, capability and skill the one that `kind` names, no other."""

    kind: str
    resource: Resource | None = None
    group: ResourceGroup | None = None
    type: str = ""
    capability: Capability | None = None
    skill: Skill | None = None
    minimum_level: Decimal = Decimal(0)
    for_operations: bool = True
    for_jobs: bool = True


@dataclass(frozen=True, kw_only=True)
class SecondaryInput:
    """What is held beside the operation's own resource: `quantity` of it, each loaded by `load_fraction`."""

    name: str = ""
    quantity: int = 1
    load_fraction: Decimal = Decimal(1)
    during_setup: bool = True
    during_run: bool = True
    requirements: Sequence[RequirementInput] = ()


@transaction.atomic
def set_requirements(
    *,
    operation: RouteOperation,
    requirements: Sequence[RequirementInput],
    revision: int | None = None,
    by: User,
) -> RouteOperation:
    """Replace the conditions on the operation's own resource. Refused for one that names nothing."""
    draft = begin(route=operation.route, revision=revision, by=by)
    _write(operation, None, requirements)
    finish(route=draft, by=by)
    return operation


@transaction.atomic
def set_secondaries(
    *,
    operation: RouteOperation,
    secondaries: Sequence[SecondaryInput],
    revision: int | None = None,
    by: User,
) -> RouteOperation:
    """Replace what the operation holds beside its own resource. Refused for a share outside 0 to 1, none of it,
    or a condition that names nothing."""
    draft = begin(route=operation.route, revision=revision, by=by)
    for place, one in enumerate(secondaries, start=1):
        _check_secondary(operation, place, one)
    operation.secondaries.all().delete()
    made = SecondaryResource.objects.bulk_create(
        SecondaryResource(
            operation=operation,
            position=place,
            **{each.name: getattr(one, each.name) for each in fields(one) if each.name != "requirements"},
        )
        for place, one in enumerate(secondaries, start=1)
    )
    for row, one in zip(made, secondaries, strict=True):
        _write(operation, row, one.requirements)
    finish(route=draft, by=by)
    return operation


def _check_secondary(operation: RouteOperation, place: int, one: SecondaryInput) -> None:
    if one.quantity < 1:
        sentence = _("Operation {number}: of the resource beside it, {place}, at least one is needed.")
        raise Refused(sentence, field="quantity", number=operation.number, place=one.name or place)
    if not 0 < one.load_fraction <= 1:
        sentence = _("Operation {number}: the load of {place} is a share above 0, up to 1.")
        raise Refused(sentence, field="load_fraction", number=operation.number, place=one.name or place)
    if not one.requirements:
        sentence = _(
            "Operation {number}: say what {place} has to be: a resource, a kind, a capability or a skill."
        )
        raise Refused(sentence, field="kind", number=operation.number, place=one.name or place)


def _write(
    operation: RouteOperation, secondary: SecondaryResource | None, wanted: Sequence[RequirementInput]
) -> None:
    for one in wanted:
        check_requirement(operation.number, one)
    Requirement.objects.filter(operation=operation, secondary=secondary).delete()
    Requirement.objects.bulk_create(
        Requirement(
            operation=operation,
            secondary=secondary,
            kind=one.kind,
            minimum_level=one.minimum_level,
            for_operations=one.for_operations,
            for_jobs=one.for_jobs,
            **{NAMES[Kind(one.kind)]: getattr(one, NAMES[Kind(one.kind)])},
        )
        for one in wanted
    )


def check_requirement(number: int, one: RequirementInput) -> None:
    """Refused for a condition that names nothing or two things, asks a level of what has none, or counts nowhere."""
    if one.kind not in NAMES:
        raise Refused(_("Operation {number}: a condition has no kind."), field="kind", number=number)
    name = NAMES[Kind(one.kind)]
    if not getattr(one, name):
        sentence = _("Operation {number}: the condition “{kind}” names nothing.")
        raise Refused(sentence, field=name, number=number, kind=Kind(one.kind).label)
    stray = next((other for other, field in NAMES.items() if other != one.kind and getattr(one, field)), None)
    if stray is not None:
        sentence = _("Operation {number}: a condition says one thing: take either “{kind}” or “{other}”.")
        raise Refused(
            sentence, field=NAMES[stray], number=number, kind=Kind(one.kind).label, other=stray.label
        )
    if one.minimum_level < 0:
        raise Refused(_("Operation {number}: a level is not below 0."), field="minimum_level", number=number)
    if one.minimum_level and one.kind not in (Kind.CAPABILITY, Kind.SKILL):
        sentence = _("Operation {number}: only a capability or a skill has a level.")
        raise Refused(sentence, field="minimum_level", number=number)
    if not (one.for_operations or one.for_jobs):
        sentence = _("Operation {number}: the condition “{kind}” counts nowhere.")
        raise Refused(sentence, field="for_operations", number=number, kind=Kind(one.kind).label)


@transaction.atomic
def add_requirement(
    *,
    operation: RouteOperation,
    requirement: RequirementInput,
    revision: int | None = None,
    by: User,
) -> RouteOperation:
    """One more condition on the operation's own resource. Refused as `set_requirements` refuses, and for the
    same one twice."""
    known = [_input(row) for row in operation.requirements.filter(secondary=None).order_by("pk")]
    if requirement in known:
        sentence = _("Operation {number} has this condition already.")
        raise Refused(sentence, field="kind", number=operation.number)
    wanted = [*known, requirement]
    return set_requirements(operation=operation, requirements=wanted, revision=revision, by=by)


@transaction.atomic
def remove_requirement(*, requirement: Requirement, revision: int | None = None, by: User) -> RouteOperation:
    """Take one condition away. Refused for the last one of a resource beside the operation."""
    operation = requirement.operation
    draft = begin(route=operation.route, revision=revision, by=by)
    beside = requirement.secondary
    if beside is not None and beside.requirements.count() == 1:
        sentence = _("{place} has no other condition: take the whole resource away.")
        raise Refused(sentence, field="kind", place=beside.name or beside.position)
    requirement.delete()
    finish(route=draft, by=by)
    return operation


@transaction.atomic
def add_secondary(
    *, operation: RouteOperation, secondary: SecondaryInput, revision: int | None = None, by: User
) -> RouteOperation:
    """One more resource beside the operation's own. Refused as `set_secondaries` refuses."""
    known = [
        SecondaryInput(
            name=row.name,
            quantity=row.quantity,
            load_fraction=row.load_fraction,
            during_setup=row.during_setup,
            during_run=row.during_run,
            requirements=[_input(one) for one in row.requirements.order_by("pk")],
        )
        for row in operation.secondaries.order_by("position")
    ]
    return set_secondaries(operation=operation, secondaries=[*known, secondary], revision=revision, by=by)


@transaction.atomic
def remove_secondary(
    *, secondary: SecondaryResource, revision: int | None = None, by: User
) -> RouteOperation:
    """Take a resource beside the operation away, with its conditions."""
    operation = secondary.operation
    draft = begin(route=operation.route, revision=revision, by=by)
    secondary.delete()
    finish(route=draft, by=by)
    return operation


def _input(row: Requirement) -> RequirementInput:
    return RequirementInput(**{each.name: getattr(row, each.name) for each in fields(RequirementInput)})
