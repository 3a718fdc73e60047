"""What the core tells about runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model

from p2p.core.facts import Fact
from p2p.core.runs.model import Run


@dataclass(frozen=True, kw_only=True)
class RunAsked(Fact):
    """Somebody started a run; it waits for a worker."""

    run: Run

    def about(self) -> Sequence[Model]:
        return (self.run,)


@dataclass(frozen=True, kw_only=True)
class RunEnded(Fact):
    """A run is done, failed or cancelled: `state` says which."""

    run: Run
    state: str
    problem: str = ""

    def about(self) -> Sequence[Model]:
        return (self.run,)
