"""One job on the tablet: the running number, what was reported last, and the sheets in which work is entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from execution import selectors as execution
from execution.forms import naming_asked, reasons
from execution.half_finished import comes_as
from execution.labels import brought
from execution.models import Clocking, Report
from execution.output_forms import OutputsForm
from p2p.core import clock
from p2p.core.access import Role, at_sites, may
from p2p.core.web import formats
from p2p.core.web.page import who
from p2p.pages.floor.figures import Figures, figures_of, in_words, job_now, why_not
from p2p.pages.floor.scales import scales_of
from p2p.pages.floor.tablet import DOERS, WORKERS, FloorPage
from p2p.pages.floor.typed import SHEETS, Typed
from planning.models import Material, Operation
from planning.sequence import all_before
from strategies.models import ReasonCode
from strategies.selectors.instructions import steps_of_operations

TILES = 9
NOTHING = Typed()
FRESH = "fresh"
"""Tag of the message about a report that was just booked: it is shown on the entry itself, and heard."""


@dataclass(frozen=True)
class Entry:
    """The last report that stands: it stays on the job with its undo. `tone` is "" or, just booked, ok or warn."""

    number: str
    words: str
    when: str
    tone: str
    said: str
    labels: str = ""
    """Where the labels of what it brought into stock are."""


class JobPage(FloorPage):
    """Everything one does at the machine."""

    people: Any = WORKERS
    """Who may at the operation's site."""

    def operation(self) -> Operation:
        rows = at_sites(execution.operations(), self.request.user, *self.people, path="order__site__code")
        return get_object_or_404(rows, order__number=self.kwargs["number"], number=self.kwargs["operation"])

    def get(self, request: HttpRequest, number: str, operation: int) -> HttpResponse:
        """The job; and what was typed before the person had to log in again."""
        typed = NOTHING
        if request.GET.get("sheet"):
            why = _("You were signed out while you typed. Nothing was booked: look at it and send it again.")
            typed = Typed.of(request.GET["sheet"], request.GET, why=why, tone="warn")
        return self.show(self.operation(), typed)

    def show(self, row: Operation, typed: Typed = NOTHING, status: int = 200) -> HttpResponse:
        job = job_now(row)
        figures = figures_of(row, job)
        last = self._last(row)
        works = may(self.request.user, *DOERS, site=row.order.site)
        materials = materials_of(row)
        context = {
            "page": self,
            "group": self.group(),
            "operation": row,
            "order": row.order,
            "comes_as": comes_as(job, row),
            "job_url": job_url(row),
            "ready": execution.readiness(row),
            "why": why_not(row, job) if works else _("Operators and supervisors report on this page."),
            "mine": Clocking.objects.filter(operation=row, by=who(self.request), ended_at=None).first(),
            "refusal": "" if typed.sheet else typed.why,
            **{f"typed_{sheet}": typed if typed.sheet == sheet else None for sheet in SHEETS},
            "last": last,
            "naming": naming_asked(row),
            "beside": OutputsForm(QueryDict(typed.outputs) or None, operation=row, by=who(self.request)),
            "undo_fields": (("report", last.number),) if last else (),
            "materials": materials,
            "works": works,
            "supervisor": may(self.request.user, Role.SUPERVISOR, site=row.order.site),
            "causes": ReasonCode.Cause.choices,
            **scales_of(row, materials, typed),
            "steps": steps_of_operations([row.route_operation_id]).get(row.route_operation_id, []),
            **_drawn(row, figures),
            **_scrap_reasons(typed),
        }
        return render(self.request, "pages/floor/job.html", context, status=status)

    def _last(self, row: Operation) -> Entry | None:
        standing = Report.objects.filter(operation=row, reverses__isnull=True, reversed_by__isnull=True)
        last = standing.select_related("reason", "by").first()
        if last is None:
            return None
        today = timezone.localtime(clock.now()).date() == timezone.localtime(last.effective_at).date()
        when = formats.hour(last.effective_at) if today else formats.moment(last.effective_at)
        by = last.by.get_full_name() or last.by.get_username() if last.by else formats.NONE
        fresh = [one for one in messages.get_messages(self.request) if FRESH in one.tags.split()]
        return Entry(
            number=last.number,
            words=in_words(last),
            when=_("{when} by {person}").format(when=when, person=by),
            tone="" if not fresh else "warn" if "over" in fresh[0].tags.split() else "ok",
            said=str(fresh[0].message) if fresh else "",
            labels=reverse("execution:report-labels", args=[last.pk]) if brought(last) else "",
        )


def job_url(operation: Operation) -> str:
    return reverse("pages:floor-job", args=[operation.order.number, operation.number])


def materials_of(row: Operation) -> QuerySet[Material]:
    """What this operation takes; components of no operation in particular are taken at the order's first."""
    mine = Q(operation=row)
    if not all_before([row.order_id]).get(row.pk):
        mine |= Q(order=row.order_id, operation__isnull=True)
    return Material.objects.filter(mine).select_related("item", "unit").order_by("position")


def _drawn(row: Operation, figures: Figures) -> dict[str, Any]:
    """The figures under the names that the floor's parts read."""
    spent = formats.duration(row.setup_seconds + row.run_seconds)
    late = row.order.due_on < timezone.localtime(clock.now()).date()
    return {
        "good": figures.good,
        "scrap": figures.scrap,
        "target": figures.target,
        "limit": figures.limit,
        "togo": figures.togo,
        "there": figures.there,
        "over": figures.over,
        "quick": figures.quick,
        "unit": row.order.unit.code,
        "figures": [
            (formats.number(figures.scrap), _("scrap"), "bad" if figures.scrap else ""),
            (spent, _("planned"), ""),
            (formats.day(row.order.due_on), _("due"), "bad" if late else ""),
        ],
    }


def _scrap_reasons(typed: Typed) -> dict[str, Any]:
    rows = reasons(ReasonCode.Kind.SCRAP).order_by("code")
    tiles = [(row.code, row.name, row.icon or "circle-dashed") for row in rows]
    return {
        "reasons": tiles[:TILES],
        "more": tiles[TILES:],
        "more_open": typed.reason in [code for code, *_rest in tiles[TILES:]],
    }
