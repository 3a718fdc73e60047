"""The cut-over desk: files and control figures in, trials, what differs, and the last run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core import sites
from p2p.core.access import Role
from p2p.core.web import formats
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage
from p2p.core.web.page import Page
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.core.web.runs import run_url
from strategies.models import CutOver, CutOverFile, CutOverRun
from strategies.selectors import cutover as selectors
from strategies.services import cutover
from strategies.services.importer import sheets, template
from strategies.views.problems import problems_shown

PREPARERS = (Role.ENGINEER, Role.BUYER, Role.INTEGRATOR)
JUDGES = (*PREPARERS, Role.COST_ACCOUNTANT)
SHOWN = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CutOvers(ListPage):
    model, title, section, slot = CutOver, _("Going live"), "strategies", "cutovers"
    search = ("name", "site__code", "note")
    order = ("-id",)
    columns = (
        Column("name", _("Name"), link=True),
        Column("site.code", _("Site"), width=110),
        Column("day", _("First day here"), kind="date", width=130),
        Column("state", _("State"), kind="state", width=150),
        Column("file_count", _("Files"), kind="number", width=80),
        Column("trial_count", _("Trials"), kind="number", width=80),
        Column("created_at", _("Begun"), kind="time", width=150),
        Column("created_by", _("By"), width=160, order="created_by__username"),
    )
    empty_title = _("No plant goes live")
    empty_text = _("A desk gathers what a running plant brings along, tries it out, and takes it over once.")
    empty_icon, empty_action = "transfer-in", (_("New cut-over"), "strategies:new-cut-over")

    def rows(self) -> QuerySet[Any]:
        return selectors.desks()


class DeskPage(RecordPage):
    template_name = "strategies/record.html"
    model, lookup, slot, section = CutOver, "pk", "cutover", "strategies"
    list_url, list_title = "strategies:cut-overs", _("Going live")
    annex = ("journal", "talk")

    def rows(self) -> QuerySet[Any]:
        return selectors.desks()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """While a run is under way the page asks again; when it is over, the whole page is drawn anew."""
        answer = super().get(request, *args, **kwargs)
        if request.GET.get("poll") and not self.record.runs.filter(state__in=cutover.UNDER_WAY).exists():
            answer["HX-Refresh"] = "true"
        return answer

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.note

    def facts(self) -> Sequence[Said]:
        desk, run = self.record, self._run
        found = [
            Said(_("Site"), desk.site.code),
            Said(_("First day here"), formats.day(desk.day)),
            Said(_("Files"), formats.number(desk.file_count)),
            Said(_("Trials"), formats.number(desk.trial_count)),
        ]
        if run is not None:
            found += [
                Said(
                    _("Refused lines"), formats.number(run.error_count), "bad" if run.error_count else "good"
                ),
                Said(
                    _("Open differences"), formats.number(run.open_count), "bad" if run.open_count else "good"
                ),
            ]
        return found

    @property
    def _run(self) -> Any:
        if not hasattr(self, "_last"):
            self._last = selectors.last_run(self.record)
        return self._last

    def tabs(self) -> Sequence[RecordTab]:
        run = self._run
        return [
            RecordTab(
                "files", _("What comes over"), "strategies/cutover_files.html", count=self.record.file_count
            ),
            RecordTab(
                "compare",
                _("Comparison"),
                "strategies/cutover_compare.html",
                count=run.open_count if run else None,
            ),
            RecordTab(
                "problems",
                _("Problems"),
                "strategies/cutover_problems.html",
                count=run.error_count if run else None,
            ),
            RecordTab("books", _("Old books"), "strategies/cutover_books.html"),
            RecordTab("runs", _("Trials"), "strategies/cutover_runs.html", count=self.record.trial_count),
        ]

    def extra(self) -> dict[str, Any]:
        desk, run = self.record, self._run
        tab = self.tab
        under_way = desk.runs.filter(state__in=cutover.UNDER_WAY).first()
        found: dict[str, Any] = {
            "run": run,
            "under_way": under_way,
            "under_way_url": run_url(under_way) if under_way else "",
            "open": desk.state == CutOver.State.OPEN,
        }
        if tab == "files":
            found |= {"files": desk.files.select_related("added_by"), "brought": selectors.brought(run)}
        elif tab == "books":
            found["books"] = desk.figures.all()[:SHOWN]
        elif tab == "runs":
            found["runs"] = selectors.runs_of().filter(cut_over=desk).order_by("-pk")[:SHOWN]
        elif run is not None:
            found |= _shown(run, tab, self.request)
        return found


def _shown(run: CutOverRun, tab: str, request: HttpRequest) -> dict[str, Any]:
    """What the problems and the comparison of a run show."""
    return problems_shown(run, request) if tab == "problems" else _figures(run, request)


def _figures(run: CutOverRun, request: HttpRequest) -> dict[str, Any]:
    show = request.GET.get("show", "totals")
    rows = selectors.figures(run, show)
    return {
        "show": show,
        "figures": rows[:SHOWN],
        "more": max(0, rows.count() - SHOWN),
        "shows": [
            (key, title, selectors.figures(run, key).count())
            for key, title in (
                ("totals", _("Totals and compared")),
                ("differing", _("Differing from the old books")),
                ("moved", _("Moved since the run before")),
                ("all", _("All")),
            )
        ],
    }


class CutOverRunPage(RecordPage):
    """One trial, or the last run, as it was then."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = CutOverRun, "pk", "cutoverrun", "strategies"
    list_url, list_title = "strategies:cut-overs", _("Going live")

    def rows(self) -> QuerySet[Any]:
        return selectors.runs_of()

    def heading(self) -> str:
        kind = _now("Last run") if self.record.final else _now("Trial")
        return f"{self.record.cut_over.name}: {kind} {self.record.pk}"

    def facts(self) -> Sequence[Said]:
        run = self.record
        return [
            Said(_("Desk"), run.cut_over.name, url=run.cut_over.get_absolute_url()),
            Said(_("Started"), formats.moment(run.asked_at)),
            Said(_("By"), str(run.asked_by or "")),
            Said(_("Refused lines"), formats.number(run.error_count), "bad" if run.error_count else "good"),
            Said(_("Differences"), formats.number(run.differing_count)),
            Said(_("Run"), str(run.pk), url=run_url(run)),
        ]

    def tabs(self) -> Sequence[RecordTab]:
        run = self.record
        return [
            RecordTab(
                "compare", _("Comparison"), "strategies/cutover_compare.html", count=run.differing_count
            ),
            RecordTab("problems", _("Problems"), "strategies/cutover_problems.html", count=run.error_count),
        ]

    def extra(self) -> dict[str, Any]:
        tab = self.tab
        return {"run": self.record, "open": False, **_shown(self.record, tab, self.request)}


class CutOverTemplate(Page):
    """A workbook with a page for each sheet a plant brings along."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        headers = {"Content-Disposition": 'attachment; filename="going-live.xlsx"'}
        return HttpResponse(
            template([one for one in sheets() if one.opens]), content_type=XLSX, headers=headers
        )


class KeptFile(Page):
    """A file as it was handed in."""

    roles = JUDGES

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        file = get_object_or_404(CutOverFile.objects.select_related("cut_over__site"), pk=pk)
        sites.require_at_record(request.user, file, *self.roles)
        try:
            content = file.content.open("rb")
        except FileNotFoundError as gone:
            raise Http404(_now("The file {name} is gone.").format(name=file.name)) from gone
        return FileResponse(content, as_attachment=True, filename=file.name)
