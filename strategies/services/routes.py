"""Route versions: draft one, copy it. The graph between them is drawn in routelinks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.engine.routing import chain
from strategies.models import (
    CalendarShift,
    CostCategory,
    Item,
    Resource,
    ResourceGroup,
    RouteGroup,
    RouteOperation,
    RouteVersion,
    Site,
    StandardOperation,
)
from strategies.models.operation import CATEGORIES, OperationTimes
from strategies.services.operationcopies import copy_details
from strategies.services.routedrafts import finish
from strategies.services.routelinks import Link, drawn, redraw
from strategies.services.versions import next_version


@dataclass(frozen=True, kw_only=True)
class TimesInput:
    """What an operation takes, in a route or in the library; times in seconds, `run_seconds` per
    `run_quantity`, batch, order or as the resource's capacity says (`run_basis`). Without a scrap that of the resource
    is taken."""

    name: str
    group: ResourceGroup | None = None
    resource: Resource | None = None
    setup_category: CostCategory | None = None
    run_category: CostCategory | None = None
    quantity_category: CostCategory | None = None
    route_group: RouteGroup | None = None
    setup_seconds: int = 0
    run_seconds: Decimal = Decimal(0)
    run_quantity: Decimal = Decimal(1)
    run_basis: str = RouteOperation.Basis.PIECE
    queue_seconds: int = 0
    queue_after_seconds: int = 0
    transit_seconds: int = 0
    transfer_quantity: Decimal | None = None
    scrap_fraction: Decimal | None = None
    scrap_quantity: Decimal = Decimal(0)
    inspect: bool = False
    outside: bool = False
    property: str = ""


@dataclass(frozen=True, kw_only=True)
class OperationInput(TimesInput):
    """One operation of a route; `alternate_of` is the number of the one it may stand in for, `half_finished` what its
    good pieces are called until the next one takes them."""

    number: int
    standard: StandardOperation | None = None
    alternate_of: int | None = None
    priority: int = 1
    half_finished: Item | None = None


@transaction.atomic
def draft_route(
    *,
    item: Item,
    site: Site | None = None,
    name: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    from_quantity: Decimal = Decimal(0),
    reason: str = "",
    operations: Sequence[OperationInput] = (),
    links: Sequence[Link] | None = None,
    by: User,
) -> RouteVersion:
    """A new draft with the next version number.

    `links` are (before, after) or (before, after, hard) by number; without them each operation follows the one
    with the next lower number. Refused, naming the operation: numbers given twice, times below 0, a link to
    nowhere, a circle (with the path).
    """
    if valid_from and valid_to and valid_to < valid_from:
        raise Refused(_("The last day is before the first."), code="days", field="valid_to")
    route = RouteVersion.objects.create(
        item=item,
        site=site,
        name=name,
        reason=reason,
        version=next_version(model=RouteVersion, item=item, site=site),
        valid_from=valid_from,
        valid_to=valid_to,
        from_quantity=from_quantity,
    )
    _write(route, operations, links)
    return finish(route=route, by=by)


@transaction.atomic
def copy_route(
    *,
    route: RouteVersion,
    item: Item | None = None,
    site: Site | None = None,
    valid_from: date | None = None,
    reason: str = "",
    by: User,
) -> RouteVersion:
    """A draft with the same operations, links, requirements and instructions (pictures too), for the same item
    or another."""
    copied = draft_route(
        item=item or route.item,
        site=site or (route.site if item is None else None),
        name=route.name,
        valid_from=valid_from,
        from_quantity=route.from_quantity,
        reason=reason,
        operations=inputs_of(route),
        links=drawn(route),
        by=by,
    )
    old = dict(route.operations.values_list("number", "pk"))
    new = dict(copied.operations.values_list("number", "pk"))
    copy_details({old[number]: new[number] for number in old}, by)
    return copied


def inputs_of(route: RouteVersion) -> list[OperationInput]:
    """The operations of a route as inputs, by number. One query."""
    related = ("group", "resource", "route_group", "standard", "alternate_of", "half_finished")
    rows = route.operations.select_related(*related, *CATEGORIES)
    return [input_of(row) for row in rows.order_by("number")]


def input_of(row: RouteOperation) -> OperationInput:
    """One operation as it is, as an input."""
    given = {each.name: getattr(row, each.name) for each in fields(OperationInput)}
    return OperationInput(**{**given, "alternate_of": row.alternate_of.number if row.alternate_of else None})


def columns_of(operation: TimesInput, before: OperationTimes | None = None) -> dict[str, object]:
    """The columns of the input, without what has to be looked up. before: what the operation was until now."""
    found: dict[str, object] = {
        each.name: getattr(operation, each.name) for each in fields(operation) if each.name != "alternate_of"
    }
    return found | {"scrap_fraction": _scrap(operation, before)}


def _scrap(operation: TimesInput, before: OperationTimes | None) -> Decimal:
    """What is said, else what the chosen resource loses. Another resource brings its own along, unless somebody entered
    one for the operation."""
    losing = operation.resource.scrap_fraction if operation.resource else Decimal(0)
    if operation.scrap_fraction is None:
        return losing
    chosen = operation.resource.pk if operation.resource else None
    if before is None or before.resource_id == chosen or operation.scrap_fraction != before.scrap_fraction:
        return operation.scrap_fraction
    lost = before.resource.scrap_fraction if before.resource else Decimal(0)
    return losing if operation.scrap_fraction == lost else operation.scrap_fraction


def _write(route: RouteVersion, operations: Sequence[OperationInput], links: Sequence[Link] | None) -> None:
    check_operations(operations)
    RouteOperation.objects.bulk_create(
        RouteOperation(route=route, **columns_of(operation)) for operation in operations
    )
    _set_alternates(route, {one.number: one.alternate_of for one in operations if one.alternate_of})
    own = [one.number for one in operations if one.alternate_of is None]
    redraw(route, chain(own) if links is None else links)


def _set_alternates(route: RouteVersion, wanted: Mapping[int, int]) -> None:
    rows = {row.number: row for row in route.operations.order_by("pk")}
    changed = [row for row in rows.values() if row.number in wanted]
    for row in changed:
        row.alternate_of = rows[wanted[row.number]]
    RouteOperation.objects.bulk_update(changed, ["alternate_of"])


# ---- what makes no sense


def check_operations(operations: Sequence[OperationInput]) -> None:
    """Refused, naming the operation, for what no route can say."""
    seen: set[int] = set()
    for one in operations:
        if one.number <= 0:
            raise Refused(_("An operation needs a number above 0."), field="number")
        if one.number in seen:
            raise Refused(_("Operation {number} is there twice."), field="number", number=one.number)
        seen.add(one.number)
        check_times(one, str(_("Operation {number}")).format(number=one.number))
    alternates = {one.number: one.alternate_of for one in operations if one.alternate_of is not None}
    for number, instead in alternates.items():
        if instead not in seen or instead == number:
            sentence = _("Operation {number}: there is no other operation {instead} it could stand in for.")
            raise Refused(sentence, field="alternate_of", number=number, instead=instead)
        if instead in alternates:
            sentence = _(
                "Operation {number} stands in for {instead}, which stands in for {other}: name {other}."
            )
            raise Refused(
                sentence, field="alternate_of", number=number, instead=instead, other=alternates[instead]
            )


def check_times(one: TimesInput, what: str) -> None:
    """Refused for times below 0, quantities of nothing and scrap of everything; `what` begins the sentence."""
    seconds = (one.setup_seconds, one.queue_seconds, one.queue_after_seconds, one.transit_seconds)
    if one.run_seconds < 0 or min(seconds) < 0:
        raise Refused(_("{what}: a time is below 0."), field="run_seconds", what=what)
    if one.run_quantity <= 0:
        raise Refused(_("{what}: the run quantity has to be more than 0."), field="run_quantity", what=what)
    if one.transfer_quantity is not None and one.transfer_quantity <= 0:
        sentence = _("{what}: the transfer quantity has to be more than 0.")
        raise Refused(sentence, field="transfer_quantity", what=what)
    if not 0 <= (one.scrap_fraction or 0) < 1:
        sentence = _("{what}: scrap is a share from 0 to below 1.")
        raise Refused(sentence, field="scrap_fraction", what=what)
    if one.scrap_quantity < 0:
        raise Refused(_("{what}: fixed scrap is below 0."), field="scrap_quantity", what=what)
    if one.property and not CalendarShift.objects.filter(property=one.property).exists():
        sentence = _("{what}: no shift of any calendar has the property {property}.")
        raise Refused(sentence, field="property", what=what, property=one.property)
    _must_work_there(one, what)
    categories = (one.setup_category, one.run_category, one.quantity_category)
    for kind, category in zip(CostCategory.Kind, categories, strict=True):
        if category is not None and category.kind != kind:
            sentence = _("{what}: {category} is no category for {kind}.")
            raise Refused(
                sentence, field=f"{kind}_category", what=what, category=category.code, kind=kind.label
            )


def _must_work_there(one: TimesInput, what: str) -> None:
    if one.resource is None or one.group is None or one.resource.group_id == one.group.pk:
        return
    if not one.resource.memberships.filter(group=one.group).exists():
        sentence = _("{what}: {resource} does not work in {group}.")
        raise Refused(sentence, field="resource", what=what, resource=one.resource.name, group=one.group.name)
