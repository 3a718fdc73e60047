"""One job on the tablet: the running number, report, scrap, finish, and the last entry with its undo."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from execution import selectors as execution
from execution.models import Clocking, Report
from execution.services.finish import finish_operation
from execution.services.report import report
from execution.services.start import start, stop
from execution.services.undo import undo
from p2p.core import clock
from p2p.core.access import at_sites
from p2p.core.facts import Refused
from p2p.core.web import formats
from p2p.core.web.once import first_time
from p2p.core.web.page import who
from p2p.pages.floor.queue import FloorPage, job_url
from planning.models import Material, Operation
from strategies.models import InstructionStep, ReasonCode

TILES = 8


class JobPage(FloorPage):
    """Everything one does at the machine."""

    def operation(self) -> Operation:
        rows = at_sites(execution.operations(), self.request.user, path="order__site__code")
        return get_object_or_404(rows, order__number=self.kwargs["number"], number=self.kwargs["operation"])

    def get(self, request: HttpRequest, number: str, operation: int) -> HttpResponse:
        row = self.operation()
        mine = Clocking.objects.filter(operation=row, by=who(request), ended_at__isnull=True).first()
        last = Report.objects.filter(operation=row, reverses__isnull=True, reversed_by__isnull=True).first()
        context = {
            "page": self,
            "group": self.group(),
            "operation": row,
            "order": row.order,
            "ready": execution.readiness(row),
            "mine": mine,
            "shift": int(clock.shifted().total_seconds()),
            **figures(row),
            **self._last(row, last),
            "reasons": _reasons()[:TILES],
            "more": _reasons()[TILES:],
            "materials": materials_of(row),
            "steps": InstructionStep.objects.filter(operation=row.route_operation_id).order_by("position"),
        }
        return render(request, "pages/floor/job.html", context)

    def _last(self, row: Operation, last: Report | None) -> dict[str, Any]:
        if last is None:
            return {"last": "", "undo_url": "", "undo_fields": ()}
        said = _("{good} good, {scrap} scrap at {at}").format(
            good=formats.number(last.good),
            scrap=formats.number(last.scrap),
            at=formats.hour(last.effective_at),
        )
        fields = (("report", last.number),)
        return {"last": said, "undo_url": job_url(row) + "undo/", "undo_fields": fields}


def materials_of(row: Operation) -> QuerySet[Material]:
    """What this operation takes; components of no operation in particular are taken at the order's first."""
    mine = Q(operation=row)
    if not row.links_before.exists():
        mine |= Q(order=row.order_id, operation__isnull=True)
    return Material.objects.filter(mine).select_related("item", "unit").order_by("position")


def figures(row: Operation) -> dict[str, Any]:
    """The numbers of the pad: what is made, what is left, how far one may go."""
    tolerance = row.order.site.over_report_fraction
    limit = row.quantity + row.quantity * tolerance
    left = max(Decimal(0), row.quantity - row.good_quantity - row.scrap_quantity)
    quick = [("+1", "+1"), ("+5", "+5"), ("+10", "+10")]
    if left:
        quick.append((_("All {left}").format(left=formats.number(left)), f"{left.normalize():f}"))
    spent = formats.duration(row.setup_seconds + row.run_seconds)
    return {
        "good": row.good_quantity,
        "scrap": row.scrap_quantity,
        "target": row.quantity,
        "limit": limit,
        "togo": left,
        "quick": quick,
        "figures": [
            (formats.number(row.scrap_quantity), _("scrap"), "bad" if row.scrap_quantity else ""),
            (spent, _("planned"), ""),
            (formats.day(row.order.due_on), _("due"), ""),
        ],
    }


def _reasons() -> list[tuple[str, str, str]]:
    rows = ReasonCode.objects.filter(kind="scrap", active=True).order_by("code")
    return [(row.code, row.name, row.icon or "circle-dashed") for row in rows]


