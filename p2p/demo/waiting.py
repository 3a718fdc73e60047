"""Watching a run from the terminal."""

from __future__ import annotations

import time

from p2p.core.runs.model import Run
from p2p.demo.steps import Say
from p2p.setup.trouble import Trouble


def wait_for(run: Run, say: Say) -> None:
    """Show a run's progress until it is over; Trouble in its own words when it failed."""
    while not run.is_over:
        say(run.phase or "waiting for the worker", run.done, run.total)
        time.sleep(0.1)
        run.refresh_from_db()
    if run.state != Run.State.DONE:
        raise Trouble(f"{run} {run.get_state_display()}: {run.problem}")
