"""REST of lots and serial numbers."""

from __future__ import annotations

from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.access import Role, require
from p2p.core.rest import verb
from p2p.inventory.api.base import HOLDERS, WRITERS
from p2p.inventory.api.trace import traced
from p2p.inventory.models import Balance, Lot, Serial
from p2p.inventory.selectors.attributes import standings
from p2p.inventory.selectors.pieces import history, require_where_it_lies, statuses
from p2p.inventory.serializers import pieces as shapes
from p2p.inventory.services import lot_changes, lots, regroup, serials
from strategies.api.base import SheetViewSet

MOVERS = (Role.SUPERVISOR, Role.OPERATOR, Role.INTEGRATOR)
KEEPERS = (*WRITERS, Role.INSPECTOR)


def _told(piece: Lot | Serial) -> dict[str, Any]:
    """How a piece stands: status, attributes within their limits, and what happened."""
    return {
        "status": [one.words for one in statuses(piece)],
        "attributes": [
            {
                "characteristic": one.limit.characteristic.code,
                "value": one.said,
                "lower_limit": one.limit.lower,
                "upper_limit": one.limit.upper,
                "required": one.limit.required,
                "outside": one.outside,
            }
            for one in standings(piece)
        ],
        "events": [
            {"at": one.at, "title": one.title, "detail": one.said, "by": one.by} for one in history(piece)
        ],
    }


class _PieceApi(SheetViewSet):
    """What is written about a piece holds wherever it lies: the role is needed there."""

    write_roles = KEEPERS

    def partial_update(self, request: Request, number: str) -> Response:
        """Change the fields that are given, through the service; nobody's change in between is lost."""
        require_where_it_lies(request.user, self.get_object(), *self.write_roles)
        return super().partial_update(request, number)


class LotApi(_PieceApi):
    """Lots: read, made, described, tested again, split and merged."""

    queryset = Lot.objects.select_related("item__unit", "vendor")
    serializer_class, sheet = shapes.LotRecord, "lots"
    key = ("item__number", "number")
    filters = {
        "item": "item__number",
        "vendor": "vendor__number",
        "vendor_lot": "vendor_lot",
        "expires_before": "expires_on__lte",
        "retest_before": "retest_on__lte",
    }
    searches = ("number", "vendor_lot", "item__number", "item__name")
    orderings = ("number", "expires_on", "created_at")
    order = ("item__number", "number")
    adds, changes = staticmethod(lots.create_lot), staticmethod(lot_changes.change_lot)

    @action(detail=True, methods=["get"])
    def trace(self, request: Request, number: str) -> Response:
        """Where the lot went (`up`) and what it was made of (`down`): nodes and edges."""
        return traced([self.get_object()], request)

    @action(detail=True, methods=["get"])
    def history(self, request: Request, number: str) -> Response:
        """How it stands, its attributes with their limits, and everything that happened to it."""
        return Response(_told(self.get_object()))

    @verb(roles=HOLDERS, body=shapes.RetestInput, answer=shapes.LotRecord)
    def retest(self, record: Any, by: Any, **given: Any) -> Any:
        """Tested again: passed, it may be used longer; failed, it goes on hold."""
        require_where_it_lies(by, record, *HOLDERS)
        return lot_changes.retest(lot=record, **given, by=by)

    @verb(roles=MOVERS, body=shapes.SplitInput, answer=shapes.LotRecord)
    def split(self, record: Any, by: Any, **given: Any) -> Any:
        """A part of what lies at one place becomes a lot of its own."""
        require(by, *MOVERS, site=given["location"].site)
        return regroup.split(lot=record, **given, by=by)

    @verb(roles=MOVERS, body=shapes.MergeInput, answer=shapes.LotRecord, detail=False)
    def merge(self, by: Any, **given: Any) -> Any:
        """Lots of one item become one."""
        there = Balance.objects.filter(lot__in=given["lots"], quantity__gt=0).order_by()
        for code in there.values_list("location__site__code", flat=True).distinct():
            require(by, *MOVERS, site=code)
        return regroup.merge(**given, by=by)


class SerialApi(_PieceApi):
    """Serial numbers: read, made in blocks, described."""

    queryset = Serial.objects.select_related("item__unit", "lot")
    serializer_class, sheet = shapes.SerialRecord, "serials"
    key = ("item__number", "number")
    filters = {"item": "item__number", "lot": "lot__number", "vendor_serial": "vendor_serial"}
    searches = ("number", "vendor_serial", "item__number", "item__name")
    orderings = ("number", "created_at")
    order = ("item__number", "number")
    changes = staticmethod(lot_changes.change_serial)

    @action(detail=True, methods=["get"])
    def history(self, request: Request, number: str) -> Response:
        """How it stands, its attributes with their limits, and everything that happened to it."""
        return Response(_told(self.get_object()))

    @verb(roles=KEEPERS, body=shapes.SerialsInput, answer=shapes.SerialRecord, detail=False)
    def make(self, by: Any, **given: Any) -> Any:
        """A block of numbers ahead of the pieces."""
        return serials.create_serials(**given, by=by)
