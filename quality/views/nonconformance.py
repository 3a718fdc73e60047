"""Nonconformances: noted by hand, decided, closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
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
        return selectors.nonconformances()

    def subtitle(self) -> Any:
        return f"{self.record.item.number} · {self.record.item.name}"

    def facts(self) -> Sequence[Said]:
        one = self.record
        facts = [Said(_("Quantity"), f"{formats.number(one.quantity)} {one.item.unit}")]
        if one.disposition:
            facts.append(Said(_("Decision"), one.get_disposition_display()))
        if one.inspection:
            facts.append(Said(_("Inspection"), one.inspection, url=one.inspection.get_absolute_url()))
        for label, value in ((_("Operation"), one.operation), (_("Lot"), one.lot), (_("Reason"), one.reason)):
            if value:
                facts.append(Said(label, value))
        facts.append(Said(_("Opened"), formats.moment(one.opened_at)))
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
        return nonconformance.open_nonconformance(
            item=given["item"],
            quantity=given["quantity"],
            operation=given["operation"],
            lot=given["lot"],
            reason=given["reason"],
            note=given["note"],
            by=who(self.request),
        )


class Decide(ActionForm):
    model, lookup, section = NonConformance, "number", "quality"
    title, submit = _("Decide nonconformance"), _("Decide")
    form_class = forms.DecideForm
    roles = (Role.INSPECTOR,)

    def act(self, form: Any) -> Any:
        return dispose.decide(nonconformance=self.record, **form.cleaned_data, by=who(self.request))
