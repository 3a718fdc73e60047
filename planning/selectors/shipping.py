"""What leaves for other sites: transfers still to be shipped, and whose act it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, DateField, ExpressionWrapper, F, Model, Q, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce

from p2p.core.access import at_sites
from p2p.inventory.models import Balance, Move, Reservation
from p2p.inventory.selectors.stock import COUNTS, held_stock
from p2p.inventory.services.needs import TRANSFER
from planning.models import ReplenishmentOrder, ShipmentMove
from planning.selectors.goods import reserved_for
from strategies.models import Item, Location, Site

ZERO = Decimal(0)


def sender(order: ReplenishmentOrder) -> Model:
    """Where a transfer is shipped: the place it leaves. A purchase has none: there it is the order itself."""
    return order.from_location or order


def corrected_at(row: ShipmentMove) -> Model:
    """Where a shipment is taken back: at the place it left; a loss where the order waited for it."""
    return row.order if row.move.kind == Move.Kind.SCRAP else sender(row.order)


class Leaving(QuerySet[ReplenishmentOrder]):
    """Transfers that, once read, know what is `free` (the item's unit) at the place they leave and whether that is
    `enough`, with what is reserved for them: two queries for all rows read, none for those only counted.
    """

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        rows = [row for row in self._result_cache or () if isinstance(row, ReplenishmentOrder)]
        if not fresh or not rows:
            return
        free = free_at({(row.item_id, row.from_location_id) for row in rows})
        kept = reserved_for([row.number for row in rows])
        for row in rows:
            row.free = free.get((row.item_id, row.from_location_id), ZERO)  # type: ignore[attr-defined]
            own = kept.get((row.item_id, row.number), ZERO)
            row.enough = row.free + own >= row.quantity - row.shipped_quantity  # type: ignore[attr-defined]


def free_at(piles: Collection[tuple[int, int | None]]) -> dict[tuple[int, int], Decimal]:
    """(item, place) -> what may leave for another site: it counts and is neither reserved nor held. One query."""
    rows = Balance.objects.filter(
        COUNTS,
        ~held_stock(TRANSFER),
        quantity__gt=F("reserved"),
        item__in={item for item, _place in piles},
        location__in={place for _item, place in piles},
    )
    sums = rows.order_by().values_list("item", "location").annotate(free=Sum(F("quantity") - F("reserved")))
    return {(item, place): free for item, place, free in sums}


@dataclass(frozen=True)
class There:
    """What of an item lies at a place, is free to leave it, and what is on its way to the place's site (told with the
    first place of a site). All in the item's unit."""

    place: Location
    quantity: Decimal
    free: Decimal
    coming: Decimal


def there_is(item: Item) -> list[There]:
    """Where an item lies at the sites, the most of it first. Three queries."""
    rows = Balance.objects.filter(COUNTS, item=item, quantity__gt=0).order_by()
    sums = dict(rows.values_list("location").annotate(all=Sum("quantity")))
    free = free_at({(item.pk, place) for place in sums})
    left = F("quantity") - F("received_quantity")
    coming = ReplenishmentOrder.objects.filter(
        item=item, state__in=ReplenishmentOrder.OPEN, received_quantity__lt=F("quantity")
    )
    expected = dict(coming.order_by().values_list("site").annotate(all=Sum(left)))
    places = Location.objects.select_related("site").in_bulk(sums)
    turn = sorted(
        places.values(), key=lambda one: (-free.get((item.pk, one.pk), ZERO), one.site.code, one.code)
    )
    return [
        There(one, sums[one.pk], free.get((item.pk, one.pk), ZERO), expected.pop(one.site_id, ZERO))
        for one in turn
    ]


def best_place(item: Item, site: Site) -> Location | None:
    """The place of a site where most of an item is free to leave."""
    found = [one for one in there_is(item) if one.place.site_id == site.pk and one.free > 0]
    return found[0].place if found else None


def kept_lots(order: ReplenishmentOrder) -> dict[str, Decimal]:
    """Lot number -> what of it is reserved for a transfer, in the turn in which it goes. One query."""
    rows = Reservation.objects.filter(reference=order.number, item=order.item_id, lot__isnull=False)
    kept: dict[str, Decimal] = defaultdict(Decimal)
    for lot, quantity in rows.order_by("pk").values_list("lot__number", "quantity"):
        kept[lot] += quantity
    return dict(kept)


def to_ship(user: Any = None, *, today: date, roles: tuple[str, ...] = ()) -> QuerySet[ReplenishmentOrder]:
    """Open transfers of which something is still to leave, at the sites they leave: `left`, the day it was promised
    (else due) as `goes_on`, `late`; with what is free of the item where it lies."""
    promised = Cast("promised_at", DateField())
    rows = (
        Leaving(model=ReplenishmentOrder)
        .filter(
            kind=ReplenishmentOrder.Kind.TRANSFER,
            state__in=ReplenishmentOrder.OPEN,
            from_location__isnull=False,
        )
        .filter(shipped_quantity__lt=F("quantity"))
        .select_related("site", "item__unit", "from_location__site", "to_location")
        .annotate(left=F("quantity") - F("shipped_quantity"), goes_on=Coalesce(promised, "due_on"))
        .annotate(late=ExpressionWrapper(Q(goes_on__lt=today), output_field=BooleanField()))
    )
    return rows if user is None else at_sites(rows, user, *roles, path="from_location__site__code")
