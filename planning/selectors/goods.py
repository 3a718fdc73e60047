"""What comes and goes: orders that expect goods, demand that wants them, receipts and deliveries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, DateField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce

from p2p.core.access import at_sites
from p2p.inventory.models import Balance, Reservation
from p2p.inventory.selectors.stock import COUNTS, held_stock
from planning.models import Demand, DemandMove, ReplenishmentMove, ReplenishmentOrder, ShipmentMove

ZERO = Decimal(0)

_MOVE = (
    "move__item__unit",
    "move__lot",
    "move__serial",
    "move__handling_unit",
    "move__into_unit",
    "move__source__site",
    "move__target__site",
    "move__reversed_by",
    "move__reason",
    "move__by",
)


def receipts(user: Any = None) -> QuerySet[ReplenishmentMove]:
    """Receipts of the sites a user may see, with their orders, vendors and moves."""
    rows = ReplenishmentMove.objects.select_related("order__site", "order__vendor", *_MOVE)
    return rows if user is None else at_sites(rows, user, path="order__site__code")


def shipments(user: Any = None) -> QuerySet[ShipmentMove]:
    """What left for transfers of the sites a user may see, and what of it got lost, with orders and moves."""
    rows = ShipmentMove.objects.select_related(
        "order__site", "order__from_location__site", "order__to_location", *_MOVE
    )
    return rows if user is None else at_sites(rows, user, path="order__site__code", also=ShipmentMove.seen_at)


def deliveries(user: Any = None) -> QuerySet[DemandMove]:
    """Deliveries and returns of the sites a user may see, with demand, customers and moves."""
    rows = DemandMove.objects.select_related("demand__site", "demand__customer", *_MOVE)
    return rows if user is None else at_sites(rows, user, path="demand__site__code")


def expected(user: Any = None, *, today: date, roles: tuple[str, ...] = ()) -> QuerySet[ReplenishmentOrder]:
    """Orders that still expect goods, with `left` to come, the day `expected_on` (promised, else due), `late`."""
    promised = Cast("promised_at", DateField())
    rows = (
        ReplenishmentOrder.objects.filter(
            state__in=ReplenishmentOrder.OPEN, received_quantity__lt=F("quantity")
        )
        .select_related("site", "item__unit", "vendor", "from_location__site", "to_location")
        .annotate(left=F("quantity") - F("received_quantity"), expected_on=Coalesce(promised, "due_on"))
        .annotate(late=ExpressionWrapper(Q(expected_on__lt=today), output_field=BooleanField()))
    )
    return rows if user is None else at_sites(rows, user, *roles)


class ToGo(QuerySet[Demand]):
    """Demand lines that, once read, know what is `reserved` for them, what is `free` at their site (both in the item's
    unit) and whether that is `enough`: two queries for all rows read, none for those only counted.
    """

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        rows = [row for row in self._result_cache or () if isinstance(row, Demand)]
        if not fresh or not rows:
            return
        free = free_stock({row.item_id for row in rows})
        kept = reserved_for([row.reference for row in rows])
        for row in rows:
            row.free = free.get((row.item_id, row.site_id), ZERO)  # type: ignore[attr-defined]
            row.reserved = kept.get((row.item_id, row.reference), ZERO)  # type: ignore[attr-defined]
            left = row.quantity - row.delivered_quantity
            row.enough = row.free + row.reserved >= left  # type: ignore[attr-defined]


def to_deliver(user: Any = None, *, today: date, roles: tuple[str, ...] = ()) -> QuerySet[Demand]:
    """Open demand of customers and other plants: `left`, the day it goes (promised, else due), `late`; with what is
    reserved and free of its item.
    """
    rows = (
        ToGo(model=Demand)
        .filter(state=Demand.State.OPEN)
        .exclude(kind=Demand.Kind.FORECAST)
        .select_related("site", "item__unit", "unit", "customer")
        .annotate(left=F("quantity") - F("delivered_quantity"), goes_on=Coalesce("promised_on", "due_on"))
        .annotate(late=ExpressionWrapper(Q(goes_on__lt=today), output_field=BooleanField()))
    )
    return rows if user is None else at_sites(rows, user, *roles)


def free_stock(items: Collection[int] | None = None) -> dict[tuple[int, int], Decimal]:
    """(item, site) -> what may be delivered: what counts and is neither reserved nor held. One query."""
    rows = Balance.objects.filter(
        COUNTS,
        ~held_stock("delivery"),
        quantity__gt=F("reserved"),
    )
    rows = rows if items is None else rows.filter(item__in=items)
    sums = (
        rows.order_by()
        .values_list("item", "location__site")
        .annotate(free=Sum(F("quantity") - F("reserved")))
    )
    return {(item, site): free for item, site, free in sums}


def reserved_for(documents: Collection[str] | None = None) -> dict[tuple[int, str], Decimal]:
    """(item, document) -> what is reserved for it. One query."""
    rows = Reservation.objects.exclude(reference="")
    rows = rows if documents is None else rows.filter(reference__in=documents)
    sums = rows.order_by().values_list("item", "reference").annotate(whole=Sum("quantity"))
    return {(item, document): whole for item, document, whole in sums}


# Which lines are covered by what is free at their site and reserved for them; as quantities of the item's unit.
# Sites are few and items many: the odd comparison keeps the planner from joining by the site.
_ENOUGH = """
    SELECT d.id FROM planning_demand d
    LEFT JOIN unnest(%s::bigint[], %s::bigint[], %s::numeric[]) AS f(item_id, site_id, free)
        ON f.item_id = d.item_id AND f.site_id IS NOT DISTINCT FROM d.site_id
    LEFT JOIN unnest(%s::bigint[], %s::text[], %s::numeric[]) AS r(item_id, document, whole)
        ON r.item_id = d.item_id AND r.document = d.number || '/' || d.line
    WHERE d.state = 'open' AND d.quantity - d.delivered_quantity <= coalesce(f.free, 0) + coalesce(r.whole, 0)
"""


def covered() -> RawSQL:
    """The keys of demand lines that can go now, for `pk__in`. Two queries, and a join instead of one look per line."""
    free, kept = free_stock(), reserved_for()
    columns = [
        [item for item, _site in free],
        [site for _item, site in free],
        list(free.values()),
        [item for item, _document in kept],
        [document for _item, document in kept],
        list(kept.values()),
    ]
    return RawSQL(_ENOUGH, columns)
