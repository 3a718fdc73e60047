"""Demand, production orders and purchases as lists, pages and the API show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce

from p2p.core.access import at_sites
from planning.models import (
    Block,
    Demand,
    Material,
    Operation,
    Output,
    Peg,
    ProductionOrder,
    ReplenishmentOrder,
    ScheduleRun,
)
from planning.models.made_for import NEED
from planning.services.made_for import tied_to

OPEN = tuple(str(state) for state in ProductionOrder.OPEN)


def end_of_day(day: str, zone: str) -> Func:
    """The instant a plant's day is over, from a date column and the site's time zone."""
    following = ExpressionWrapper(F(day) + Value(timedelta(days=1)), output_field=DateTimeField())
    return Func(F(zone), following, function="timezone", output_field=DateTimeField())


def _seen(rows: QuerySet[Any], user: Any, path: str = "site__code") -> QuerySet[Any]:
    return rows if user is None else at_sites(rows, user, path=path)


def demands(user: Any = None) -> QuerySet[Demand]:
    """Demand lines of the sites a user may see (all without a user), with what a list shows."""
    also = ("site", "item", "unit", "customer", "bom_version", "route_version")
    return _seen(Demand.objects.select_related(*also), user)


def orders(user: Any = None) -> QuerySet[ProductionOrder]:
    """Orders with `due_at`, `late_by` (negative: in time; None: not scheduled) and `late`, `blocked`."""
    rows = ProductionOrder.objects.select_related("site", "item", "unit", "route", "bom").annotate(
        due_at=end_of_day("due_on", "site__time_zone"),
        late_by=ExpressionWrapper(
            Coalesce("finished_at", "ends_at") - F("due_at"), output_field=DurationField()
        ),
        late=ExpressionWrapper(Q(late_by__gt=timedelta(0)) & Q(state__in=OPEN), output_field=BooleanField()),
        blocked=Exists(Block.objects.filter(operation__order=OuterRef("pk"), closed_at__isnull=True)),
    )
    return _seen(rows, user)


def with_need(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With the one need that each is for."""
    return rows.select_related(*NEED)


def late_orders(user: Any = None) -> QuerySet[ProductionOrder]:
    """Open orders whose schedule ends after their due day, the latest first."""
    return orders(user).filter(late=True).order_by("-late_by", "pk")


def order_head(number: str) -> ProductionOrder:
    """One order with everything its page's head shows. Raises ProductionOrder.DoesNotExist."""
    rows = orders().select_related(
        "site", "item__group", "unit", "proposal__run", "parent", "output_location", *NEED
    )
    return rows.get(number=number)


def operations(user: Any = None) -> QuerySet[Operation]:
    """Operations with order, work centre and resource; `blocked` says that something keeps them."""
    rows = Operation.objects.select_related(
        "order__site", "order__item", "group", "resource", "vendor", "route_operation", "half_finished"
    ).annotate(blocked=Exists(Block.objects.filter(operation=OuterRef("pk"), closed_at__isnull=True)))
    return _seen(rows, user, path="order__site__code")


def operations_of(order: ProductionOrder) -> list[Operation]:
    """The operations of an order in their order, each with its open `stops`. Two queries."""
    rows = list(operations().filter(order=order).order_by("number"))
    stops: dict[int, list[Block]] = {}
    for block in blocks_of(rows):
        stops.setdefault(block.operation_id, []).append(block)
    for row in rows:
        row.stops = stops.get(row.pk, [])  # type: ignore[attr-defined]
    return rows


def blocks_of(rows: Sequence[Operation]) -> list[Block]:
    """What keeps these operations from going on, the oldest first."""
    found = Block.objects.filter(operation__in=[row.pk for row in rows], closed_at__isnull=True)
    return list(found.order_by("opened_at", "pk"))


def materials_of(order: ProductionOrder) -> list[Material]:
    """Component lines of an order with item, unit, operation and place."""
    rows = Material.objects.filter(order=order).select_related("item", "unit", "operation", "location")
    return list(rows.order_by("position"))


def outputs_of(order: ProductionOrder) -> list[Output]:
    """What an order yields, the item itself first."""
    return sorted(order.outputs.select_related("item", "unit"), key=lambda row: (row.kind != "main", row.pk))


def replenishments(user: Any = None) -> QuerySet[ReplenishmentOrder]:
    """Purchase and transfer orders with `left` to come and whether something is still `to_ship`; transfers are seen
    where they leave, too."""
    rows = ReplenishmentOrder.objects.select_related(
        "site", "item__unit", "vendor", "currency", "from_location__site", "to_location", *NEED
    )
    leaves = Q(
        kind=ReplenishmentOrder.Kind.TRANSFER,
        state__in=ReplenishmentOrder.OPEN,
        shipped_quantity__lt=F("quantity"),
    )
    rows = rows.annotate(
        left=F("quantity") - F("received_quantity"),
        to_ship=ExpressionWrapper(leaves, output_field=BooleanField()),
    )
    return rows if user is None else at_sites(rows, user, also=ReplenishmentOrder.seen_at)


def feeding(order: ProductionOrder) -> tuple[list[Any], list[Any]]:
    """(what the order is for, what it waits for): (kind, record, quantity) rows, from the pegs of its plan."""
    if order.proposal_id is None:
        return [], []
    above = Peg.objects.filter(supply_proposal=order.proposal_id).select_related("need_demand__customer")
    fed = _orders_by_proposal(above.values_list("need_proposal_id", flat=True))
    ups: list[Any] = []
    for peg in above.order_by("pk"):
        if peg.need_demand is not None:
            ups.append(("demand", peg.need_demand, peg.quantity))
        elif peg.need_proposal_id in fed:
            ups.append(("order", fed[peg.need_proposal_id], peg.quantity))
    below = Peg.objects.filter(need_proposal=order.proposal_id)
    feeds = _orders_by_proposal(below.values_list("supply_proposal_id", flat=True))
    downs = [
        ("order", feeds[peg.supply_proposal_id], peg.quantity)
        for peg in below.order_by("pk")
        if peg.supply_proposal_id in feeds
    ]
    return ups, downs


def own_supplies(*, order: ProductionOrder | None = None, demand: Demand | None = None) -> list[Any]:
    """What is made and bought for the components of an order, or for a demand line, alone; with units. Two queries."""
    made, bought = tied_to(orders=[order] if order else [], demands=[demand] if demand else [])
    made = made.select_related("item__unit", "unit", *NEED)
    return [
        *((row, row.unit) for row in made),
        *((row, row.item.unit) for row in bought.select_related(*NEED)),
    ]


def _orders_by_proposal(keys: Any) -> dict[int | None, ProductionOrder]:
    chosen = orders().filter(proposal__in=[key for key in keys if key])
    return {order.proposal_id: order for order in chosen}


def why_late(order: ProductionOrder) -> list[dict[str, Any]]:
    """What the latest schedule says an order lost its time to: kind, subject, seconds; the longest first."""
    run = ScheduleRun.objects.filter(site=order.site_id, state="done").order_by("-pk").first()
    for late in (run.summary if run else {}).get("late_orders", ()):
        if late["order"] == order.number:
            return list(late["waits"])
    return []
