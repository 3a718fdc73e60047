"""Route versions: their graph, drawn and redrawn; their time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.digits import whole
from p2p.core.fields import plain
from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import EDITORS, of_sheet
from strategies.api.versions import VersionViewSet
from strategies.models import RouteOperation, RouteVersion, StandardOperation
from strategies.selectors.laidout import LaidOut, laid_out
from strategies.selectors.routes import differences, operations_of, time_of
from strategies.serializers import routeverbs as bodies
from strategies.serializers.routes import OperationRecord
from strategies.services import library, routedrafts, routelinks, routeoperations, routes


class RouteVersions(VersionViewSet):
    """Route versions; `?expand=operations,links`."""

    queryset, serializer_class, sheet = RouteVersion.objects.all(), shapes.RouteRecord, "routes"
    adds = staticmethod(routes.draft_route)

    @verb(roles=EDITORS, body=shapes.Copy)
    def copy(self, version: RouteVersion, by: Any, valid_from: date | None) -> RouteVersion:
        """A draft with the same operations, links, requirements and instructions."""
        return routes.copy_route(route=version, valid_from=valid_from, by=by)

    # ---- the graph

    @verb(roles=EDITORS, body=bodies.Links)
    def draw(self, version: RouteVersion, by: Any, links: Any, revision: int | None) -> RouteVersion:
        """These links in place of those there are."""
        wanted = [(one["before"], one["after"], one["hard"]) for one in links]
        return routelinks.set_links(route=version, links=wanted, revision=revision, by=by)

    @verb(roles=EDITORS, body=bodies.HardJoint)
    def connect(
        self, version: RouteVersion, by: Any, before: int, after: int, hard: bool, revision: int | None
    ) -> RouteVersion:
        """One operation waits for another."""
        return routelinks.connect(
            route=version, before=before, after=after, hard=hard, revision=revision, by=by
        )

    @verb(roles=EDITORS, body=bodies.Joint)
    def disconnect(
        self, version: RouteVersion, by: Any, before: int, after: int, revision: int | None
    ) -> RouteVersion:
        """It does not wait for the other any more."""
        return routelinks.disconnect(route=version, before=before, after=after, revision=revision, by=by)

    @verb(roles=EDITORS, body=bodies.Beside)
    def put_beside(
        self, version: RouteVersion, by: Any, number: int, beside: int, revision: int | None
    ) -> RouteVersion:
        """An operation goes on at the same time as another."""
        return routelinks.put_beside(route=version, number=number, beside=beside, revision=revision, by=by)

    @verb(roles=EDITORS, body=bodies.Between)
    def put_between(
        self,
        version: RouteVersion,
        by: Any,
        number: int,
        before: int | None,
        after: int | None,
        revision: int | None,
    ) -> RouteVersion:
        """An operation moves between two others, to the start or to the end."""
        return routelinks.put_between(
            route=version, number=number, before=before, after=after, revision=revision, by=by
        )

    @verb(roles=EDITORS, body=bodies.Revised)
    def renumber(self, version: RouteVersion, by: Any, revision: int | None) -> RouteVersion:
        """Count 10, 20, 30 in the order of work."""
        return routeoperations.renumber(route=version, revision=revision, by=by)

    @verb(roles=EDITORS, body=bodies.Revised)
    def undo(self, version: RouteVersion, by: Any, revision: int | None) -> RouteVersion:
        """Take the last change back."""
        return routedrafts.undo(route=version, revision=revision, by=by)

    @verb(roles=EDITORS, body=bodies.Taken, answer=OperationRecord)
    def take_from_library(
        self,
        version: RouteVersion,
        by: Any,
        standard: StandardOperation,
        after: int | None,
        beside: int | None,
        revision: int | None,
    ) -> RouteOperation:
        """A new operation with copies of the library's properties and steps."""
        return library.take_from_library(
            route=version, standard=standard, after=after, beside=beside, revision=revision, by=by
        )

    # ---- reading

    @action(detail=True, methods=["get"])
    def timeline(self, request: Request, number: str) -> Response:
        """How long an order of `?quantity=` takes, in seconds of working time, and what decides it. With `?start=`
        also when it is done that begins then, by the calendars, were nobody in its way."""
        route = self.get_object()
        rows, quantity = operations_of(route), _quantity(request)
        found = time_of(route, quantity, rows)
        laid = _laid_out(request, route, quantity, rows)
        steps = [
            {
                "number": one.number,
                "quantity": plain(Decimal(round(float(one.quantity), 6))),
                "starts": float(one.start),
                "ends": float(one.end),
                "slack": float(one.slack),
                **(
                    {"starts_at": laid.steps[one.number][0], "ends_at": laid.steps[one.number][1]}
                    if laid
                    else {}
                ),
            }
            for one in found.steps.values()
        ]
        answer = {"lead": float(found.lead), "critical": list(found.critical), "operations": steps}
        return Response({**answer, "done_at": laid.done} if laid else answer)

    @action(detail=True, methods=["get"], url_path=r"compare/(?P<other>\d+)")
    def compare(self, request: Request, number: str, other: str) -> Response:
        """What differs from another version, operation by operation."""
        key = whole(other)
        second = None if key is None else self.get_queryset().filter(pk=key).first()
        if second is None:
            raise exceptions.NotFound(_("There is no route version {key}.").format(key=other[:40]))
        rows: Sequence[Any] = differences(self.get_object(), second)
        return Response(
            [
                {
                    "number": one.number,
                    "change": one.change,
                    "fields": [
                        {"field": each.field, "old": str(each.old), "new": str(each.new)}
                        for each in one.fields
                    ],
                }
                for one in rows
            ]
        )

    # ---- many at once

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

    @action(detail=False, methods=["post"], url_path="requirements/bulk")
    def requirements(self, request: Request) -> Response:
        """What operations ask of resources, as the sheet requirements has it."""
        return of_sheet(self, request, "requirements")

    @action(detail=False, methods=["post"], url_path="secondaries/bulk")
    def secondaries(self, request: Request) -> Response:
        """Resources beside the operation's own, as the sheet secondaries has them."""
        return of_sheet(self, request, "secondaries")


def _laid_out(
    request: Request, route: RouteVersion, quantity: Decimal, rows: Sequence[RouteOperation]
) -> LaidOut | None:
    text = request.query_params.get("start", "")
    if not text:
        return None
    try:
        start = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        start = None
    if start is None or start.tzinfo is None or not 1990 <= start.year <= 2100:
        said = _("{text} is not an instant such as 2026-03-02T06:00:00Z.").format(text=text[:40])
        raise exceptions.ValidationError({"start": said})
    return laid_out(route, quantity, start, rows)


def _quantity(request: Request) -> Decimal:
    text = request.query_params.get("quantity", "1")
    try:
        quantity = Decimal(text)
    except InvalidOperation:
        quantity = Decimal(0)
    if not quantity.is_finite() or quantity <= 0:
        raise exceptions.ValidationError(
            {"quantity": _("{text} is not a quantity above 0.").format(text=text)}
        )
    return quantity
