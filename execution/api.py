"""REST of the floor: orders' life, operations, reports, pick lists, stops."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from execution import selectors, serializers
from execution.facts import Ending, Finishing, FinishingOperation, Releasing, Reporting
from execution.material_api import AdjustmentApi, MaterialApi, PickLineApi, WipMoveApi
from execution.models import Clocking, PickList
from execution.models.pick import PICK_FLOW
from execution.output_api import ComesOut
from execution.scrapped import faults, period
from execution.services import downtime, finish, pick, release, reserve, start, undo
from execution.services.report import report as report_pieces
from execution.services.weigh import weigh_in
from p2p.core.access import Role, at_sites, require, sites_of
from p2p.core.digits import whole
from p2p.core.refusal import Refused
from p2p.core.rest import RecordViewSet, Routes, verb
from planning.models import Operation, ProductionOrder
from planning.models.operation import OPERATION_FLOW
from planning.models.order import ORDER_FLOW

SUPERVISOR = (Role.SUPERVISOR, Role.INTEGRATOR)
FLOOR = (Role.OPERATOR, Role.SUPERVISOR, Role.INTEGRATOR)


class OrderApi(RecordViewSet):
    """Production orders as the floor drives them; planning keeps everything else about them."""

    queryset = selectors.orders()
    serializer_class = serializers.OrderSerializer
    filters = {"state": "state", "site": "site__code", "item": "item__number", "due_before": "due_on__lte"}
    searches = ("number", "item__number", "item__name")
    orderings = ("number", "due_on", "start_on", "priority")
    order = ("due_on", "number")
    site_path = "site__code"

    @verb(
        roles=SUPERVISOR,
        body=serializers.ReleaseInput,
        flow=ORDER_FLOW,
        ask=lambda order, by: Releasing(orders=(order,), by=by),
    )
    def release(self, record: ProductionOrder, by: Any, **given: Any) -> ProductionOrder:
        """Send it to the floor: components are checked and reserved, a pick list is written."""
        release.release(orders=[record], **given, by=by)
        return record

    @verb(
        roles=SUPERVISOR,
        body=serializers.ReleaseManyInput,
        answer=serializers.PickListSerializer,
        detail=False,
    )
    def release_many(self, by: Any, *, orders: list[ProductionOrder], **given: Any) -> list[PickList]:
        """Release several orders, all or none; answers with their pick lists."""
        for site in {order.site for order in orders}:
            require(by, *SUPERVISOR, site=site)
        return release.release(orders=orders, **given, by=by)

    @verb(roles=SUPERVISOR, flow=ORDER_FLOW)
    def unrelease(self, record: ProductionOrder, by: Any) -> ProductionOrder:
        """Take it back from the floor, before anybody touched it."""
        return release.unrelease(orders=[record], by=by)[0]

    @verb(roles=(Role.PLANNER, *SUPERVISOR))
    def reserve(self, record: ProductionOrder, by: Any) -> ProductionOrder:
        """Reserve by hand what it still needs: softly on paper, at its places once it is released."""
        reserve.reserve_materials(order=record, by=by)
        return record

    @verb(
        roles=SUPERVISOR,
        body=serializers.AtInput,
        flow=ORDER_FLOW,
        ask=lambda order, by: Finishing(orders=(order,), by=by),
    )
    def finish(self, record: ProductionOrder, by: Any, **given: Any) -> ProductionOrder:
        """Nothing more will be made; open operations are finished along."""
        return finish.finish(orders=[record], **given, by=by)[0]

    @verb(
        roles=SUPERVISOR,
        body=serializers.AtInput,
        flow=ORDER_FLOW,
        ask=lambda order, by: Ending(orders=(order,), by=by),
    )
    def end(self, record: ProductionOrder, by: Any, **given: Any) -> ProductionOrder:
        """Close it for good; it is settled."""
        return finish.end(orders=[record], **given, by=by)[0]

    @verb(roles=SUPERVISOR, flow=ORDER_FLOW)
    def reopen(self, record: ProductionOrder, by: Any) -> ProductionOrder:
        """Open a finished order again."""
        return finish.reopen(orders=[record], by=by)[0]


class OperationApi(ComesOut, RecordViewSet):
    """The dispatch list: open operations in the order in which they should be worked on."""

    queryset = selectors.dispatch_list()
    serializer_class = serializers.OperationSerializer
    key = ("order__number", "number")
    filters = {
        "state": "state",
        "site": "order__site__code",
        "group": "group__code",
        "resource": "resource__code",
        "order_number": "order__number",
        "item": "order__item__number",
        "starts_before": "starts_at__lte",
    }
    searches = ("order__number", "name", "order__item__number", "order__item__name")
    orderings = ("starts_at", "number", "order__due_on", "order__priority")
    order = ("starts_at", "order__number", "number")
    site_path = "order__site__code"

    def get_object(self) -> Any:
        """For a verb as little as it needs: the service reads the operation again under its lock."""
        if self.request.method != "POST":
            return super().get_object()
        order, _mark, number = str(self.kwargs[self.lookup_url_kwarg]).partition("~")
        place = whole(number, most=10**9)
        found = selectors.named_operation(order, place) if place is not None else []
        codes = sites_of(self.request.user)
        if not found or (codes is not None and found[0].order.site.code not in codes):
            self._missing(f"{order}~{number}")
        self.check_object_permissions(self.request, found[0])
        return found[0]

    def get_queryset(self) -> Any:
        """The list shows open work only; one operation is found in any state."""
        if getattr(self, "action", "") == "list":
            return super().get_queryset()
        return at_sites(selectors.operations(), self.request.user, path=self.site_path)

    @verb(
        roles=FLOOR,
        body=serializers.StartInput,
        flow=OPERATION_FLOW,
        ask=lambda operation, by: Reporting(operations=(operation,), by=by),
        answer=serializers.ClockingSerializer,
    )
    def start(self, record: Operation, by: Any, **given: Any) -> Clocking:
        """Begin to work on it, or join those who do."""
        return start.start(operation=record, **given, by=by)

    @verb(roles=FLOOR, body=serializers.AtInput, answer=serializers.ClockingSerializer)
    def stop(self, record: Operation, by: Any, **given: Any) -> Clocking:
        """Clock off it."""
        return start.stop(operation=record, **given, by=by)

    @verb(roles=FLOOR, flow=OPERATION_FLOW)
    def unstart(self, record: Operation, by: Any) -> Operation:
        """It was started by mistake."""
        return start.unstart(operation=record, by=by)

    @verb(
        roles=FLOOR,
        body=serializers.ReportInput,
        flow=OPERATION_FLOW,
        step="start",
        ask=lambda operation, by: Reporting(operations=(operation,), by=by),
        answer=serializers.ReportSerializer,
    )
    def report(self, record: Operation, by: Any, **given: Any) -> Any:
        """Report good and scrapped pieces."""
        return report_pieces(operation=record, **given, by=by)

    @verb(
        roles=FLOOR,
        body=serializers.AtInput,
        flow=OPERATION_FLOW,
        ask=lambda operation, by: FinishingOperation(operations=(operation,), by=by),
    )
    def finish(self, record: Operation, by: Any, **given: Any) -> Operation:
        """Nothing more will be made at it."""
        return finish.finish_operation(operation=record, **given, by=by)

    @verb(roles=SUPERVISOR, flow=OPERATION_FLOW)
    def reopen(self, record: Operation, by: Any) -> Operation:
        """Open it again."""
        return finish.reopen_operation(operation=record, by=by)


class ReportApi(RecordViewSet):
    queryset = selectors.reports()
    serializer_class = serializers.ReportSerializer
    filters = {
        "order_number": "operation__order__number",
        "site": "operation__order__site__code",
        "group": "operation__group__code",
        "reason": "reason__code",
        "cause": "cause",
        "after": "effective_at__gte",
        "before": "effective_at__lte",
    }
    searches = ("number", "operation__order__number", "operation__order__item__number", "note")
    orderings = ("number", "effective_at", "posted_at")
    order = ("-id",)
    site_path = "operation__order__site__code"

    @verb(roles=FLOOR, body=serializers.UndoInput, answer=serializers.ReportSerializer)
    def undo(self, record: Any, by: Any, **given: Any) -> Any:
        """Take it back by its mirror image."""
        return undo.undo(report=record, **given, by=by)

    @action(detail=False, methods=["get"])
    def scrap(self, request: Request) -> Response:
        """Scrap by what was at fault and why, the most first, of the days from `since` to `until` (the last 90)."""
        since, until, _days = period(request.query_params)
        found = faults(request.user, since, until)
        return Response({"results": serializers.FaultSerializer(found, many=True).data})


class PickListApi(RecordViewSet):
    queryset = selectors.pick_lists()
    serializer_class = serializers.PickListSerializer
    filters = {"state": "state", "site": "order__site__code", "order_number": "order__number"}
    searches = ("number", "order__number", "order__item__number")
    orderings = ("number", "created_at")
    order = ("-id",)
    site_path = "order__site__code"

    @verb(roles=FLOOR, body=serializers.PickInput, flow=PICK_FLOW)
    def pick(self, record: PickList, by: Any, **given: Any) -> PickList:
        """Issue what is left on it, or the given lines, to its order."""
        pick.pick(pick_list=record, **given, by=by)
        return record

    @verb(roles=FLOOR, body=serializers.WeighInput)
    def weigh(
        self, record: PickList, by: Any, *, line: Any, weighings: str, tare: str, more_comes: bool, catch_quantity: Any,
        reason: Any = None, at: Any = None,
    ) -> PickList:  # fmt: skip
        """Issue what a scale weighed of a line's component, more or less than planned."""
        if line.pick_list_id != record.pk:
            raise Refused(_("This line is not on {pick_list}."), field="line", pick_list=record.number)
        weigh_in(
            material=line.material, pick_list=record, weighings=weighings, tare=tare, more_comes=more_comes,
            catch_quantity=catch_quantity, reason=reason, at=at, by=by,
        )  # fmt: skip
        return record

    @verb(roles=SUPERVISOR, body=serializers.AtInput)
    def unpick(self, record: PickList, by: Any, **given: Any) -> PickList:
        """Bring everything picked back, and reserve it again."""
        pick.unpick(pick_list=record, **given, by=by)
        return record


class DowntimeApi(RecordViewSet):
    queryset = selectors.downtimes()
    serializer_class = serializers.DowntimeSerializer
    key = "id"
    filters = {
        "resource": "resource__code",
        "site": "resource__site__code",
        "reason": "reason__code",
        "open": "ended_at__isnull",
        "after": "began_at__gte",
    }
    orderings = ("began_at", "id")
    order = ("-began_at", "-id")
    site_path = "resource__site__code"
    write_roles = FLOOR
    adds = staticmethod(downtime.went_down)

    @verb(roles=FLOOR, body=serializers.AtInput)
    def come_up(self, record: Any, by: Any, **given: Any) -> Any:
        """The resource works again."""
        return downtime.came_up(resource=record.resource, **given, by=by)


routes = Routes("execution")
routes.add("orders", OrderApi)
routes.add("operations", OperationApi)
routes.add("reports", ReportApi)
routes.add("pick-lists", PickListApi)
routes.add("downtimes", DowntimeApi)
routes.add("wip-moves", WipMoveApi)
routes.add("materials", MaterialApi)
routes.add("adjustments", AdjustmentApi)
routes.add("pick-lines", PickLineApi)
urlpatterns = routes.urls
