"""REST of what comes out of an operation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from execution.output_serializers import YieldedSerializer
from execution.services.adding import may_add
from execution.services.beside import expected_of
from p2p.core.refusal import Refused
from p2p.inventory.forms.counts import number_of


class ComesOut:
    """An operation says what would come out beside its next report."""

    @action(detail=True, methods=["get"], url_path="comes-out")
    def comes_out(self, request: Request, **_key: str) -> Response:
        """Co- and by-products of `good` more pieces (0), and whether others may be added. Empty before the last
        operation: nothing comes into stock there."""
        operation = self.get_object()  # type: ignore[attr-defined]
        good = number_of(request.query_params.get("good", "0"))
        if good is None or good < 0:
            raise Refused(_("Say how many pieces are good: a number."), field="good")
        last = not operation.links_after.exists()
        found = expected_of(operation.order, good) if last else []
        return Response(
            {
                "results": YieldedSerializer(found, many=True).data,
                "may_add": last and may_add(operation.order, request.user),  # type: ignore[arg-type]
            }
        )
