"""Purchase and transfer orders: the list, one order, forms."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from p2p.core.access import may
from p2p.core.sites import may_at_record
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from planning import filters, forms, selectors, words
from planning.models import ReplenishmentOrder
from planning.services import replenishment as service

BUYER = ("buyer", "planner")
CORRECTORS = ("supervisor", "buyer")


def _mover(act: Any) -> Any:
    def move(*, records: QuerySet[ReplenishmentOrder], by: Any) -> str:
        count = len(act(orders=list(records), by=by))
        return ngettext("{count} purchase changed.", "{count} purchases changed.", count).format(count=count)

    return move


def _sender(row: ReplenishmentOrder) -> Any:
    if row.from_location is not None:
        return f"{row.from_location.site.code} · {row.from_location.code}"
    return row.vendor or formats.NONE


class ReplenishmentList(ListPage):
    model, title, section, slot = ReplenishmentOrder, _("Purchases"), "planning", "replenishments"
    filterset_class = filters.ReplenishmentFilter
    search = ("number", "item__number", "item__name", "vendor__name")
    order = ("due_on", "number")
    columns = (
        Column("number", _("Order"), link=True, width=108),
        Column("item.number", _("Item"), kind="code", width=116),
        Column("item.name", _("Name")),
        Column("vendor.name", _("From"), width=180, value=_sender, order="vendor__name"),
        Column("state", _("State"), kind="state"),
        Column("quantity", _("Ordered"), kind="quantity", unit="item.unit.code", total=True),
        Column("received", _("Received"), kind="bar", bar=("received_quantity", "", "quantity")),
        Column("price", _("Price"), kind="money", places=4, hidden=True),
        Column("ordered_on", _("Ordered on"), kind="date", width=106, hidden=True),
        Column("due_on", _("Due"), kind="date", width=106),
        Column("promised_at", _("Promised"), kind="time", width=140),
    )
    tabs = (
        Tab("open", _("Open"), "state=firm&state=sent&state=confirmed", counted=True),
        Tab("firm", _("To send"), "state=firm", counted=True),
        Tab("transfers", _("Transfers"), "kind=transfer&state=firm&state=sent&state=confirmed", counted=True),
        Tab("received", _("Received"), "state=received"),
    )
    bulk = (
        Bulk("send", _("Mark as sent"), act=_mover(service.send), roles=BUYER),
        Bulk("close", _("Close"), act=_mover(service.close), roles=BUYER),
        Bulk("cancel", _("Cancel"), act=_mover(service.cancel_replenishment), roles=BUYER, danger=True,
             confirm=_("Cancel these purchases?")),
    )  # fmt: skip
    empty_title = _("No purchase yet")
    empty_text = _("Purchases come from firmed proposals of bought items, or are entered by hand.")
    empty_action = (_("Open the proposals"), "planning:proposals")

    def rows(self) -> QuerySet[Any]:
        return selectors.replenishments(self.request.user)

    def record_url(self, record: Any) -> str:
        return reverse("planning:replenishment", args=[record.number])


class ReplenishmentPage(RecordPage):
    model, lookup, slot, section = ReplenishmentOrder, "number", "replenishment", "planning"
    list_url, list_title = "planning:replenishments", _("Purchases")
    annex = ("journal", "talk", "files")

    def rows(self) -> QuerySet[Any]:
        return selectors.replenishments(self.request.user)

    def subtitle(self) -> Any:
        return f"{self.record.item.number} {self.record.item.name}"

    def facts(self) -> list[Said]:
        row = self.record
        unit = row.item.unit.code
        return [
            Said(_("From"), _sender(row)),
            Said(_("Ordered"), f"{formats.number(row.quantity)} {unit}"),
            Said(_("Received"), f"{formats.number(row.received_quantity)} {unit}"),
            *(
                [Said(_("Shipped"), f"{formats.number(row.shipped_quantity)} {unit}")]
                if row.from_location
                else []
            ),
            Said(_("Due"), formats.day(row.due_on)),
            Said(_("Promised"), formats.moment(row.promised_at) if row.promised_at else formats.NONE),
            Said(_("To"), f"{row.site.code} · {row.to_location.code}" if row.to_location else row.site.code),
            *(Said(_("Bought for"), need, url=url) for need, url in [words.need(row)] if need),
        ]

    def tabs(self) -> list[RecordTab]:
        tabs = [RecordTab("receipts", _("Receipts"), "planning/replenishment_receipts.html")]
        if self.record.from_location_id is not None:
            tabs.append(RecordTab("shipments", _("Shipments"), "planning/replenishment_shipments.html"))
        return tabs

    def extra(self) -> dict[str, Any]:
        rows = selectors.receipts().filter(order=self.record).order_by("pk")
        sent = selectors.shipments().filter(order=self.record).order_by("pk")
        return {
            "receipts": rows,
            "shipments": sent,
            "corrects": may(self.request.user, *CORRECTORS, site=self.record.site),
            "ships_back": may_at_record(self.request.user, selectors.sender(self.record), *CORRECTORS),
        }


def _page(row: ReplenishmentOrder) -> str:
    return reverse("planning:replenishment", args=[row.number])


class ReplenishmentNew(ActionForm):
    title, submit, section, roles = _("New purchase"), _("Order"), "planning", BUYER
    form_class = forms.ReplenishmentForm

    def act(self, form: Any) -> Any:
        return _page(service.create_replenishment(**form.cleaned_data, by=who(self.request)))


class ReplenishmentSend(ActionForm):
    model, title, submit, section, roles = ReplenishmentOrder, _("Send"), _("Mark as sent"), "planning", BUYER
    form_class = forms.NothingForm

    def act(self, form: Any) -> Any:
        return _page(service.send(orders=[self.record], by=who(self.request))[0])


class ReplenishmentConfirm(ActionForm):
    model, title, submit, section, roles = ReplenishmentOrder, _("Confirm"), _("Confirm"), "planning", BUYER
    form_class = forms.ConfirmForm

    def act(self, form: Any) -> Any:
        return _page(service.confirm(order=self.record, **form.cleaned_data, by=who(self.request)))
