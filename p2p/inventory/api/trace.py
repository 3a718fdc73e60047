"""REST of traces: both ways from lots, serial numbers, moves, orders or vendors' lots, as nodes and edges."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.rest.edge import EdgeViewSet
from p2p.inventory.models import Lot, Serial
from p2p.inventory.selectors import describe, keys_of, trace
from p2p.inventory.selectors.on_order import on_order
from p2p.inventory.selectors.starts import Suspicion, began, piece_of
from p2p.inventory.selectors.trace import Piece
from p2p.inventory.serializers.trace import shown, steps_of, to_come, way_of

ASKED = {
    "lot": "A lot: <item>~<lot>.",
    "serial": "A serial number: <item>~<serial>.",
    "move": "A move of the ledger.",
    "order": "A production order: all that it brought.",
    "vendor_lot": "A lot by its vendor's number.",
    "way": "up (where it went), down (what it was made of) or both.",
    "depth": "So many steps at most, 1 to 50.",
}


def traced(starts: list[Piece], request: Request) -> Response:
    """The trace of some pieces as an answer."""
    return _answer(keys_of(starts), request)


def _answer(keys: list[Any], request: Request) -> Response:
    query = request.query_params
    found = trace(keys, ways=way_of(query.get("way", "")), depth=steps_of(query.get("depth", "")))
    nodes = describe(found)
    items = [node.item for node in nodes.values()]
    ordered = on_order([item.pk for item in items], request.user)
    return Response(shown(found, nodes) | {"on_order": to_come(ordered, items)})


class TraceApi(EdgeViewSet):
    """`GET /api/v1/inventory/traces/?lot=<item>~<lot>`: nodes with whereabouts, edges with quantities."""

    filters = tuple(ASKED)
    serializer_class = serializers.Serializer

    @extend_schema(
        parameters=[OpenApiParameter(name, str, description=said) for name, said in ASKED.items()],
        responses={200: OpenApiTypes.OBJECT},
    )
    def list(self, request: Request) -> Response:
        """The trace. `exact` says whether a quantity is known or shared out by proportion."""
        query = request.query_params
        pieces = [piece for name in ("lot", "serial", "move") for piece in _named(name, query.getlist(name))]
        start = began(
            Suspicion(
                pieces=tuple(pieces),
                order=query.get("order", ""),
                vendor_lot=query.get("vendor_lot", ""),
            )
        )
        return _answer(list(start.keys), request)


def _named(kind: str, codes: list[str]) -> list[Piece]:
    return [_piece(kind, code) for code in codes]


def _piece(kind: str, code: str) -> Piece:
    found: Piece | None
    if kind == "move":
        found = piece_of(f"move:{code}")
    else:
        item, _tilde, number = code.partition("~")
        model: Any = Lot if kind == "lot" else Serial
        found = model.objects.filter(item__number=item, number=number).first()
    if found is None:
        raise serializers.ValidationError(
            {kind: _("There is no {what} {code}.").format(what=kind, code=code)}
        )
    return found
