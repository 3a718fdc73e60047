"""Routes: make a version, edit its operations and the graph between them, copy it. No operation waits for
itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.engine.levels import low_level_codes
from strategies.facts import VersionChanged
from strategies.models import (
    CostCategory,
    InstructionStep,
    Item,
    Resource,
    ResourceGroup,
    RouteLink,
    RouteOperation,
    RouteVersion,
    Site,
)
from strategies.services.versions import lock_draft, next_version


@dataclass(frozen=True, kw_only=True)
class OperationInput:
    """One operation; times in seconds, `run_seconds` per `run_quantity`, batch or order as `run_basis`
    says."""

    number: int
    name: str
    group: ResourceGroup | None = None
    resource: Resource | None = None
    cost_category: CostCategory | None = None
    setup_seconds: int = 0
    run_seconds: Decimal = Decimal(0)
    run_quantity: Decimal = Decimal(1)
    run_basis: str = RouteOperation.Basis.PIECE
    queue_seconds: int = 0
    transit_seconds: int = 0
    transfer_quantity: Decimal | None = None
    scrap_fraction: Decimal = Decimal(0)
    inspect: bool = False
    outside: bool = False


@dataclass(frozen=True, kw_only=True)
class StepInput:
    """What the worker is told at one step."""

    text: str
    tools: str = ""
    materials: str = ""
    specifications: str = ""


@transaction.atomic
def draft_route(
    *,
    item: Item,
    site: Site | None = None,
    name: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    from_quantity: Decimal = Decimal(0),
    operations: Sequence[OperationInput] = (),
    links: Sequence[tuple[int, int]] | None = None,
    by: User,
) -> RouteVersion:
    """A new draft with the next version number. Refused as `set_operations` refuses."""
    if valid_from and valid_to and valid_to < valid_from:
        raise Refused(_("The last day is before the first."), code="days", field="valid_to")
    route = RouteVersion.objects.create(
        item=item,
        site=site,
        name=name,
        version=next_version(model=RouteVersion, item=item, site=site),
        valid_from=valid_from,
        valid_to=valid_to,
        from_quantity=from_quantity,
    )
    return set_operations(route=route, operations=operations, links=links, by=by)


@transaction.atomic
def set_operations(
    *,
    route: RouteVersion,
    operations: Sequence[OperationInput],
    links: Sequence[tuple[int, int]] | None = None,
    by: User,
) -> RouteVersion:
    """Replace the operations of a draft; those that keep their number keep their instructions.

    `links` are (before, after) by number; without them each operation follows the one with the next lower
    number. Refused, naming the operation: numbers given twice, times below 0, a link to nowhere, a circle
    (with the path).
    """
    draft = lock_draft(route)
    _check(operations)
    numbers = [operation.number for operation in operations]
    draft.operations.exclude(number__in=numbers).delete()
    RouteOperation.objects.bulk_create(
        [RouteOperation(route=draft, **_columns(operation)) for operation in operations],
        update_conflicts=True,
        unique_fields=["route", "number"],
        update_fields=[each.name for each in fields(OperationInput) if each.name != "number"],
    )
    return _link(draft, _chain(numbers) if links is None else links, by)


@transaction.atomic
def put_operation(
    *, route: RouteVersion, operation: OperationInput, follows: Sequence[int] | None = None, by: User
) -> RouteVersion:
    """Add one operation to a draft, or change the one with its number. `follows` are the numbers it waits
    for; without them a plain chain stays a chain by number, and another graph stays as it was drawn."""
    draft = lock_draft(route)
    known = {one.number: one for one in inputs_of(draft)} | {operation.number: operation}
    links = _drawn(draft)
    if follows is not None:
        kept = [link for link in links if link[1] != operation.number]
        links = [*kept, *((number, operation.number) for number in follows)]
    elif links == _chain(draft.operations.values_list("number", flat=True)):
        links = _chain(known)
    return set_operations(
        route=draft, operations=[known[number] for number in sorted(known)], links=links, by=by
    )


@transaction.atomic
def remove_operation(*, operation: RouteOperation, by: User) -> RouteVersion:
    """Take an operation out of a draft; those behind it now wait for what it waited for."""
    draft, gone = lock_draft(operation.route), operation.number
    links = _drawn(draft)
    before = [one for one, after in links if after == gone]
    after = [other for one, other in links if one == gone]
    kept = [link for link in links if gone not in link]
    joined = [*kept, *((one, other) for one in before for other in after)]
    rows = [one for one in inputs_of(draft) if one.number != gone]
    return set_operations(route=draft, operations=rows, links=sorted(set(joined)), by=by)


def inputs_of(route: RouteVersion) -> list[OperationInput]:
    """The operations of a route as inputs, by number. One query."""
    rows = route.operations.select_related("group", "resource", "cost_category").order_by("number")
    return [
        OperationInput(**{each.name: getattr(row, each.name) for each in fields(OperationInput)})
        for row in rows
    ]


def _drawn(route: RouteVersion) -> list[tuple[int, int]]:
    return sorted(route.links.values_list("before__number", "after__number"))


def _chain(numbers: Iterable[int]) -> list[tuple[int, int]]:
    return list(pairwise(sorted(numbers)))


@transaction.atomic
def set_links(*, route: RouteVersion, links: Sequence[tuple[int, int]], by: User) -> RouteVersion:
    """Redraw the graph of a draft: (before, after) by number. Refused for a link to nowhere or a circle."""
    return _link(lock_draft(route), links, by)


@transaction.atomic
def set_steps(*, operation: RouteOperation, steps: Sequence[StepInput], by: User) -> RouteOperation:
    """Replace the work instructions of an operation. Words may be improved in any state: they change no
    figure."""
    operation.steps.all().delete()
    InstructionStep.objects.bulk_create(
        InstructionStep(
            operation=operation,
            position=place,
            text=step.text,
            tools=step.tools,
            materials=step.materials,
            specifications=step.specifications,
        )
        for place, step in enumerate(steps, start=1)
    )
    tell(VersionChanged(version=operation.route, by=by))
    return operation


@transaction.atomic
def copy_route(
    *,
    route: RouteVersion,
    item: Item | None = None,
    site: Site | None = None,
    valid_from: date | None = None,
    by: User,
) -> RouteVersion:
    """A draft with the same operations, links and instructions, for the same item or another."""
    rows = list(route.operations.prefetch_related("steps"))
    copied = draft_route(
        item=item or route.item,
        site=site or (route.site if item is None else None),
        name=route.name,
        valid_from=valid_from,
        from_quantity=route.from_quantity,
        operations=inputs_of(route),
        links=_drawn(route),
        by=by,
    )
    new = dict(copied.operations.values_list("number", "pk"))
    InstructionStep.objects.bulk_create(
        InstructionStep(
            operation_id=new[row.number],
            position=step.position,
            text=step.text,
            tools=step.tools,
            materials=step.materials,
            specifications=step.specifications,
        )
        for row in rows
        for step in row.steps.all()
    )
    return copied


def _columns(operation: OperationInput) -> dict[str, object]:
    return {each.name: getattr(operation, each.name) for each in fields(operation)}


def _check(operations: Sequence[OperationInput]) -> None:
    seen: set[int] = set()
    for one in operations:
        if one.number <= 0:
            raise Refused(_("An operation needs a number above 0."), field="number")
        if one.number in seen:
            raise Refused(_("Operation {number} is there twice."), field="number", number=one.number)
        seen.add(one.number)
        if one.run_seconds < 0 or min(one.setup_seconds, one.queue_seconds, one.transit_seconds) < 0:
            raise Refused(_("Operation {number}: a time is below 0."), field="run_seconds", number=one.number)
        if one.run_quantity <= 0:
            raise Refused(
                _("Operation {number}: the run quantity has to be more than 0."),
                field="run_quantity",
                number=one.number,
            )
        if not 0 <= one.scrap_fraction < 1:
            raise Refused(
                _("Operation {number}: scrap is a share from 0 to below 1."),
                field="scrap_fraction",
                number=one.number,
            )


def _link(route: RouteVersion, links: Sequence[tuple[int, int]], by: User) -> RouteVersion:
    known = dict(route.operations.values_list("number", "pk"))
    below: dict[int, list[int]] = defaultdict(list)
    for before, after in dict.fromkeys(links):
        for number in (before, after):
            if number not in known:
                raise Refused(_("There is no operation {number} to link."), field="links", number=number)
        below[before].append(after)
    loops = low_level_codes((), below).loops
    if loops:
        path = " → ".join(str(number) for number in loops[0])
        raise Refused(
            _("An operation cannot wait for itself: {path}."), code="loop", field="links", path=path
        )
    route.links.all().delete()
    RouteLink.objects.bulk_create(
        RouteLink(route=route, before_id=known[before], after_id=known[after])
        for before, after in dict.fromkeys(links)
    )
    route.revision += 1
    route.save(update_fields=["revision"])
    tell(VersionChanged(version=route, by=by))
    return route
