"""What came of a run that is done: not everything that ran to its end has taken in what it was given.

Runs that take lines in (`takes_in`) say so in their summary: `errors` is how many things were wrong, `saved` whether
anything stayed, `sheets` how many lines of each were read and refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

REFUSED, PARTLY, WHOLE = "refused", "partly", "whole"
OUTCOMES = ((REFUSED, _("Refused")), (PARTLY, _("Saved in part")))
"""Those that are not what "done" says, with their words."""
_WRONG = Q(summary__errors__gt=0)
_SAVED = Q(summary__saved=True)
_CHOSEN = {REFUSED: _WRONG & ~_SAVED, PARTLY: _WRONG & _SAVED, WHOLE: ~_WRONG}


def outcome_of(state: str, summary: Mapping[str, Any] | None) -> str:
    """`refused`, `partly`, or "" for what ended as its state says."""
    if state != "done" or not summary or not summary.get("errors"):
        return ""
    return PARTLY if summary.get("saved") else REFUSED


def words_of(outcome: str, summary: Mapping[str, Any] | None) -> str:
    """“Refused: 3 of 10,000 lines”; "" where the state says it all."""
    if not outcome:
        return ""
    tallies = ((summary or {}).get("sheets") or {}).values()
    refused, lines = (sum(int(one.get(name, 0)) for one in tallies) for name in ("refused", "lines"))
    if not refused:
        return str(dict(OUTCOMES)[outcome])
    text = (
        ngettext("Refused: {refused} of {lines} line", "Refused: {refused} of {lines} lines", lines)
        if outcome == REFUSED
        else ngettext(
            "Saved without {refused} of {lines} line", "Saved without {refused} of {lines} lines", lines
        )
    )
    return text.format(
        refused=number_format(refused, force_grouping=True), lines=number_format(lines, force_grouping=True)
    )


def came_to(outcome: str, *, takes_in: bool) -> Q:
    """The runs that are done with this outcome; `whole` are those with none."""
    done = Q(state="done")
    if not takes_in:
        return done if outcome == WHOLE else Q(pk__in=())
    return done & _CHOSEN.get(outcome, Q(pk__in=()))
