"""Production orders by hand: make one, change its quantity or dates, cancel it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import Refused, ask, tell
from p2p.core.fields import plain
from p2p.core.numbers import decimal_of
from planning.facts import Cancelled, Cancelling, Firmed, OrderChanged
from planning.models import Material, Operation, Output, ProductionOrder
from planning.models.operation import OPERATION_FLOW
from planning.models.order import ORDER_FLOW
from planning.services import need
from planning.services.build import Draft, build, launched, needed, run_seconds, write
from planning.services.chosen import bom_for, route_for
from planning.services.overflow import decide
from planning.snapshot.parts import Part
from planning.snapshot.recipes import Recipes
from strategies.models import BomVersion, Item, RouteVersion, Site
from strategies.selectors.routes import steps_of
from strategies.services.numbering import take_numbers

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def create_order(
    *,
    site: Site,
    item: Item,
    quantity: Decimal,
    due_on: date,
    start_on: date | None = None,
    priority: int = 50,
    number: str = "",
    kind: str = ProductionOrder.Kind.STANDARD,
    parent: ProductionOrder | None = None,
    source_system: str = "",
    bom: BomVersion | None = None,
    route: RouteVersion | None = None,
    reserve_at: str = "",
    made_for: need.Need | None = None,
    by: User | None,
) -> ProductionOrder:
    """Make a firm order without a proposal, with BOM and route as they hold on its start.

    Without `start_on` it starts the item's lead time before it is due, but not before today. A `number` from
    another system is kept; so is a `bom` or `route` that may be used (any approved version). `reserve_at` says when
    its materials are reserved (empty: as item and site say). An operation whose policy overflows goes to its vendor
    when its work centre is too full or shut then. It is `made_for` one open need alone, or for everybody; rework is
    for whom its `parent` is. Refused for quantities that make no sense, versions that may not be used, numbers that
    are taken, and needs that are not of the item and site, are covered or closed.
    """
    if made_for is not None:
        need.check(need=made_for, item=item, site=site)
    recipes = Recipes(site, {item.pk})
    _check_quantity(recipes, item, quantity)
    start = start_on or _start(recipes, item, due_on)
    if start > due_on:
        raise _wrong_dates(start, due_on)
    if number and ProductionOrder.objects.filter(number=number).exists():
        raise Refused(_("Order {number} exists already."), code="exists", field="number", number=number)
    policy = recipes.policy(item.pk)
    share = policy.yield_fraction if policy else Decimal(1)
    made_from = bom_for(recipes, item, day=start, quantity=quantity, chosen=bom)
    share *= made_from.yield_fraction if made_from else 1
    draft = Draft(
        number=number or take_numbers(code="MO", count=1)[0],
        item=recipes.item(item.pk),
        quantity=quantity,
        good=round(quantity * share, item.unit.digits) or quantity,
        start_on=start,
        due_on=due_on,
        bom=made_from.pk if made_from else None,
        route=route_for(recipes, item, day=start, quantity=quantity, chosen=route),
        priority=priority,
        kind=kind,
        parent=parent.pk if parent else None,
        source_system=source_system,
    )
    decided = decide(site=site, drafts=[draft], recipes=recipes, since=clock.today(site.time_zone))
    built = build(site, [replace(draft, overflow=decided.get(0, {}))], recipes)
    built.orders[0].reserve_at = reserve_at
    if parent is not None and kind == ProductionOrder.Kind.REWORK:
        made_for = parent.made_for
    need.bind(built.orders[0], made_for)
    write(built)
    tell(Firmed(orders=tuple(built.orders), by=by))
    return built.orders[0]


def _start(recipes: Recipes, item: Item, due_on: date) -> date:
    policy = recipes.policy(item.pk)
    lead = policy.lead_time_days if policy else 0
    return min(due_on, max(clock.today(recipes.site.time_zone), date.fromordinal(due_on.toordinal() - lead)))


def _check_quantity(recipes: Recipes, item: Item, quantity: Decimal) -> None:
    if not item.active:
        raise Refused(_("Item {item} is no longer in use."), code="inactive", field="item", item=item)
    if quantity <= 0:
        raise Refused(_("The quantity must be above 0."), code="not_positive", field="quantity")
    recipes.measures.check_digits(quantity, item.unit_id)


def _wrong_dates(start: date, due: date) -> Refused:
    return Refused(
        _("The order would start on {start}, after it is due on {due}."),
        code="dates",
        field="due_on",
        start=start,
        due=due,
    )


@transaction.atomic
def change_order(
    *,
    order: ProductionOrder,
    quantity: Decimal | None = None,
    start_on: date | None = None,
    due_on: date | None = None,
    priority: int | None = None,
    reserve_at: str | None = None,
    by: User | None,
) -> ProductionOrder:
    """Change an order that is not finished; None leaves a value as it is.

    A new quantity is carried to operations, materials and outputs, and only before anything was reported or
    issued. Times of a changed order stand until it is scheduled again.
    """
    row = _locked([order])[0]
    if row.state not in ProductionOrder.OPEN:
        raise _too_late(row)
    if quantity is not None and quantity != row.quantity:
        _change_quantity(row, quantity)
    row.start_on, row.due_on = start_on or row.start_on, due_on or row.due_on
    if row.start_on > row.due_on:
        raise _wrong_dates(row.start_on, row.due_on)
    row.priority = row.priority if priority is None else priority
    row.reserve_at = row.reserve_at if reserve_at is None else reserve_at
    row.revision += 1
    row.save(update_fields=["quantity", "start_on", "due_on", "priority", "reserve_at", "revision"])
    tell(OrderChanged(orders=(row,), by=by))
    return row


def _change_quantity(row: ProductionOrder, quantity: Decimal) -> None:
    recipes = Recipes(row.site, {row.item_id})
    _check_quantity(recipes, row.item, quantity)
    begun = Material.objects.filter(order=row, issued_quantity__gt=0).exists()
    if begun or row.good_quantity or row.scrap_quantity or row.state == "started":
        raise Refused(
            _("{order} has begun: its quantity of {quantity} stays. Report what was made and finish it."),
            code="begun",
            field="quantity",
            order=row,
            quantity=plain(row.quantity),
        )
    _change_materials(row, quantity, recipes)
    _change_operations(row, quantity, recipes)
    outputs = list(Output.objects.filter(order=row, planned=True).select_related("unit"))
    for output in outputs:
        output.quantity = (
            round(output.quantity * quantity / row.quantity, output.unit.digits) or output.quantity
        )
    Output.objects.bulk_update(outputs, ["quantity"])
    row.quantity = quantity


def _change_operations(row: ProductionOrder, quantity: Decimal, recipes: Recipes) -> None:
    """As when the order was made: what the route loses on top, by the pieces of the phantom for its operations. Three
    queries."""
    takes = recipes.unfolded(row.bom_id, row.route_id, row.start_on, quantity, standing=True)
    merged = takes.merged
    launches = {one.route: launched(one, quantity, recipes) for one in merged}
    twice = {route for route, count in Counter(one.route for one in merged).items() if count > 1}
    rows = Operation.objects.filter(order=row).select_related(
        "route_operation__route_group", "route_operation__route__item"
    )
    operations = list(rows.prefetch_related("route_operation__route_group__phases"))
    # The route may be retired meanwhile, or be that of a phantom the bill no longer has: timed all the same.
    steps = [one.route_operation for one in operations if one.route_operation]
    timed = dict(zip((step.pk for step in steps), steps_of(steps), strict=True))
    for operation in operations:
        step = operation.route_operation
        launch = None
        if step is None or step.route_id == row.route_id:
            launch = quantity
        elif step.route_id not in twice:
            launch = launches.get(step.route_id)
        unit = step.route.item.unit_id if step else row.item.unit_id
        if launch is None:
            # Of two phantoms of one route, or of one that the bill no longer has: in proportion.
            share = Fraction(quantity) / Fraction(row.quantity)
            operation.quantity = recipes.measures.up(Fraction(operation.quantity) * share, unit)
        else:
            operation.quantity = recipes.entering(step, launch, unit) if step else launch
        if step is not None:
            operation.run_seconds = run_seconds(timed[step.pk], operation.quantity)
        operation.revision += 1
    Operation.objects.bulk_update(operations, ["quantity", "run_seconds", "revision"])


def _change_materials(row: ProductionOrder, quantity: Decimal, recipes: Recipes) -> None:
    """By the bill where a component is still the one of its line, else in proportion."""
    parts = recipes.unfolded(row.bom_id, row.route_id, row.start_on, quantity, standing=True).parts
    materials = list(Material.objects.filter(order=row).order_by("position"))
    by_place = {index * 10: part for index, part in enumerate(parts, 1)}
    for material in materials:
        part = by_place.get(material.position)
        if part is not None and part.item.pk == material.item_id and _is_of(material, part):
            material.quantity = needed(part, quantity, recipes)
            material.quantity_per = decimal_of(part.said(Fraction(quantity)), 12)
        elif not material.constant:
            material.quantity = recipes.measures.up(
                material.quantity * quantity / row.quantity, material.unit_id
            )
    Material.objects.bulk_update(materials, ["quantity", "quantity_per"])


def _is_of(material: Material, part: Part) -> bool:
    """Orders made before lines were remembered go by their position alone."""
    return material.bom_line_id in (None, part.line.pk)


@transaction.atomic
def cancel_order(*, orders: Sequence[ProductionOrder], by: User | None) -> list[ProductionOrder]:
    """Cancel orders on which nothing was reported or issued; all of them or none."""
    rows = _locked(orders)
    ask(Cancelling(orders=tuple(rows), by=by))
    begun = Material.objects.filter(order__in=rows, issued_quantity__gt=0).select_related("order").first()
    if begun is not None:
        raise Refused(
            _("{order} has material issued to it: return it to stock first."),
            code="issued",
            order=begun.order,
        )
    for row in rows:
        no = ORDER_FLOW.refusal(row, "cancel")
        if no:
            raise no
    ORDER_FLOW.take_many(
        ProductionOrder.objects.filter(pk__in=[row.pk for row in rows]), "cancel", revision=F("revision") + 1
    )
    OPERATION_FLOW.take_many(Operation.objects.filter(order__in=[row.pk for row in rows]), "cancel")
    for row in rows:
        row.refresh_from_db(fields=["state", "revision"])
    tell(Cancelled(orders=tuple(rows), by=by))
    return rows


def _locked(orders: Sequence[ProductionOrder]) -> list[ProductionOrder]:
    chosen = ProductionOrder.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in orders])
    return list(chosen.select_related("site", "item__unit").order_by("pk"))


def _too_late(row: ProductionOrder) -> Refused:
    return Refused(
        _("{order} is {state}: it cannot change any more."),
        code="wrong_state",
        order=row,
        state=row.get_state_display(),
    )
