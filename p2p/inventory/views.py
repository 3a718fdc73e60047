"""Pages of stock: what lies where, every move, lots with their traces, holds; and the panel on the item page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role, at_sites, require
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from p2p.core.web.page import Page, stay, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.inventory import filters, forms, selectors
from p2p.inventory.models import Balance, Hold, Lot, Move
from p2p.inventory.services import holds, ledger
from strategies.models import Item, Location

MOVERS = (Role.SUPERVISOR, Role.OPERATOR)
HOLDERS = (Role.INSPECTOR, Role.SUPERVISOR)


def item_url(record: Any) -> str:
    return f"{record.item.get_absolute_url()}?tab=stock"


def lot_url(record: Any) -> str:
    lot = record.lot
    return reverse("inventory:lot", args=[lot.pk]) if lot else ""


class Stock(ListPage):
    model, title, section, slot = Balance, _("Stock"), "inventory", "stock"
    search = ("item__number", "item__name", "location__code", "lot__number", "serial__number")
    order = ("item__number", "location__code", "id")
    filterset_class = filters.BalanceFilter
    columns = (
        Column("item.number", _("Item"), kind="code", link=True, width=120),
        Column("item.name", _("Name")),
        Column("location.code", _("Place"), kind="code", width=110),
        Column("location.name", _("Where"), width=140),
        Column("lot.number", _("Lot"), kind="code", width=110, href=lot_url),
        Column("serial.number", _("Serial"), kind="code", width=110, hidden=True),
        Column("quantity", _("On hand"), kind="quantity", unit="item.unit.code", total=True, width=116),
        Column("reserved", _("Reserved"), kind="quantity", total=True),
        Column("available", _("Available"), kind="quantity", total=True, order=""),
        Column(
            "held",
            _("Hold"),
            value=lambda one: _("On hold") if one.held else "",
            width=84,
            tone=lambda one: "bad" if one.held else "",
        ),
        Column("location.site.code", _("Site"), kind="code", width=90, hidden=True),
        Column(
            "location.kind",
            _("Kind of place"),
            hidden=True,
            value=lambda one: one.location.get_kind_display(),
        ),
    )
    tabs = (Tab("held", _("On hold"), "held=true", counted=True, hot=True),)
    empty_title, empty_text = (
        _("No stock"),
        _("Stock comes from receipts, from production, or is opened by an import."),
    )
    empty_action = (_("Imports"), "strategies:imports")

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.balances(), who(self.request), path="location__site__code")

    def record_url(self, record: Any) -> str:
        return item_url(record)


class Moves(ListPage):
    model, title, section, slot = Move, _("Movements"), "inventory", "moves"
    search = ("item__number", "item__name", "reference", "lot__number", "serial__number")
    order = ("-id",)
    filterset_class = filters.MoveFilter
    columns = (
        Column("id", _("Move"), kind="text", width=84, link=True),
        Column("kind", _("Kind"), value=lambda one: one.get_kind_display(), order="kind", width=150),
        Column("item.number", _("Item"), kind="code", width=116, href=item_url),
        Column("item.name", _("Name")),
        Column("lot.number", _("Lot"), kind="code", width=96, href=lot_url),
        Column("source.code", _("From"), kind="code", width=104),
        Column("target.code", _("To"), kind="code", width=104),
        Column("quantity", _("Quantity"), kind="quantity", unit="item.unit.code", width=110),
        Column("reference", _("Document"), kind="code", width=104),
        Column("effective_at", _("When"), kind="time"),
        Column("posted_at", _("Entered"), kind="time", hidden=True),
        Column("by", _("By"), order="by__username", width=110, hidden=True),
        Column("reason.name", _("Reason"), hidden=True),
        Column("reverses_id", _("Takes back"), hidden=True),
    )
    tabs = (
        Tab("issue", _("Issues"), "kind=issue"),
        Tab("output", _("Outputs"), "kind=output"),
        Tab("scrap", _("Scrap"), "kind=scrap"),
    )
    empty_title, empty_text = _("Nothing has moved"), _("Every movement of stock is kept here for good.")

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.moves(), who(self.request), path="source__site__code")

    def record_url(self, record: Any) -> str:
        return reverse("inventory:move", args=[record.pk])


class MovePage(RecordPage):
    model, lookup, slot, section = Move, "pk", "move", "inventory"
    list_url, list_title = "inventory:moves", _("Movements")

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.moves(), who(self.request), path="source__site__code")

    def heading(self) -> str:
        return _now("Move {number}").format(number=self.record.pk)

    def subtitle(self) -> Any:
        return f"{self.record.item.number} {self.record.item.name}"

    def badges(self) -> Sequence[tuple[str, Any]]:
        if self.record.reverses_id:
            return [("cancelled", _("Reversal"))]
        return [("cancelled", _("Taken back"))] if hasattr(self.record, "reversed_by") else []

    def facts(self) -> Sequence[Said]:
        one = self.record
        facts = [
            Said(_("Kind"), one.get_kind_display()),
            Said(_("Quantity"), f"{formats.number(one.quantity)} {one.item.unit.code}"),
            Said(_("From"), one.source.code),
            Said(_("To"), one.target.code),
            Said(_("When"), formats.moment(one.effective_at)),
            Said(_("Entered"), formats.moment(one.posted_at)),
            Said(_("By"), one.by or formats.NONE),
        ]
        if one.lot:
            facts.append(Said(_("Lot"), one.lot.number, url=lot_url(one)))
        for label, value in (
            (_("Serial"), one.serial),
            (_("Document"), one.reference),
            (_("Reason"), one.reason),
        ):
            if value:
                facts.append(Said(label, value))
        if one.reverses_id:
            facts.append(
                Said(_("Takes back"), one.reverses_id, url=reverse("inventory:move", args=[one.reverses_id]))
            )
        return facts

    def tabs(self) -> Sequence[RecordTab]:
        return (RecordTab("trace", _("Trace"), "inventory/trace.html"),)

    def extra(self) -> dict[str, Any]:
        return traces(self.record)


def traces(start: Any) -> dict[str, Any]:
    """Both ways from a move or lot, each step with its item."""
    up, down = selectors.trace_up(start), selectors.trace_down(start)
    items = selectors.items_of([*up, *down])
    return {
        "up": [(line, items[line.item]) for line in up],
        "down": [(line, items[line.item]) for line in down],
    }


class Lots(ListPage):
    model, title, section, slot = Lot, _("Lots"), "inventory", "lots"
    search = ("number", "vendor_lot", "item__number", "item__name")
    order = ("item__number", "number")
    filterset_class = filters.LotFilter
    columns = (
        Column("number", _("Lot"), kind="code", link=True, width=150),
        Column("item.number", _("Item"), kind="code", width=120),
        Column("item.name", _("Name")),
        Column("vendor_lot", _("Vendor's lot"), kind="code", width=130),
        Column("made_on", _("Made"), kind="date"),
        Column("expires_on", _("Expires"), kind="date"),
        Column("created_at", _("Known since"), kind="time"),
    )
    empty_title, empty_text = (
        _("No lot"),
        _("Lots come with receipts and with production of items tracked by lot."),
    )

    def rows(self) -> QuerySet[Any]:
        return Lot.objects.select_related("item")

    def record_url(self, record: Any) -> str:
        return reverse("inventory:lot", args=[record.pk])


class LotPage(RecordPage):
    model, lookup, slot, section = Lot, "pk", "lot", "inventory"
    list_url, list_title = "inventory:lots", _("Lots")

    def rows(self) -> QuerySet[Any]:
        return Lot.objects.select_related("item__unit")

    def subtitle(self) -> Any:
        return f"{self.record.item.number} {self.record.item.name}"

    def badges(self) -> Sequence[tuple[str, Any]]:
        held = Hold.objects.filter(lot=self.record, released_at__isnull=True).exists()
        return [("hold", _("On hold"))] if held else []

    def facts(self) -> Sequence[Said]:
        one = self.record
        return [
            Said(_("Vendor's lot"), one.vendor_lot or formats.NONE),
            Said(_("Made"), formats.day(one.made_on)),
            Said(_("Expires"), formats.day(one.expires_on)),
            Said(_("Known since"), formats.moment(one.created_at)),
        ]

    def tabs(self) -> Sequence[RecordTab]:
        return (
            RecordTab("stock", _("Stock"), "inventory/lot_stock.html"),
            RecordTab("trace", _("Trace"), "inventory/trace.html"),
        )

    def extra(self) -> dict[str, Any]:
        return {
            **traces(self.record),
            "balances": selectors.balances().filter(lot=self.record),
            "moves": selectors.moves().filter(lot=self.record)[:100],
        }


class Holds(ListPage):
    model, title, section, slot = Hold, _("Holds"), "inventory", "holds"
    search = ("item__number", "item__name", "lot__number", "serial__number", "note", "reference")
    order = ("-id",)
    filterset_class = filters.HoldFilter
    columns = (
        Column("kind", _("Kind"), value=lambda one: one.get_kind_display(), order="kind", width=96),
        Column("item.number", _("Item"), kind="code", width=116, href=item_url),
        Column("item.name", _("Name")),
        Column("lot.number", _("Lot"), kind="code", width=110, href=lot_url),
        Column("location.code", _("Place"), kind="code", width=104),
        Column("note", _("Note"), width=190),
        Column("placed_at", _("Since"), kind="time"),
        Column("released_at", _("Lifted"), kind="time"),
        Column("placed_by", _("By"), width=96, order="placed_by__username"),
        Column("act", "", template="inventory/cell_lift.html", value=lambda one: "", width=80),
    )
    tabs = (Tab("standing", _("Still on hold"), "standing=true", counted=True, hot=True),)
    empty_title, empty_text = _("Nothing on hold"), _("Stock on hold can be neither picked nor delivered.")

    def rows(self) -> QuerySet[Any]:
        return selectors.holds()


class MoveStock(ActionForm):
    section, form_class, roles = "inventory", forms.MoveForm, MOVERS
    title, submit = _("Move stock"), _("Move")

    def act(self, form: Any) -> Any:
        line = ledger.MoveLine(**form.cleaned_data, kind=_kind(form.cleaned_data))
        require(self.request.user, *MOVERS, site=line.source.site)
        ledger.post(lines=[line], by=who(self.request))
        said = _now("{quantity} {unit} of {item} moved to {place}.")
        return stay(
            text=said.format(
                quantity=formats.number(line.quantity),
                unit=line.item.unit.code,
                item=line.item.number,
                place=line.target.code,
            )
        )


def _kind(given: dict[str, Any]) -> str:
    """The kind follows from the places."""
    ends = {given["source"].kind, given["target"].kind}
    for place, kind in (
        (Location.Kind.SUPPLIER, Move.Kind.RECEIPT),
        (Location.Kind.CUSTOMER, Move.Kind.DELIVERY),
        (Location.Kind.SCRAP, Move.Kind.SCRAP),
        (Location.Kind.ADJUSTMENT, Move.Kind.ADJUSTMENT),
    ):
        if place in ends:
            return kind
    return Move.Kind.TRANSFER


class ReverseMove(ActionForm):
    model, lookup, section, form_class, roles = Move, "pk", "inventory", forms.ReverseForm, (Role.SUPERVISOR,)
    title, submit, danger = _("Take the move back"), _("Take back"), True
    text = _("A move with the opposite direction is posted; both stay in the ledger.")

    def act(self, form: Any) -> Any:
        (mirror,) = ledger.reverse(moves=[self.record], **form.cleaned_data, by=who(self.request))
        return reverse("inventory:move", args=[mirror.pk])


class PlaceHold(ActionForm):
    section, form_class, roles = "inventory", forms.HoldForm, HOLDERS
    title, submit = _("Put stock on hold"), _("Hold")
    text = _("Everything named must fit: a lot, a serial number, a place, or several of them.")

    def act(self, form: Any) -> Any:
        row = holds.hold(**form.cleaned_data, by=who(self.request))
        return stay(text=_now("{item} is on hold.").format(item=row.item.number))


class LiftHold(ActionForm):
    model, lookup, section, form_class, roles = Hold, "pk", "inventory", forms.NothingForm, HOLDERS
    title, submit = _("Lift the hold"), _("Lift")

    def act(self, form: Any) -> Any:
        (row,) = holds.unhold(holds=[self.record], by=who(self.request))
        return stay(text=_now("{item} may be used again.").format(item=row.item.number))


class ItemStock(Page):
    """On the item page: where it lies, and its stock card."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item = get_object_or_404(Item.objects.select_related("unit"), pk=pk)
        context = {
            "item": item,
            "totals": selectors.totals(item),
            "balances": at_sites(selectors.stock_by_place(item), who(request), path="location__site__code")[
                :200
            ],
            "card": selectors.stock_card(item, limit=50),
        }
        return render(request, "inventory/item_stock.html", context)
