"""How the facts of quality read in a record's history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from p2p.core.web import journal
from quality.models import Inspection, NonConformance


def _decided(said: Mapping[str, Any]) -> str:
    words = {
        Inspection.State.ACCEPTED: _("accepted it"),
        Inspection.State.REJECTED: _("rejected it"),
        Inspection.State.CONCEDED: _("accepted it with concession"),
        Inspection.State.CANCELLED: _("skipped it"),
    }
    return _with_note(words.get(said.get("state", ""), _("decided it")), said)


def _recorded(said: Mapping[str, Any]) -> str:
    results = said.get("results")
    count = results if isinstance(results, int) else len(results or ())
    words = ngettext("read {count} value", "read {count} values", count).format(count=count)
    if said.get("bad"):
        words += _(", {bad} out of limits").format(bad=said["bad"])
    if said.get("replaced"):
        words += _(", correcting {replaced}").format(replaced=said["replaced"])
    return words


def _disposed(said: Mapping[str, Any]) -> str:
    if said.get("state") == NonConformance.State.CLOSED:
        return _("closed it")
    words = {
        NonConformance.Disposition.USE: _("decided to use it as it is"),
        NonConformance.Disposition.REWORK: _("decided to rework it"),
        NonConformance.Disposition.SCRAP: _("decided to scrap it"),
        NonConformance.Disposition.RETURN: _("decided to return it to the vendor"),
    }
    return _with_note(words.get(said.get("disposition", ""), _("decided it")), said)


def _with_note(words: str, said: Mapping[str, Any]) -> str:
    return f"{words}: {said['note']}" if said.get("note") else words


def register() -> None:
    """Called once by AppConfig.ready."""
    journal.phrase("quality.InspectionDecided", _decided)
    journal.phrase("quality.ResultsRecorded", _recorded)
    journal.phrase("quality.NonConformanceDecided", _disposed)
    journal.phrase(
        "quality.InspectionOpened",
        lambda said: _("caused it: {because}").format(because=said.get("because", "")),
    )
    journal.phrase("quality.InspectionReopened", lambda said: _("reopened it"))
    journal.phrase("quality.NonConformanceOpened", lambda said: _("noted it"))
    journal.phrase("quality.PlanDrafted", lambda said: _("wrote or changed the draft"))
    journal.phrase("quality.PlanActivated", lambda said: _("activated it"))
    journal.phrase("quality.PlanRetired", lambda said: _("retired it"))
