"""REST of planning: demand, plans, proposals, production orders, operations, purchases, schedules, the Gantt."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core import runs
from p2p.core.access import Role, at_sites, require
from p2p.core.rest import RecordViewSet, Routes, verb
from p2p.core.rest.edge import EdgeViewSet
from planning import selectors, serializers
from planning.facts import Cancelling
from planning.models import Customer, Proposal, ScheduleRun
from planning.models.demand import DEMAND_FLOW
from planning.models.order import ORDER_FLOW
from planning.models.proposal import PROPOSAL_FLOW
from planning.models.replenishment import REPLENISHMENT_FLOW
from planning.services import demand, demand_bulk, firm, mrp, outside, replenishment, schedule
from planning.services import order as orders
from strategies.models import Site

PLANNER = (Role.PLANNER,)
WRITER = (Role.PLANNER, Role.INTEGRATOR)
BUYER = (Role.BUYER, Role.PLANNER, Role.INTEGRATOR)
MOVER = (Role.PLANNER, Role.SUPERVISOR)


class CustomerApi(RecordViewSet):
    queryset = Customer.objects.all()
    serializer_class = serializers.CustomerSerializer
    searches = ("number", "name")
    orderings = ("number", "name")
    write_roles = WRITER
    adds = staticmethod(demand.create_customer)
    upserts = True


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

    @verb(roles=WRITER, flow=DEMAND_FLOW)
    def cancel(self, record: Any, by: Any) -> Any:
        """Nobody wants it any more."""
        return demand.cancel_demand(demands=[record], by=by)[0]

    @verb(roles=WRITER, flow=DEMAND_FLOW)
    def reopen(self, record: Any, by: Any) -> Any:
        """It is wanted after all."""
        return demand.reopen_demand(demands=[record], by=by)[0]


class PlanRunApi(RecordViewSet):
    queryset = selectors.runs_of()
    serializer_class = serializers.PlanRunSerializer
    key = "id"
    filters = {"state": "state", "site": "site__code"}
    orderings = ("id", "asked_at")
    order = ("-id",)
    site_path = "site__code"

    @verb(roles=PLANNER, body=serializers.PlanInput, detail=False)
    def start(self, by: Any, **given: Any) -> Any:
        """Plan a site for a range of days."""
        require(by, *PLANNER, site=given["site"])
        return mrp.plan(**given, by=by)

    @verb(roles=PLANNER)
    def cancel(self, record: Any, by: Any) -> Any:
        """Stop it; nothing of it is stored."""
        return runs.cancel(run=record, by=by)

    @verb(roles=PLANNER, answer=serializers.FirmAnswer)
    def firm(self, record: Any, by: Any) -> Any:
        """Firm all its open proposals."""
        return firm.firm(run=record, by=by)


class ProposalApi(RecordViewSet):
    queryset = selectors.proposals()
    serializer_class = serializers.ProposalSerializer
    key = "id"
    filters = {
        "run": "run",
        "kind": "kind",
        "need": "need",
        "state": "state",
        "site": "site__code",
        "item": "item__number",
        "vendor": "vendor__number",
        "start_before": "start_on__lte",
        "start_after": "start_on__gte",
        "due_before": "due_on__lte",
    }
    searches = ("item__number", "item__name")
    orderings = ("start_on", "due_on", "number", "quantity", "priority", "level")
    order = ("-run", "number")
    site_path = "site__code"

    @verb(roles=PLANNER, flow=PROPOSAL_FLOW)
    def approve(self, record: Any, by: Any) -> Any:
        """Mark it as good."""
        return self._moved(record, "approve", by)

    @verb(roles=PLANNER, flow=PROPOSAL_FLOW)
    def dismiss(self, record: Any, by: Any) -> Any:
        """Mark it as not wanted."""
        return self._moved(record, "dismiss", by)

    @verb(roles=PLANNER, flow=PROPOSAL_FLOW)
    def restore(self, record: Any, by: Any) -> Any:
        """Take an approval or a dismissal back."""
        return self._moved(record, "restore", by)

    @verb(roles=PLANNER, flow=PROPOSAL_FLOW, answer=serializers.FirmAnswer)
    def firm(self, record: Any, by: Any) -> Any:
        """Make it an order."""
        return firm.firm(proposals=[record], by=by)

    @verb(roles=PLANNER, body=serializers.ProposalIds, detail=False)
    def approve_many(self, by: Any, ids: list[int]) -> Any:
        """Approve many at once."""
        return {"moved": firm.move_proposals(proposals=self._many(ids), step="approve", by=by)}

    @verb(roles=PLANNER, body=serializers.ProposalIds, detail=False)
    def dismiss_many(self, by: Any, ids: list[int]) -> Any:
        """Dismiss many at once."""
        return {"moved": firm.move_proposals(proposals=self._many(ids), step="dismiss", by=by)}

    @verb(roles=PLANNER, body=serializers.ProposalIds, answer=serializers.FirmAnswer, detail=False)
    def firm_many(self, by: Any, ids: list[int]) -> Any:
        """Make many of them orders, all at once."""
        return firm.firm(proposals=self._many(ids), by=by)

    @action(detail=True, methods=["get"])
    def needs(self, request: Request, number: str) -> Response:
        """What it is for: one level up."""
        found = selectors.needs_of(self.get_object())
        return Response(serializers.NeedSerializer(found, many=True).data)

    def _many(self, ids: list[int]) -> Any:
        return at_sites(Proposal.objects.filter(pk__in=ids), self.request.user, *PLANNER)

    def _moved(self, record: Any, step: str, by: Any) -> Any:
        firm.move_proposals(proposals=[record], step=step, by=by)
        return record


class MessageApi(RecordViewSet):
    queryset = selectors.messages()
    serializer_class = serializers.MessageSerializer
    key = "id"
    filters = {"run": "run", "level": "level", "code": "code", "item": "item__number"}
    searches = ("item__number",)
    orderings = ("id",)
    order = ("id",)
    site_path = "run__site__code"


class OrderApi(RecordViewSet):
    queryset = selectors.orders()
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

    @verb(roles=PLANNER)
    def unfirm(self, record: Any, by: Any) -> Any:
        """Make it a proposal again."""
        firm.unfirm(orders=[record], by=by)


class OperationApi(RecordViewSet):
    queryset = selectors.operations()
    serializer_class = serializers.OperationSerializer
    key = "id"
    filters = {
        "order": "order__number",
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
        "due_before": "due_on__lte",
    }
    searches = ("number", "item__number", "item__name", "vendor__name")
    orderings = ("number", "due_on", "ordered_on", "quantity")
    order = ("due_on", "number")
    site_path = "site__code"
    write_roles = BUYER
    adds = staticmethod(replenishment.create_replenishment)

    @verb(roles=BUYER, flow=REPLENISHMENT_FLOW)
    def send(self, record: Any, by: Any) -> Any:
        """The vendor has been told."""
        return replenishment.send(orders=[record], by=by)[0]

    @verb(roles=BUYER, body=serializers.ConfirmInput, flow=REPLENISHMENT_FLOW)
    def confirm(self, record: Any, by: Any, **given: Any) -> Any:
        """The vendor's word."""
        return replenishment.confirm(order=record, **given, by=by)

    @verb(roles=(*BUYER, Role.OPERATOR), body=serializers.ReceiveInput, flow=REPLENISHMENT_FLOW)
    def receive(self, record: Any, by: Any, **given: Any) -> Any:
        """Goods came in, perhaps in part."""
        return replenishment.receive(order=record, **given, by=by)

    @verb(roles=BUYER, flow=REPLENISHMENT_FLOW)
    def close(self, record: Any, by: Any) -> Any:
        """Nothing more is expected."""
        return replenishment.close(orders=[record], by=by)[0]

    @verb(roles=BUYER, flow=REPLENISHMENT_FLOW)
    def cancel(self, record: Any, by: Any) -> Any:
        """Call it off; nothing has come."""
        return replenishment.cancel_replenishment(orders=[record], by=by)[0]