class Act(JobPage):
    """One entry: done once however often it is sent; a refusal stays on the job until it is understood."""

    def enter(self, row: Operation) -> tuple[str, str]:
        """Call one service; (what was done, where to go)."""
        raise NotImplementedError

    def get(self, request: HttpRequest, number: str, operation: int) -> HttpResponse:
        return redirect("pages:floor-job", number, operation)

    def post(self, request: HttpRequest, number: str, operation: int) -> HttpResponse:
        row = self.operation()
        target = job_url(row)
        try:
            with transaction.atomic():
                if first_time(request):
                    said, target = self.enter(row)
                    messages.success(request, said)
        except Refused as no:
            messages.error(request, str(no))
        return redirect(target)


class Start(Act):
    def enter(self, row: Operation) -> tuple[str, str]:
        start(operation=row, resource=row.resource, by=who(self.request))
        return _("Started."), job_url(row)


class Stop(Act):
    def enter(self, row: Operation) -> tuple[str, str]:
        stop(operation=row, by=who(self.request))
        return _("Stopped."), reverse("pages:floor")


class ReportGood(Act):
    def enter(self, row: Operation) -> tuple[str, str]:
        good = _number(self.request.POST.get("quantity", ""))
        report(
            operation=row,
            good=good,
            resource=row.resource,
            seconds=_spent(row, self.request),
            by=who(self.request),
        )
        return _("{good} good booked.").format(good=formats.number(good)), job_url(row)


class ReportScrap(Act):
    def enter(self, row: Operation) -> tuple[str, str]:
        scrap = _number(self.request.POST.get("quantity", ""))
        reason = ReasonCode.objects.filter(kind="scrap", code=self.request.POST.get("reason", "")).first()
        report(
            operation=row,
            good=Decimal(0),
            scrap=scrap,
            reason=reason,
            resource=row.resource,
            by=who(self.request),
        )
        return _("{scrap} scrap booked.").format(scrap=formats.number(scrap)), job_url(row)


class Undo(Act):
    def enter(self, row: Operation) -> tuple[str, str]:
        last = get_object_or_404(Report, operation=row, number=self.request.POST.get("report", ""))
        undo(report=last, by=who(self.request))
        return _("Undone."), job_url(row)


class Finish(Act):
    def enter(self, row: Operation) -> tuple[str, str]:
        finish_operation(operation=row, by=who(self.request))
        return _("{operation} is finished.").format(operation=row), reverse("pages:floor")


class Scan(FloorPage):
    """A hand scanner: an order or one of its operations opens; anything else is named and changes nothing."""

    def post(self, request: HttpRequest) -> HttpResponse:
        code = request.POST.get("code", "").strip()[:60]
        rows = at_sites(Operation.objects.select_related("order"), request.user, path="order__site__code")
        found = rows.filter(order__number__iexact=code)
        order, _dash, number = code.rpartition("-")
        if not found.exists() and number.isdecimal() and len(number) < 10:
            # Not an order by itself: an operation, which the traveller prints as order and number.
            found = rows.filter(order__number__iexact=order, number=int(number))
        found = found.order_by("number")
        row = found.filter(state__in=("released", "started")).first() or found.first()
        if row is None:
            messages.error(
                request, _("{code} is no order or operation of this plant.").format(code=code or "–")
            )
            return redirect("pages:floor")
        return redirect(job_url(row))


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number <= 0:
        raise Refused(_("Type how many pieces first."), code="quantity", field="quantity")
    return number


def _spent(row: Operation, request: HttpRequest) -> int:
    """Seconds this person was clocked on the job, pauses left out, less what their reports have booked already."""
    now = clock.now()
    mine = Clocking.objects.filter(operation=row, by=who(request)).values_list("began_at", "ended_at")
    clocked = sum(int(((ended or now) - began).total_seconds()) for began, ended in mine)
    standing = Report.objects.filter(
        operation=row, by=who(request), reverses__isnull=True, reversed_by__isnull=True
    )
    booked = standing.aggregate(total=Sum("seconds"))["total"] or 0
    return max(0, clocked - booked)
