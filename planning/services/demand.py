"""Demand: what customers, forecasts and other plants want, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import Refused, tell
from planning.facts import DemandChanged
from planning.measures import Measures
from planning.models import Customer, Demand
from planning.models.demand import DEMAND_FLOW
from planning.services.delivered import let_go
from planning.services.wanted import Wanted, check_versions
from strategies.models import BomVersion, Item, RouteVersion, Site, Unit
from strategies.services.keep import KEEP, Keep, put

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def create_demand(
    *,
    number: str,
    site: Site,
    item: Item,
    quantity: Decimal,
    due_on: date,
    line: int = 1,
    unit: Unit | None = None,
    kind: str = Demand.Kind.SALES,
    ordered_on: date | None = None,
    promised_on: date | None = None,
    priority: int = 50,
    customer: Customer | None = None,
    bom_version: BomVersion | None = None,
    route_version: RouteVersion | None = None,
    source_system: str = "",
    by: User | None,
) -> Demand:
    """Enter one demand line; quantity in `unit` (the item's own where none is given). Named versions are what it is
    to be made of: plans make an order for such lines alone. Refused when the line exists, the item is not in use, the
    quantity makes no sense in that unit, or a version may not be used."""
    ordered = ordered_on or clock.today(site.time_zone)
    chosen = unit or item.unit
    _check_item(item, quantity, chosen, line=f"{number}/{line}")
    if due_on < ordered:
        raise due_before_order(f"{number}/{line}", ordered, due_on)
    if Demand.objects.filter(source_system=source_system, kind=kind, number=number, line=line).exists():
        raise Refused(
            _("Demand {number}/{line} exists already: change it, or use another line."),
            code="exists",
            field="number",
            number=number,
            line=line,
        )
    _check_versions(site, item, ordered, due_on, bom_version, route_version, line=f"{number}/{line}")
    demand = Demand.objects.create(
        number=number,
        line=line,
        kind=kind,
        site=site,
        item=item,
        unit=chosen,
        quantity=quantity,
        ordered_on=ordered,
        due_on=due_on,
        promised_on=promised_on,
        priority=priority,
        customer=customer,
        bom_version=bom_version,
        route_version=route_version,
        source_system=source_system,
    )
    tell(DemandChanged(demands=(demand,), step="created", by=by))
    return demand


@transaction.atomic
def change_demand(
    *,
    demand: Demand,
    quantity: Decimal | None = None,
    due_on: date | None = None,
    promised_on: date | None = None,
    priority: int | None = None,
    bom_version: BomVersion | Keep | None = KEEP,
    route_version: RouteVersion | Keep | None = KEEP,
    by: User | None,
) -> Demand:
    """Change what is still open; None leaves a value as it is, but takes a version away. Refused below what has been
    delivered, and for versions that may not be used."""
    row = (
        Demand.objects.select_for_update(of=("self",))
        .select_related("item", "unit", "site")
        .get(pk=demand.pk)
    )
    _must_be_open(row)
    if quantity is not None:
        _check_item(row.item, quantity, row.unit, line=str(row))
        if quantity < row.delivered_quantity:
            raise Refused(
                _("{demand} has {delivered} delivered already: it cannot shrink to {quantity}."),
                code="below_delivered",
                field="quantity",
                demand=row,
                delivered=row.delivered_quantity.normalize(),
                quantity=quantity,
            )
        row.quantity = quantity
    if due_on is not None:
        if due_on < row.ordered_on:
            raise due_before_order(str(row), row.ordered_on, due_on)
        row.due_on = due_on
    row.promised_on = promised_on if promised_on is not None else row.promised_on
    row.priority = priority if priority is not None else row.priority
    if put(row, {"bom_version": bom_version, "route_version": route_version}) or due_on is not None:
        dates = (row.ordered_on, row.due_on)
        _check_versions(row.site, row.item, *dates, row.bom_version, row.route_version, line=str(row))
    row.revision += 1
    row.save()
    tell(DemandChanged(demands=(row,), step="changed", by=by))
    return row


@transaction.atomic
def cancel_demand(*, demands: Sequence[Demand], by: User | None) -> list[Demand]:
    """Cancel lines that are open; all of them or none. What was reserved or claimed for them is free again."""
    rows = _move(demands, "cancel", by=by)
    let_go(rows, by=by)
    return rows


@transaction.atomic
def reopen_demand(*, demands: Sequence[Demand], by: User | None) -> list[Demand]:
    """Open lines again that were delivered or cancelled; all of them or none."""
    return _move(demands, "reopen", by=by)


@transaction.atomic
def create_customer(
    *,
    number: str,
    name: str,
    over_delivery_fraction: Decimal = Decimal(0),
    under_delivery_fraction: Decimal = Decimal(0),
    by: User | None,
) -> Customer:
    """A customer to name on demand lines, who takes so much more than ordered, or does without so much of it (0.1 is
    10 %). Refused when the number is taken or a tolerance is none."""
    if over_delivery_fraction < 0 or not 0 <= under_delivery_fraction < 1:
        raise Refused(
            _("A tolerance is 0 or more, and less than 1 of what may be missing."),
            code="tolerance",
            field="over_delivery_fraction" if over_delivery_fraction < 0 else "under_delivery_fraction",
        )
    if Customer.objects.filter(number=number).exists():
        raise Refused(_("Customer {number} exists already."), code="exists", field="number", number=number)
    return Customer.objects.create(
        number=number,
        name=name,
        over_delivery_fraction=over_delivery_fraction,
        under_delivery_fraction=under_delivery_fraction,
    )


def _check_versions(
    site: Site,
    item: Item,
    ordered: date,
    due: date,
    bom: BomVersion | None,
    route: RouteVersion | None,
    *,
    line: str,
) -> None:
    wanted = Wanted(
        line=line,
        item=item.pk,
        site=site.pk,
        ordered_on=ordered,
        due_on=due,
        bom=bom.pk if bom else None,
        route=route.pk if route else None,
    )
    check_versions([wanted])


def _check_item(item: Item, quantity: Decimal, unit: Unit, *, line: str) -> None:
    check_line(item, quantity, unit.pk, Measures([item.pk]), line=line)


def check_line(item: Item, quantity: Decimal, unit: int, measures: Measures, *, line: str) -> None:
    """Refused when a line asks for an item out of use, or a quantity that makes no sense in its unit."""
    if not item.active:
        raise Refused(
            _("Demand {line}: item {item} is no longer in use."),
            code="inactive",
            field="item",
            line=line,
            item=item,
        )
    if quantity <= 0:
        raise Refused(
            _("Demand {line}: the quantity must be above 0."),
            code="not_positive",
            field="quantity",
            line=line,
        )
    measures.check_digits(quantity, unit)
    measures.in_unit_of(item, quantity, unit)


def due_before_order(line: str, ordered: date, due: date) -> Refused:
    """The sentence for a line due before it was ordered."""
    return Refused(
        _("Demand {line}: it is due on {due}, before it was ordered on {ordered}."),
        code="due_before_order",
        field="due_on",
        line=line,
        due=due,
        ordered=ordered,
    )


def _must_be_open(demand: Demand) -> None:
    if demand.state != Demand.State.OPEN:
        raise Refused(
            _("{demand} is {state}: only open demand can change."),
            code="wrong_state",
            demand=demand,
            state=demand.get_state_display(),
        )


def _move(demands: Sequence[Demand], step: str, *, by: User | None) -> list[Demand]:
    rows: QuerySet[Demand] = Demand.objects.filter(pk__in=[demand.pk for demand in demands])
    for row in rows:
        no = DEMAND_FLOW.refusal(row, step)
        if no:
            raise no
    if DEMAND_FLOW.take_many(rows, step, revision=F("revision") + 1) != len(demands):
        raise Refused(
            _("Someone else changed one of these lines just now: look again."), code="changed_meanwhile"
        )
    moved = list(rows.select_related("site", "item"))
    tell(DemandChanged(demands=tuple(moved), step=DEMAND_FLOW.steps[step].target, by=by))
    return moved
