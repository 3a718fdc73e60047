"""Long calculations as rows: start, watch, cancel, survive a killed worker. One at a time per kind and scope.

A job is `def job(run, say) -> dict`: load (short reads) → think (pure, no transaction, calls `say`) →
store (`with storing(run): ...`, one atomic write). It returns the summary that people read.
"""

from p2p.core.runs.facts import RunAsked, RunEnded
from p2p.core.runs.model import Cancelled, Run, Say
from p2p.core.runs.outcomes import OUTCOMES, WHOLE
from p2p.core.runs.performing import perform
from p2p.core.runs.selectors import RunLine, find_run, kinds, line_of, recent_runs, run_of, visible
from p2p.core.runs.starting import cancel, start
from p2p.core.runs.storing import changed, revisions, storing
from p2p.core.runs.sweeping import sweep

__all__ = [
    "OUTCOMES",
    "WHOLE",
    "Cancelled",
    "Run",
    "RunAsked",
    "RunEnded",
    "RunLine",
    "Say",
    "cancel",
    "changed",
    "find_run",
    "kinds",
    "line_of",
    "perform",
    "recent_runs",
    "revisions",
    "run_of",
    "start",
    "storing",
    "sweep",
    "visible",
]
