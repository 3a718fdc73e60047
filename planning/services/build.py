"""Production orders with their own copy of route and bill of material, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.numbers import decimal_of, rounded
from planning.copying import copy_records, take_keys
from planning.models import Material, Operation, OperationLink, Output, ProductionOrder
from planning.services.merge import Join, Work
from planning.services.supplied import THEIRS, decided_at_birth
from planning.snapshot.overflow import Overflow
from planning.snapshot.parts import Merged, Part, Unfolded, through
from planning.snapshot.recipes import Recipes
from strategies.engine.routing import Step, run_time
from strategies.models import Item, RouteOperation, Site

PLAIN_STEP = 10
"""Number of the one operation of an order whose item has no route."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One order to be: `quantity` is launched, `good` of it expected usable, both in the item's unit."""

    number: str
    item: Item
    quantity: Decimal
    good: Decimal
    start_on: date
    due_on: date
    bom: int | None
    route: int | None
    need: str = "independent"
    priority: int = 50
    proposal: int | None = None
    kind: str = ProductionOrder.Kind.STANDARD
    parent: int | None = None
    source_system: str = ""
    named: str = ""
    all_outside: bool = False
    overflow: Mapping[int, Overflow] = field(default_factory=dict)
    """Of operations (by the key of their route operation) whose policy had to decide: what it decided."""


@dataclass(slots=True)
class Built:
    """The rows of the orders, keys in place, ready to be copied."""

    orders: list[ProductionOrder] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    links: list[OperationLink] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)


def build(site: Site, drafts: Sequence[Draft], recipes: Recipes) -> Built:
    """Unfold the drafts into rows; nothing is written. Refused, by name, where a unit has no conversion."""
    built = Built()
    moment = clock.now()
    for key, draft in zip(take_keys(ProductionOrder, len(drafts)), drafts, strict=True):
        policy = recipes.policy(draft.item.pk)
        order = ProductionOrder(
            pk=key,
            number=draft.number,
            kind=draft.kind,
            site=site,
            item=draft.item,
            unit=draft.item.unit,
            quantity=draft.quantity,
            need=draft.need,
            priority=draft.priority,
            start_on=draft.start_on,
            due_on=draft.due_on,
            bom_id=draft.bom,
            route_id=draft.route,
            named=draft.named,
            output_location=policy.location if policy else None,
            parent_id=draft.parent,
            proposal_id=draft.proposal,
            source_system=draft.source_system,
            created_at=moment,
        )
        built.orders.append(order)
        work, takes = work_of(order, draft, recipes)
        built.operations += work.operations
        built.materials += _materials(order, recipes, work, takes.parts)
        built.joins += work.joins
        built.outputs += _outputs(order, draft, recipes)
    decided_at_birth(recipes, built.operations, built.materials)
    _give_keys(built)
    return built


def work_of(order: ProductionOrder, draft: Draft, recipes: Recipes) -> tuple[Work, Unfolded]:
    """The operations of an order, those of its phantoms among them, and what it takes."""
    work = Work(list(_operations(order, draft, recipes)), list(recipes.links(draft.route)))
    takes = recipes.unfolded(draft.bom, draft.route, draft.start_on, draft.quantity)
    for phantom in takes.merged:
        _merge(work, order, phantom, draft, recipes)
    return work, takes


def write(built: Built) -> None:
    """COPY the rows, five tables, parents first."""
    copy_records(ProductionOrder, built.orders)
    copy_records(Operation, built.operations)
    copy_records(OperationLink, built.links)
    copy_records(Material, built.materials)
    copy_records(Output, built.outputs)


def _give_keys(built: Built) -> None:
    for key, operation in zip(take_keys(Operation, len(built.operations)), built.operations, strict=True):
        operation.pk = key
    for material in built.materials:
        # Set before the operation had its key: say it again now.
        material.operation = material.operation
    for before, after, hard in built.joins:
        built.links.append(OperationLink(before=before, after=after, hard=hard))
    for rows, model in ((built.links, OperationLink), (built.materials, Material), (built.outputs, Output)):
        for key, row in zip(take_keys(model, len(rows)), rows, strict=True):
            row.pk = key


# ---- operations


def _operations(order: ProductionOrder, draft: Draft, recipes: Recipes) -> Iterator[Operation]:
    steps = recipes.operations(draft.route)
    if not steps:
        yield Operation(
            order=order,
            number=PLAIN_STEP,
            name=_("Make"),
            quantity=order.quantity,
            outside=draft.all_outside,
            vendor_id=recipes.vendor_of(order.item_id, order.start_on) if draft.all_outside else None,
        )
    for step in steps:
        yield _operation(order, order.item, step, order.quantity, draft, recipes)


