"""Subcontract orders: list, page, and the forms of each step."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from outsourcing import forms, paper, selectors
from outsourcing.filters import OrderFilter
from outsourcing.models import Dispatch, Receipt, SubcontractLine, SubcontractOrder
from outsourcing.services import dispatch, invoice, order, receive
from p2p.core import access, clock
from p2p.core.access import Role, at_sites
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, RecordTab, Said

BUYER = (Role.BUYER,)
DOOR = (Role.BUYER, Role.SUPERVISOR, Role.OPERATOR)


def visible(request: HttpRequest) -> QuerySet[SubcontractOrder]:
    return at_sites(selectors.orders(), who(request))


def send_many(*, records: QuerySet[Any], by: Any) -> str:
    """Send every ticked draft; a draft that cannot go stops them all, and its sentence says which."""
    sent = [order.send(order=each, by=by) for each in records.order_by("pk")]
    return str(_("{count} orders sent.").format(count=len(sent)))


def _late(one: Any) -> str:
    open_still = one.state in selectors.WITH_VENDOR
    return "bad" if open_still and one.due_on and one.due_on < clock.now().date() else ""


class Orders(ListPage):
    model, title, section, slot = SubcontractOrder, _("Subcontract orders"), "outsourcing", "subcontracts"
    search = ("number", "vendor__name", "vendor__number", "lines__operation__order__number")
    order = ("-number",)
    filterset_class = OrderFilter
    columns = (
        Column("number", _("Order"), link=True, width=104),
        Column("state", _("State"), kind="state"),
        Column("vendor.name", _("Vendor")),
        Column("vendor.number", _("Number"), kind="code", width=110),
        Column("line_count", _("Lines"), kind="number", width=64),
        Column("back", _("Back"), kind="bar", bar=("back", "", "pieces")),
        Column("due_on", _("Next due"), kind="date", tone=_late),
        Column("value", _("Value"), kind="money", places=2, total=True),
        Column("currency.code", _("Currency"), width=72),
        Column("sent_at", _("Sent"), kind="time"),
        Column("site.code", _("Site"), width=80),
    )
    tabs = (
        Tab("draft", _("Drafts"), "state=draft", counted=True),
        Tab("open", _("With vendors"), "state=sent&state=acknowledged&state=in_work", counted=True),
        Tab("received", _("Received"), "state=received"),
    )
    bulk = (Bulk("send", _("Send"), act=send_many, roles=BUYER, icon="send"),)
    empty_title = _("No subcontract order yet")
    empty_text = _("Orders are drafted by themselves when an order with outside work is released.")
    empty_icon = "truck-delivery"
    empty_action = (_("Open the workbench"), "outsourcing:workbench")

    def rows(self) -> QuerySet[Any]:
        return visible(self.request)


class OrderPage(RecordPage):
    model, lookup, slot, section = SubcontractOrder, "number", "subcontract", "outsourcing"
    list_url, list_title = "outsourcing:orders", _("Subcontract orders")
    template_name = "outsourcing/record.html"

    def rows(self) -> QuerySet[Any]:
        return visible(self.request)

    def subtitle(self) -> Any:
        return self.record.vendor.name

    def badges(self) -> Sequence[tuple[str, Any]]:
        shown = [(self.record.state, self.record.get_state_display())]
        return [*shown, ("late", _("Late"))] if _late(self.record) else shown

    def facts(self) -> Sequence[Said]:
        one = self.record
        mail = one.vendor.email or _("none: print and send")
        facts = [
            Said(_("Next due"), formats.day(one.due_on), _late(one)),
            Said(_("Lines"), formats.number(one.line_count)),
            Said(_("Mail"), mail),
            Said(_("Created"), formats.moment(one.created_at)),
        ]
        if access.may(self.request.user, *access.MONEY_ROLES):
            facts.insert(
                1,
                Said(
                    _("Value"),
                    formats.NONE if one.value is None else f"{formats.number(one.value, 2)} {one.currency}",
                ),
            )
        for label, at in ((_("Sent"), one.sent_at), (_("Acknowledged"), one.acknowledged_at)):
            if at:
                facts.append(Said(label, formats.moment(at)))
        if one.note:
            facts.append(Said(_("Note"), one.note))
        return facts

    def tabs(self) -> Sequence[RecordTab]:
        one = self.record
        return (
            RecordTab("lines", _("Lines"), "outsourcing/order_lines.html", count=one.line_count),
            RecordTab(
                "trips",
                _("Trips"),
                "outsourcing/order_trips.html",
                count=one.dispatches.count() + one.receipts.count(),
            ),
            RecordTab("invoices", _("Invoices"), "outsourcing/order_invoices.html"),
            RecordTab("history", _("History"), "outsourcing/history.html"),
        )

    def extra(self) -> dict[str, Any]:
        return {
            "lines": selectors.lines().filter(order=self.record).order_by("id"),
            "trips": selectors.trips(self.record),
            "reasons": _reasons(self.record),
            "invoices": selectors.invoices()
            .filter(lines__line__order=self.record)
            .distinct()
            .order_by("-id"),
            "writable": self.record.state == SubcontractOrder.State.DRAFT
            and access.may(self.request.user, *BUYER),
            "may_undo": access.may(self.request.user, *DOOR),
            "sees_money": access.may(self.request.user, *access.MONEY_ROLES),
            "history_of": "outsourcing.subcontractorder",
        }


def _reasons(one: SubcontractOrder) -> dict[str, list[str]]:
    """Where the prices come from: reason -> the work it holds for."""
    found: dict[str, list[str]] = {}
    for line in order.open_lines(one):
        if line.price_because:
            found.setdefault(line.price_because, []).append(str(line.operation))
    return found


class OrderPaper(Page):
    """The order as PDF."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        one = get_object_or_404(visible(request), pk=pk)
        return _pdf(paper.order_sheet(one), one.number)


class NotePaper(Page):
    """A delivery note as PDF."""

    def get(self, request: HttpRequest, number: str) -> HttpResponseBase:
        rows = Dispatch.objects.select_related("order__vendor", "order__site")
        one = get_object_or_404(at_sites(rows, who(request), path="order__site__code"), number=number)
        return _pdf(paper.delivery_note(one), one.number)


def _pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )


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
    first = line.operation.links_before.count() == 0
    line.can_go = max(Decimal(0), wanted if first else min(wanted, line.ready))
    line.to_come = max(Decimal(0), min(line.left, line.out) if line.sent_quantity or not first else line.left)
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
        lines = [
            dispatch.ToSend(line=line, quantity=row["quantity"])
            for line, row in self.chosen(form, "quantity")
        ]
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
        return order.cancel(order=self.record, note=form.cleaned_data["note"], by=who(self.request))


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

    def act(self, form: Any) -> Any:
        kind, number = self.kwargs["kind"], self.kwargs["number"]
        by = who(self.request)
        if kind == "dispatch":
            one = get_object_or_404(Dispatch.objects.select_related("order"), number=number)
            dispatch.undo(dispatch=one, by=by)
            return f"{one.order.get_absolute_url()}?tab=trips"
        back = get_object_or_404(Receipt.objects.select_related("order"), number=number)
        receive.undo(receipt=back, by=by)
        return f"{back.order.get_absolute_url()}?tab=trips"
