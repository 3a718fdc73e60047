"""Subcontract orders: list, page, and the forms of each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from outsourcing import paper, selectors
from outsourcing.filters import OrderFilter
from outsourcing.models import Dispatch, SubcontractOrder
from outsourcing.services import order
from p2p.core import access, clock
from p2p.core.access import Role, at_sites
from p2p.core.web import formats
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
    return "bad" if open_still and one.due_on and one.due_on < clock.today() else ""


COLUMNS = (
    Column("number", _("Order"), link=True, width=104),
    Column("state", _("State"), kind="state"),
    Column("vendor.name", _("Vendor")),
    Column("vendor.number", _("Number"), kind="code", width=110),
    Column("line_count", _("Lines"), kind="number", width=64),
    Column("back", _("Back"), kind="bar", bar=("back", "", "pieces")),
    Column("due_on", _("Next due"), kind="date", tone=_late),
    Column("value", _("Value"), kind="money", places=2, total=True),
    Column("currency.code", _("Currency"), width=84),
    Column("sent_at", _("Sent"), kind="time"),
    Column("site.code", _("Site"), width=92),
)


class Orders(ListPage):
    model, title, section, slot = SubcontractOrder, _("Subcontract orders"), "outsourcing", "subcontracts"
    search = ("number", "vendor__name", "vendor__number", "lines__operation__order__number")
    order = ("-number",)
    filterset_class = OrderFilter
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

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """What an order is worth is for those who may see money."""
        sees = access.may(self.request.user, *access.MONEY_ROLES)
        return COLUMNS if sees else [each for each in COLUMNS if each.kind != "money"]

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
    """The order as PDF, with its prices."""

    roles = access.MONEY_ROLES

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
