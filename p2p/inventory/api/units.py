"""REST of handling units, of labels, and of what a scanned code is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.access import Role, at_sites
from p2p.core.rest import RecordViewSet, verb
from p2p.core.rest.edge import EdgeViewSet
from p2p.inventory import selectors
from p2p.inventory.engine.scan import Garbled, read
from p2p.inventory.models import Balance, HandlingUnit
from p2p.inventory.models.lot import UNIT_FLOW
from p2p.inventory.selectors.pieces import visible_units
from p2p.inventory.selectors.scanned import Found, scanned
from p2p.inventory.serializers import pieces as shapes
from p2p.inventory.serializers.stock import BalanceSerializer, MoveSerializer
from p2p.inventory.services import packing, units
from strategies.models import Site

MOVERS = (Role.SUPERVISOR, Role.OPERATOR, Role.INTEGRATOR)
COLUMNS = {"place": "location", "unit": "handling_unit", "lot": "lot", "serial": "serial", "item": "item"}


class UnitApi(RecordViewSet):
    """Pallets, boxes and plates: made, packed, moved as one, closed, retired."""

    queryset = HandlingUnit.objects.select_related("location__site", "parent")
    serializer_class, key = shapes.UnitRecord, "number"
    filters = {
        "kind": "kind",
        "state": "state",
        "site": "location__site__code",
        "location": "location__code",
        "parent": "parent__number",
        "sscc": "sscc",
    }
    searches, orderings, order = ("number", "sscc"), ("number", "created_at"), ("number",)
    site_path = "location__site__code"

    def get_queryset(self) -> Any:
        """Those that stand nowhere yet are everybody's."""
        return visible_units(self.request.user)

    @action(detail=True, methods=["get"])
    def content(self, request: Request, number: str) -> Response:
        """What lies in it, and the units that stand in it."""
        unit = self.get_object()
        rows = selectors.balances().filter(handling_unit=unit)
        shown = BalanceSerializer(rows, many=True, context=self.get_serializer_context()).data
        inside = unit.children.order_by("number").values_list("number", flat=True)
        return Response({"stock": shown, "units": list(inside)})

    @verb(roles=MOVERS, body=shapes.UnitsInput, answer=shapes.UnitRecord, detail=False)
    def make(self, by: Any, **given: Any) -> Any:
        """New units by the number series, with an SSCC where the company has a GS1 prefix."""
        return units.create_units(**given, by=by)

    @verb(roles=MOVERS, body=shapes.PackInput, answer=MoveSerializer)
    def pack(self, record: Any, by: Any, **given: Any) -> Any:
        """Put stock into it, where it stands."""
        return packing.pack(unit=record, **given, by=by)

    @verb(roles=MOVERS, body=shapes.UnpackInput, answer=MoveSerializer)
    def unpack(self, record: Any, by: Any, **given: Any) -> Any:
        """Take stock out of it; without lines, everything."""
        return packing.unpack(unit=record, **given, by=by)

    @verb(roles=MOVERS, body=shapes.NestInput, answer=shapes.UnitRecord)
    def nest(self, record: Any, by: Any, **given: Any) -> Any:
        """Put it into another unit."""
        return units.nest(unit=record, **given, by=by)

    @verb(roles=MOVERS, answer=shapes.UnitRecord)
    def take_out(self, record: Any, by: Any) -> Any:
        """Take it out of the unit it stands in."""
        return units.take_out(unit=record, by=by)

    @verb(roles=MOVERS, body=shapes.MoveUnitInput, answer=MoveSerializer)
    def move(self, record: Any, by: Any, **given: Any) -> Any:
        """Bring it and all that is in it to another place."""
        return units.move_unit(unit=record, **given, by=by)

    @verb(roles=MOVERS, body=shapes.CloseInput, flow=UNIT_FLOW, answer=shapes.UnitRecord)
    def close(self, record: Any, by: Any, **given: Any) -> Any:
        """Nothing goes in or out any more."""
        return units.close_unit(unit=record, **given, by=by)

    @verb(roles=MOVERS, flow=UNIT_FLOW, answer=shapes.UnitRecord)
    def open(self, record: Any, by: Any) -> Any:
        """It may be packed and unpacked again."""
        return units.open_unit(unit=record, by=by)

    @verb(roles=MOVERS, flow=UNIT_FLOW, answer=shapes.UnitRecord)
    def retire(self, record: Any, by: Any) -> Any:
        """It is used no more."""
        return units.retire_unit(unit=record, by=by)

    @verb(roles=MOVERS, flow=UNIT_FLOW, answer=shapes.UnitRecord)
    def reuse(self, record: Any, by: Any) -> Any:
        """A retired one is used again."""
        return units.reuse_unit(unit=record, by=by)


class ScanApi(EdgeViewSet):
    """`GET /api/v1/inventory/scan/?site=<code>&code=<what was scanned>`: what it is, and where it lies."""

    filters = ("site", "code")
    serializer_class = serializers.Serializer

    @extend_schema(
        parameters=[
            OpenApiParameter("site", str, required=True, description="The site where it was scanned."),
            OpenApiParameter(
                "code", str, required=True, description="As the scanner gives it, FNC1 as ASCII 29."
            ),
        ],
        responses={200: OpenApiTypes.OBJECT},
    )
    def list(self, request: Request) -> Response:
        """Everything the code may be, the surest first; the elements of a GS1 code; where each lies."""
        query = request.query_params
        if not query.get("code", "").strip():
            return Response({"code": "", "elements": {}, "quantity": None, "expires_on": None, "found": []})
        site = at_sites(Site.objects.filter(code=query.get("site", "")), request.user, path="code").first()
        if site is None:
            raise serializers.ValidationError({"site": _("Say at which site it was scanned.")})
        try:
            said = read(query.get("code", ""))
        except Garbled as error:
            sentence = _("{part} cannot be read: scan it again.").format(part=error.part)
            raise serializers.ValidationError({"code": sentence}) from error
        found = scanned(said.text, site=site)
        return Response(
            {
                "code": said.text,
                "elements": said.elements,
                "quantity": said.quantity,
                "expires_on": said.expires,
                "found": [_shown(one, site) for one in found],
            }
        )


def _shown(one: Found, site: Site) -> dict[str, Any]:
    record = one.record
    told = {
        "kind": one.kind,
        "number": getattr(record, "number", None)
        or getattr(record, "code", None)
        or getattr(record, "card", ""),
        "item": one.item.number if one.item else None,
        "tracking": one.item.tracking if one.item else None,
        "stock": [],
    }
    if one.kind in COLUMNS:
        rows = selectors.balances().filter(**{COLUMNS[one.kind]: record}, location__site=site)
        told["stock"] = [_lying(row) for row in rows[:50]]
    return told


def _lying(row: Balance) -> dict[str, Any]:
    return {
        "location": row.location.code,
        "item": row.item.number,
        "lot": row.lot.number if row.lot else None,
        "serial": row.serial.number if row.serial else None,
        "unit": row.handling_unit.number if row.handling_unit else None,
        "quantity": row.quantity,
        "reserved": row.reserved,
        "held": row.held,  # type: ignore[attr-defined]
    }
