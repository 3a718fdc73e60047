"""The run behind a cut-over: take everything in, measure, compare, and keep it or take it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.facts import gather, tell
from p2p.core.runs import Run, Say, storing
from strategies.facts import CheckingCutOver, Figure, MeasuringCutOver, TakenOver
from strategies.models import ControlFigure, CutOver, CutOverFigure, CutOverRun
from strategies.models.cutover import CUT_OVER_FLOW
from strategies.services.importer import Outcome, Problem, Table, take_in
from strategies.services.importer.keeping import keep_problems
from strategies.services.importer.reading import tables
from strategies.services.importer.running import KEPT

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
    known = _said(desk)
    with transaction.atomic():
        with ExitStack() as opened:
            outcome = take_in(_tables(desk, opened), say=say, partly=not run.final, by=run.asked_by)
        say(_("Measuring"), 0, 0)
        found = Found(outcome)
        found.outcome.problems += _broken(desk, known)
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


def _tables(desk: CutOver, opened: ExitStack) -> Iterator[Table]:
    """Every table of every file; each could be read when it was handed in. `opened` closes the files."""
    for file in desk.files.order_by("name"):
        yield from tables(opened.enter_context(file.content.open("rb")), file.name)


def _said(desk: CutOver) -> set[str]:
    """What the ledgers' checks object to now."""
    return {sentence for said in gather(CheckingCutOver(site=desk.site)) for sentence in said}


def _broken(desk: CutOver, known: set[str]) -> list[Problem]:
    """What the ledgers' checks and the database object to since: found now, not when a transaction that stays commits.
    What was broken before, perhaps at another site, is no business of this plant."""
    found = sorted(_said(desk) - known)
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
    keep_problems(run, found.outcome.problems, most=KEPT)
    before = _before(run)
    titles = {one.measure: one.title for one in found.figures}
    rows = {(one.measure, one.of): (str(one.title), one.value) for one in found.figures}
    for measure, of in found.expected:
        rows.setdefault((measure, of), (str(titles.get(measure, measure)), Decimal(0)))
    CutOverFigure.objects.bulk_create(
        [
            _figure(run, key, title, value, found.expected.get(key), before.get(key))
            for key, (title, value) in rows.items()
        ],
        batch_size=2000,
    )


def _figure(
    run: CutOverRun,
    key: Key,
    title: str,
    value: Decimal,
    expected: Decimal | None,
    earlier: CutOverFigure | None,
) -> CutOverFigure:
    """An acceptance holds on while both figures are the same."""
    row = CutOverFigure(
        run=run, measure=key[0], title=title[:150], of=key[1][:100], value=value, expected=expected
    )
    if earlier is not None:
        row.before = earlier.value
        if (earlier.value, earlier.expected) == (value, expected):
            row.accepted_because, row.accepted_by_id = earlier.accepted_because, earlier.accepted_by_id
    return row


def _before(run: CutOverRun) -> dict[Key, CutOverFigure]:
    """The figures of the run before."""
    last = CutOverRun.objects.filter(cut_over=run.cut_over_id, state=Run.State.DONE, pk__lt=run.pk)
    rows = CutOverFigure.objects.filter(run=last.order_by("-pk").values("pk")[:1])
    return {(row.measure, row.of): row for row in rows}
