"""What is wrong with the files of a run is kept with it, as far as anybody reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from django.utils.translation import gettext as _

from strategies.models import CutOverProblem, CutOverRun, ImportProblem, ImportRun
from strategies.services.importer.problems import Kind, Problems


def keep_problems(run: ImportRun | CutOverRun, problems: Problems, *, most: int) -> None:
    """The first `most` of each sheet and level become rows of the run; one row more says how many are left out."""
    model = ImportProblem if isinstance(run, ImportRun) else CutOverProblem
    taken: Counter[Kind] = Counter()
    rows = []
    for problem in problems:
        kind = (problem.sheet, problem.level)
        taken[kind] += 1
        if taken[kind] <= most:
            rows.append(model(run=run, **{**asdict(problem), "column": problem.column[:60]}))
    for (sheet, level), count in problems.counts.items():
        if count > most:
            text = _("{count} more of this kind are not listed.").format(count=count - most)
            rows.append(model(run=run, sheet=sheet, level=level, text=text, code="more"))
    model._default_manager.bulk_create(rows, batch_size=2000)
