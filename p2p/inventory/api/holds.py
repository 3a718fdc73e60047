"""REST of holds."""

from __future__ import annotations

from typing import Any

from p2p.core.rest import RecordViewSet, verb
from p2p.inventory import selectors, serializers
from p2p.inventory.api.base import HOLDERS
from p2p.inventory.selectors.pieces import require_to_lift, require_where_it_lies
from p2p.inventory.services import holds


class HoldApi(RecordViewSet):
    queryset = selectors.holds()
    serializer_class = serializers.HoldSerializer
    key = "id"
    filters = {"item": "item__number", "kind": "kind", "lot": "lot__number", "open": "released_at__isnull"}
    searches = ("item__number", "lot__number", "serial__number", "note", "reference")
    orderings = ("id", "placed_at")
    order = ("-id",)

    @verb(roles=HOLDERS, body=serializers.HoldInput, answer=serializers.HoldSerializer, detail=False)
    def place(self, by: Any, **given: Any) -> Any:
        """Hold stock of an item: of a lot, a serial number or at a place."""
        piece = given["lot"] or given["serial"]
        if piece and not given["location"]:
            require_where_it_lies(by, piece, *HOLDERS)
        return holds.hold(**given, by=by)

    @verb(roles=HOLDERS, answer=serializers.HoldSerializer)
    def lift(self, record: Any, by: Any) -> Any:
        """Allow its use again."""
        require_to_lift(by, record, *HOLDERS)
        return holds.unhold(holds=[record], by=by)[0]
