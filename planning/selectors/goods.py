"""What comes and goes: orders that expect goods, demand that wants them, receipts and deliveries."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DecimalField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat

from p2p.core.access import at_sites
from p2p.inventory.models import Balance, Reservation
from p2p.inventory.selectors.stock import held_stock
from planning.models import Demand, DemandMove, ReplenishmentMove, ReplenishmentOrder
from planning.services.replenishment import OPEN

_MOVE = (
    "move__item__unit",
    "move__lot",
    "move__serial",
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


def deliveries(user: Any = None) -> QuerySet[DemandMove]:
    """Deliveries and returns of the sites a user may see, with demand, customers and moves."""
    rows = DemandMove.objects.select_related("demand__site", "demand__customer", *_MOVE)
    return rows if user is None else at_sites(rows, user, path="demand__site__code")


def expected(user: Any = None, *, today: date, roles: tuple[str, ...] = ()) -> QuerySet[ReplenishmentOrder]:
    """Orders that still expect goods, with `left` to come, the day `expected_on` (promised, else due), `late`."""
    promised = Cast("promised_at", DateField())
    rows = (
        ReplenishmentOrder.objects.filter(state__in=OPEN, received_quantity__lt=F("quantity"))
        .select_related("site", "item__unit", "vendor", "from_location__site", "to_location")
        .annotate(left=F("quantity") - F("received_quantity"), expected_on=Coalesce(promised, "due_on"))
        .annotate(late=ExpressionWrapper(Q(expected_on__lt=today), output_field=BooleanField()))
    )
    return rows if user is None else at_sites(rows, user, *roles)


def to_deliver(user: Any = None, *, today: date, roles: tuple[str, ...] = ()) -> QuerySet[Demand]:
    """Open demand of customers and other plants: `left`, what of its item is `reserved` for it and `free` at its site
    (in the item's unit), the day it goes (promised, else due), `late`.
    """
    rows = (
        Demand.objects.filter(state=Demand.State.OPEN)
        .exclude(kind=Demand.Kind.FORECAST)
        .select_related("site", "item__unit", "unit", "customer")
        .annotate(
            left=F("quantity") - F("delivered_quantity"),
            goes_on=Coalesce("promised_on", "due_on"),
            document=Concat("number", Value("/"), Cast("line", CharField()), output_field=CharField()),
            free=_sum(
                Balance.objects.filter(
                    ~held_stock("delivery"),
                    Q(lot__isnull=True) | Q(lot__expires_on__isnull=True) | Q(lot__expires_on__gte=today),
                    item=OuterRef("item"),
                    location__site=OuterRef("site"),
                    location__nettable=True,
                ),
                F("quantity") - F("reserved"),
            ),
        )
        .annotate(
            reserved=_sum(
                Reservation.objects.filter(item=OuterRef("item"), reference=OuterRef("document")),
                F("quantity"),
            )
        )
        .annotate(
            late=ExpressionWrapper(Q(goes_on__lt=today), output_field=BooleanField()),
            enough=Case(
                When(free__gte=F("left") - F("reserved"), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            ),
        )
    )
    return rows if user is None else at_sites(rows, user, *roles)


def _sum(rows: QuerySet[Any], what: Any) -> Any:
    whole: Any = DecimalField(max_digits=30, decimal_places=12)
    total = rows.order_by().values("item").annotate(total=Sum(what)).values("total")
    return Coalesce(Subquery(total, output_field=whole), Value(0), output_field=whole)
