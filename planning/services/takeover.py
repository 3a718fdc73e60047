"""Open orders, open purchases and past sales of a plant that goes live: written by the thousand, without plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from planning.facts import DemandImported, Firmed
from planning.models import Customer, Demand, ProductionOrder, ReplenishmentOrder
from planning.services.build import Draft, build, write
from planning.snapshot.recipes import Recipes
from strategies.models import Currency, Item, Location, Site, Vendor

if TYPE_CHECKING:
    from p2p.core.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrder:
    """A production order in the middle of its life: `quantity` is what goes into it and is not in stock yet."""

    number: str
    site: Site
    item: Item
    quantity: Decimal
    start_on: date
    due_on: date
    priority: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPurchase:
    """A purchase or transfer that is not all here: `quantity` is what is still to come."""

    number: str
    site: Site
    item: Item
    quantity: Decimal
    ordered_on: date
    due_on: date
    vendor: Vendor | None = None
    from_location: Location | None = None
    price: Decimal | None = None
    currency: Currency | None = None
    promised_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A sale that was delivered long ago: history for forecasts."""

    number: str
    line: int
    site: Site
    item: Item
    quantity: Decimal
    day: date
    customer: Customer | None = None


@transaction.atomic
def take_orders(
    *, orders: Sequence[OpenOrder], source_system: str = "", by: User | None
) -> list[ProductionOrder]:
    """Make firm orders with the bill and the route that hold on their start; a fixed number of statements a site.

    Their numbers stay. Numbers that are here already are left out, so that a second run changes nothing. Tells
    Firmed. Refused, by name, where a unit has no conversion.
    """
    known = set(
        ProductionOrder.objects.filter(number__in=[one.number for one in orders]).values_list(
            "number", flat=True
        )
    )
    made: list[ProductionOrder] = []
    by_site: dict[int, list[OpenOrder]] = {}
    for one in orders:
        if one.number not in known:
            by_site.setdefault(one.site.pk, []).append(one)
    for chosen in by_site.values():
        recipes = Recipes(chosen[0].site, {one.item.pk for one in chosen})
        built = build(chosen[0].site, [_draft(one, recipes, source_system) for one in chosen], recipes)
        write(built)
        made += built.orders
    if made:
        tell(Firmed(orders=tuple(made), by=by))
    return made


def _draft(one: OpenOrder, recipes: Recipes, source_system: str) -> Draft:
    item = recipes.item(one.item.pk)
    recipes.measures.check_digits(one.quantity, item.unit_id)
    return Draft(
        number=one.number,
        item=item,
        quantity=one.quantity,
        good=one.quantity,
        start_on=one.start_on,
        due_on=one.due_on,
        bom=recipes.boms.on(item.pk, one.start_on, one.quantity),
        route=recipes.routes.on(item.pk, one.start_on, one.quantity),
        priority=one.priority,
        source_system=source_system,
    )


@transaction.atomic
def take_purchases(
    *, purchases: Sequence[OpenPurchase], source_system: str = "", by: User | None
) -> list[ReplenishmentOrder]:
    """Write open purchases and transfers as sent, or as confirmed where the vendor promised a day. Two statements.

    What was received of them lies in opening stock and is no business of theirs here. Numbers that are here already
    are left out. Tells Firmed.
    """
    numbers = [one.number for one in purchases]
    known = set(ReplenishmentOrder.objects.filter(number__in=numbers).values_list("number", flat=True))
    rows = ReplenishmentOrder.objects.bulk_create(
        [_purchase(one, source_system) for one in purchases if one.number not in known], batch_size=2000
    )
    if rows:
        tell(Firmed(replenishments=tuple(rows), by=by))
    return rows


def _purchase(one: OpenPurchase, source_system: str) -> ReplenishmentOrder:
    if (one.vendor is None) == (one.from_location is None):
        raise Refused(
            _("{number}: name a vendor to buy from, or a place to transfer from."),
            code="source",
            field="vendor",
            number=one.number,
        )
    state = ReplenishmentOrder.State
    return ReplenishmentOrder(
        number=one.number,
        kind=ReplenishmentOrder.Kind.PURCHASE if one.vendor else ReplenishmentOrder.Kind.TRANSFER,
        state=state.CONFIRMED if one.promised_on else state.SENT,
        site=one.site,
        item=one.item,
        vendor=one.vendor,
        from_location=one.from_location,
        quantity=one.quantity,
        price=one.price,
        currency=one.currency or (one.vendor.currency if one.vendor else None),
        ordered_on=one.ordered_on,
        due_on=one.due_on,
        promised_at=_morning(one.promised_on, one.site),
        source_system=source_system,
    )


def _morning(day: date | None, site: Site) -> datetime | None:
    return datetime.combine(day, time(0), ZoneInfo(site.time_zone)) if day else None


@transaction.atomic
def take_history(*, sales: Sequence[Sold], source_system: str = "", by: User | None) -> int:
    """Write delivered sales lines as history; how many were new. Lines that are here already are left out."""
    before = Demand.objects.count()
    Demand.objects.bulk_create(
        [
            Demand(
                number=one.number,
                line=one.line,
                kind=Demand.Kind.SALES,
                state=Demand.State.DELIVERED,
                site=one.site,
                item=one.item,
                unit_id=one.item.unit_id,
                quantity=one.quantity,
                delivered_quantity=one.quantity,
                ordered_on=one.day,
                due_on=one.day,
                customer=one.customer,
                source_system=source_system,
            )
            for one in sales
        ],
        batch_size=5000,
        ignore_conflicts=True,
    )
    new = Demand.objects.count() - before
    if new:
        tell(DemandImported(created=new, changed=0, source_system=source_system, by=by))
    return new
