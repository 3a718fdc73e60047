"""Runs whose worker died, or whose message was lost, get going again."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.posting import send
from p2p.core.runs.facts import RunEnded
from p2p.core.runs.model import ATTEMPTS, Run
from p2p.core.runs.selectors import kinds

RESEND = timedelta(seconds=60)


def silence() -> timedelta:
    """How long a running run may say nothing before it counts as dead."""
    return timedelta(seconds=float(getattr(settings, "RUN_SILENCE", 30)))


def sweep() -> int:
    """Requeue or fail the silent, offer the waiting again; how many rows were touched. Safe to run anywhere."""
    return sum(_sweep_kind(model) for model in kinds().values())


def _sweep_kind(model: type[Run]) -> int:
    now = clock.machine_now()
    touched = 0
    with transaction.atomic():
        quiet = model._base_manager.filter(state=Run.State.RUNNING, heartbeat_at__lt=now - silence())
        # A row somebody holds is alive: its worker is about to commit.
        for run in quiet.order_by("pk").select_for_update(skip_locked=True):
            _requeue_or_fail(run)
            touched += 1
    waiting = model._base_manager.filter(state=Run.State.QUEUED, heartbeat_at__lt=now - RESEND)
    for scope in waiting.order_by("scope").values_list("scope", flat=True).distinct():
        touched += _offer_again(model, scope)
    return touched


def _requeue_or_fail(run: Run) -> None:
    if run.cancel_asked:
        run.FLOW.take(run, "cancel", ended_at=clock.now())
    elif run.attempt < ATTEMPTS or run.stored_at:
        # An hour ago, so that the offer below goes out in this very sweep.
        run.FLOW.take(run, "requeue", heartbeat_at=clock.machine_now() - RESEND * 60)
        return
    else:
        problem = _(
            "Its worker stopped {count} times while calculating; see the worker's log, then start it again."
        )
        run.FLOW.take(run, "fail", ended_at=clock.now(), problem=problem.format(count=run.attempt))
    tell(RunEnded(run=run, state=run.state, problem=run.problem, by=run.asked_by))


def _offer_again(model: type[Run], scope: str) -> int:
    rows = model._base_manager.filter(scope=scope)
    if rows.filter(state=Run.State.RUNNING).exists():
        return 0
    key = rows.filter(state=Run.State.QUEUED).order_by("pk").values_list("pk", flat=True).first()
    if key is None or not send("p2p.core.perform", model._meta.label_lower, key, queue=model.queue):
        return 0
    return rows.filter(state=Run.State.QUEUED).update(heartbeat_at=clock.machine_now())
