"""Bills of material and formulas."""

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
from strategies.models import BomVersion
from strategies.services import boms


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
