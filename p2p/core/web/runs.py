"""Pages of runs: the list of all kinds, one run with bar, cancel, summary and problem, the chip on top."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from p2p.core import access, clock, runs
from p2p.core.facts import Refused
from p2p.core.web.page import Page, is_fragment, who

ALIVE = ("running", "queued")


def run_url(run: Any) -> str:
    """Where a run (row or line) has its page: forms that start one go there."""
    return reverse("core:run", args=[run.kind, run.pk])


def _seconds(run: Any) -> float | None:
    if run.began_at is None:
        return None
    return float(((run.ended_at or clock.now()) - run.began_at).total_seconds())


def _may_cancel(request: HttpRequest, run: runs.Run) -> bool:
    return not run.is_over and (
        run.asked_by_id == who(request).pk or access.may(request.user, "planner", "supervisor")
    )


class RunList(Page):
    """The latest runs of every kind, newest first."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
        lines = runs.recent_runs(limit=100, kind=kind, **_asked_state(state), seen_by=request.user)
        kinds = [(name, model._meta.verbose_name) for name, model in runs.kinds().items()]
        context = {
            "lines": [(each, _seconds(each), run_url(each)) for each in lines],
            "kinds": kinds,
            "kind": kind,
            "state": state,
            "states": [*runs.Run.State.choices, *runs.OUTCOMES],
        }
        partial = is_fragment(request) and request.headers.get("HX-Target") == "runs"
        return render(request, "core/runs_table.html" if partial else "core/runs.html", context)


def _asked_state(state: str) -> dict[str, str]:
    """What a tab of the list shows: an import that was refused is not among those that are done."""
    if state in dict(runs.OUTCOMES):
        return {"outcome": state}
    return {"outcome": runs.WHOLE} if state == runs.Run.State.DONE else {"state": state}


class RunPage(Page):
    """One run. The part that changes asks for itself again until the run is over."""

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
        run = self._run(kind, pk)
        context = {
            "run": run,
            "line": runs.line_of(run),
            "title": str(run._meta.verbose_name).capitalize(),
            "percent": min(100, run.done * 100 // run.total) if run.total else None,
            "seconds": _seconds(run),
            "may_cancel": _may_cancel(request, run),
            "summary": _flat(run.summary),
            "settings": _flat(run.settings),
        }
        partial = is_fragment(request) and request.headers.get("HX-Target") == "run"
        return render(request, "core/run_body.html" if partial else "core/run.html", context)

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
        """Ask it to stop."""
        run = self._run(kind, pk)
        if not _may_cancel(request, run) and not run.is_over:
            access.require(request.user, "planner", "supervisor")
        try:
            runs.cancel(run=run, by=who(request))
        except Refused as no:
            messages.info(request, str(no))
        return redirect(run_url(run))

    def _run(self, kind: str, pk: int) -> runs.Run:
        try:
            run = runs.run_of(kind, pk)
        except Refused as no:
            raise Http404(str(no)) from no
        if not type(run)._base_manager.filter(runs.visible(who(self.request)), pk=pk).exists():
            # A run of another site is as if it were not there.
            raise Http404
        return run


def _flat(values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Summary or settings as lines: names in plain words, nested values joined."""
    return [(name.replace("_", " ").capitalize(), _say(value)) for name, value in values.items()]


def _say(value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_say(each)}" for name, each in value.items())
    if isinstance(value, list):
        shown = ", ".join(str(_say(each)) for each in value[:12])
        return shown + (" …" if len(value) > 12 else "")
    return value


class RunChip(Page):
    """The chip in the top bar: the run under way, or nothing. While one runs it asks every second."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        lines = [
            each for state in ALIVE for each in runs.recent_runs(limit=5, state=state, seen_by=request.user)
        ]
        first = lines[0] if lines else None
        watched = request.GET.get("run", "")
        ended = runs.find_run(watched) if watched and (first is None or first.number != watched) else None
        context = {
            "run": first,
            "more": len(lines) - 1,
            "url": run_url(first) if first else "",
            "ended": ended if ended and ended.is_over else None,
            "line": runs.line_of(ended) if ended else None,
            "ended_url": run_url(ended) if ended else "",
        }
        return render(request, "core/run_chip.html", context)
