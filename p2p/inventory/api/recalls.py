"""REST of recalls: draw up, preview, hold, look again, lift, close, reopen; their lines; what is accounted for."""

from __future__ import annotations

from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.access import require
from p2p.core.rest import RecordViewSet, verb
from p2p.inventory.api.base import HOLDERS
from p2p.inventory.models import Recall, RecallLine
from p2p.inventory.models.recall import RECALL_FLOW
from p2p.inventory.selectors import recall as reads
from p2p.inventory.serializers import recall as shapes
from p2p.inventory.services import recall as service


class RecallApi(RecordViewSet):
    queryset = reads.recalls()
    serializer_class = shapes.RecallSerializer
    filters = {"state": "state", "practice": "practice", "site": "site__code", "asked_after": "asked_at__gte"}
    searches = ("number", "title")
    orderings = ("number", "asked_at")
    order = ("-id",)
    write_roles = HOLDERS

    @verb(roles=HOLDERS, body=shapes.RecallInput, detail=False)
    def draw_up(self, by: Any, **given: Any) -> Any:
        """Write down everything it touches now; nothing is held yet."""
        return service.draw_up(**given, by=by)

    @verb(roles=HOLDERS, body=shapes.SuspicionInput, answer=shapes.TouchedSerializer, detail=False)
    def preview(self, by: Any, **given: Any) -> Any:
        """What it would touch; nothing is written."""
        return reads.scope(given["suspicion"], upstream=given["upstream"]).lines

    @verb(roles=HOLDERS, flow=RECALL_FLOW)
    def hold(self, record: Any, by: Any) -> Any:
        """Hold everything it touches with one action."""
        return service.hold_all(recall=_at_its_sites(record, by), by=by)

    @verb(roles=HOLDERS)
    def refresh(self, record: Any, by: Any) -> Any:
        """Draw it up again; what came since is held, too, when all is on hold."""
        return service.refresh(recall=_at_its_sites(record, by), by=by)

    @verb(roles=HOLDERS, flow=RECALL_FLOW)
    def lift(self, record: Any, by: Any) -> Any:
        """Lift all its holds."""
        return service.lift_all(recall=_at_its_sites(record, by), by=by)

    @verb(roles=HOLDERS, body=shapes.CloseRecallInput, flow=RECALL_FLOW)
    def close(self, record: Any, by: Any, **given: Any) -> Any:
        """End it, with a note on what was found."""
        return service.close(recall=_at_its_sites(record, by), **given, by=by)

    @verb(roles=HOLDERS, flow=RECALL_FLOW)
    def reopen(self, record: Any, by: Any) -> Any:
        """Take it up again."""
        return service.reopen(recall=_at_its_sites(record, by), by=by)

    @action(detail=True, methods=["get"])
    def balance(self, request: Request, number: str) -> Response:
        """How much of each start is accounted for."""
        found = reads.balances(reads.scope(reads.suspicion_of(self.get_object())))
        return Response({"balances": shapes.BalanceOfSerializer(found, many=True).data})


def _at_its_sites(recall: Recall, by: Any) -> Recall:
    """The role must be held wherever something of it lies."""
    for code in sorted(reads.sites_touched(recall)):
        require(by, *HOLDERS, site=code)
    return recall


class RecallLineApi(RecordViewSet):
    """What recalls touch: `?recall=<number>`; CSV by Accept."""

    queryset = RecallLine.objects.select_related(
        "recall", "item__unit", "lot", "serial", "location__site", "hold"
    )
    serializer_class = shapes.RecallLineSerializer
    key = "id"
    filters = {
        "recall": "recall__number",
        "item": "item__number",
        "lot": "lot__number",
        "where": "where",
        "party": "party",
        "free": "hold__isnull",
    }
    searches = ("item__number", "lot__number", "serial__number", "party", "reference")
    orderings = ("id", "depth")
    order = ("recall__number", "depth", "id")
