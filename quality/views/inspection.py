"""One inspection: its readings with the running verdict, and what can be decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import access
from p2p.core.access import Role, at_sites
from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from quality import forms, plots, selectors
from quality.engine.verdict import Verdict, overall
from quality.models import Inspection, Result
from quality.selectors import Found
from quality.services import decide
from quality.services.record import Reading, record

READERS = (Role.INSPECTOR, Role.OPERATOR)
WORDS = {
    Verdict.PENDING: ("open", _("Results missing")),
    Verdict.PASS: ("accepted", _("All good so far")),
    Verdict.FAIL: ("rejected", _("Out of limits")),
}


@dataclass(frozen=True)
class Cell:
    """One piece of one line: what stands there, and whether it may be typed into."""

    found: Found
    piece: int
    result: Result | None
    error: str = ""

    @property
    def key(self) -> str:
        return f"cell-{self.found.line.pk}-{self.piece}"

    @property
    def tone(self) -> str:
        return "" if self.result is None else "good" if self.result.conforms else "bad"

    @property
    def shown(self) -> str:
        return shown(self.result) if self.result else ""


def shown(result: Result) -> str:
    """A reading as it is typed."""
    return result.text if result.value is None else plain(result.value)


def sheet(inspection: Inspection) -> dict[str, Any]:
    """What the entry table draws: lines across, pieces down, verdict and plots."""
    found = selectors.findings(inspection)
    pieces = range(1, inspection.sample_size + 1)
    said = overall(each.tally for each in found)
    return {
        "record": inspection,
        "lines": found,
        "rows": [(piece, [Cell(each, piece, each.results.get(piece)) for each in found]) for piece in pieces],
        "verdict": WORDS[said],
        "missing": sum(each.tally.missing for each in found),
        "plots": [plot for each in found if (plot := plots.readings(each))],
    }


def visible(request: HttpRequest) -> QuerySet[Inspection]:
    return at_sites(selectors.inspections(), who(request), path="plan__site__code")


class InspectionPage(RecordPage):
    model, lookup, slot, section = Inspection, "number", "inspection", "quality"
    list_url, list_title = "quality:inspections", _("Inspections")
    template_name = "quality/inspection.html"

    def rows(self) -> QuerySet[Any]:
        return visible(self.request)

    def subtitle(self) -> Any:
        return f"{self.record.item.number} · {self.record.item.name}"

    def facts(self) -> Sequence[Said]:
        one = self.record
        operation = one.operation
        bought = one.replenishment
        facts = [
            *(
                [
                    Said(_("Purchase"), bought, url=reverse("planning:replenishment", args=[bought.number])),
                    Said(_("Vendor"), bought.vendor or formats.NONE),
                ]
                if bought
                else [
                    Said(_("Operation"), operation or formats.NONE),
                    Said(_("Work centre"), (operation and operation.group) or formats.NONE),
                ]
            ),
            Said(_("Quantity"), f"{formats.number(one.quantity)} {one.item.unit}"),
            Said(_("Sample"), formats.number(one.sample_size)),
            Said(_("Opened"), formats.moment(one.opened_at)),
            Said(_("Because"), one.because, url=one.plan.get_absolute_url()),
        ]
        if one.lot:
            facts.append(Said(_("Lot"), one.lot, url=reverse("inventory:lot", args=[one.lot.pk])))
        if one.decided_at:
            facts.append(Said(_("Decided"), f"{formats.moment(one.decided_at)}, {one.decided_by or ''}"))
        if one.note:
            facts.append(Said(_("Note"), one.note))
        return facts

    def tabs(self) -> Sequence[RecordTab]:
        raised = self.record.nonconformances.count()
        return (
            RecordTab("results", _("Results"), "quality/entry.html"),
            RecordTab("nonconformances", _("Nonconformances"), "quality/raised.html", count=raised),
            RecordTab("history", _("History"), "quality/history.html"),
        )

    def extra(self) -> dict[str, Any]:
        may_read = access.may(self.request.user, *READERS)
        still_open = self.record.state == Inspection.State.OPEN
        return {
            **sheet(self.record),
            "raised": selectors.nonconformances().filter(inspection=self.record).order_by("id"),
            "writable": may_read and still_open,
            "history_of": "quality.inspection",
        }


class RecordCell(Page):
    """One reading, as it is typed: answers with its cell, and the verdict and plots beside it."""

    roles = READERS

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        inspection = get_object_or_404(visible(request), number=number)
        key, piece = whole(request.POST.get("line", "")), whole(request.POST.get("piece", ""), most=2**31 - 1)
        if key is None or piece is None:
            raise Http404
        line = get_object_or_404(inspection.plan.lines.select_related("characteristic"), pk=key)
        value = request.POST.get("value", "").strip()
        error = self._keep(inspection, line.characteristic, piece, value) if value else ""
        context = sheet(inspection)
        found = next(each for each in context["lines"] if each.line.pk == line.pk)
        cell = Cell(found, piece, found.results.get(piece), error)
        status = 409 if error else 200
        return render(
            request, "quality/cell_answer.html", {**context, "cell": cell, "writable": True}, status=status
        )

    def _keep(self, inspection: Inspection, characteristic: Any, piece: int, value: str) -> str:
        standing = selectors.in_force(inspection).filter(characteristic=characteristic, sample=piece).first()
        if standing is not None and shown(standing) == value:
            return ""
        try:
            record(
                inspection=inspection,
                readings=[
                    Reading(characteristic=characteristic, sample=piece, value=value.replace(",", "."))
                ],
                # Whoever types over a value on this page sees the old one: that is a correction.
                replace=standing is not None,
                by=who(self.request),
            )
        except Refused as no:
            return str(no)
        return ""


class _Decide(ActionForm):
    model, lookup, section = Inspection, "number", "quality"
    roles = (Role.INSPECTOR,)
    form_class = forms.NoteForm


class Accept(_Decide):
    title, submit = _("Accept inspection"), _("Accept")

    def act(self, form: Any) -> Any:
        return decide.accept(inspection=self.record, note=form.cleaned_data["note"], by=who(self.request))


class Reject(_Decide):
    title, submit, danger = _("Reject inspection"), _("Reject"), True
    form_class = forms.RejectForm
    text = _("The operation, or what came in, stays blocked until the pieces are decided upon.")

    def act(self, form: Any) -> Any:
        return decide.reject(inspection=self.record, **form.cleaned_data, by=who(self.request))


class Concede(_Decide):
    title, submit = _("Accept with concession"), _("Concede")
    form_class = forms.NeedsNoteForm
    text = _("The pieces pass although they failed. The note says who agreed and why.")

    def act(self, form: Any) -> Any:
        return decide.concede(inspection=self.record, note=form.cleaned_data["note"], by=who(self.request))


class Cancel(_Decide):
    title, submit, danger = _("Skip inspection"), _("Skip"), True
    form_class = forms.NeedsNoteForm
    text = _("The operation goes on, or the goods are used, uninspected. The note says why.")

    def act(self, form: Any) -> Any:
        return decide.cancel(inspection=self.record, note=form.cleaned_data["note"], by=who(self.request))


class Reopen(_Decide):
    title, submit = _("Reopen inspection"), _("Reopen")
    text = _("Results can be corrected; the operation, or what came in, is blocked again.")

    def act(self, form: Any) -> Any:
        return decide.reopen(inspection=self.record, note=form.cleaned_data["note"], by=who(self.request))
