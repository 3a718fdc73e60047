"""Asking for a run, and asking it to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.carry import plain_json
from p2p.core.facts import tell
from p2p.core.posting import send, through_workers
from p2p.core.refusal import Refused
from p2p.core.runs.facts import RunAsked, RunEnded
from p2p.core.runs.model import Run
from p2p.core.runs.performing import perform

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def start(*, run: Run, by: User | None) -> Run:
    """Save the run as queued and hand it to a worker once this transaction commits.

    When another run of its kind and scope is under way it waits in line and starts when that one ends.
    """
    run.state, run.asked_by, run.asked_at = Run.State.QUEUED, by, clock.now()
    run.heartbeat_at = clock.machine_now()
    run.settings = plain_json(run.settings)
    run.save()
    tell(RunAsked(run=run, by=by))
    transaction.on_commit(lambda: offer(run))
    return run


def offer(run: Run) -> None:
    """A message to a worker (or, without workers, the work itself). Which run it takes is decided there."""
    if through_workers():
        send("p2p.core.perform", run._meta.label_lower, run.pk, queue=run.queue)
    else:
        perform(run._meta.label_lower, run.pk)


@transaction.atomic
def cancel(*, run: Run, by: User | None) -> Run:
    """A waiting run ends now; a running one when it next says how far it is. Refused when it is over."""
    rows = type(run)._base_manager.filter(pk=run.pk)
    if rows.filter(state=Run.State.QUEUED).update(
        state=Run.State.CANCELLED, cancel_asked=True, ended_at=clock.now()
    ):
        run.refresh_from_db()
        tell(RunEnded(run=run, state=run.state, by=by))
        return run
    if not rows.filter(state=Run.State.RUNNING).update(cancel_asked=True):
        run.refresh_from_db()
        raise Refused(_("{run} is over: there is nothing to cancel."), code="run_over", run=run)
    run.refresh_from_db()
    return run
