"""Jobs that the tests of runs let workers do."""

from __future__ import annotations

import os
import signal
import threading
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import OperationalError, connection

from p2p.core import runs
from p2p.core.models import SavedView
from p2p.core.refusal import Refused

begun, may_go_on = threading.Event(), threading.Event()
order: list[str] = []


def count(run: runs.Run, say: runs.Say) -> dict[str, Any]:
    """Says how far it is, stores, and returns a summary."""
    order.append(str(run))
    for step in range(3):
        say("counting", step + 1, 3)
    return {"counted": 3, "attempt": run.attempt, "hours": Decimal("1.50"), "day": date(2026, 3, 2)}


def fail(run: runs.Run, say: runs.Say) -> dict[str, Any]:
    """A mistake in the program."""
    raise ZeroDivisionError("by nought")


def refuse(run: runs.Run, say: runs.Say) -> dict[str, Any]:
    """A reason a planner understands."""
    raise Refused("There is no calendar for {site}.", site="NORTH")


def wait(run: runs.Run, say: runs.Say) -> dict[str, Any]:
    """Lets the test act in the middle."""
    begun.set()
    may_go_on.wait(20)
    say("after the wait", 1, 2)
    return {}


def store(run: runs.Run, say: runs.Say) -> dict[str, Any]:
    """Waits inside its storing transaction, then commits if the run is still its own."""
    with runs.storing(run):
        SavedView.objects.create(owner=run.asked_by, page="p", title=f"{run.pk} by {run.attempt}")
        run.summary = {"stored": True}
        begun.set()
        may_go_on.wait(20)
    return run.summary


def die(run: runs.Run, say: runs.Say) -> dict[str, Any]:
    """The worker is killed as if the power went."""
    say("about to die", 1, 2)
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def stumble(run: runs.Run, say: runs.Say) -> dict[str, Any]:
    """The database ends it, until the attempt named in its settings."""
    if run.attempt < run.settings["until"]:
        raise OperationalError("deadlock detected")
    return {"attempt": run.attempt}


def lose_connection(run: runs.Run, say: runs.Say) -> dict[str, Any]:
    """The server ends our connection while we think."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()
    with runs.storing(run):
        SavedView.objects.create(owner=run.asked_by, page="p", title="stored")
    return {}


def die_once(run: runs.Run, say: runs.Say) -> dict[str, Any]:
    """Kills its worker at the first attempt, ends well at the second."""
    if run.attempt == 1:
        die(run, say)
    return count(run, say)
