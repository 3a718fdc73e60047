"""REST of outsourcing: subcontract orders with their verbs, delivery notes, receipts, invoices."""

from __future__ import annotations

from typing import Any

from outsourcing import selectors, serializers
from outsourcing.facts import Dispatching, Receiving
from outsourcing.models import Dispatch, Invoice, MatchTolerance, Receipt
from outsourcing.models.invoice import INVOICE_FLOW
from outsourcing.models.order import SUBCONTRACT_FLOW
from outsourcing.services import dispatch, invoice, order, receive, tolerance, withdraw
from outsourcing.services.loading import ToSend
from p2p.core.access import MONEY_ROLES, Role
from p2p.core.rest import RecordViewSet, Routes, verb

BUYER = (Role.BUYER,)
DOOR = (Role.BUYER, Role.SUPERVISOR, Role.OPERATOR)


class OrderApi(RecordViewSet):
    queryset = selectors.orders()
    serializer_class = serializers.OrderSerializer
    filters = {
        "state": "state",
        "vendor": "vendor__number",
        "site": "site__code",
        "order_number": "lines__operation__order__number",
    }
    searches = ("number", "vendor__name", "vendor__number")
    orderings = ("number", "created_at", "sent_at")
    order = ("-number",)
    site_path = "site__code"

    @verb(roles=BUYER, body=serializers.OperationsInput, detail=False)
    def draft(self, by: Any, operations: list[Any]) -> Any:
        """Write drafts for released outside operations that nobody has ordered yet."""
        drafted = order.draft(operations=operations, by=by)
        return {"orders": [one.number for one in drafted]}

    @verb(roles=BUYER, body=serializers.ChangeLineInput)
    def change_line(self, record: Any, by: Any, **given: Any) -> Any:
        """Enter price or day of a draft's line."""
        order.change_line(**given, by=by)
        return record

    @verb(roles=BUYER, flow=SUBCONTRACT_FLOW)
    def send(self, record: Any, by: Any) -> Any:
        """Send it to the vendor."""
        return order.send(order=record, by=by)

    @verb(roles=BUYER, body=serializers.AcknowledgeInput, flow=SUBCONTRACT_FLOW)
    def acknowledge(self, record: Any, by: Any, promises: Any = (), **given: Any) -> Any:
        """The vendor takes it and promises days and quantities."""
        said = [order.Promise(**one) for one in promises]
        return order.acknowledge(order=record, promises=said, **given, by=by)

    @verb(roles=BUYER, body=serializers.PromisesInput)
    def promise(self, record: Any, by: Any, promises: Any) -> Any:
        """The vendor promises anew."""
        return order.promise(order=record, promises=[order.Promise(**one) for one in promises], by=by)

    @verb(
        roles=DOOR,
        body=serializers.DispatchInput,
        flow=SUBCONTRACT_FLOW,
        step="dispatch",
        ask=lambda record, user: Dispatching(order=record, by=user),
        answer=serializers.DispatchSerializer,
    )
    def send_material(self, record: Any, by: Any, lines: Any = None, **given: Any) -> Any:
        """Send pieces or components; without lines everything that stands ready."""
        chosen = None if lines is None else [ToSend(**one) for one in lines]
        return dispatch.dispatch(order=record, lines=chosen, **given, by=by)

    @verb(
        roles=DOOR,
        body=serializers.ReceiveInput,
        flow=SUBCONTRACT_FLOW,
        ask=lambda record, user: Receiving(order=record, by=user),
        answer=serializers.ReceiptSerializer,
    )
    def receive(self, record: Any, by: Any, lines: Any, **given: Any) -> Any:
        """Receive pieces, good or rejected, in part or whole."""
        return receive.receive(order=record, lines=[receive.Back(**one) for one in lines], **given, by=by)

    @verb(roles=BUYER, body=serializers.NoteInput, flow=SUBCONTRACT_FLOW)
    def cancel(self, record: Any, by: Any, **given: Any) -> Any:
        """Withdraw an order of which nothing has left the house."""
        return withdraw.cancel(order=record, **given, by=by)


class DispatchApi(RecordViewSet):
    queryset = Dispatch.objects.prefetch_related("lines__line__operation__order")
    serializer_class = serializers.DispatchSerializer
    filters = {"order_number": "order__number", "vendor": "order__vendor__number"}
    searches = ("number", "order__number")
    orderings = ("number", "effective_at")
    order = ("-number",)
    site_path = "order__site__code"

    @verb(roles=DOOR)
    def undo(self, record: Any, by: Any) -> Any:
        """Take the delivery note back."""
        return dispatch.undo(dispatch=record, by=by)


class ReceiptApi(RecordViewSet):
    queryset = Receipt.objects.prefetch_related(
        "lines__line__operation__order", "lines__reason", "lines__report"
    )
    serializer_class = serializers.ReceiptSerializer
    filters = {
        "order_number": "order__number",
        "vendor": "order__vendor__number",
        "borne_by": "lines__borne_by",
    }
    searches = ("number", "packing_slip", "order__number")
    orderings = ("number", "effective_at")
    order = ("-number",)
    site_path = "order__site__code"

    @verb(roles=DOOR)
    def undo(self, record: Any, by: Any) -> Any:
        """Take the receipt back; answers with the reversal."""
        return receive.undo(receipt=record, by=by)


class InvoiceApi(RecordViewSet):
    queryset = Invoice.objects.all()
    serializer_class = serializers.InvoiceSerializer
    key = "id"
    filters = {"state": "state", "vendor": "vendor__number", "number": "number"}
    searches = ("number", "vendor__name")
    orderings = ("invoiced_on", "number")
    order = ("-id",)
    read_roles = (*MONEY_ROLES,)
    write_roles = BUYER

    def get_serializer_class(self) -> Any:
        return serializers.NewInvoiceSerializer if self.action == "create" else serializers.InvoiceSerializer

    @staticmethod
    def adds(*, lines: list[dict[str, Any]], by: Any, **given: Any) -> Any:
        """Enter it and match it at once."""
        return invoice.enter(lines=[invoice.Charge(**one) for one in lines], **given, by=by)

    @verb(roles=BUYER, flow=INVOICE_FLOW, step="match")
    def rematch(self, record: Any, by: Any) -> Any:
        """Match it again, say after a further receipt."""
        return invoice.rematch(invoice=record, by=by)

    @verb(
        roles=(Role.BUYER, Role.COST_ACCOUNTANT),
        body=serializers.NeedsNoteInput,
        flow=INVOICE_FLOW,
        step="match",
    )
    def approve(self, record: Any, by: Any, note: str) -> Any:
        """Let a blocked one pass, with the reason why."""
        return invoice.approve(invoice=record, note=note, by=by)


class ToleranceApi(RecordViewSet):
    queryset = MatchTolerance.objects.all()
    serializer_class = serializers.ToleranceSerializer
    key = "site__code"
    site_path = "site__code"
    write_roles = (Role.COST_ACCOUNTANT,)
    adds = staticmethod(tolerance.set_tolerance)


routes = Routes("outsourcing")
routes.add("orders", OrderApi)
routes.add("dispatches", DispatchApi)
routes.add("receipts", ReceiptApi)
routes.add("invoices", InvoiceApi)
routes.add("tolerances", ToleranceApi)
urlpatterns = routes.urls
