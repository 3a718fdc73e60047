"""The forms of each step of a subcontract order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from outsourcing import forms, selectors
from outsourcing.models import Dispatch, Receipt, SubcontractLine, SubcontractOrder
from outsourcing.services import dispatch, invoice, order, receive, withdraw
from outsourcing.services.loading import ToSend
from outsourcing.views.orders import BUYER, DOOR
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who


class _Step(ActionForm):
    """A form about one order; with `lined` it has a row of fields for each open line."""

    model, lookup, section = SubcontractOrder, "number", "outsourcing"
    roles: ClassVar[Sequence[str]] = BUYER
    form_class = forms.NothingForm

    def open_lines(self) -> list[Any]:
        rows = selectors.lines().filter(order=self.record, complete=False).order_by("id")
        return [_with_hints(line) for line in rows]


class _LinedStep(_Step):
    template_name = "outsourcing/lines_page.html"

    def form_kwargs(self) -> dict[str, Any]:
        return {"lines": self.open_lines()}

    def chosen(self, form: Any, *names: str) -> list[tuple[Any, dict[str, Any]]]:
        """The lines with a figure in one of the fields."""
        given = [(line, form.given(line)) for line in form.lines]
        return [(line, row) for line, row in given if any(row[name] for name in names)]


def _with_hints(line: Any) -> Any:
    """What would usually be sent and received now: initial figures of the forms."""
    wanted = line.quantity - line.sent_quantity
    line.can_go = max(Decimal(0), wanted if line.first else min(wanted, line.ready))
    sent = line.sent_quantity or not line.first
    line.to_come = max(Decimal(0), min(line.left, line.out) if sent else line.left)
    return line


class Acknowledge(_LinedStep):
    title, submit = _("Acknowledged by the vendor"), _("Acknowledge")
    form_class = forms.AcknowledgeForm
    text = _("What the vendor promises goes to planning: the schedule and late messages read it.")

    def act(self, form: Any) -> Any:
        promises = [
            order.Promise(line=line, promised_on=row["promised_on"], quantity=row["quantity"])
            for line, row in ((line, form.given(line)) for line in form.lines)
        ]
        service = order.acknowledge if self.record.state == SubcontractOrder.State.SENT else order.promise
        return service(order=self.record, promises=promises, by=who(self.request))


class SendMaterial(_LinedStep):
    title, submit, roles = _("Send to the vendor"), _("Write delivery note"), DOOR
    form_class = forms.DispatchForm
    text = _("Pieces that stand ready leave for the vendor's place; components go for so many pieces.")

    def act(self, form: Any) -> Any:
        lines = [ToSend(line=line, quantity=row["quantity"]) for line, row in self.chosen(form, "quantity")]
        dispatch.dispatch(order=self.record, lines=lines, by=who(self.request))
        return f"{self.record.get_absolute_url()}?tab=trips"


class Receive(_LinedStep):
    title, submit, roles = _("Receive from the vendor"), _("Receive"), DOOR
    form_class = forms.ReceiveForm

    def act(self, form: Any) -> Any:
        lines = [
            receive.Back(
                line=line,
                good=row["good"] or Decimal(0),
                rejected=row["rejected"] or Decimal(0),
                reason=row["reason"],
                complete=row["complete"],
                borne_by=row.get("borne_by", ""),
                why=row.get("why", ""),
            )
            for line, row in self.chosen(form, "good", "rejected", "complete")
        ]
        receive.receive(
            order=self.record,
            lines=lines,
            packing_slip=form.cleaned_data["packing_slip"],
            by=who(self.request),
        )
        return f"{self.record.get_absolute_url()}?tab=trips"


class EnterInvoice(_LinedStep):
    title, submit = _("Enter the vendor's invoice"), _("Enter and match")
    form_class = forms.InvoiceForm

    def open_lines(self) -> list[Any]:
        return list(selectors.lines().filter(order=self.record).order_by("id"))

    def act(self, form: Any) -> Any:
        charges = [
            invoice.Charge(line=line, quantity=row["quantity"], price=row["price"] or Decimal(0))
            for line, row in self.chosen(form, "quantity")
        ]
        return invoice.enter(
            vendor=self.record.vendor,
            number=form.cleaned_data["number"],
            invoiced_on=form.cleaned_data["invoiced_on"],
            currency=self.record.currency,
            lines=charges,
            by=who(self.request),
        )


class Withdraw(_Step):
    title, submit, danger = _("Withdraw the order"), _("Withdraw"), True
    form_class = forms.NoteForm
    text = _("Its work stands under “To order” again.")

    def act(self, form: Any) -> Any:
        return withdraw.cancel(order=self.record, note=form.cleaned_data["note"], by=who(self.request))


class ChangeLine(ActionForm):
    model, section, roles = SubcontractLine, "outsourcing", BUYER
    title, submit = _("Price and day"), _("Save")
    form_class = forms.LineForm

    def initial(self) -> dict[str, Any]:
        return {"price": forms.plain_or_none(self.record.price), "due_on": self.record.due_on}

    def act(self, form: Any) -> Any:
        order.change_line(line=self.record, **form.cleaned_data, by=who(self.request))
        return self.record.order


class UndoTrip(ActionForm):
    """Take a delivery note or a receipt back."""

    section, roles, danger, form_class = "outsourcing", DOOR, True, forms.NothingForm
    title, submit = _("Take back"), _("Take back")
    text = _("Everything it booked is reversed.")

    @cached_property
    def record(self) -> Dispatch | Receipt:
        model = Dispatch if self.kwargs["kind"] == "dispatch" else Receipt
        return get_object_or_404(model.objects.select_related("order"), number=self.kwargs["number"])

    def act(self, form: Any) -> Any:
        trip, by = self.record, who(self.request)
        if isinstance(trip, Dispatch):
            dispatch.undo(dispatch=trip, by=by)
        else:
            receive.undo(receipt=trip, by=by)
        return f"{trip.order.get_absolute_url()}?tab=trips"
