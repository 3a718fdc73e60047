"""Imports: hand in a file, see line by line what it would do or has done, take templates and exports out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from p2p.core.access import MONEY_ROLES, Role
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordTab, Said
from p2p.core.web.runs import run_url
from strategies import forms
from strategies.models import ImportRun
from strategies.selectors import lists
from strategies.services.importer import (
    as_csv,
    as_xlsx,
    find_sheet,
    followed_by,
    import_file,
    partly_right,
    sheets,
    template,
    wrong_lines,
)
from strategies.views.importwords import counts, outcome
from strategies.views.problems import problems_shown
from strategies.views.watched import WatchedPage

EDITORS = (Role.ENGINEER, Role.BUYER, Role.INTEGRATOR)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NewImport(ActionForm):
    """Hand in a file."""

    form_class, section, roles = forms.ImportForm, "strategies", EDITORS
    title, submit = _("Import a file"), _("Start")
    template_name = "strategies/import_form.html"
    text = _("Columns go by their headings. A second import of the same file changes nothing.")

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        run = import_file(
            content=given["content"],
            name=given["content"].name,
            dry_run=given["dry_run"],
            partly=given["partly"],
            by=who(self.request),
        )
        return run.get_absolute_url()

    def sheets(self) -> list[Any]:
        """What may be in the file, for the page beside the form."""
        return sheets()


def _number(key: int) -> str:
    return say("No. {number}").format(number=key)


def _figures(run: ImportRun, count: dict[str, int]) -> list[Said]:
    """What it did, or would do; of a run that is under way or has failed nothing is known."""
    if run.state != run.State.DONE:
        return []
    saved = run.summary.get("saved")
    return [
        Said(_("Lines"), formats.number(count["lines"])),
        Said(_("New") if saved else _("Would be new"), formats.number(count["created"])),
        Said(_("Changed") if saved else _("Would change"), formats.number(count["changed"])),
        Said(_("Refused"), formats.number(count["refused"]), "bad" if count["refused"] else ""),
        Said(_("Warnings"), formats.number(run.summary.get("warnings"))),
    ]


class ImportPage(WatchedPage):
    """What an import did to each sheet, and every line it could not take."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = ImportRun, "pk", "import", "strategies"
    list_url, list_title = "strategies:imports", _("Imports")

    def rows(self) -> QuerySet[Any]:
        return lists.imports()

    def heading(self) -> str:
        return str(self.record.title)

    def badges(self) -> list[tuple[str, Any]]:
        run = self.record
        came = outcome(run)
        return [(came.state, came.words), *([("proposed", _("Dry run"))] if run.dry_run else [])]

    def facts(self) -> list[Said]:
        run = self.record
        count, later = counts(run), followed_by(run)
        earlier = run.settings.get("follows")
        said = [
            *_figures(run, count),
            Said(_("Started"), formats.moment(run.asked_at)),
            Said(_("Run"), str(run.pk), url=run_url(run)),
        ]
        if later:
            said.append(Said(_("Saved by"), _number(later.pk), url=later.get_absolute_url()))
        if earlier:
            said.append(Said(_("After"), _number(earlier), url=reverse("strategies:import", args=[earlier])))
        return said

    def tabs(self) -> Sequence[RecordTab]:
        run = self.record
        found = run.error_count + run.warning_count
        return [
            RecordTab("problems", _("Problems"), "strategies/import_problems.html", count=found),
            RecordTab("sheets", _("Sheets"), "strategies/import_sheets.html"),
        ]

    def extra(self) -> dict[str, Any]:
        run = self.record
        shown = problems_shown(run, self.request)
        named = {one.name: one.title for one in sheets()}
        tallies = run.summary.get("sheets", {})
        return {
            **shown,
            "count": counts(run),
            "saved": run.summary.get("saved"),
            "savable": partly_right(run),
            "wrong": [
                (name, title)
                for level, name, title, _count in shown["kinds"]
                if level == "error" and name in named
            ],
            "tallies": [(named[name], tallies[name]) for name in named if name in tallies],
        }


class Template(Page):
    """A workbook to fill in: `?sheet=items`, or all sheets."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        wanted = request.GET.get("sheet", "")
        chosen = [sheet for sheet in sheets() if wanted in {"", sheet.name}]
        if not chosen:
            raise Http404
        name = f"{wanted or 'p2p'}-template.xlsx"
        return HttpResponse(
            template(chosen),
            content_type=XLSX,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class Export(Page):
    """What is there now, in the form that an import of the sheet reads."""

    roles = (*MONEY_ROLES, *EDITORS)

    def get(self, request: HttpRequest, name: str, kind: str = "csv") -> HttpResponseBase:
        sheet = find_sheet(name)
        if sheet is None or sheet.store is not None:
            raise Http404
        if kind == "xlsx":
            headers = {"Content-Disposition": f'attachment; filename="{sheet.name}.xlsx"'}
            return HttpResponse(as_xlsx(sheet), content_type=XLSX, headers=headers)
        response = StreamingHttpResponse(as_csv(sheet), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{sheet.name}.csv"'
        return response


class WrongLines(Page):
    """The lines of one sheet that an import could not take, with the reason, ready to be put right."""

    roles = EDITORS

    def get(self, request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
        run, sheet = get_object_or_404(ImportRun, pk=pk), find_sheet(name)
        if sheet is None:
            raise Http404
        # With a mark, so that spreadsheet programs open every script rightly.
        lines = itertools.chain(["\ufeff"], wrong_lines(run, sheet))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{sheet.name}.csv"'
        return response
