"""What of planning is looked up while one types its number."""

from __future__ import annotations

from django.db.models import F, QuerySet

from p2p.core.web import lookup
from planning.models import Customer, Demand, Material, ProductionOrder
from strategies.models import BomLine

PLANNER = ("planner",)


def register() -> None:
    """Called once, when the app is ready."""
    orders = lookup.Source(
        rows=ProductionOrder.objects.all, name="item__name", note="item__number", site_path="site__code"
    )
    lookup.register(ProductionOrder, orders)
    lookup.register(Customer, lookup.Source(rows=Customer.objects.all, roles=PLANNER))
    lines = lookup.Source(
        rows=_lines_open, number="order__number", name="order__item__name", note="order__item__number",
        site_path="order__site__code", within="item__number",
    )  # fmt: skip
    lookup.register(Material, lines)
    wanted = lookup.Source(
        rows=_demand_open, number="reference", name="customer__name", note="due_on", site_path="site__code",
        within="item__number",
    )  # fmt: skip
    lookup.register(Demand, wanted)


def _lines_open() -> QuerySet[Material]:
    """Component lines that a supply may be for."""
    rows = Material.objects.filter(order__state__in=ProductionOrder.OPEN, kind__in=BomLine.FROM_STOCK)
    return rows.filter(quantity__gt=F("issued_quantity"))


def _demand_open() -> QuerySet[Demand]:
    return Demand.objects.filter(state=Demand.State.OPEN).exclude(kind=Demand.Kind.FORECAST)
