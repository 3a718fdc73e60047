"""A worker takes the next run of a kind and scope and sees it through."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.carry import plain_json
from p2p.core.facts import tell
from p2p.core.posting import send, through_workers
from p2p.core.refusal import Refused
from p2p.core.runs.facts import RunEnded
from p2p.core.runs.model import ATTEMPTS, Cancelled, Run

log = logging.getLogger(__name__)
BEAT = 2.0
"""Seconds between heartbeats; the sweeper gives up on a run after fifteen of them."""
SPOKEN = 0.5
"""Seconds between two progress writes when no thread writes them."""


def perform(label: str, key: int) -> None:
    """Take the oldest waiting run of the kind and scope of run `key`, and do it; nothing when one is under way.

    The message is only a hint: delivered twice, or late, it does no harm. When the run ends, the next in
    line is offered.
    """
    model = _model(label)
    scope = model._base_manager.filter(pk=key).values_list("scope", flat=True).first()
    while scope is not None:
        run = claim(model, scope)
        if run is None:
            return
        _see_through(run)
        if through_workers():
            _offer_next(model, scope)
            return


def _model(label: str) -> type[Run]:
    model = apps.get_model(label)
    if not issubclass(model, Run):
        raise TypeError(f"{label} is not a run")
    return model


@transaction.atomic
def claim(model: type[Run], scope: str) -> Run | None:
    """Mark the oldest waiting run of the scope as running; None when one runs already or none waits."""
    with connection.cursor() as cursor:
        # Two workers asking at once take turns here, so that nobody ever meets the unique constraint.
        name = f"run {model._meta.label_lower} {scope}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    rows = model._base_manager.filter(scope=scope)
    if rows.filter(state=Run.State.RUNNING).exists():
        return None
    run = rows.filter(state=Run.State.QUEUED).order_by("pk").select_for_update().first()
    if run is None:
        return None
    begun, beat = run.began_at or clock.now(), clock.machine_now()
    model.FLOW.take(run, "begin", attempt=F("attempt") + 1, heartbeat_at=beat, began_at=begun)
    return run


def _offer_next(model: type[Run], scope: str) -> None:
    rows = model._base_manager.filter(scope=scope, state=Run.State.QUEUED)
    key = rows.order_by("pk").values_list("pk", flat=True).first()
    if key is not None:
        send("p2p.core.perform", model._meta.label_lower, key, queue=model.queue)


def _see_through(run: Run) -> None:
    if run.stored_at is not None:
        # The last worker died between storing and saying so: doing it again would store it twice.
        end(run, "finish", summary=run.summary)
        return
    try:
        work: Callable[[Run, Any], dict[str, Any]] = import_string(run.job)
        with Progress(run) as say:
            summary = work(run, say)
        end(run, "finish", summary=plain_json(summary or {}))
    except Cancelled:
        # Asked to stop after its result was stored: then it is done.
        end(run, "finish" if run.stored_at else "cancel", summary=run.summary)
    except Refused as no:
        end(run, "fail", problem=str(no))
    except Exception as error:  # the border between the job and everything else: nothing may pass silently
        log.exception("%s failed", run)
        if isinstance(error, (OperationalError, InterfaceError)) and run.attempt < ATTEMPTS:
            _back_in_line(run)
            return
        problem = _("The calculation stopped on an unexpected error: {error}. Its details are kept with it.")
        end(run, "fail", problem=problem.format(error=_brief(error)), trace=traceback.format_exc())


def _back_in_line(run: Run) -> None:
    """The database ended it: a deadlock, a restart. That passes by itself, so the run is begun again.

    When the database is still away, this fails too, and the sweeper does it once the heartbeat is old.
    """
    if not connection.in_atomic_block:
        connection.close()
    with transaction.atomic():
        mine = type(run)._base_manager.filter(pk=run.pk, attempt=run.attempt, state=Run.State.RUNNING)
        if mine.select_for_update().exists():
            run.FLOW.take(run, "requeue", trace=traceback.format_exc(), heartbeat_at=clock.machine_now())


def _brief(error: Exception) -> str:
    words = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def end(run: Run, step: str, **also: Any) -> None:
    """Close this attempt. Nothing happens when another worker has taken the run over meanwhile."""
    with transaction.atomic():
        mine = (
            type(run)
            ._base_manager.select_for_update()
            .filter(pk=run.pk, attempt=run.attempt, state=Run.State.RUNNING)
        )
        if not mine.exists():
            log.warning("%s attempt %s was taken over; its end is not recorded", run, run.attempt)
            return
        run.FLOW.take(run, step, ended_at=clock.now(), **also)
        tell(RunEnded(run=run, state=run.state, problem=run.problem, by=run.asked_by))


class Progress:
    """The `say` of one attempt. With workers a thread writes phase and heartbeat on a connection of its own, so
    that the job may talk inside its storing transaction and a long silent step still counts as alive."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.threaded = through_workers()
        self.spoken = 0.0
        self.said: tuple[str, int, int] = (run.phase, run.done, run.total)
        self.stopped = False
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, name=f"heart of {run}", daemon=True)

    def __enter__(self) -> Progress:
        if self.threaded:
            self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        if self.threaded:
            self.thread.join()
        elif not self.stopped:
            self._write()

    def __call__(self, phase: str, done: int = 0, total: int = 0) -> None:
        """Remember how far the run is; raises Cancelled when it is to stop."""
        new_phase = phase != self.said[0]
        self.said = (phase[:80], done, total)
        if not self.threaded and (new_phase or time.monotonic() - self.spoken >= SPOKEN):
            self._write()
        if self.stopped:
            raise Cancelled

    def _write(self) -> None:
        self.spoken = time.monotonic()
        phase, done, total = self.said
        mine = type(self.run)._base_manager.filter(
            pk=self.run.pk, attempt=self.run.attempt, state=Run.State.RUNNING
        )
        now = clock.machine_now()
        alive = mine.filter(cancel_asked=False).update(phase=phase, done=done, total=total, heartbeat_at=now)
        if not alive:
            # A job asked to stop is still alive until it hears: keep the heart going, or it is swept away.
            mine.update(heartbeat_at=now)
            self.stopped = True

    def _beat(self) -> None:
        try:
            while not self.over.wait(min(BEAT, SPOKEN * 2)):
                self._write_safely()
            self._write_safely()
        finally:
            connection.close()

    def _write_safely(self) -> None:
        try:
            self._write()
        except Exception:  # the database may be away for a moment; the next beat tries a new connection
            log.warning("No heartbeat for %s", self.run, exc_info=True)
            connection.close()
