"""Recalls: the list, a new one with a preview of what it touches, its page, its lines, and what is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from p2p.core.access import Role, require
from p2p.core.facts import Refused
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.inventory import filters, paper
from p2p.inventory.forms.recall import CloseRecallForm, RecallForm
from p2p.inventory.forms.stock import NothingForm
from p2p.inventory.models import Recall, RecallLine
from p2p.inventory.selectors import recall as reads
from p2p.inventory.selectors.starts import piece_of
from p2p.inventory.services import recall as service
from p2p.inventory.words import item_url

HOLDERS = (Role.INSPECTOR, Role.SUPERVISOR)
SHOWN = 200


class Recalls(ListPage):
    model, title, section, slot = Recall, _("Recalls"), "inventory", "recalls"
    search = ("number", "title", "starts__said")
    order = ("-id",)
    filterset_class = filters.RecallFilter
    columns = (
        Column("number", _("Recall"), kind="code", link=True, width=120),
        Column("title", _("Why"), width=220),
        Column("state", _("State"), kind="state"),
        Column("practice", _("Exercise"), kind="yes"),
        Column("starts.said", _("Began with"), value=lambda one: one.starts.get("said", "")),
        Column("summary.pieces", _("Lots"), kind="number", value=lambda one: one.summary.get("pieces", 0)),
        Column("summary.holds", _("Held"), kind="number", value=lambda one: one.summary.get("holds", 0)),
        Column(
            "summary.customers",
            _("Customers"),
            kind="number",
            value=lambda one: one.summary.get("customers", 0),
        ),
        Column("asked_at", _("Drawn up"), kind="time"),
        Column("asked_by", _("By"), order="asked_by__username", width=96),
        Column("closed_at", _("Closed"), kind="time"),
    )
    tabs = (
        Tab("open", _("Open"), "state=open", counted=True, hot=True),
        Tab("held", _("All on hold"), "state=held", counted=True, hot=True),
        Tab("closed", _("Closed"), "state=closed"),
    )
    empty_title = _("No recall")
    empty_text = _("Begin with a lot, a serial number, a vendor, a machine, a worker, a shift or an order.")
    empty_action = (_("New recall"), "inventory:recall-new")

    def rows(self) -> QuerySet[Any]:
        return reads.recalls()


class RecallNew(ActionForm):
    section, form_class, roles = "inventory", RecallForm, HOLDERS
    title, submit = _("New recall"), _("Draw up")
    text = _("What you name adds up. Everything that came of it is looked for; nothing is held yet.")
    template_name = "inventory/recall_new.html"

    def initial(self) -> dict[str, Any]:
        named = [piece_of(code) for code in self.request.GET.getlist("of")]
        return {"numbers": ", ".join(getattr(piece, "number", f"#{piece.pk}") for piece in named if piece)}

    def act(self, form: Any) -> Any:
        return service.draw_up(**form.cleaned_data, by=who(self.request))

    def said(self, result: Recall) -> Any:
        return _now("{recall} is drawn up: {lines} lines.").format(
            recall=result.number, lines=formats.number(result.summary["lines"])
        )


class RecallPreview(Page):
    """What the form as it stands would touch: drawn while one types."""

    roles = HOLDERS

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = RecallForm(request.POST)
        form.is_valid()
        if not form.named:
            return render(request, "inventory/recall_preview.html", {"nothing": True})
        context: dict[str, Any] = {}
        problems = [str(said) for name, each in form.errors.items() if name != "title" for said in each]
        try:
            if not problems:
                upstream = bool(form.cleaned_data.get("upstream"))
                found = reads.scope(form.cleaned_data["suspicion"], upstream=upstream)
                context = {
                    "lines": [(line, RecallLine.Where(line.where).label) for line in found.lines[:SHOWN]],
                    "more": max(0, len(found.lines) - SHOWN),
                    "summary": reads.summary(found.lines),
                    "cut": found.trace.cut,
                }
        except Refused as no:
            problems = [str(no)]
        return render(request, "inventory/recall_preview.html", {**context, "problems": problems})


class RecallPage(RecordPage):
    model, lookup, slot, section = Recall, "pk", "recall", "inventory"
    list_url, list_title = "inventory:recalls", _("Recalls")
    annex = ("journal", "talk", "files")

    def rows(self) -> QuerySet[Any]:
        return reads.recalls()

    def badges(self) -> Sequence[tuple[str, Any]]:
        tones = {"open": "late", "held": "hold", "closed": "finished"}
        shown = [(tones[self.record.state], self.record.get_state_display())]
        return [*shown, ("proposed", _("Exercise"))] if self.record.practice else shown

    def subtitle(self) -> Any:
        return self.record.title

    def facts(self) -> Sequence[Said]:
        one, told = self.record, self.record.summary
        changes = told.get("changes")
        facts = [
            Said(_("Began with"), one.starts.get("said") or formats.NONE),
            Said(_("Lots and serials"), formats.number(told.get("pieces", 0))),
            Said(_("Holds"), formats.number(told.get("holds", 0)), "bad" if told.get("holds") else ""),
            Said(_("Customers"), formats.number(told.get("customers", 0))),
            Said(_("As of"), formats.moment(one.drawn_at)),
            Said(_("By"), one.asked_by or formats.NONE),
        ]
        if changes:
            said = _now("{new} new, {gone} gone").format(new=changes["new"], gone=changes["gone"])
            facts.append(Said(_("When last looked"), said, "bad" if changes["new"] else ""))
        if one.closed_at:
            facts.append(Said(_("Closed"), f"{formats.moment(one.closed_at)} · {one.closed_by or ''}"))
        return facts

    def tabs(self) -> Sequence[RecordTab]:
        parties = reads.by_party(self.record)
        return (
            RecordTab("lines", _("Touched"), "inventory/recall_lines.html", self.record.lines.count()),
            RecordTab("customers", _("Customers"), "inventory/recall_customers.html", len(parties)),
            RecordTab("balance", _("Accounted for"), "inventory/recall_balance.html"),
        )

    def extra(self) -> dict[str, Any]:
        tab = self.tab
        if tab == "customers":
            return {"parties": reads.by_party(self.record)}
        if tab == "balance":
            return self._balance()
        lines = reads.lines_of(self.record)
        return {"lines": lines[:SHOWN], "more": max(0, lines.count() - SHOWN)}

    def _balance(self) -> dict[str, Any]:
        try:
            return {"balances": reads.balances(reads.scope(reads.suspicion_of(self.record)))}
        except Refused as no:
            return {"problem": str(no)}


class RecallLines(ListPage):
    """All lines of one recall, with filters, CSV and XLSX."""

    model, section, page_key = RecallLine, "inventory", "inventory.recallline"
    search = ("item__number", "item__name", "lot__number", "serial__number", "party", "reference")
    order = ("depth", "id")
    filterset_class = filters.RecallLineFilter
    columns = (
        Column("depth", _("Step"), kind="number"),
        Column("item.number", _("Item"), kind="code", width=120, href=item_url),
        Column("item.name", _("Name")),
        Column("lot.number", _("Lot"), kind="code", width=120),
        Column("serial.number", _("Serial"), kind="code", width=120),
        Column("where", _("Where"), value=lambda one: one.get_where_display(), order="where", width=170),
        Column("quantity", _("Quantity"), kind="quantity", unit="item.unit.code"),
        Column("location.site.code", _("Site"), kind="code", width=80),
        Column("location.code", _("Place"), kind="code", width=100),
        Column("party", _("Customer or vendor"), width=170),
        Column("reference", _("Document"), kind="code", width=120),
        Column("held", _("On hold"), kind="yes", value=lambda one: one.hold_id is not None, order="hold"),
        Column("note", _("Note"), hidden=True),
    )
    empty_title, empty_text = _("Nothing is touched"), _("Draw it up again with Look again.")

    @cached_property
    def recall(self) -> Recall:
        return get_object_or_404(Recall, pk=self.kwargs["pk"])

    @property
    def title(self) -> str:  # type: ignore[override]
        return _now("What {recall} touches").format(recall=self.recall.number)

    def rows(self) -> QuerySet[Any]:
        return reads.lines_of(self.recall)


class _Step(ActionForm):
    """A step of a recall: for people who may hold at every site where something of it lies."""

    model, lookup, section, roles = Recall, "pk", "inventory", HOLDERS
    form_class: Any = NothingForm

    def admit(self) -> None:
        super().admit()
        for code in sorted(reads.sites_touched(self.record)):
            require(self.request.user, *self.roles, site=code)


class HoldAll(_Step):
    title, submit, danger = _("Hold everything it touches"), _("Hold all"), True
    text = _("Every lot and serial number it touches is put on hold, and orders in process are blocked.")

    def act(self, form: Any) -> Any:
        return service.hold_all(recall=self.record, by=who(self.request))

    def said(self, result: Recall) -> Any:
        holds = result.summary["holds"]
        words = ngettext(
            "{holds} lot or serial number is on hold.", "{holds} lots and serial numbers are on hold.", holds
        )
        return words.format(holds=holds)


class LookAgain(_Step):
    title, submit = _("Look again"), _("Look again")
    text = _("What came since is added; when all is on hold, it is held, too.")

    def act(self, form: Any) -> Any:
        return service.refresh(recall=self.record, by=who(self.request))

    def said(self, result: Recall) -> Any:
        changes = result.summary["changes"]
        return _now("{new} lines are new, {gone} are gone.").format(new=changes["new"], gone=changes["gone"])


class LiftAll(_Step):
    title, submit = _("Lift all its holds"), _("Lift all")
    text = _("Everything it held may be used again; blocked orders may go on.")

    def act(self, form: Any) -> Any:
        return service.lift_all(recall=self.record, by=who(self.request))


class CloseRecall(_Step):
    form_class = CloseRecallForm
    title, submit = _("Close the recall"), _("Close")

    def act(self, form: Any) -> Any:
        return service.close(recall=self.record, **form.cleaned_data, by=who(self.request))


class ReopenRecall(_Step):
    title, submit = _("Reopen the recall"), _("Reopen")

    def act(self, form: Any) -> Any:
        return service.reopen(recall=self.record, by=who(self.request))


class RecallLetters(Page):
    """One letter per customer, with all that was shipped to them."""

    roles = HOLDERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        recall = get_object_or_404(Recall, pk=pk)
        parties = reads.by_party(recall)
        if not parties:
            raise Http404(_now("Nothing of {recall} was shipped.").format(recall=recall.number))
        answer = HttpResponse(paper.letters(recall, parties), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{recall.number}.pdf"'
        return answer
