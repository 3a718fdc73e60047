"""REST of production orders, their operations, and purchases."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.access import Role
from p2p.core.facts import Refused
from p2p.core.rest import RecordViewSet, verb
from p2p.inventory.serializers import measured
from planning import between, goods, selectors, serializers
from planning.api.goods import CORRECTORS, RECEIVERS
from planning.facts import Cancelling
from planning.models.order import ORDER_FLOW
from planning.models.replenishment import REPLENISHMENT_FLOW, ReplenishmentOrder
from planning.services import firm, outside, receive, replenishment, schedule, shipments, tie, transfer
from planning.services import order as orders
from planning.services import substitute as substitution
from planning.services.by_hand import RAISERS, raise_transfer
from planning.services.shipping_units import ship_units
from planning.tied_input import TieInput, read

PLANNER = (Role.PLANNER,)
WRITER = (Role.PLANNER, Role.INTEGRATOR)
MOVER = (Role.PLANNER, Role.SUPERVISOR)
BUYER = (Role.BUYER, Role.PLANNER, Role.INTEGRATOR)


class OrderApi(RecordViewSet):
    queryset = selectors.with_need(selectors.orders())
    serializer_class = serializers.OrderSerializer
    filters = {
        "state": "state",
        "kind": "kind",
        "site": "site__code",
        "item": "item__number",
        "late": "late",
        "blocked": "blocked",
        "due_before": "due_on__lte",
        "due_after": "due_on__gte",
        "starts_before": "starts_at__lte",
        "starts_after": "starts_at__gte",
    }
    searches = ("number", "item__number", "item__name")
    orderings = ("number", "due_on", "starts_at", "ends_at", "priority", "quantity")
    order = ("due_on", "number")
    site_path = "site__code"
    write_roles = WRITER
    record_name = "order"
    adds = staticmethod(orders.create_order)

    @verb(roles=WRITER, body=serializers.OrderChange)
    def change(self, record: Any, by: Any, **given: Any) -> Any:
        """Change quantity, dates or priority."""
        return orders.change_order(order=record, **given, by=by)

    @verb(roles=WRITER, flow=ORDER_FLOW, ask=lambda record, by: Cancelling(orders=(record,), by=by))
    def cancel(self, record: Any, by: Any) -> Any:
        """Call it off before anything was made of it."""
        return orders.cancel_order(orders=[record], by=by)[0]

    @verb(roles=MOVER, body=serializers.StartsAt)
    def reschedule(self, record: Any, by: Any, **given: Any) -> Any:
        """Place it anew into the gaps the others leave."""
        return schedule.reschedule(orders=[record], **given, by=by)[0]

    @verb(roles=MOVER, body=serializers.Substitute)
    def substitute(self, record: Any, by: Any, material: Any, alternate: Any) -> Any:
        """An approved alternate in place of a component: for what is not issued yet, by its ratio."""
        if material.order_id != record.pk:
            raise Refused(_("That component is of another order."), code="other_order", field="material")
        return substitution.substitute(material=material, alternate=alternate, by=by).order

    @action(detail=True, methods=["get"])
    def alternates(self, request: Request, number: str) -> Response:
        """What may stand in for components that are not issued yet, best first."""
        rows = substitution.possible(self.get_object())
        return Response(serializers.PossibleSerializer(rows, many=True).data)

    @verb(roles=WRITER, body=TieInput)
    def tie(self, record: Any, by: Any, made_for: str) -> Any:
        """It is for one open need alone from now on."""
        return tie.tie(supply=record, made_for=read(made_for, record.item, record.site), by=by)

    @verb(roles=WRITER)
    def untie(self, record: Any, by: Any) -> Any:
        """It is for everybody from now on."""
        return tie.untie(supply=record, by=by)

    @verb(roles=PLANNER)
    def unfirm(self, record: Any, by: Any) -> Any:
        """Make it a proposal again."""
        firm.unfirm(orders=[record], by=by)


class OperationApi(RecordViewSet):
    queryset = selectors.operations()
    serializer_class = serializers.OperationSerializer
    key = "id"
    filters = {
        "order_number": "order__number",
        "state": "state",
        "site": "order__site__code",
        "group": "group__code",
        "resource": "resource__code",
        "outside": "outside",
        "vendor": "vendor__number",
        "blocked": "blocked",
        "starts_before": "starts_at__lte",
        "starts_after": "starts_at__gte",
    }
    searches = ("order__number", "name")
    orderings = ("starts_at", "ends_at", "number", "id")
    order = ("id",)
    site_path = "order__site__code"

    @verb(roles=MOVER, body=serializers.SendOut)
    def send_out(self, record: Any, by: Any, **given: Any) -> Any:
        """Give it to a vendor."""
        return outside.send_out(operation=record, **given, by=by)

    @verb(roles=MOVER)
    def bring_back(self, record: Any, by: Any) -> Any:
        """Do it in house again."""
        return outside.bring_back(operation=record, by=by)


class ReplenishmentApi(RecordViewSet):
    queryset = selectors.replenishments()
    serializer_class = serializers.ReplenishmentSerializer
    filters = {
        "state": "state",
        "kind": "kind",
        "site": "site__code",
        "item": "item__number",
        "vendor": "vendor__number",
        "from_site": "from_location__site__code",
        "to_ship": "to_ship",
        "due_before": "due_on__lte",
    }
    searches = ("number", "item__number", "item__name", "vendor__name")
    orderings = ("number", "due_on", "ordered_on", "quantity")
    order = ("due_on", "number")
    site_path, seen_at = "site__code", ReplenishmentOrder.seen_at
    write_roles = BUYER
    adds = staticmethod(replenishment.create_replenishment)

    @verb(roles=RAISERS, body=between.TransferInput, detail=False)
    def transfer(
        self, by: Any, *, item: Any, quantity: Any, due_on: Any, lots: list[str], **ends: str
    ) -> Any:
        """Raise a transfer from a place to a site; lots named are kept for it."""
        places = between.ends_of(item, **ends)
        return raise_transfer(item=item, quantity=quantity, due_on=due_on, lots=lots, **places, by=by)

    @verb(roles=BUYER, body=TieInput)
    def tie(self, record: Any, by: Any, made_for: str) -> Any:
        """It is for one open need alone from now on."""
        return tie.tie(supply=record, made_for=read(made_for, record.item, record.site), by=by)

    @verb(roles=BUYER)
    def untie(self, record: Any, by: Any) -> Any:
        """It is for everybody from now on."""
        return tie.untie(supply=record, by=by)

    @verb(roles=BUYER, flow=REPLENISHMENT_FLOW)
    def send(self, record: Any, by: Any) -> Any:
        """The vendor has been told."""
        return replenishment.send(orders=[record], by=by)[0]

    @verb(roles=BUYER, body=serializers.ConfirmInput, flow=REPLENISHMENT_FLOW)
    def confirm(self, record: Any, by: Any, **given: Any) -> Any:
        """The vendor's word."""
        return replenishment.confirm(order=record, **given, by=by)

    @verb(roles=RECEIVERS, body=goods.ReceiveInput, flow=REPLENISHMENT_FLOW)
    def receive(self, record: Any, by: Any, **given: Any) -> Any:
        """Goods came in, perhaps in part; a quantity may be in any unit with a conversion."""
        given["quantity"] = measured(record.item, given["quantity"], given.pop("unit", None))
        given["location"] = goods.located(record.site, given.get("location", ""))
        return receive.receive(order=record, **given, by=by)

    @verb(roles=RECEIVERS, body=goods.ShipInput, at=selectors.sender)
    def ship(self, record: Any, by: Any, **given: Any) -> Any:
        """Goods of a transfer left the other place and are in transit: a quantity, or a whole handling unit."""
        also = {name: given.pop(name) for name in ("despatch_note", "at")}
        unit = given.pop("handling_unit", None)
        if unit is not None:
            ship_units(units=[unit], order=record, **also, by=by)
        else:
            transfer.ship(lines=[transfer.ShipLine(order=record, **given)], **also, by=by)
        return record

    @verb(roles=CORRECTORS, body=goods.LoseInput)
    def lose(self, record: Any, by: Any, **given: Any) -> Any:
        """What travels for a transfer never arrives: it is scrapped out of transit and may be shipped again."""
        shipments.lose(order=record, **given, by=by)
        return record

    @verb(roles=BUYER, flow=REPLENISHMENT_FLOW)
    def close(self, record: Any, by: Any) -> Any:
        """Nothing more is expected."""
        return replenishment.close(orders=[record], by=by)[0]

    @verb(roles=BUYER, flow=REPLENISHMENT_FLOW)
    def cancel(self, record: Any, by: Any) -> Any:
        """Call it off; nothing has come."""
        return replenishment.cancel_replenishment(orders=[record], by=by)[0]
