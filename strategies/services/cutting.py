"""The run behind a cut-over: take everything in, measure, compare, and keep it or take it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.facts import gather, tell
from p2p.core.runs import Run, Say, storing
from strategies.facts import CheckingCutOver, Figure, MeasuringCutOver, TakenOver
from strategies.models import ControlFigure, CutOver, CutOverFigure, CutOverProblem, CutOverRun
from strategies.models.cutover import CUT_OVER_FLOW
from strategies.services.importer import Outcome, Problem, Table, take_in
from strategies.services.importer.reading import tables

MOST_PROBLEMS = 2000
MOST_BROKEN_RULES = 50
RULE = "ledger"
"""Under this name broken rules stand where problems name their sheet."""

Key = tuple[str, str]


@dataclass
class Found:
    """What a run took in and found there."""

    outcome: Outcome
    figures: list[Figure] = field(default_factory=list)
    expected: dict[Key, Decimal] = field(default_factory=dict)
    kept: bool = False

    @property
    def differences(self) -> list[Key]:
        """Figures that are not what the old books say; what is not there at all counts as zero."""
        there = {(one.measure, one.of): one.value for one in self.figures}
        return [key for key, value in self.expected.items() if there.get(key, Decimal(0)) != value]


def perform(run: CutOverRun, say: Say) -> dict[str, Any]:
    """Take in what the files hold; a trial is rolled back to here, and so is a last run that differs from its trial.

    Of a trial, lines that are wrong are left out, so that one look shows everything there is to mend; the last run
    takes all lines or none.
    """
    with storing(run):
        desk = CutOver.objects.select_for_update(of=("self",)).select_related("site").get(pk=run.cut_over_id)
        found = _try(run, desk, say)
        if found.kept:
            CUT_OVER_FLOW.take(desk, "finish", done_at=clock.now(), revision=F("revision") + 1)
            tell(TakenOver(cut_over=desk, by=run.asked_by))
        _keep(run, found)
        run.summary = found.outcome.as_json() | {
            "saved": found.kept,
            "figures": len(found.figures),
            "differences": len(found.differences),
        }
    return dict(run.summary)


def _try(run: CutOverRun, desk: CutOver, say: Say) -> Found:
    with transaction.atomic():
        outcome = take_in(_tables(desk), say=say, partly=not run.final, by=run.asked_by)
        say(_("Measuring"), 0, 0)
        found = Found(outcome)
        found.outcome.problems += _broken(desk)
        found.figures = sorted(
            (figure for figures in gather(MeasuringCutOver(site=desk.site)) for figure in figures),
            key=lambda one: (one.measure, one.of),
        )
        rows = ControlFigure.objects.filter(cut_over=desk)
        found.expected = {(row.measure, row.of): row.expected for row in rows}
        found.kept = run.final and not outcome.errors and _as_tried(run, found)
        if not found.kept:
            transaction.set_rollback(True)
    return found


def _tables(desk: CutOver) -> Iterator[Table]:
    """Every table of every file; each could be read when it was handed in."""
    for file in desk.files.order_by("name"):
        with file.content.open("rb") as content:
            yield from list(tables(content, file.name))


def _broken(desk: CutOver) -> list[Problem]:
    """What the ledgers' checks and the database object to: found now, not when a transaction that stays commits."""
    found = [sentence for said in gather(CheckingCutOver(site=desk.site)) for sentence in said]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as error:
        found.append(str(error).splitlines()[0])
    return [Problem(RULE, sentence, code="rule") for sentence in found[:MOST_BROKEN_RULES]]


def _as_tried(run: CutOverRun, found: Found) -> bool:
    """Whether every difference of the last run was accepted in the trial before it, to the same figure."""
    trial = (
        CutOverRun.objects.filter(
            cut_over=run.cut_over_id, final=False, state=Run.State.DONE, digest=run.digest
        )
        .order_by("-pk")
        .first()
    )
    if trial is None:
        return False
    accepted = {(row.measure, row.of): row.value for row in trial.figures.exclude(accepted_because="")}
    there = {(one.measure, one.of): one.value for one in found.figures}
    new = [key for key in found.differences if accepted.get(key) != there.get(key, Decimal(0))]
    for measure, of in new:
        text = _("{measure} {of} differs otherwise than in the last trial: try again.")
        found.outcome.problems.append(
            Problem(RULE, text.format(measure=measure, of=of).replace("  ", " "), code="differs")
        )
    return not new


def _keep(run: CutOverRun, found: Found) -> None:
    CutOverProblem.objects.bulk_create(_problems(run, found.outcome.problems), batch_size=2000)
    before = _before(run)
    titles = {one.measure: one.title for one in found.figures}
    rows = {(one.measure, one.of): (str(one.title), one.value) for one in found.figures}
    for measure, of in found.expected:
        rows.setdefault((measure, of), (str(titles.get(measure, measure)), Decimal(0)))
    CutOverFigure.objects.bulk_create(
        [
            CutOverFigure(
                run=run,
                measure=measure,
                title=title[:150],
                of=of[:100],
                value=value,
                expected=found.expected.get((measure, of)),
                before=before.get((measure, of), (None, "", None))[0],
                accepted_because=_still(before.get((measure, of)), value),
                accepted_by_id=(before.get((measure, of)) or (None, "", None))[2]
                if _still(before.get((measure, of)), value)
                else None,
            )
            for (measure, of), (title, value) in rows.items()
        ],
        batch_size=2000,
    )


Earlier = tuple[Decimal | None, str, int | None]


def _before(run: CutOverRun) -> dict[Key, Earlier]:
    """Of the run before: its figure, why it was accepted, and by whom."""
    last = CutOverRun.objects.filter(cut_over=run.cut_over_id, state=Run.State.DONE, pk__lt=run.pk)
    rows = CutOverFigure.objects.filter(run=last.order_by("-pk").values("pk")[:1])
    columns = ("measure", "of", "value", "accepted_because", "accepted_by_id")
    return {(one[0], one[1]): one[2:] for one in rows.values_list(*columns)}


def _still(earlier: Earlier | None, value: Decimal) -> str:
    """An acceptance holds on while the figure is the same."""
    return earlier[1] if earlier is not None and earlier[0] == value else ""


def _problems(run: CutOverRun, problems: Iterable[Problem]) -> list[CutOverProblem]:
    every = list(problems)
    rows = [
        CutOverProblem(run=run, **{**asdict(one), "column": one.column[:60]}) for one in every[:MOST_PROBLEMS]
    ]
    if len(every) > MOST_PROBLEMS:
        text = _("{count} more are not listed.").format(count=len(every) - MOST_PROBLEMS)
        rows.append(CutOverProblem(run=run, level="warning", sheet="", text=text, code="more"))
    return rows
