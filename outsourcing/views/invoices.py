"""Vendor invoices: list, page, and letting a blocked one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from outsourcing import forms, selectors
from outsourcing.filters import InvoiceFilter
from outsourcing.models import Invoice
from outsourcing.services import invoice
from p2p.core.access import MONEY_ROLES, Role
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said


class Invoices(ListPage):
    model, title, section, slot, roles = Invoice, _("Vendor invoices"), "outsourcing", "invoices", MONEY_ROLES
    search = ("number", "vendor__name", "vendor__number")
    order = ("-invoiced_on", "-number")
    filterset_class = InvoiceFilter
    columns = (
        Column("number", _("Invoice"), link=True, width=140),
        Column("state", _("State"), kind="state"),
        Column("vendor.name", _("Vendor"), width=200),
        Column("invoiced_on", _("Date"), kind="date"),
        Column("value", _("Value"), kind="money", places=2, total=True),
        Column("currency.code", _("Currency"), width=84),
        Column("blocked_because", _("Blocked because")),
    )
    tabs = (Tab("blocked", _("Blocked"), "state=blocked", counted=True, hot=True),)
    empty_title = _("No invoice yet")
    empty_text = _("Enter a vendor's invoice on its subcontract order: it is matched at once.")
    empty_icon = "receipt"
    empty_action = (_("Open the workbench"), "outsourcing:workbench")

    def rows(self) -> QuerySet[Any]:
        return selectors.invoices()


class InvoicePage(RecordPage):
    model, lookup, slot, section, roles = Invoice, "pk", "invoice", "outsourcing", MONEY_ROLES
    list_url, list_title = "outsourcing:invoices", _("Vendor invoices")

    def rows(self) -> QuerySet[Any]:
        return selectors.invoices()

    def subtitle(self) -> Any:
        return self.record.vendor.name

    def facts(self) -> Sequence[Said]:
        one = self.record
        facts = [
            Said(_("Date"), formats.day(one.invoiced_on)),
            Said(_("Value"), f"{formats.number(one.value, 2)} {one.currency}"),
        ]
        if one.blocked_because:
            facts.append(Said(_("Blocked because"), one.blocked_because, "bad"))
        if one.approved_by:
            facts.append(Said(_("Let pass by"), f"{one.approved_by}: {one.approval_note}", "warn"))
        return facts

    def tabs(self) -> Sequence[RecordTab]:
        return (
            RecordTab("match", _("Match"), "outsourcing/invoice_match.html"),
            RecordTab("history", _("History"), "outsourcing/history.html"),
        )

    def extra(self) -> dict[str, Any]:
        rows = self.record.lines.select_related("line__order", "line__operation__order__item__unit")
        return {"charges": rows.order_by("id"), "history_of": "outsourcing.invoice"}


class Approve(ActionForm):
    model, lookup, section = Invoice, "pk", "outsourcing"
    roles = (Role.BUYER, Role.COST_ACCOUNTANT)
    form_class = forms.NeedsNoteForm
    title, submit = _("Let the invoice pass"), _("Let pass")
    text = _("It may be paid although it does not match. The note says why.")

    def act(self, form: Any) -> Any:
        return invoice.approve(invoice=self.record, note=form.cleaned_data["note"], by=who(self.request))
