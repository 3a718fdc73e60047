"""Reading runs of every kind as one list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import CharField, F, JSONField, Q, QuerySet, Value
from django.db.models.functions import Cast

from p2p.core.access import sites_of
from p2p.core.digits import whole
from p2p.core.refusal import Refused
from p2p.core.runs.model import Run
from p2p.core.runs.outcomes import came_to, outcome_of, words_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from p2p.core.models import User


@dataclass(frozen=True)
class RunLine:
    """One run, of whatever kind, as lists and progress bars show it."""

    kind: str
    pk: int
    title: str
    state: str
    scope: str
    phase: str
    done: int
    total: int
    problem: str
    cancel_asked: bool
    asked_by: str | None
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    outcome: str = ""
    outcome_text: str = ""

    @property
    def number(self) -> str:
        """`mrp-12`: what addresses and people call it."""
        return f"{self.kind}-{self.pk}"

    @property
    def percent(self) -> int | None:
        """0 to 100 within the phase, None when the phase does not count."""
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in {"done", "failed", "cancelled"}


_COLUMNS = ("pk", "state", "scope", "phase", "done", "total", "problem", "cancel_asked")
_TIMES = ("asked_at", "began_at", "ended_at")


def kinds() -> dict[str, type[Run]]:
    """Every concrete run model by its kind, in the order of the installed apps."""
    models = [model for model in apps.get_models() if issubclass(model, Run)]
    found = {model.kind: model for model in models}
    if len(found) != len(models):
        raise RuntimeError("Two kinds of run have the same name.")
    return found


def _lines_of(model: type[Run]) -> QuerySet[Any, Any]:
    summary: Any = F("summary") if model.takes_in else Cast(Value(None), JSONField())
    rows = model._base_manager.order_by().annotate(
        kind_=Value(model.kind, CharField()), who_=F("asked_by__username"), summary_=summary
    )
    return rows.values_list("kind_", *_COLUMNS, "who_", *_TIMES, "summary_")


def _line(row: tuple[Any, ...]) -> RunLine:
    kind, pk, state, *rest, summary = row
    title = str(kinds()[kind]._meta.verbose_name)
    outcome = outcome_of(state, summary)
    line = RunLine(kind, pk, title, state, *rest)
    return replace(line, outcome=outcome, outcome_text=words_of(outcome, summary))


def visible(user: User | AnonymousUser) -> Q:
    """The runs a user may see: those of their sites (the scope begins with the site's code), of none, their own."""
    codes = sites_of(user)
    if codes is None:
        return Q()
    mine = Q(scope="") | Q(asked_by=user.pk) | Q(scope__in=codes)
    for code in sorted(codes):
        mine |= Q(scope__startswith=f"{code}:")
    return mine


def recent_runs(
    *,
    limit: int = 20,
    kind: str = "",
    state: str = "",
    scope: str | None = None,
    asked_by: str = "",
    outcome: str = "",
    seen_by: User | AnonymousUser | None = None,
) -> list[RunLine]:
    """The latest runs of all kinds (or one), newest first, as far as `seen_by` may see them. One query."""
    chosen = [model for name, model in kinds().items() if kind in {"", name}]
    parts = []
    for model in chosen:
        rows = _lines_of(model)
        rows = rows.filter(state=state) if state else rows
        rows = rows.filter(came_to(outcome, takes_in=model.takes_in)) if outcome else rows
        rows = rows.filter(scope=scope) if scope is not None else rows
        rows = rows.filter(visible(seen_by)) if seen_by is not None else rows
        rows = rows.filter(asked_by__username=asked_by) if asked_by else rows
        # Each kind gives at most `limit`, so that ten years of runs are not sorted to show twenty.
        parts.append(rows.order_by("-asked_at", "-pk")[:limit])
    if not parts:
        return []
    first, *others = parts
    whole = first.union(*others, all=True).order_by("-asked_at", "kind_", "-pk") if others else first
    return [_line(row) for row in whole[:limit]]


def line_of(run: Run) -> RunLine:
    """One run as the line that lists show."""
    outcome = outcome_of(run.state, run.summary) if run.takes_in else ""
    return RunLine(
        kind=run.kind,
        pk=run.pk,
        title=str(run._meta.verbose_name),
        state=run.state,
        scope=run.scope,
        phase=run.phase,
        done=run.done,
        total=run.total,
        problem=run.problem,
        cancel_asked=run.cancel_asked,
        asked_by=run.asked_by.username if run.asked_by else None,
        asked_at=run.asked_at,
        began_at=run.began_at,
        ended_at=run.ended_at,
        outcome=outcome,
        outcome_text=words_of(outcome, run.summary),
    )


def run_of(kind: str, pk: int) -> Run:
    """One run, typed. Refused by name when there is none."""
    model = kinds().get(kind)
    run = model._base_manager.filter(pk=pk).first() if model else None
    if run is None:
        raise Refused("There is no run {number}.", code="not_found", number=f"{kind}-{pk}")
    return run


def find_run(number: str) -> Run | None:
    """The run called `mrp-12`, or None."""
    kind, _, key = number.rpartition("-")
    model, pk = kinds().get(kind), whole(key)
    return model._base_manager.filter(pk=pk).first() if model and pk is not None else None
