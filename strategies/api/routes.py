"""Route versions."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import EDITORS, of_sheet
from strategies.api.versions import VersionViewSet
from strategies.models import RouteVersion
from strategies.services import routes


class RouteVersions(VersionViewSet):
    """Route versions; `?expand=operations`."""

    queryset, serializer_class, sheet = RouteVersion.objects.all(), shapes.RouteRecord, "routes"
    adds = staticmethod(routes.draft_route)

    @verb(roles=EDITORS, body=shapes.Copy)
    def copy(self, version: RouteVersion, by: Any, valid_from: date | None) -> RouteVersion:
        """A draft with the same operations, links and instructions."""
        return routes.copy_route(route=version, valid_from=valid_from, by=by)

    @action(detail=False, methods=["post"], url_path="operations/bulk")
    def operations(self, request: Request) -> Response:
        """Operations of many routes, as the sheet route_operations has them."""
        return of_sheet(self, request, "route_operations")

    @action(detail=False, methods=["post"], url_path="links/bulk")
    def links(self, request: Request) -> Response:
        """Links between operations, as the sheet route_links has them."""
        return of_sheet(self, request, "route_links")

    @action(detail=False, methods=["post"], url_path="steps/bulk")
    def steps(self, request: Request) -> Response:
        """Work instructions, as the sheet instruction_steps has them."""
        return of_sheet(self, request, "instruction_steps")
