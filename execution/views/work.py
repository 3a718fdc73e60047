"""Working on operations: release, start, report, undo, stops. Each form calls one service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from execution import forms, selectors, words
from execution.came_out import varied_in
from execution.models import Downtime, GivenUp, Report
from execution.services import downtime, release, start, undo
from execution.services.report import report
from execution.shortages import shortages
from p2p.core.access import Role, at_sites, may
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import stay, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from planning.models import Operation, ProductionOrder

SUPERVISOR = (Role.SUPERVISOR,)
FLOOR = (Role.OPERATOR, Role.SUPERVISOR)


class Release(ActionForm):
    model, lookup, section, title, submit = (
        ProductionOrder,
        "pk",
        "execution",
        _("Release order"),
        _("Release"),
    )
    form_class, roles = forms.ReleaseForm, SUPERVISOR

    @property
    def text(self) -> str:
        lacking = shortages([self.record])[self.record.pk]
        if not lacking:
            return _now("All components of {order} are free in stock.").format(order=self.record)
        names = ", ".join(map(str, lacking))
        return _now("Free stock lacks {names}.").format(names=names)

    def act(self, form: Any) -> Any:
        release.release(orders=[self.record], **form.cleaned_data, by=who(self.request))
        return stay(text=_now("{order} released.").format(order=self.record))


class _OnOperation(ActionForm):
    model, lookup, section = Operation, "pk", "execution"
    roles: Any = FLOOR

    @cached_property
    def record(self) -> Any:
        rows = at_sites(selectors.operations(), who(self.request), path="order__site__code")
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class ReportWork(_OnOperation):
    title, submit, form_class = _("Report"), _("Report"), forms.ReportForm
    also = "execution/outputs_fields.html"

    def heading(self) -> Any:
        return _now("Report {operation}").format(operation=self.record)

    @property
    def text(self) -> str:
        ready = selectors.readiness(self.record).pieces
        return _now("{name}: {ready} {unit} ready, {good} good and {scrap} scrap so far.").format(
            name=self.record.name,
            ready=formats.number(ready),
            unit=self.record.order.unit.code,
            good=formats.number(self.record.good_quantity),
            scrap=formats.number(self.record.scrap_quantity),
        )

    def form_kwargs(self) -> dict[str, Any]:
        site = self.record.order.site
        return {
            "operation": self.record,
            "by": who(self.request),
            "supervisor": may(self.request.user, Role.SUPERVISOR, site=site),
        }

    def act(self, form: Any) -> Any:
        row = report(operation=self.record, **form.figures(), by=who(self.request))
        said = _now("{good} good, {scrap} scrap reported.").format(
            good=formats.number(row.good), scrap=formats.number(row.scrap)
        )
        return stay(text=said)


class StartWork(_OnOperation):
    title, submit, form_class = _("Start work"), _("Start"), forms.StartForm

    def heading(self) -> Any:
        return _now("Start {operation}").format(operation=self.record)

    def form_kwargs(self) -> dict[str, Any]:
        return {"operation": self.record}

    def act(self, form: Any) -> Any:
        start.start(operation=self.record, **form.cleaned_data, by=who(self.request))
        return stay(text=_now("{operation} started.").format(operation=self.record))


class ReportPage(RecordPage):
    model, lookup, slot, section = Report, "number", "report", "execution"
    list_url, list_title = "execution:reports", _("Reports")

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.reports(), who(self.request), path="operation__order__site__code")

    def badges(self) -> Sequence[tuple[str, Any]]:
        if self.record.reverses_id:
            return [("cancelled", _("Reversal"))]
        return [("cancelled", _("Undone"))] if self.record.undone else []

    def subtitle(self) -> Any:
        order = self.record.operation.order
        return f"{self.record.operation} · {order.item.number} {order.item.name}"

    def facts(self) -> Sequence[Said]:
        one = self.record
        order = one.operation.order
        facts = [
            Said(_("Good"), f"{formats.number(one.good)} {order.item.unit.code}"),
            Said(_("Scrap"), formats.number(one.scrap), "bad" if one.scrap > 0 else ""),
            Said(_("Time"), formats.duration(one.seconds) if one.seconds else formats.NONE),
            Said(_("When"), formats.moment(one.effective_at)),
            Said(_("Order"), order.number, url=words.order_url(order)),
            Said(_("By"), one.by or formats.NONE),
        ]
        if one.reason:
            facts.insert(2, Said(_("Reason"), one.reason.name))
        if one.cause:
            facts.insert(3, Said(_("At fault"), one.get_cause_display()))
        if one.made_up_for:
            facts.append(
                Said(_("Made up for"), one.made_up_for.number, url=words.report_url(one.made_up_for))
            )
        if one.reverses:
            facts.append(Said(_("Takes back"), one.reverses.number, url=words.report_url(one.reverses)))
        if one.note:
            facts.append(Said(_("Note"), one.note))
        return facts

    def tabs(self) -> Sequence[RecordTab]:
        return (RecordTab("moves", _("What it moved"), "execution/report_moves.html"),)

    def extra(self) -> dict[str, Any]:
        return {
            "materials": selectors.material_moves(self.record.operation.order).filter(report=self.record),
            "outputs": selectors.output_moves(self.record),
            "pieces": selectors.wip_moves(self.record),
            "given_up": GivenUp.objects.filter(report=self.record).select_related("material__item__unit"),
            "ends": _ends(self.record),
            "varied": varied_in(self.record),
        }


def _ends(one: Report) -> list[Any]:
    """What it ended beside what it moved."""
    said = (
        (one.ends_route, _("It ended the route card: the operation is finished without more time.")),
        (one.finishes and not one.ends_route, _("It finished the operation.")),
        (one.ends_picking, _("It ended the picking list: what was left is not needed any more.")),
    )
    return [words for holds, words in said if holds]


class UndoReport(ActionForm):
    model, lookup, section, form_class, roles = Report, "pk", "execution", forms.UndoForm, FLOOR
    title, submit, danger = _("Undo report"), _("Undo"), True
    text = _("Everything it did is taken back by a report with the opposite sign.")

    def act(self, form: Any) -> Any:
        reversal = undo.undo(report=self.record, **form.cleaned_data, by=who(self.request))
        return words.report_url(reversal)

    def said(self, result: Any) -> Any:
        return _now("{report} undone.").format(report=self.record)


class WentDown(ActionForm):
    section, form_class, roles = "execution", forms.DownForm, FLOOR
    title, submit = _("Report a stop"), _("It stopped")

    def act(self, form: Any) -> Any:
        row = downtime.went_down(**form.cleaned_data, by=who(self.request))
        return stay(text=_now("{resource} is down.").format(resource=row.resource))


class CameUp(ActionForm):
    model, lookup, section, form_class, roles = Downtime, "pk", "execution", forms.NothingForm, FLOOR
    title, submit = _("It works again"), _("It works again")

    def act(self, form: Any) -> Any:
        row = downtime.came_up(resource=self.record.resource, by=who(self.request))
        return stay(text=_now("{resource} works again.").format(resource=row.resource))
