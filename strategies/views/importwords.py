"""What came of an import, in a few words and a colour: a finished run is not always good news."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from strategies.models import ImportRun


@dataclass(frozen=True)
class Outcome:
    """A state of the house, or a colour with the words for it."""

    state: str
    words: Any = ""

    def __str__(self) -> str:
        return str(self.words or self.state)


def outcome(run: ImportRun) -> Outcome:
    if run.state != run.State.DONE:
        return Outcome(run.state, "" if not run.is_over else run.get_state_display().capitalize())
    wrong = bool(run.summary.get("errors"))
    if run.summary.get("saved"):
        return Outcome("started", _("Saved in part")) if wrong else Outcome("finished", _("Saved"))
    if not run.dry_run:
        return Outcome("late", _("Nothing saved"))
    return Outcome("late", _("Lines refused")) if wrong else Outcome("released", _("Right, not saved yet"))


def counts(run: ImportRun) -> dict[str, int]:
    """Lines of all sheets: read, new, changed, refused, and those that were or would be taken."""
    tallies = run.summary.get("sheets", {}).values()
    found = {name: sum(one[name] for one in tallies) for name in ("lines", "created", "changed", "refused")}
    return {**found, "right": found["lines"] - found["refused"]}
