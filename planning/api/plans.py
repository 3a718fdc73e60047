"""REST of plans: runs, proposals, messages."""

from __future__ import annotations

from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core import runs
from p2p.core.access import Role, at_sites, require
from p2p.core.rest import RecordViewSet, verb
from planning import selectors, serializers
from planning.models import Proposal
from planning.models.proposal import PROPOSAL_FLOW
from planning.services import firm, mrp

PLANNER = (Role.PLANNER,)


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
