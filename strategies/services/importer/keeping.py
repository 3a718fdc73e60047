"""What is wrong with the files of a run is kept with it, as far as anybody reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from strategies.models import CutOverProblem, CutOverRun, ImportProblem, ImportRun
from strategies.services.importer.problems import Kind, Problems


def keep_problems(run: ImportRun | CutOverRun, problems: Problems, *, most: int) -> None:
    """The first `most` of each sheet and level become rows of the run; one row more says how many are left out."""
    taken: Counter[Kind] = Counter()
    rows: list[dict[str, Any]] = []
    for problem in problems:
        kind = (problem.sheet, problem.level)
        taken[kind] += 1
        if taken[kind] <= most:
            rows.append({**asdict(problem), "column": problem.column[:60]})
    for (sheet, level), count in problems.counts.items():
        if count > most:
            text = _("{count} more of this kind are not listed.").format(count=count - most)
            rows.append({"sheet": sheet, "level": level, "text": text, "code": "more"})
    if isinstance(run, ImportRun):
        ImportProblem.objects.bulk_create((ImportProblem(run=run, **row) for row in rows), batch_size=2000)
    else:
        CutOverProblem.objects.bulk_create((CutOverProblem(run=run, **row) for row in rows), batch_size=2000)
