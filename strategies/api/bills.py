"""Bills of material and formulas, their lines, alternates and outputs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core import clock
from p2p.core.fields import plain
from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import EDITORS, SheetViewSet, of_sheet
from strategies.api.versions import VersionViewSet
from strategies.models import BomAlternate, BomLine, BomOutput, BomVersion
from strategies.selectors import comparing
from strategies.selectors.bills import needs_of
from strategies.serializers import bills as bodies
from strategies.services import alternates, boms, formulas


class Boms(VersionViewSet):
    """BOM versions; `?expand=lines,outputs`. A new one may bring both; `needs/?quantity=` says what an order
    takes."""

    queryset, serializer_class, sheet = BomVersion.objects.all(), shapes.BomRecord, "boms"
    filters = {**VersionViewSet.filters, "kind": "kind", "component": "lines__component__number"}
    record_name = "bom"
    adds, changes = staticmethod(boms.draft_bom), staticmethod(boms.change_bom)
    removes = staticmethod(boms.delete_bom)

    @verb(roles=EDITORS, body=bodies.BomCopy)
    def copy(self, version: BomVersion, by: Any, valid_from: date | None, reason: str) -> BomVersion:
        """A draft with the same lines, steps, alternates and outputs."""
        return boms.copy_bom(bom=version, valid_from=valid_from, reason=reason, by=by)

    @action(detail=True, methods=["get"])
    def compare(self, request: Request, number: str) -> Response:
        """What differs from the version `?with=` (an id, or like `WHEEL v2`); with `?levels=1` the sums over all
        levels, too."""
        left = comparing.version_typed(request.query_params.get("with", ""))
        if left is None:
            raise exceptions.ValidationError(
                {"with": _("Give the other bill: an id, or a number like WHEEL v2.")}
            )
        right = self.get_object()
        parts = comparing.versions_compared(left, right)
        if request.query_params.get("levels"):
            parts.append(comparing.sums_compared(left, right, day=clock.today()))
        return Response({"differences": list(comparing.as_plain(parts))})

    @verb(roles=EDITORS, body=bodies.LinesGiven)
    def set_lines(
        self, version: BomVersion, by: Any, lines: Sequence[Any], revision: int | None
    ) -> BomVersion:
        """These lines in place of those there are."""
        return boms.set_lines(bom=version, lines=lines, revision=revision, by=by)

    @verb(roles=EDITORS, body=bodies.OutputsGiven)
    def set_outputs(
        self, version: BomVersion, by: Any, outputs: Sequence[Any], revision: int | None
    ) -> BomVersion:
        """These co- and by-products in place of those there are."""
        return formulas.set_outputs(bom=version, outputs=outputs, revision=revision, by=by)

    @verb(roles=EDITORS, body=bodies.Rescaled)
    def rescale(
        self,
        version: BomVersion,
        by: Any,
        batch_quantity: Decimal | None,
        line: BomLine | None,
        quantity: Decimal | None,
        revision: int | None,
    ) -> BomVersion:
        """A bigger or smaller formula: everything scalable grows alike."""
        return formulas.rescale(
            bom=version, batch_quantity=batch_quantity, line=line, quantity=quantity, revision=revision, by=by
        )

    @action(detail=True, methods=["get"])
    def needs(self, request: Request, number: str) -> Response:
        """What an order of `?quantity=` takes by each line of this version, rounded as the order would."""
        rows = needs_of(self.get_object(), _quantity(request))
        return Response(
            [
                {
                    "position": row.line.position,
                    "component": row.line.component.number,
                    "quantity": plain(row.quantity),
                    "unit": row.line.component.unit.code,
                    "per_piece": None if row.linear is None else plain(row.linear[0]),
                    "per_order": None if row.linear is None else plain(row.linear[1]),
                }
                for row in rows
            ]
        )

    @action(detail=False, methods=["post"], url_path="lines/bulk")
    def lines(self, request: Request) -> Response:
        """Lines of many bills, as the sheet bom_lines has them: each bill's lines together or not at all."""
        return of_sheet(self, request, "bom_lines")

    @action(detail=False, methods=["post"], url_path="steps/bulk")
    def steps(self, request: Request) -> Response:
        """Step tables of many lines, as the sheet bom_steps has them."""
        return of_sheet(self, request, "bom_steps")


def _quantity(request: Request) -> Decimal:
    text = request.query_params.get("quantity", "1")
    try:
        quantity = Decimal(text)
    except ArithmeticError:
        quantity = Decimal(0)
    if not quantity.is_finite() or quantity <= 0:
        raise exceptions.ValidationError({"quantity": _("A number above 0 is wanted.")})
    return quantity


class Lines(SheetViewSet):
    """Lines of bills; adding and changing needs a draft."""

    queryset = BomLine.objects.select_related(
        "bom__item", "component", "unit", "component_bom", "component_route", "vendor", "location"
    ).prefetch_related("steps", "alternates__component", "alternates__approved_by")
    serializer_class, sheet = shapes.BomLineRecord, "bom_lines"
    key, record_name, holds = "id", "line", "bom"
    filters = {
        "bom": "bom",
        "item": "bom__item__number",
        "state": "bom__state",
        "component": "component__number",
        "kind": "kind",
    }
    searches, order = ("component__number", "component__name", "note"), ("bom", "position", "id")
    adds, changes = staticmethod(boms.add_line), staticmethod(boms.change_line)
    removes = staticmethod(boms.remove_line)


class Alternates(SheetViewSet):
    """What may stand in for components. `approve/` lets supervisors use it."""

    queryset = BomAlternate.objects.select_related("line__bom__item", "component", "approved_by")
    serializer_class, sheet = shapes.AlternateRecord, "bom_alternates"
    key, record_name, holds = "id", "alternate", "line__bom"
    filters = {
        "line": "line",
        "bom": "line__bom",
        "item": "line__component__number",
        "component": "component__number",
        "unapproved": "approved_at__isnull",
    }
    searches, order = ("component__number", "line__component__number"), ("line", "priority", "id")
    adds, changes = staticmethod(alternates.add_alternate), staticmethod(alternates.change_alternate)
    removes = staticmethod(alternates.remove_alternate)

    @verb(roles=EDITORS)
    def approve(self, alternate: BomAlternate, by: Any) -> BomAlternate:
        """It may be used."""
        return alternates.approve_alternate(alternate=alternate, by=by)


class Outputs(SheetViewSet):
    """Co- and by-products; adding and changing needs a draft."""

    queryset = BomOutput.objects.select_related("bom__item", "item", "unit")
    serializer_class, sheet = shapes.OutputRecord, "bom_outputs"
    key, record_name, holds = "id", "output", "bom"
    filters = {"bom": "bom", "item": "item__number", "kind": "kind", "main": "bom__item__number"}
    searches, order = ("item__number", "item__name"), ("bom", "item__number", "id")
    adds, changes = staticmethod(formulas.add_output), staticmethod(formulas.change_output)
    removes = staticmethod(formulas.remove_output)
