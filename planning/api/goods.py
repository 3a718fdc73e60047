"""REST of receipts and deliveries: several lines at once, all of them or none."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from p2p.core.access import Role
from p2p.core.rest import RecordViewSet, verb
from planning import goods, paper, selectors
from planning.models import ShipmentMove
from planning.services import delivered, receipts, shipments
from planning.services.arriving_units import receive_units
from planning.services.delivery import DeliveryLine, deliver
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.returns import ReturnLine, return_goods

RECEIVERS = (Role.BUYER, Role.PLANNER, Role.SUPERVISOR, Role.OPERATOR, Role.INTEGRATOR)
DELIVERERS = (Role.SUPERVISOR, Role.OPERATOR, Role.PLANNER, Role.INTEGRATOR)
CORRECTORS = (Role.SUPERVISOR, Role.BUYER, Role.INTEGRATOR)


class ReceiptApi(RecordViewSet):
    queryset = selectors.receipts()
    serializer_class = goods.ReceiptSerializer
    key = "id"
    filters = {
        "order_number": "order__number",
        "vendor": "order__vendor__number",
        "item": "move__item__number",
        "lot": "move__lot__number",
        "delivery_note": "delivery_note",
        "site": "order__site__code",
        "after": "move__effective_at__gte",
        "before": "move__effective_at__lte",
    }
    searches = ("order__number", "move__item__number", "delivery_note", "move__lot__number")
    orderings = ("id",)
    order = ("-id",)
    site_path = "order__site__code"

    @verb(roles=RECEIVERS, body=goods.ReceiveLinesInput, answer=goods.ReceiptSerializer, detail=False)
    def receive(self, by: Any, *, lines: list[dict[str, Any]], **given: Any) -> Any:
        """Take goods of one or several orders in, all lines or none."""
        wanted = [ReceiptLine(**line) for line in lines]
        return _again(receive_lines(lines=wanted, **given, by=by), selectors.receipts())

    @verb(roles=RECEIVERS, body=goods.ReceiveUnitInput, answer=goods.ReceiptSerializer, detail=False)
    def receive_unit(self, by: Any, *, handling_unit: Any, **given: Any) -> Any:
        """Take a handling unit in that travels for transfers, with all that stands in it."""
        return _again(receive_units(units=[handling_unit], **given, by=by), selectors.receipts())

    @verb(roles=CORRECTORS, body=goods.TakeBackInput, answer=goods.ReceiptSerializer)
    def take_back(self, record: Any, by: Any, **given: Any) -> Any:
        """Reverse a receipt: stock, quantities and price; the order waits for it again. What came in the same handling
        unit goes back with it. The reversal."""
        rows = receipts.take_back(receipts=[record], **given, by=by)
        return _again(_mirror(rows, record), selectors.receipts())[0]


class ShipmentApi(RecordViewSet):
    queryset = selectors.shipments()
    serializer_class = goods.ShipmentSerializer
    key = "id"
    filters = {
        "order_number": "order__number",
        "item": "move__item__number",
        "lot": "move__lot__number",
        "serial": "move__serial__number",
        "handling_unit": "move__into_unit__number",
        "despatch_note": "despatch_note",
        "kind": "move__kind",
        "site": "order__site__code",
        "from_site": "order__from_location__site__code",
        "after": "move__effective_at__gte",
        "before": "move__effective_at__lte",
    }
    searches = ("order__number", "move__item__number", "despatch_note", "move__lot__number")
    orderings = ("id",)
    order = ("-id",)
    site_path, seen_at = "order__site__code", ShipmentMove.seen_at

    @verb(
        roles=CORRECTORS, body=goods.PartBackInput, answer=goods.ShipmentSerializer, at=selectors.corrected_at
    )
    def take_back(self, record: Any, by: Any, **given: Any) -> Any:
        """Reverse a shipment, or a part of it, before it was received; or a loss. What left in the same handling unit
        comes back with it. The reversal."""
        rows = shipments.take_back(shipments=[record], **given, by=by)
        return _again(_mirror(rows, record), selectors.shipments())[0]

    @extend_schema(responses={(200, "application/pdf"): bytes})
    @action(detail=True, methods=["get"])
    def paper(self, request: Request, number: str) -> HttpResponse:
        """The despatch note it is on, as PDF."""
        return HttpResponse(paper.despatch_note(self.get_object()), content_type="application/pdf")


class DeliveryApi(RecordViewSet):
    queryset = selectors.deliveries()
    serializer_class = goods.DeliverySerializer
    key = "id"
    filters = {
        "demand": "demand__number",
        "customer": "demand__customer__number",
        "item": "move__item__number",
        "lot": "move__lot__number",
        "serial": "move__serial__number",
        "delivery_note": "delivery_note",
        "kind": "move__kind",
        "site": "demand__site__code",
        "after": "move__effective_at__gte",
        "before": "move__effective_at__lte",
    }
    searches = ("demand__number", "move__item__number", "delivery_note", "move__lot__number")
    orderings = ("id",)
    order = ("-id",)
    site_path = "demand__site__code"

    @verb(roles=DELIVERERS, body=goods.DeliverInput, answer=goods.DeliverySerializer, detail=False)
    def deliver(self, by: Any, *, lines: list[dict[str, Any]], **given: Any) -> Any:
        """Deliver demand lines on delivery notes, all lines or none."""
        wanted = [DeliveryLine(**line) for line in lines]
        return _again(deliver(lines=wanted, **given, by=by), selectors.deliveries())

    @verb(roles=DELIVERERS, body=goods.ReturnInput, answer=goods.DeliverySerializer, detail=False)
    def return_goods(self, by: Any, *, lines: list[dict[str, Any]], **given: Any) -> Any:
        """Take back what a customer gives back: the lot or piece that was delivered."""
        wanted = [ReturnLine(**line) for line in lines]
        return _again(return_goods(lines=wanted, **given, by=by), selectors.deliveries())

    @verb(roles=CORRECTORS, body=goods.PartBackInput, answer=goods.DeliverySerializer)
    def take_back(self, record: Any, by: Any, **given: Any) -> Any:
        """Reverse a delivery or a return that was booked by mistake, or a part of it; the reversal."""
        rows = delivered.take_back(deliveries=[record], **given, by=by)
        return _again(rows, selectors.deliveries())[0]

    @extend_schema(responses={(200, "application/pdf"): bytes})
    @action(detail=True, methods=["get"])
    def paper(self, request: Request, number: str) -> HttpResponse:
        """The delivery note it is on, as PDF."""
        row = self.get_object()
        return HttpResponse(paper.delivery_note(row), content_type="application/pdf")


def _mirror(rows: Any, record: Any) -> list[Any]:
    """Of what was taken back together, the reversal of this one."""
    return [row for row in rows if row.move.reverses_id == record.move_id]


def _again(rows: Any, known: Any) -> list[Any]:
    """The rows with what their JSON shows. One query."""
    return list(known.filter(pk__in=[row.pk for row in rows]).order_by("pk"))
