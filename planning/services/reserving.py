"""Materials of orders are claimed in stock from firming or scheduling on, where site, item or order say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from p2p.inventory.models import Reservation, SoftReservation
from p2p.inventory.services import claims
from p2p.inventory.services.needs import Need
from planning.models import Material, ProductionOrder
from planning.models.made_for import TO_ORDER, has_its_own
from strategies.models import BomLine, Item, ItemPolicy, ReserveAt, Site
from strategies.selectors.settings import settings_at

if TYPE_CHECKING:
    from p2p.core.models import User

ON_PAPER = (ProductionOrder.State.FIRM, ProductionOrder.State.SCHEDULED)
UNTIL = {
    ProductionOrder.State.FIRM: (ReserveAt.FIRMING,),
    ProductionOrder.State.SCHEDULED: (ReserveAt.FIRMING, ReserveAt.SCHEDULING),
}
"""State of an order -> when its materials were to be reserved by then."""
Key = tuple[str, int]
"""Number of an order, and item."""
TIED = "tied"
"""Of items whose needs all have supply of their own."""


class Principles:
    """When the materials of these orders are reserved. One query where the orders know their sites, more where an item
    says otherwise."""

    def __init__(self, orders: Sequence[ProductionOrder]) -> None:
        self.sites = {one.site_id: one.site for one in orders if "site" in one._state.fields_cache}
        unread = {one.site_id for one in orders} - set(self.sites)
        if unread:
            self.sites |= Site.objects.in_bulk(unread)
        self._items: dict[int, dict[int, str]] = {}
        rows = ItemPolicy.objects.filter(Q(site__in=self.sites) | Q(site=None))
        said = rows.filter(~Q(reserve_at="") | Q(strategy__in=TO_ORDER))
        named = set(said.values_list("item_id", flat=True))
        if named:
            named |= set(Item.objects.filter(variant_of__in=named).values_list("pk", flat=True))
        for key, site in self.sites.items() if named else ():
            policies = settings_at(site, named)
            self._items[key] = {
                item: TIED if policy.strategy in TO_ORDER else policy.reserve_at
                for item, policy in policies.items()
            }

    def of(self, order: ProductionOrder, material: Material) -> str:
        """The order's own word, else the item's, else the site's. What has supply of its own is kept for the order as
        it comes in; free stock serves it by hand only."""
        if self.tied(order, material):
            return ReserveAt.MANUAL
        return order.reserve_at or self._of_item(order, material) or self.sites[order.site_id].reserve_at

    def tied(self, order: ProductionOrder, material: Material) -> bool:
        """Whether it has supply of its own."""
        return has_its_own(material.kind, self._of_item(order, material) == TIED)

    def _of_item(self, order: ProductionOrder, material: Material) -> str:
        return self._items.get(order.site_id, {}).get(material.item_id, "")

    def any_of(self, orders: Sequence[ProductionOrder], wanted: Iterable[str]) -> bool:
        """Whether one of their materials may be reserved then."""
        chosen = set(wanted)
        if any((order.reserve_at or self.sites[order.site_id].reserve_at) in chosen for order in orders):
            return True
        return any(chosen & set(said.values()) for said in self._items.values())


def tied(orders: Sequence[ProductionOrder]) -> set[Key]:
    """(number, item) of their components that have supply of their own. Two queries, more where an item says so."""
    known, principles = {order.pk: order for order in orders}, Principles(orders)
    rows = Material.objects.filter(order__in=known, kind__in=BomLine.FROM_STOCK).only("order", "item", "kind")
    return {
        (known[row.order_id].number, row.item_id) for row in rows if principles.tied(known[row.order_id], row)
    }


@transaction.atomic
def follow(*, orders: Sequence[ProductionOrder], by: User | None) -> list[SoftReservation]:
    """Claim what orders on paper need from stock as far as it is free and their principle says so by now; what they
    claim already follows a changed quantity or date. Nothing is refused. A fixed number of statements per site."""
    if not orders:
        return []
    principles = Principles(orders)
    found: list[SoftReservation] = []
    for site in principles.sites.values():
        mine = [order for order in orders if order.site_id == site.pk]
        if not principles.any_of(mine, UNTIL[ProductionOrder.State.SCHEDULED]):
            mine = _claiming(site, mine)
        if mine:
            found += _claim(site, mine, principles, everything=False, by=by)
    return found


def _claiming(site: Site, orders: Sequence[ProductionOrder]) -> list[ProductionOrder]:
    """Those that claim something already: a schedule has tens of thousands, of which few do."""
    rows = SoftReservation.objects.filter(site=site).exclude(reference="")
    known = set(rows.order_by().values_list("reference", flat=True).distinct())
    return [order for order in orders if order.number in known]


@transaction.atomic
def reserve(*, orders: Sequence[ProductionOrder], by: User | None) -> list[SoftReservation]:
    """Claim by hand all that orders on paper need from stock, as far as it is free. Refused when nothing is."""
    principles = Principles(orders)
    found: list[SoftReservation] = []
    for site in principles.sites.values():
        mine = [order for order in orders if order.site_id == site.pk]
        found += _claim(site, mine, principles, everything=True, by=by)
    if not found:
        raise Refused(
            _("Nothing more of what {order} needs is free in stock."),
            code="nothing_free",
            order=orders[0].number,
        )
    return found


def release(*, references: Sequence[str], items: Sequence[Item] = (), by: User | None) -> int:
    """Orders with these numbers claim nothing any more, or nothing of these items."""
    rows = SoftReservation.objects.filter(reference__in=references).select_related("site", "item")
    if not references or not SoftReservation.objects.exists():
        return 0
    if items:
        rows = rows.filter(item__in=items)
    return claims.release(claims=rows.order_by("pk"), by=by)


def _claim(
    site: Site,
    orders: Sequence[ProductionOrder],
    principles: Principles,
    *,
    everything: bool,
    by: User | None,
) -> list[SoftReservation]:
    # A schedule hands on orders as they were when it began to think.
    fresh = list(ProductionOrder.objects.filter(pk__in=[one.pk for one in orders], state__in=ON_PAPER))
    standing: dict[Key, list[SoftReservation]] = defaultdict(list)
    numbers = [order.number for order in fresh]
    for row in SoftReservation.objects.filter(site=site, reference__in=numbers).order_by("pk"):
        standing[row.reference, row.item_id].append(row)
    wanted: dict[Key, Need] = {}
    for order, material in _open_materials(fresh):
        key = (order.number, material.item_id)
        due = everything or principles.of(order, material) in UNTIL[_state(order)]
        if due or key in standing:
            wanted[key] = _need(site, order, material, wanted.get(key))
    _less_reserved(wanted)
    changed = {key: need for key, need in wanted.items() if not _as_it_is(need, standing.get(key, ()))}
    gone = [row for key in changed for row in standing.get(key, ())]
    needs = sorted(
        (need for need in changed.values() if need.quantity > 0),
        key=lambda need: (need.priority, need.needed_at, need.reference, need.item.pk),
    )
    if not needs:
        claims.release(claims=gone, by=by)
        return []
    return claims.claim(needs=needs, partial=True, replacing=gone, by=by)


def _state(order: ProductionOrder) -> ProductionOrder.State:
    return ProductionOrder.State(order.state)


def _open_materials(orders: Sequence[ProductionOrder]) -> list[tuple[ProductionOrder, Material]]:
    known = {order.pk: order for order in orders}
    rows = (
        Material.objects.filter(
            order__in=known, kind__in=BomLine.FROM_STOCK, quantity__gt=F("issued_quantity")
        )
        .exclude(item__kind="service")
        .select_related("item__unit")
        .order_by("order", "position")
    )
    return [(known[row.order_id], row) for row in rows]


def _need(site: Site, order: ProductionOrder, material: Material, before: Need | None) -> Need:
    quantity = material.quantity - material.issued_quantity + (before.quantity if before else Decimal(0))
    return Need(
        item=material.item,
        quantity=quantity,
        site=site,
        reference=order.number,
        priority=order.priority,
        needed_at=order.starts_at or datetime.combine(order.start_on, time(0), UTC),
    )


def _less_reserved(wanted: dict[Key, Need]) -> None:
    """What is reserved at its place already is claimed no more."""
    rows = Reservation.objects.filter(reference__in={number for number, _item in wanted})
    sums = rows.values_list("reference", "item_id").annotate(total=Sum("quantity")).order_by("reference")
    for reference, item, total in sums:
        if (reference, item) in wanted:
            need = wanted[reference, item]
            wanted[reference, item] = replace(need, quantity=need.quantity - total)


def _as_it_is(need: Need, rows: Sequence[SoftReservation]) -> bool:
    total = sum((row.quantity for row in rows), Decimal(0))
    return total == need.quantity and all(
        (row.needed_at, row.priority) == (need.needed_at, need.priority) for row in rows
    )
