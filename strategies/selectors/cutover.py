"""What the cut-over desk shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from p2p.core.runs import Run
from strategies.models import ControlFigure, CutOver, CutOverFigure, CutOverRun
from strategies.services.importer import Sheet, sheets


def desks() -> QuerySet[CutOver]:
    """Each with how many files, control figures and trials it has."""
    return CutOver.objects.select_related("site", "created_by").annotate(
        file_count=Count("files", distinct=True),
        trial_count=Count("runs", filter=Q(runs__final=False, runs__state="done"), distinct=True),
    )


def runs_of() -> QuerySet[CutOverRun]:
    """Trials and the last run, newest first, with how many lines were refused and how many figures differ."""
    differs = Q(figures__expected__isnull=False) & ~Q(figures__value=F("figures__expected"))
    return CutOverRun.objects.select_related("cut_over__site", "asked_by").annotate(
        error_count=Count("problems", filter=Q(problems__level="error"), distinct=True),
        differing_count=Count("figures", filter=differs, distinct=True),
        open_count=Count("figures", filter=differs & Q(figures__accepted_because=""), distinct=True),
    )


def last_run(desk: CutOver) -> CutOverRun | None:
    """The newest run that came to its end."""
    return runs_of().filter(cut_over=desk, state=Run.State.DONE).order_by("-pk").first()


def figures(run: CutOverRun, show: str = "") -> QuerySet[CutOverFigure]:
    """What a run found: all, those that differ from the old books (`differing`), or from the run before (`moved`)."""
    rows = CutOverFigure.objects.filter(run=run).select_related("accepted_by").order_by("measure", "of")
    if show == "differing":
        return rows.filter(expected__isnull=False).exclude(value=F("expected"))
    if show == "moved":
        return rows.filter(before__isnull=False).exclude(value=F("before"))
    if show == "totals":
        return rows.filter(Q(of="") | Q(expected__isnull=False))
    return rows


def control_figures() -> QuerySet[ControlFigure]:
    return ControlFigure.objects.select_related("cut_over__site")


@dataclass(frozen=True)
class Brought:
    """A sheet that a plant brings along, and what the last run made of it."""

    sheet: Sheet
    tally: dict[str, int] | None


def brought(run: CutOverRun | None) -> list[Brought]:
    """Every sheet of going live in the order it is taken in."""
    tallies: dict[str, Any] = run.summary.get("sheets", {}) if run else {}
    return [Brought(sheet, tallies.get(sheet.name)) for sheet in sheets() if sheet.opens]
