"""BOM and route versions: their lines, their life."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import EDITORS, SheetViewSet, of_sheet
from strategies.facts import Activating
from strategies.models import BomVersion, RouteVersion
from strategies.models.version import VERSION_FLOW
from strategies.services import boms, routes, versions


class VersionViewSet(SheetViewSet):
    """What BOMs and routes have in common."""

    filters = {"item": "item__number", "site": "site__code", "state": "state", "version": "version"}
    searches, orderings = ("item__number", "item__name", "name"), ("item__number", "valid_from")
    order = ("item__number", "version", "id")
    key = "id"

    @verb(roles=EDITORS, flow=VERSION_FLOW)
    def submit(self, version: Any, by: Any) -> Any:
        """Ask for approval."""
        return versions.submit(version=version, by=by)

    @verb(roles=EDITORS, flow=VERSION_FLOW)
    def approve(self, version: Any, by: Any) -> Any:
        """It may be used."""
        return versions.approve(version=version, by=by)

    @verb(roles=EDITORS, flow=VERSION_FLOW)
    def reject(self, version: Any, by: Any) -> Any:
        """Back to its author."""
        return versions.reject(version=version, by=by)

    @verb(
        roles=EDITORS,
        flow=VERSION_FLOW,
        body=shapes.Activation,
        ask=lambda version, by: Activating(version=version, by=by),
    )
    def activate(self, version: Any, by: Any, replace: bool) -> Any:
        """Planning and new orders use it from now on."""
        return versions.activate(version=version, replace=replace, by=by)

    @verb(roles=EDITORS, flow=VERSION_FLOW)
    def retire(self, version: Any, by: Any) -> Any:
        """Not to be used any more."""
        return versions.retire(version=version, by=by)


class Boms(VersionViewSet):
    """BOM versions; `?expand=lines`."""

    queryset, serializer_class, sheet = BomVersion.objects.all(), shapes.BomRecord, "boms"
    adds = staticmethod(boms.draft_bom)

    @verb(roles=EDITORS, body=shapes.Copy)
    def copy(self, version: BomVersion, by: Any, valid_from: date | None) -> BomVersion:
        """A draft with the same lines."""
        return boms.copy_bom(bom=version, valid_from=valid_from, by=by)

    @action(detail=False, methods=["post"], url_path="lines/bulk")
    def lines(self, request: Request) -> Response:
        """Lines of many bills, as the sheet bom_lines has them: each bill's lines together or not at all."""
        return of_sheet(self, request, "bom_lines")


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
