"""A setup matrix as a grid: from families down, to families across."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from p2p.core import access
from p2p.core.access import Role
from p2p.core.web import formats
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies.models import Resource, ResourceGroup, SetupMatrix
from strategies.selectors.setups import grid
from strategies.services.importer import as_csv, find_sheet
from strategies.views.boardwords import matrix_words

API = "/api/v1/strategies/setup-matrices"


class MatrixPage(RecordPage):
    """Change-over times typed, pasted and taken back in a grid."""

    template_name = "strategies/matrix.html"
    model, lookup, slot, section = SetupMatrix, "code", "setup_matrix", "strategies"
    list_url, list_title = "strategies:setup-matrices", _("Setup matrices")

    def rows(self) -> QuerySet[Any]:
        return SetupMatrix.objects.annotate(cell_count=Count("times"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") != "csv":
            return super().get(request, *args, **kwargs)
        sheet = find_sheet("setup_times")
        assert sheet is not None
        head, *lines = "".join(as_csv(sheet)).splitlines(keepends=True)
        mine = [line for line in lines if line.startswith((f"{self.record.code},", f'"{self.record.code}",'))]
        name = f'attachment; filename="{self.record.code}.csv"'
        return HttpResponse(
            [head, *mine], content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
        )

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.code

    def facts(self) -> list[Said]:
        return [Said(_("Change-overs"), formats.number(self.record.cell_count))]

    def tabs(self) -> Sequence[RecordTab]:
        return [
            RecordTab("grid", _("Grid"), "strategies/matrix_grid.html"),
            RecordTab("uses", _("Change over by it"), "strategies/matrix_uses.html"),
            RecordTab("history", _("History"), "strategies/work_history.html"),
        ]

    def extra(self) -> dict[str, Any]:
        row = self.record
        if self.tab == "uses":
            return {
                "resources": Resource.objects.filter(setup_matrix=row).order_by("code"),
                "groups": ResourceGroup.objects.filter(setup_matrix=row).order_by("code"),
            }
        shown = grid(row)
        keys = [one.pk if one else None for one in shown.families]
        return {
            "families": shown.families,
            "lines": [
                (source, [shown.cells.get((source.pk if source else None, key)) for key in keys])
                for source in shown.families
            ],
            "board": {
                "url": f"{API}/{row.code}/set-cells/",
                "revision": row.revision,
                "may": access.may(self.request.user, Role.ENGINEER, Role.INTEGRATOR),
                "families": [one.code if one else None for one in shown.families],
                "words": matrix_words(),
            },
        }
