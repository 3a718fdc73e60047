"""What is entered on a job. Done once however often it is sent; refused with the typed figures shown again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from execution.forms import ReportForm, reasons
from execution.models import Clocking, Report
from execution.services.finish import finish_operation
from execution.services.report import report
from execution.services.start import start, stop
from execution.services.undo import undo
from execution.services.weigh import weigh_in
from p2p.core import clock
from p2p.core.access import Role, may
from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.once import first_time
from p2p.core.web.page import who
from p2p.inventory.forms.counts import number_of
from p2p.inventory.services.weighing import net_weight
from p2p.pages.floor.figures import in_words
from p2p.pages.floor.job import FRESH, JobPage, job_url, materials_of
from p2p.pages.floor.tablet import DOERS
from p2p.pages.floor.typed import Typed, beside_in
from planning.models import Operation
from strategies.models import ReasonCode


class Act(JobPage):
    """One entry of a person who may book work at the site."""

    roles, people = DOERS, DOERS
    sheet = ""
    """The sheet it is typed in: opened again, as it was, when the entry is refused."""

    def enter(self, row: Operation) -> None:
        """Call one service and say what was done."""
        raise NotImplementedError

    def target(self, row: Operation) -> str:
        """Where to go when it is done."""
        return job_url(row)

    def get(self, request: HttpRequest, number: str, operation: int) -> HttpResponse:
        return redirect("pages:floor-job", number, operation)

    def post(self, request: HttpRequest, number: str, operation: int) -> HttpResponse:
        row = self.operation()
        try:
            with transaction.atomic():
                if first_time(request):
                    self.enter(row)
                else:
                    messages.info(request, _("This was booked before; it counts once."))
        except Refused as no:
            return self._refused(no)
        return redirect(self.target(row))

    def _refused(self, no: Refused) -> HttpResponse:
        """The job as it is now, with what was typed and the sentence beside it. Nothing of it was booked."""
        typed = Typed.of(self.sheet, {**self.request.POST.dict(), **self._key(no)}, why=str(no))
        return self.show(self.operation(), typed, status=409)

    def _key(self, no: Refused) -> dict[str, str]:
        """A refused entry keeps its key, unless the key itself was spent on other figures."""
        return {"key": uuid4().hex} if no.code == "key_reused" else {}

    def _ask_to_log_in(self, request: HttpRequest) -> HttpResponseBase:
        """Signed out while typing: after the log-in the job again, with what was typed. Nothing is booked."""
        job = reverse("pages:floor-job", args=[self.kwargs["number"], self.kwargs["operation"]])
        typed = Typed.of(self.sheet, request.POST.dict())
        return redirect_to_login(job + typed.query())


class Start(Act):
    def enter(self, row: Operation) -> None:
        start(operation=row, resource=row.resource, by=who(self.request))
        messages.success(self.request, _("Started: your time runs."))


class Stop(Act):
    def enter(self, row: Operation) -> None:
        stop(operation=row, by=who(self.request))
        messages.success(self.request, _("{operation} is paused: your time stands.").format(operation=row))

    def target(self, row: Operation) -> str:
        return reverse("pages:floor")


class _Reported(Act):
    """Pieces, checked by the form that the work list uses too."""

    field = ""
    also: tuple[str, ...] = ("reason", "note")
    """What else the sheet asks for."""

    def enter(self, row: Operation) -> None:
        given = {name: self.request.POST.get(name, "") for name in self.also}
        supervisor = may(self.request.user, Role.SUPERVISOR, site=row.order.site)
        given |= {self.field: self.quantity(row)} | self.beside()
        form = ReportForm(given, operation=row, by=who(self.request), supervisor=supervisor)
        made = report(
            operation=row,
            **{**form.sound_figures(), "resource": row.resource, "seconds": self.seconds(row)},
            by=who(self.request),
        )
        self._say(row, made)

    def quantity(self, row: Operation) -> str:
        """What was typed, or put on the scale."""
        weighings: str = self.request.POST.get("weighings", "")
        if not weighings.strip():
            return self.request.POST.get("quantity", "")
        item = row.order.item
        return plain(net_weight(item=item, weighings=weighings, tare=self.request.POST.get("tare", "")))

    def beside(self) -> dict[str, str]:
        """What was typed of co- and by-products."""
        return {}

    def seconds(self, row: Operation) -> int:
        return 0

    def _say(self, row: Operation, made: Report) -> None:
        words = _("{what} booked.").format(what=in_words(made))
        over = made.operation.good_quantity - row.quantity
        tags = FRESH
        if made.good and over > 0:
            words = _("{what} booked: {over} more than ordered.").format(
                what=in_words(made), over=formats.number(over)
            )
            tags = f"{FRESH} over"
        messages.success(self.request, words, extra_tags=tags)


class ReportGood(_Reported):
    sheet, field = "report", "good"
    also = ("note", "lot", "serials", "plate", "catch_quantity", "end_picking", "end_route", "despite")

    def beside(self) -> dict[str, str]:
        return beside_in(self.request.POST.dict())

    def seconds(self, row: Operation) -> int:
        return unbooked_seconds(row, self.request)


class ReportScrap(_Reported):
    sheet, field, also = "scrap", "scrap", ("reason", "note", "cause", "despite")


class WeighIn(Act):
    """A component from the scale into the order."""

    sheet = "weigh"

    def enter(self, row: Operation) -> None:
        said = self.request.POST
        key = whole(said.get("material", ""))
        one = materials_of(row).filter(pk=key).first() if key is not None else None
        if one is None:
            self.sheet = ""
            raise Refused(_("This component is not on this job: look at the job again."))
        rows = reasons(ReasonCode.Kind.ADJUSTMENT).filter(code=said.get("reason", ""))
        issued = weigh_in(
            material=one,
            weighings=said.get("weighings", ""),
            tare=said.get("tare", ""),
            more_comes=bool(said.get("more_comes")),
            reason=rows.first(),
            catch_quantity=number_of(said.get("catch_quantity", "").strip()),
            by=who(self.request),
        )
        weight = sum((each.move.quantity for each in issued), Decimal(0))
        words = _("{quantity} {unit} of {item} weighed in.")
        messages.success(
            self.request,
            words.format(quantity=formats.number(weight), unit=one.unit.code, item=one.item.number),
        )


class Undo(Act):
    def enter(self, row: Operation) -> None:
        asked = self.request.POST.get("report", "")
        last = Report.objects.filter(operation=row, number=asked).select_related("reason").first()
        if last is None:
            raise Refused(_("This entry is not on this job: look at the job again."))
        undo(report=last, by=who(self.request))
        messages.success(self.request, _("Taken back: {what}.").format(what=in_words(last)))


class Finish(Act):
    def enter(self, row: Operation) -> None:
        finish_operation(operation=row, by=who(self.request))
        messages.success(self.request, _("{operation} is finished.").format(operation=row))

    def target(self, row: Operation) -> str:
        return reverse("pages:floor")


def unbooked_seconds(row: Operation, request: HttpRequest) -> int:
    """Seconds this person was clocked on the job, pauses left out, less what their reports have booked already."""
    now = clock.now()
    mine = Clocking.objects.filter(operation=row, by=who(request)).values_list("began_at", "ended_at")
    clocked = sum(int(((ended or now) - began).total_seconds()) for began, ended in mine)
    standing: Any = Report.objects.filter(
        operation=row, by=who(request), reverses__isnull=True, reversed_by__isnull=True
    )
    booked = standing.aggregate(total=Sum("seconds"))["total"] or 0
    return max(0, clocked - booked)
