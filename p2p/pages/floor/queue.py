"""The tablet's queue: what this work centre does next, in scheduled order, and why something cannot start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from execution import selectors as execution
from execution.models import Clocking
from p2p.core.access import Role, at_sites
from p2p.core.web import formats
from p2p.core.web.page import Page, who
from planning.models import Operation
from strategies.models import ResourceGroup, Worker

WORKERS = (Role.OPERATOR, Role.SUPERVISOR, Role.INSPECTOR)
SHOWN = 40
FIRM = ("firm", "scheduled")
SYMBOLS = {
    "ready": "circle-check",
    "blocked": "hand-stop",
    "down": "alert-triangle",
    "outside": "external-link",
}


class FloorPage(Page):
    """Base of the tablet's pages: for people of the floor, at one work centre kept in the session."""

    roles = WORKERS
    section = "floor"

    def groups(self) -> Any:
        rows = ResourceGroup.objects.filter(active=True).select_related("site").order_by("site", "code")
        return at_sites(rows, self.request.user, *WORKERS)

    def group(self) -> ResourceGroup | None:
        """The work centre of this tablet: chosen here, else the person's own."""
        chosen = self.request.session.get("floor_group")
        if chosen is None:
            worker = Worker.objects.filter(user=who(self.request), group__isnull=False).first()
            chosen = worker.group_id if worker else None
        found: ResourceGroup | None = self.groups().filter(pk=chosen).first() if chosen else None
        return found


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
    primary: bool


class Queue(FloorPage):
    """What runs, and what comes next."""

    def get(self, request: HttpRequest) -> HttpResponse:
        group = self.group()
        if group is None:
            return redirect("pages:floor-station")
        rows = list(execution.dispatch_list(group).filter(state__in=("released", "started"))[:SHOWN])
        mine = set(
            Clocking.objects.filter(by=who(request), ended_at__isnull=True, operation__in=rows).values_list(
                "operation_id", flat=True
            )
        )
        running = [row for row in rows if row.pk in mine]
        waiting = [row for row in rows if row.pk not in mine]
        context = {
            "page": self,
            "group": group,
            "running": [(row, job_url(row)) for row in running],
            "lines": [line_of(row, first=place == 0 and not running) for place, row in enumerate(waiting)],
            "planned": execution.operations()
            .filter(group=group, state="planned", order__state__in=FIRM)
            .count(),
        }
        return render(request, "pages/floor/queue.html", context)


def job_url(operation: Operation) -> str:
    return reverse("pages:floor-job", args=[operation.order.number, operation.number])


def line_of(operation: Operation, *, first: bool) -> Line:
    """A released operation as its row: what, how many, whether it can start and why not."""
    ready = execution.readiness(operation)
    started = operation.state == "started"
    can = ready.state in ("ready", "running")
    pieces = f"{formats.number(operation.quantity)} {operation.order.item.unit.code}"
    length = formats.duration(operation.setup_seconds + operation.run_seconds)
    kind = "ok" if can else "no" if ready.state in ("blocked", "down") else "may"
    words = ready.sentence or (_("Others work on it") if ready.state == "running" else _("Ready"))
    return Line(
        when=formats.hour(operation.starts_at) if operation.starts_at else formats.NONE,
        day=formats.day(operation.starts_at or operation.order.due_on),
        name=operation.order.item.name,
        line=f"{operation.order.number} · {operation.number} {operation.name} · {pieces} · {length}",
        chips=[(kind, SYMBOLS.get(ready.state, "circle-dashed"), words)],
        why=[] if can or started else [ready.sentence],
        start_url=reverse("pages:floor-start", args=[operation.order.number, operation.number]),
        open_url=job_url(operation) if started else "",
        primary=first,
    )


class Station(FloorPage):
    """Which work centre this tablet stands at."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"page": self, "groups": self.groups(), "group": self.group()}
        return render(request, "pages/floor/station.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = self.groups().filter(pk=request.POST.get("group") or 0).first()
        if chosen is not None:
            request.session["floor_group"] = chosen.pk
        return redirect("pages:floor")
