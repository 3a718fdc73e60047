"""Nonconformances: noted by hand, decided, closed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from p2p.core import access
from p2p.core.access import Role, at_sites
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from quality import forms, selectors
from quality.models import NonConformance
from quality.services import dispose, nonconformance


class NonConformancePage(RecordPage):
    model, lookup, slot, section = NonConformance, "number", "nonconformance", "quality"
    list_url, list_title = "quality:nonconformances", _("Nonconformances")
    template_name = "quality/record.html"

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.nonconformances(), self.request.user)

    def subtitle(self) -> Any:
        return f"{self.record.item.number} · {self.record.item.name}"

    def facts(self) -> Sequence[Said]:
        one = self.record
        facts = [Said(_("Quantity"), f"{formats.number(one.quantity)} {one.item.unit}")]
        if one.disposition:
            facts.append(Said(_("Decision"), one.get_disposition_display()))
        if one.inspection:
            facts.append(Said(_("Inspection"), one.inspection, url=one.inspection.get_absolute_url()))
        if one.disposition == NonConformance.Disposition.RETURN and one.move:
            again = _("as many again") if one.sent_again else _("nothing more")
            facts.append(Said(_("The vendor sends"), again))
        if one.move:
            facts.append(Said(_("Out of stock by"), _("Move {move}").format(move=one.move.pk)))
        for label, value in ((_("Operation"), one.operation), (_("Lot"), one.lot), (_("Reason"), one.reason)):
            if value:
                facts.append(Said(label, value))
        facts += [Said(_("Opened"), formats.moment(one.opened_at)), Said(_("Site"), one.site.name)]
        return facts

    def tabs(self) -> Sequence[RecordTab]:
        return (
            RecordTab("about", _("About"), "quality/nonconformance.html"),
            RecordTab("history", _("History"), "quality/history.html"),
        )

    def extra(self) -> dict[str, Any]:
        return {"history_of": "quality.nonconformance"}


class Note(ActionForm):
    title, submit, section = _("Note a nonconformance"), _("Note"), "quality"
    form_class = forms.NonConformanceForm
    roles = (Role.INSPECTOR, Role.SUPERVISOR, Role.OPERATOR)
    text = _("What does not conform is held until somebody decides what becomes of it.")

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        about = {name: given[name] for name in ("item", "operation", "lot")}
        site = given["site"] or selectors.found_at(**about)
        if site is not None:
            access.require(self.request.user, *self.roles, site=site)
        return nonconformance.open_nonconformance(
            item=given["item"],
            quantity=given["quantity"],
            operation=given["operation"],
            lot=given["lot"],
            site=site,
            reason=given["reason"],
            note=given["note"],
            by=who(self.request),
        )


class Decide(ActionForm):
    model, lookup, section = NonConformance, "number", "quality"
    title, submit = _("Decide nonconformance"), _("Decide")
    form_class = forms.DecideForm
    roles = (Role.INSPECTOR,)

    @cached_property
    def record(self) -> Any:
        rows = at_sites(selectors.nonconformances(), self.request.user)
        found = get_object_or_404(rows, pk=self.kwargs["pk"])
        access.require(self.request.user, *self.roles, site=found.site)
        return found

    def form_kwargs(self) -> dict[str, Any]:
        return {"record": self.record}

    def act(self, form: Any) -> Any:
        return dispose.decide(nonconformance=self.record, **form.cleaned_data, by=who(self.request))