def _operation(
    order: ProductionOrder, item: Item, step: RouteOperation, launch: Decimal, draft: Draft, recipes: Recipes
) -> Operation:
    outside, vendor, days = recipes.outside(item.pk, step, order.start_on)
    decided = draft.overflow.get(step.pk)
    if decided is not None and decided.out:
        outside, vendor, days = True, decided.vendor, decided.days
    timed, quantity = recipes.timed(step), recipes.entering(step, launch, item.unit_id)
    return Operation(
        order=order,
        number=step.number,
        name=step.name,
        group=step.group,
        resource_id=step.resource_id,
        setup_category_id=step.setup_category_id,
        run_category_id=step.run_category_id,
        quantity_category_id=step.quantity_category_id,
        route_operation_id=step.pk,
        setup_seconds=timed.setup,
        run_seconds=run_seconds(timed, quantity),
        queue_seconds=timed.queue,
        queue_after_seconds=timed.queue_after,
        transit_seconds=timed.transit,
        transfer_quantity=step.transfer_quantity if timed.transfer is not None else None,
        property=step.property,
        half_finished_id=step.half_finished_id,
        phases=timed.phases.kept(),
        scrap_fraction=step.scrap_fraction,
        quantity=quantity,
        inspect=step.inspect,
        outside=outside,
        vendor_id=vendor,
        vendor_days=days,
        overflow=decided.facts if decided else {},
    )


def _merge(work: Work, order: ProductionOrder, phantom: Merged, draft: Draft, recipes: Recipes) -> None:
    """The operations of a phantom's route become part of the order, for as many pieces as it takes of it."""
    quantity = launched(phantom, order.quantity, recipes)
    steps = [
        _operation(order, phantom.item, step, quantity, draft, recipes)
        for step in recipes.operations(phantom.route)
    ]
    work.take_in(steps, recipes.links(phantom.route), host=phantom.host, number=phantom.number)


def launched(phantom: Merged, quantity: Decimal, recipes: Recipes) -> Decimal:
    """Pieces of a phantom that an order of `quantity` takes, in the phantom's unit."""
    return recipes.measures.up(through(phantom.chain, Fraction(quantity)), phantom.item.unit_id)


def run_seconds(step: Step, quantity: Decimal) -> int:
    """Time for a whole order, by the operation's basis, rounded up once to whole seconds."""
    return ceil(run_time(step, Fraction(quantity)))


# ---- materials and outputs


def _materials(
    order: ProductionOrder, recipes: Recipes, work: Work, parts: Sequence[Part]
) -> Iterator[Material]:
    for position, part in enumerate(parts, 1):
        step = work.at(part.host, part.number)
        place = step.group.input_location_id if step and step.group else None
        yield Material(
            order=order,
            position=position * 10,
            bom_line=part.line,
            item=part.item,
            unit=part.item.unit,
            operation=step,
            flushing=part.line.flushing or part.item.flushing,
            kind=THEIRS if part.procured else "item" if part.line.kind == "phantom" else part.line.kind,
            quantity_per=decimal_of(part.said(Fraction(order.quantity)), 12),
            constant=part.once,
            ends=part.line.ends,
            scrap_fraction=part.line.scrap_fraction,
            quantity=needed(part, order.quantity, recipes),
            location_id=part.line.location_id or place,
        )


def needed(part: Part, quantity: Decimal, recipes: Recipes) -> Decimal:
    """What a launch of `quantity` takes of a component: rounded once, up, to the component's unit."""
    return recipes.measures.up(part.needed(Fraction(quantity)), part.item.unit_id)


def _outputs(order: ProductionOrder, draft: Draft, recipes: Recipes) -> Iterator[Output]:
    beside = recipes.bills.outputs(draft.bom)
    shared = sum((output.cost_share for output in beside), Decimal(0))
    yield Output(
        order=order,
        item=order.item,
        unit=order.unit,
        quantity=draft.good or draft.quantity,
        cost_share=1 - shared,
    )
    for output in beside:
        assert draft.bom is not None
        item = recipes.item(output.item_id)
        amount = recipes.measures.in_unit_of(item, output.quantity, output.unit_id)
        whole = amount * Fraction(draft.quantity) / Fraction(recipes.bills.batch(draft.bom))
        quantity = rounded(whole, Decimal(1).scaleb(-item.unit.digits))
        if quantity > 0:
            yield Output(
                order=order,
                item=item,
                unit=item.unit,
                kind=output.kind,
                quantity=quantity,
                cost_share=output.cost_share,
            )
