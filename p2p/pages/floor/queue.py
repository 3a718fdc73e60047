"""The tablet's queue: what this work centre does next, in scheduled order, and why something cannot start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from execution import selectors as execution
from execution.models import Clocking
from p2p.core.access import Role, may
from p2p.core.web import formats
from p2p.core.web.page import who
from p2p.pages.floor.job import job_url
from p2p.pages.floor.tablet import FloorPage
from planning.models import Operation
from strategies.models import ResourceGroup

SHOWN = 40
FIRM = ("firm", "scheduled")
READY = "ready"
SYMBOLS = {
    "ready": "circle-check",
    "blocked": "hand-stop",
    "down": "alert-triangle",
    "outside": "external-link",
    "running": "users",
}


@dataclass(frozen=True)
class Line:
    """One job of the queue, in the words of its row."""

    when: str
    day: str
    name: str
    line: str
    chips: Sequence[tuple[str, str, str]]
    why: Sequence[str]
    start_url: str
    open_url: str
    look_url: str
    primary: bool = False

    @property
    def ready(self) -> bool:
        return not self.why


class Queue(FloorPage):
    """What runs, and what comes next: all of it, or only what can start."""

    def get(self, request: HttpRequest) -> HttpResponse:
        group = self.group()
        if group is None:
            return redirect("pages:floor-station")
        found = list(execution.dispatch_list(group)[: SHOWN + 1])
        rows = found[:SHOWN]
        working = Clocking.objects.filter(by=who(request), ended_at__isnull=True, operation__in=rows)
        mine = dict(working.values_list("operation_id", "began_at"))
        waiting = [line_of(row) for row in rows if row.pk not in mine]
        if not mine:
            waiting = _first_marked(waiting)
        ready = [line for line in waiting if line.ready]
        only_ready = request.GET.get("show") == READY
        context = {
            "page": self,
            "group": group,
            "running": [
                (row, job_url(row), formats.hour(mine[row.pk]), subtitle(row))
                for row in rows
                if row.pk in mine
            ],
            "lines": ready if only_ready else waiting,
            "waiting": len(waiting),
            "ready": len(ready),
            "only_ready": only_ready,
            "shown": SHOWN if len(found) > SHOWN else 0,
            **({} if waiting else self._nothing(group)),
        }
        return render(request, "pages/floor/queue.html", context)

    def _nothing(self, group: ResourceGroup) -> dict[str, object]:
        """For an empty queue: how much is on its way, and who can bring it."""
        coming = execution.operations().filter(group=group, state="planned", order__state__in=FIRM)
        return {
            "planned": coming.count(),
            "releases": may(self.request.user, Role.SUPERVISOR, site=group.site),
        }


def _first_marked(lines: Sequence[Line]) -> list[Line]:
    """The same, with the first that can start as the page's main action."""
    first = next((place for place, line in enumerate(lines) if line.ready), -1)
    return [replace(line, primary=place == first) for place, line in enumerate(lines)]


def line_of(operation: Operation) -> Line:
    """A released operation as its row: what, how many, whether it can start and why not."""
    ready = execution.readiness(operation)
    started = operation.state == "started"
    can = ready.state in ("ready", "running")
    kind = "ok" if can else "no" if ready.state in ("blocked", "down") else "may"
    words = ready.sentence or (_("Others work on it") if ready.state == "running" else _("Ready"))
    return Line(
        when=formats.hour(operation.starts_at) if operation.starts_at else formats.NONE,
        day=formats.day(operation.starts_at or operation.order.due_on),
        name=operation.order.item.name,
        line=subtitle(operation),
        chips=[(kind, SYMBOLS.get(ready.state, "circle-dashed"), words)],
        why=[] if can or started else [f"{operation}: {ready.sentence}"],
        start_url=reverse("pages:floor-start", args=[operation.order.number, operation.number]),
        open_url=job_url(operation) if started else "",
        look_url=job_url(operation),
    )


def subtitle(operation: Operation) -> str:
    """ "MO-000123 · 10 Weld · 48 EA · 3 h 12"."""
    pieces = f"{formats.number(operation.quantity)} {operation.order.item.unit.code}"
    length = formats.duration(operation.setup_seconds + operation.run_seconds)
    return f"{operation.order.number} · {operation.number} {operation.name} · {pieces} · {length}"
