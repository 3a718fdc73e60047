"""REST of demand and customers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers as rest
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.access import Role
from p2p.core.rest import RecordViewSet, verb
from planning import selectors, serializers
from planning.models import Customer
from planning.models.demand import DEMAND_FLOW
from planning.services import demand, demand_bulk
from planning.services.short import close_short

WRITER = (Role.PLANNER, Role.INTEGRATOR)
CLOSERS = (Role.PLANNER, Role.SUPERVISOR, Role.INTEGRATOR)


class CustomerApi(RecordViewSet):
    queryset = Customer.objects.all()
    serializer_class = serializers.CustomerSerializer
    searches = ("number", "name")
    orderings = ("number", "name")
    write_roles = WRITER
    adds = staticmethod(demand.create_customer)
    upserts = True


class SupplySerializer(rest.Serializer):  # type: ignore[type-arg]
    """bom and route: what an order or a proposal is made of."""

    kind = rest.CharField()
    record = rest.CharField()
    item = rest.CharField()
    quantity = serializers.quantity()
    due_on = rest.DateField(allow_null=True)
    bom = rest.IntegerField(allow_null=True)
    route = rest.IntegerField(allow_null=True)


def _supply(kind: str, record: Any, quantity: Decimal) -> dict[str, Any]:
    made = kind in ("proposal", "order")
    stock = kind == "stock"
    return {
        "kind": kind,
        "record": "" if stock else str(record),
        "item": (record if stock else record.item).number,
        "quantity": quantity,
        "due_on": None if stock else record.due_on,
        "bom": record.bom_id if made else None,
        "route": record.route_id if made else None,
    }


class DemandApi(RecordViewSet):
    queryset = selectors.demands()
    serializer_class = serializers.DemandSerializer
    key = ("kind", "number", "line", "source_system")
    filters = {
        "number": "number",
        "kind": "kind",
        "state": "state",
        "site": "site__code",
        "item": "item__number",
        "customer": "customer__number",
        "source_system": "source_system",
        "due_before": "due_on__lte",
        "due_after": "due_on__gte",
        "ordered_after": "ordered_on__gte",
    }
    searches = ("number", "item__number", "item__name", "customer__name")
    orderings = ("due_on", "ordered_on", "number", "priority", "quantity")
    order = ("due_on", "number", "line")
    site_path = "site__code"
    write_roles = WRITER
    record_name = "demand"
    adds = staticmethod(demand.create_demand)
    upserts = staticmethod(demand_bulk.upsert_demand)

    @verb(roles=WRITER, body=serializers.DemandChange)
    def change(self, record: Any, by: Any, **given: Any) -> Any:
        """Change quantity, dates or priority of an open line."""
        return demand.change_demand(demand=record, **given, by=by)

    @verb(roles=CLOSERS, body=serializers.CloseShortInput, flow=DEMAND_FLOW)
    def close_short(self, record: Any, by: Any, *, reason: str) -> Any:
        """Nothing more goes to it although something is missing."""
        return close_short(demands=[record], reason=reason, by=by)[0]

    @verb(roles=WRITER, flow=DEMAND_FLOW)
    def cancel(self, record: Any, by: Any) -> Any:
        """Nobody wants it any more."""
        return demand.cancel_demand(demands=[record], by=by)[0]

    @verb(roles=WRITER, flow=DEMAND_FLOW)
    def reopen(self, record: Any, by: Any) -> Any:
        """It is wanted after all."""
        return demand.reopen_demand(demands=[record], by=by)[0]

    @action(detail=True, methods=["get"])
    def supply(self, request: Request, number: str) -> Response:
        """What covers it in the latest plan of its site, made of which bill and route."""
        record = self.get_object()
        plan = selectors.latest_plan(site=record.site)
        found = selectors.supplies_of(record, plan) if plan else []
        rows = [_supply(kind, one, quantity) for kind, one, quantity in found]
        return Response(SupplySerializer(rows, many=True).data)
