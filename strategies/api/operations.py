"""Operations of routes one by one, their steps; the library and route groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core import clock
from p2p.core.rest import RecordViewSet, verb
from strategies.api.base import EDITORS, SheetViewSet, of_sheet
from strategies.models import InstructionStep, RouteGroup, RouteGroupPhase, RouteOperation, StandardOperation
from strategies.models.operation import CATEGORIES
from strategies.selectors.applicable import Place, applicable
from strategies.serializers import routeverbs as bodies
from strategies.serializers.routes import OPERATIONS, OperationRecord, StepRecord
from strategies.services import instructions, library, requirements, routegroups, routeoperations


class Operations(SheetViewSet):
    """Operations of routes; adding and changing needs a draft."""

    queryset = OPERATIONS.select_related(
        "group", "resource", *CATEGORIES, "route_group", "standard", "alternate_of", "half_finished", "route"
    )
    serializer_class, sheet = OperationRecord, "route_operations"
    key, record_name = "id", "operation"
    filters = {"route": "route", "item": "route__item__number", "group": "group__code",
               "standard": "standard__code", "half_finished": "half_finished__number"}  # fmt: skip
    searches, order = ("name", "route__item__number"), ("route", "number", "id")
    adds = staticmethod(routeoperations.put_operation)
    changes = staticmethod(routeoperations.change_operation)
    removes = staticmethod(routeoperations.remove_operation)

    @action(detail=True, methods=["get"])
    def applicable(self, request: Request, number: str) -> Response:
        """Which resources may do it on `?day=` (today when not given): best first, then those that may not
        with what they lack. `?by=operations` takes the conditions for planning whole days."""
        row, day = self.get_object(), _day(request)
        found = applicable(row, day=day, jobs=request.query_params.get("by") != "operations")
        return Response(
            [
                {
                    "secondary": one.secondary.position if one.secondary else None,
                    "name": one.secondary.name if one.secondary else "",
                    "resources": [_place(each) for each in one.places],
                }
                for one in found
            ]
        )

    @verb(roles=EDITORS, body=bodies.Conditions)
    def set_requirements(
        self, operation: RouteOperation, by: Any, requirements: Sequence[Any], revision: int | None
    ) -> RouteOperation:
        """These conditions in place of those there are."""
        return set_conditions(operation=operation, requirements=requirements, revision=revision, by=by)

    @verb(roles=EDITORS, body=bodies.BesideIt)
    def set_secondaries(
        self, operation: RouteOperation, by: Any, secondaries: Sequence[Any], revision: int | None
    ) -> RouteOperation:
        """These resources beside the operation's own in place of those there are."""
        return requirements.set_secondaries(
            operation=operation, secondaries=secondaries, revision=revision, by=by
        )

    @verb(roles=EDITORS, body=bodies.Steps)
    def set_steps(self, operation: RouteOperation, by: Any, steps: Sequence[Any]) -> RouteOperation:
        """These steps in place of those there are."""
        return instructions.set_steps(operation=operation, steps=steps, by=by)

    @verb(roles=EDITORS, body=bodies.Updated)
    def update_from_library(
        self,
        operation: RouteOperation,
        by: Any,
        only: Sequence[str] | None,
        steps: bool,
        revision: int | None,
    ) -> RouteOperation:
        """Copy over it what the library has now."""
        return library.update_from_library(
            operation=operation, only=only, steps=steps, revision=revision, by=by
        )


# The verb's own argument hides the module's name inside it.
set_conditions = requirements.set_requirements


def _day(request: Request) -> date:
    text = request.query_params.get("day", "")
    try:
        return date.fromisoformat(text) if text else clock.today()
    except ValueError:
        said = _("{text} is not a day written like 2026-11-18.").format(text=text)
        raise exceptions.ValidationError({"day": said}) from None


def _place(place: Place) -> dict[str, Any]:
    row = place.resource
    return {
        "site": row.site.code,
        "resource": row.code,
        "name": row.name,
        "applicable": place.fits,
        "lacks": [one.kind if one else "place" for one in place.lacks],
    }


class Steps(RecordViewSet):
    """Steps of work instructions, of operations and of the library."""

    queryset = InstructionStep.objects.select_related("standard", "characteristic", "operation__route")
    serializer_class, key, record_name = StepRecord, "id", "step"
    write_roles = EDITORS
    filters = {"operation": "operation", "standard": "standard__code", "required": "required"}
    searches, order = ("title", "text"), ("operation", "standard", "position", "id")
    adds = staticmethod(instructions.add_step)
    changes = staticmethod(instructions.change_step)
    removes = staticmethod(instructions.remove_step)

    @verb(roles=EDITORS, body=bodies.Place)
    def move(self, step: InstructionStep, by: Any, position: int) -> InstructionStep:
        """To another place; the others close up."""
        return instructions.move_step(step=step, position=position, by=by)


class Library(SheetViewSet):
    """The operation library; what routes took from it stays theirs."""

    queryset = StandardOperation.objects.select_related(
        "group", "resource", *CATEGORIES, "route_group"
    ).prefetch_related(
        Prefetch("steps", InstructionStep.objects.select_related("characteristic").order_by("position"))
    )
    serializer_class, sheet, record_name = bodies.LibraryRecord, "standard_operations", "standard"
    filters = {"active": "active", "group": "group__code"}
    searches, order = ("code", "name"), ("code",)
    adds = staticmethod(library.save_standard)
    changes = staticmethod(library.save_standard)
    removes = staticmethod(library.delete_standard)

    @verb(roles=EDITORS, body=bodies.Steps)
    def set_steps(self, standard: StandardOperation, by: Any, steps: Sequence[Any]) -> StandardOperation:
        """These steps in place of those there are."""
        return instructions.set_standard_steps(standard=standard, steps=steps, by=by)

    @action(detail=False, methods=["post"], url_path="steps/bulk")
    def steps(self, request: Request) -> Response:
        """Steps of the library, as the sheet standard_steps has them."""
        return of_sheet(self, request, "standard_steps")


class RouteGroups(SheetViewSet):
    """Which parts of operations are planned, and what is booked without being typed."""

    queryset = RouteGroup.objects.prefetch_related(Prefetch("phases", RouteGroupPhase.objects.order_by("pk")))
    serializer_class, sheet = bodies.RouteGroupRecord, "route_groups"
    searches, order = ("code", "name"), ("code",)
    adds = staticmethod(routegroups.save_route_group)
    changes = staticmethod(routegroups.save_route_group)
    removes = staticmethod(routegroups.delete_route_group)

    @action(detail=False, methods=["post"], url_path="phases/bulk")
    def phases(self, request: Request) -> Response:
        """Parts, as the sheet route_group_phases has them."""
        return of_sheet(self, request, "route_group_phases")
