"""A transfer between two places raised by hand, before a plan asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role, may, require
from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.inventory.models import Balance, Lot
from p2p.inventory.selectors.stock import COUNTS, held_stock
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.needs import TRANSFER, Need
from p2p.inventory.services.pieces import Named, named
from p2p.inventory.services.reservations import reserve
from planning.models import ReplenishmentOrder
from planning.services.replenishment import create_replenishment
from strategies.models import Item, Location, Site

if TYPE_CHECKING:
    from p2p.core.models import User

RAISERS = (Role.PLANNER, Role.BUYER, Role.SUPERVISOR, Role.OPERATOR, Role.INTEGRATOR)


@transaction.atomic
def raise_transfer(
    *,
    item: Item,
    quantity: Decimal,
    source: Location,
    site: Site,
    due_on: date,
    target: Location | None = None,
    lots: Sequence[str] = (),
    by: User | None,
) -> ReplenishmentOrder:
    """Goods are to go from `source` to `site`, there to `target` (else where it takes goods in). `quantity` is in the
    item's unit. Of the `lots` named as much as is wanted is kept for the transfer, the first one first.

    Refused: a place that holds no stock or is of another site, from a place to itself, lots that do not have so much
    free there. Takes a role at one of the two sites.
    """
    check_either(source.site, site, by)
    check_quantity(item, quantity)
    _check_place(source, "source")
    if target is not None:
        _check_place(target, "target")
        if target.site_id != site.pk:
            raise Refused(_("{place} is not at {site}."), field="target", place=target.code, site=site.code)
    if source == (target or _taken_in(source, site)):
        raise Refused(_("From {place} to {place}: name another place."), field="target", place=source.code)
    order = create_replenishment(
        site=site,
        item=item,
        quantity=quantity,
        due_on=due_on,
        from_location=source,
        to_location=target,
        by=by,
    )
    if lots:
        reserve(needs=_of_lots(order, source, list(dict.fromkeys(lots))), by=by)
    return order


def _taken_in(source: Location, site: Site) -> Location | None:
    """Where goods go within a site when nobody says so; nothing to ask for where they come from another one."""
    return Doors([site]).receiving(site) if source.site_id == site.pk else None


def check_either(one: Site, other: Site, by: User | None) -> None:
    """Who asks for goods works where they are, or where they are wanted."""
    if by is not None and not may(by, *RAISERS, site=other):
        require(by, *RAISERS, site=one.code)


def _check_place(place: Location, field: str) -> None:
    if not place.active or not place.holds_stock or place.kind == Location.Kind.TRANSIT:
        raise Refused(
            _("{place} holds no stock: name a place inside."), code="outside", field=field, place=place.code
        )


def _of_lots(order: ReplenishmentOrder, source: Location, numbers: Sequence[str]) -> list[Need]:
    """How much of which lot, in their turn; together what the order is for."""
    known = named([Named(order.item, number, ()) for number in numbers])
    lots = [known[Lot, order.item_id, number] for number in numbers]
    rows = Balance.objects.filter(
        COUNTS,
        ~held_stock(TRANSFER),
        item=order.item,
        location=source,
        lot__in=lots,
        quantity__gt=F("reserved"),
    )
    sums = rows.order_by().values_list("lot").annotate(free=Sum(F("quantity") - F("reserved")))
    free: dict[int, Decimal] = dict(sums)
    left, needs = order.quantity, []
    for lot in lots:
        part = min(left, free.get(lot.pk, Decimal(0)))
        if part > 0:
            needs.append(
                Need(
                    item=order.item,
                    quantity=part,
                    site=source.site,
                    location=source,
                    lot=lot,
                    reference=order.number,
                    purpose=TRANSFER,
                )
            )
            left -= part
    if left > 0:
        raise Refused(
            _("At {place} {free} {unit} of {lots} are free, not {quantity}."),
            code="not_free",
            field="lots",
            place=source.code,
            free=plain(order.quantity - left),
            unit=order.item.unit.code,
            lots=", ".join(numbers),
            quantity=plain(order.quantity),
        )
    return needs