class ScheduleRunApi(RecordViewSet):
    queryset = ScheduleRun.objects.select_related("site")
    serializer_class = serializers.ScheduleRunSerializer
    key = "id"
    filters = {"state": "state", "site": "site__code"}
    orderings = ("id", "asked_at")
    order = ("-id",)
    site_path = "site__code"

    @verb(roles=MOVER, body=serializers.ScheduleInput, detail=False)
    def start(self, by: Any, **given: Any) -> Any:
        """Schedule all open orders of a site."""
        require(by, *MOVER, site=given["site"])
        return schedule.schedule(**given, by=by)

    @verb(roles=MOVER)
    def cancel(self, record: Any, by: Any) -> Any:
        """Stop it; nothing of it is stored."""
        return runs.cancel(run=record, by=by)


class GanttApi(EdgeViewSet):
    """The schedule of a site in columns of integers, for the canvas: see the Gantt's own README."""

    lookup_url_kwarg = "site"
    filters = ("from", "to")

    def retrieve(self, request: Request, site: str) -> HttpResponse:
        """A window of minutes: `?from=&to=`. Answers 304 while nothing in it has changed."""
        found = at_sites(Site.objects.filter(code=site), request.user, path="code").first()
        if found is None:
            raise Http404(_("There is no site {code}.").format(code=site))
        first, last = _minutes(request, "from"), _minutes(request, "to")
        payload = selectors.gantt(found, first=first, last=last)
        now = payload.pop("now")
        body = json.dumps(payload, separators=(",", ":"))
        tag = f'"{hashlib.blake2b(body.encode(), digest_size=12).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return HttpResponse(status=304, headers=headers)
        whole = f'{{"now":{now},{body[1:]}'
        return HttpResponse(whole, content_type="application/json", headers=headers)


def _minutes(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        raise exceptions.ValidationError({name: _("Give whole minutes since the origin.")}) from None


routes = Routes("planning")
routes.add("customers", CustomerApi)
routes.add("demand", DemandApi)
routes.add("plan-runs", PlanRunApi)
routes.add("proposals", ProposalApi)
routes.add("messages", MessageApi)
routes.add("orders", OrderApi)
routes.add("operations", OperationApi)
routes.add("replenishments", ReplenishmentApi)
routes.add("schedule-runs", ScheduleRunApi)
routes.add("gantt", GanttApi)
urlpatterns = routes.urls
