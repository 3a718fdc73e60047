"""REST of going live: the desk, its files and figures, trials and the last run."""

from __future__ import annotations

from typing import Any

from p2p.core.access import Role
from p2p.core.rest import RecordViewSet, verb
from strategies.api.base import BUYERS
from strategies.models import CutOver, CutOverFigure, CutOverRun
from strategies.selectors import cutover as selectors
from strategies.serializers import cutover as shapes
from strategies.services import cutover

JUDGES = (*BUYERS, Role.COST_ACCOUNTANT)


class CutOvers(RecordViewSet):
    """Desks; `?expand=files,figures`."""

    queryset, serializer_class = selectors.desks(), shapes.CutOverRecord
    key, site_path, record_name = "id", "site__code", "cut_over"
    filters = {"site": "site__code", "state": "state"}
    searches = ("name", "note")
    order = ("-id",)
    write_roles = BUYERS
    adds = staticmethod(cutover.begin)
    changes = staticmethod(cutover.change)

    @verb(roles=BUYERS, body=shapes.FileInput)
    def add_file(self, desk: CutOver, by: Any, **given: Any) -> CutOver:
        """Keep a file of the old system; one of the same name takes its place."""
        cutover.add_file(cut_over=desk, **given, by=by)
        return desk

    @verb(roles=JUDGES, body=shapes.FigureInput)
    def set_figure(self, desk: CutOver, by: Any, **given: Any) -> CutOver:
        """What the old books say."""
        cutover.set_figure(cut_over=desk, **given, by=by)
        return desk

    @verb(roles=BUYERS)
    def try_out(self, desk: CutOver, by: Any) -> CutOverRun:
        """Take everything in, compare, take it back: a run (202)."""
        return cutover.try_out(cut_over=desk, by=by)

    @verb(roles=(Role.ADMINISTRATOR,))
    def take_over(self, desk: CutOver, by: Any) -> CutOverRun:
        """The last run (202): what the last trial showed stays."""
        return cutover.take_over(cut_over=desk, by=by)

    @verb(roles=BUYERS)
    def abandon(self, desk: CutOver, by: Any) -> CutOver:
        """Give it up."""
        return cutover.abandon(cut_over=desk, by=by)

    @verb(roles=BUYERS)
    def resume(self, desk: CutOver, by: Any) -> CutOver:
        """Take it up again."""
        return cutover.resume(cut_over=desk, by=by)


class CutOverRuns(RecordViewSet):
    """Trials and last runs; `?expand=figures,problems`."""

    queryset, serializer_class = selectors.runs_of(), shapes.CutOverRunRecord
    key, site_path = "id", "cut_over__site__code"
    filters = {"cut_over": "cut_over__name", "state": "state", "final": "final"}
    order = ("-id",)

    @verb(roles=JUDGES, body=shapes.AcceptInput)
    def accept(self, run: CutOverRun, by: Any, *, figures: list[int], because: str) -> CutOverRun:
        """Sign differences off, with the reason."""
        rows = CutOverFigure.objects.filter(run=run)
        chosen = (
            rows.filter(pk__in=figures) if figures else cutover.differing(run).filter(accepted_because="")
        )
        cutover.accept(figures=list(chosen), because=because, by=by)
        return run
