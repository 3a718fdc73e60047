"""Bills of material: the tree that opens as one looks, and the forms of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import Role
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies import forms
from strategies.models import BomLine, BomVersion, Item, Site
from strategies.models.version import VersionState
from strategies.selectors import bom as selectors
from strategies.selectors import lists
from strategies.services import boms
from strategies.services.boms import LineInput
from strategies.services.versions import activate
from strategies.views.tree import branches_of

ENGINEER = (Role.ENGINEER,)
LABEL = BomVersion._meta.label_lower


class BomPage(RecordPage):
    """One version of a bill."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = BomVersion, "pk", "bom", "strategies"
    list_url, list_title = "strategies:boms", _("Bills of material")

    def rows(self) -> QuerySet[Any]:
        return lists.boms().select_related("item__group", "item__unit", "site", "approved_by")

    def heading(self) -> str:
        return str(self.record.item.name)

    def subtitle(self) -> Any:
        return f"{self.record.item.number} · v{self.record.version}"

    def facts(self) -> list[Said]:
        bom = self.record
        said = [
            Said(_("Item"), bom.item.number, url=bom.item.get_absolute_url()),
            Said(_("Site"), bom.site or _("all")),
            Said(_("From"), formats.day(bom.valid_from)),
            Said(_("To"), formats.day(bom.valid_to)),
            Said(_("For"), f"{formats.number(bom.batch_quantity)} {bom.item.unit.code}"),
        ]
        if bom.from_quantity:
            said.append(Said(_("Orders from"), f"{formats.number(bom.from_quantity)} {bom.item.unit.code}"))
        if bom.approved_by:
            said.append(Said(_("Approved by"), bom.approved_by))
        return said

    def tabs(self) -> Sequence[RecordTab]:
        return [
            RecordTab("tree", _("Lines"), "strategies/bom_tree.html", count=self.record.line_count),
            RecordTab("sums", _("All levels"), "strategies/bom_sums.html"),
            RecordTab("history", _("History"), "strategies/version_history.html"),
        ]

    def extra(self) -> dict[str, Any]:
        bom, day = self.record, _day(self.request)
        if self.request.GET.get("tab") == "sums":
            return {"needs": selectors.explode_version(bom, day=day), "day": day}
        editable = bom.state == VersionState.DRAFT
        shown = branches_of(bom, day=day, site=bom.site) if not editable else []
        lines = bom.lines.select_related("component__unit", "unit").order_by("position") if editable else []
        return {"branches": shown, "lines": lines, "editable": editable, "day": day, "journal_label": LABEL}


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return clock.now().date()


class Branches(Page):
    """The rows below one item of an opened tree."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item, day = get_object_or_404(Item, pk=pk), _day(request)
        site = Site.objects.filter(code=request.GET.get("site", "")).first()
        bom = selectors.bill_of(item, day=day, site=site)
        level, factor = _whole(request.GET.get("level", "")), _fraction(request.GET.get("factor", ""))
        rows = branches_of(bom, day=day, site=site, level=level, factor=factor) if bom else []
        return render(request, "strategies/bom_rows.html", {"branches": rows})


def _whole(text: str) -> int:
    return min(int(text), 99) if text.isdecimal() else 1


def _fraction(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return Fraction(1)


class NewBom(ActionForm):
    """A draft for an item."""

    model, lookup, form_class, section, roles = Item, "number", forms.BomForm, "strategies", ENGINEER
    title, submit = _("New bill of material"), _("Make draft")

    def act(self, form: Any) -> Any:
        return boms.draft_bom(item=self.record, **form.cleaned_data, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("{version} drafted: add its lines.").format(version=result)


class _OfBom(ActionForm):
    model, lookup, section, roles = BomVersion, "pk", "strategies", ENGINEER


class CopyBom(_OfBom):
    form_class, title, submit = forms.CopyForm, _("Copy to a new version"), _("Copy")

    def act(self, form: Any) -> Any:
        return boms.copy_bom(
            bom=self.record, valid_from=form.cleaned_data["valid_from"], by=who(self.request)
        )

    def said(self, result: Any) -> Any:
        return _("{version} drafted.").format(version=result)


class ActivateBom(_OfBom):
    form_class, title, submit = forms.ActivateForm, _("Activate"), _("Activate")
    text = _("Planning and new orders use this version from its first day on.")

    def act(self, form: Any) -> Any:
        return activate(version=self.record, replace=form.cleaned_data["replace"], by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("{version} is active.").format(version=result)


class AddLine(_OfBom):
    form_class, title, submit = forms.LineForm, _("Add a line"), _("Add line")

    def act(self, form: Any) -> Any:
        return boms.add_line(bom=self.record, line=LineInput(**form.cleaned_data), by=who(self.request)).bom

    def said(self, result: Any) -> Any:
        return _("Line added.")


class _OfLine(ActionForm):
    model, lookup, section, roles = BomLine, "pk", "strategies", ENGINEER


class ChangeLine(_OfLine):
    form_class, title, submit = forms.LineForm, _("Change line"), _("Save")

    def initial(self) -> dict[str, Any]:
        line = self.record
        shown = {name: getattr(line, name) for name in forms.LineForm.base_fields}
        return {**shown, "quantity": plain(line.quantity), "scrap_fraction": plain(line.scrap_fraction)}

    def act(self, form: Any) -> Any:
        return boms.change_line(line=self.record, to=LineInput(**form.cleaned_data), by=who(self.request)).bom

    def said(self, result: Any) -> Any:
        return _("Line saved.")


class RemoveLine(_OfLine):
    form_class, title, submit, danger = forms.NothingForm, _("Remove line"), _("Remove"), True

    def act(self, form: Any) -> Any:
        return boms.remove_line(line=self.record, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("Line removed.")
