"""What resources and people can do, and change-overs between families."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.fields import plain
from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import EDITORS, SheetViewSet
from strategies.api.whole import WholeViewSet
from strategies.api.work import asked_day, asked_number
from strategies.engine.setups import setup_seconds
from strategies.models import (
    Capability,
    CostCategory,
    ResourceCapability,
    SetupFamily,
    SetupMatrix,
    SetupTime,
    Skill,
    WorkerSkill,
)
from strategies.selectors import capacity
from strategies.services import capabilities, people, setups


class Capabilities(WholeViewSet):
    """What resources can do. `able/` names who can do it on a day, in the order they are chosen."""

    queryset, serializer_class, sheet = Capability.objects.all(), shapes.CapabilityRecord, "capabilities"
    searches, order = ("code", "name"), ("code",)
    adds = changes = staticmethod(capabilities.save_capability)
    removes = staticmethod(capabilities.delete_capability)

    @action(detail=True, methods=["get"])
    def able(self, request: Request, number: str) -> Response:
        """Resources with at least `?level=` on `?day=`, lowest priority first."""
        try:
            level = Decimal(request.query_params.get("level") or "0")
        except InvalidOperation:
            raise exceptions.ValidationError({"level": _("A number is wanted.")}) from None
        rows = capacity.able(self.get_object(), level, asked_day(request))
        found = [
            {"resource": row.resource.code, "level": plain(row.level), "priority": row.priority}
            for row in rows
        ]
        return Response({"resources": found})


class ResourceCapabilities(WholeViewSet):
    """Capabilities of resources with level, priority and days."""

    queryset, serializer_class = ResourceCapability.objects.all(), shapes.ResourceCapabilityRecord
    sheet = "resource_capabilities"
    site_path = "resource__site__code"
    filters = {
        "site": "resource__site__code",
        "resource": "resource__code",
        "capability": "capability__code",
        "level_from": "level__gte",
    }
    order = ("id",)
    adds = changes = staticmethod(capabilities.save_resource_capability)
    removes = staticmethod(capabilities.delete_resource_capability)


class Skills(WholeViewSet):
    """Skills, courses, certificates and titles."""

    queryset, serializer_class, sheet = Skill.objects.all(), shapes.SkillRecord, "skills"
    filters = {"kind": "kind"}
    searches, order = ("code", "name"), ("code",)
    adds = changes = staticmethod(people.save_skill)
    removes = staticmethod(people.delete_skill)


class WorkerSkills(WholeViewSet):
    """Skills of workers with level and expiry. `expiring/` names those that end soon."""

    queryset, serializer_class = WorkerSkill.objects.all(), shapes.WorkerSkillRecord
    sheet = "worker_skills"
    site_path = "worker__site__code"
    filters = {"worker": "worker__number", "skill": "skill__code", "expires_before": "valid_to__lte"}
    order = ("id",)
    adds = changes = staticmethod(people.save_worker_skill)
    removes = staticmethod(people.delete_worker_skill)

    @action(detail=False, methods=["get"])
    def expiring(self, request: Request) -> Response:
        """Skills that end within `?days=` days from `?day=`, or have ended, and are not renewed."""
        days = asked_number(request, "days", 60, 3660)
        mine = self.get_queryset().values("pk")
        rows = capacity.expiring(asked_day(request), days).filter(pk__in=mine)
        return Response({"results": self.get_serializer(rows, many=True).data})


class Families(WholeViewSet):
    """Setup families: items that need no change-over between them."""

    queryset, serializer_class, sheet = SetupFamily.objects.all(), shapes.FamilyRecord, "setup_families"
    searches, order = ("code", "name"), ("code",)
    adds = changes = staticmethod(setups.save_family)
    removes = staticmethod(setups.delete_family)


class Matrices(WholeViewSet):
    """Setup matrices. `set-cells/` enters change-overs, `resolve/` says how long one takes."""

    queryset, serializer_class, sheet = SetupMatrix.objects.all(), shapes.MatrixRecord, "setup_matrices"
    searches, order = ("code", "name"), ("code",)
    adds = changes = staticmethod(setups.save_matrix)
    removes = staticmethod(setups.delete_matrix)

    @verb(roles=EDITORS, body=shapes.Cells)
    def set_cells(
        self, matrix: SetupMatrix, by: Any, cells: Sequence[Mapping[str, Any]], revision: int | None
    ) -> SetupMatrix:
        """Enter change-overs; one without seconds goes away, those not named stay."""
        given = [setups.CellInput(**cell) for cell in cells]
        return setups.set_cells(matrix=matrix, cells=given, revision=revision, by=by)

    @action(detail=True, methods=["get"])
    def resolve(self, request: Request, number: str) -> Response:
        """Seconds from the family `?from=` to `?to=`; a named family outranks any."""
        cells = {
            (one.source and one.source.code, one.target and one.target.code): one.seconds
            for one in self.get_object().times.select_related("source", "target")
        }
        source, target = (request.query_params.get(name) or None for name in ("from", "to"))
        return Response({"from": source, "to": target, "seconds": setup_seconds(cells, source, target)})


class ChangeOvers(SheetViewSet):
    """The entries of setup matrices; entered with `set-cells/` of a matrix or in bulk."""

    queryset, serializer_class, sheet = SetupTime.objects.all(), shapes.ChangeOverRecord, "setup_times"
    filters = {"matrix": "matrix__code", "from": "source__code", "to": "target__code"}
    order = ("id",)


class Categories(WholeViewSet):
    """What hours and pieces are booked under."""

    queryset, serializer_class, sheet = CostCategory.objects.all(), shapes.CategoryRecord, "cost_categories"
    filters = {"kind": "kind"}
    searches, order = ("code", "name"), ("code",)
    adds = changes = staticmethod(capabilities.save_category)
    removes = staticmethod(capabilities.delete_category)
