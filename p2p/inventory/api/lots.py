"""REST of lots and their traces."""

from __future__ import annotations

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.rest import RecordViewSet
from p2p.inventory import serializers
from p2p.inventory.api.base import WRITERS
from p2p.inventory.api.trace import traced
from p2p.inventory.models import Lot
from p2p.inventory.services import lots


class LotApi(RecordViewSet):
    queryset = Lot.objects.select_related("item")
    serializer_class = serializers.LotSerializer
    key = ("item__number", "number")
    filters = {"item": "item__number", "expires_before": "expires_on__lte"}
    searches = ("number", "vendor_lot", "item__number", "item__name")
    orderings = ("number", "expires_on", "created_at")
    order = ("item__number", "number")
    write_roles = WRITERS
    adds = staticmethod(lots.create_lot)

    @action(detail=True, methods=["get"])
    def trace(self, request: Request, number: str) -> Response:
        """Where the lot went (`up`) and what it was made of (`down`): nodes and edges."""
        return traced([self.get_object()], request.query_params)
