"""Lists of stock: what lies where, every move, lots, holds."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.access import at_sites
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from p2p.core.web.page import who
from p2p.inventory import filters, selectors
from p2p.inventory.models import Balance, Hold, Lot
from p2p.inventory.words import item_url, lot_url


class Stock(ListPage):
    model, title, section, slot = Balance, _("Stock"), "inventory", "stock"
    search = ("item__number", "item__name", "location__code", "lot__number", "serial__number")
    order = ("item__number", "location__code", "id")
    filterset_class = filters.BalanceFilter
    columns = (
        Column("item.number", _("Item"), kind="code", link=True, width=120),
        Column("item.name", _("Name")),
        Column("location.code", _("Place"), kind="code", width=110),
        Column("location.name", _("Where"), width=176),
        Column("lot.number", _("Lot"), kind="code", width=110, href=lot_url),
        Column("serial.number", _("Serial"), kind="code", width=110, hidden=True),
        Column("quantity", _("On hand"), kind="quantity", unit="item.unit.code", total=True, width=116),
        Column("catch_quantity", _("Pieces"), kind="quantity", unit="item.catch_unit.code", width=96),
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


class Lots(ListPage):
    model, title, section, slot = Lot, _("Lots"), "inventory", "lots"
    search = ("number", "vendor_lot", "item__number", "item__name")
    order = ("item__number", "number")
    filterset_class = filters.LotFilter
    columns = (
        Column("number", _("Lot"), kind="code", link=True, width=190),
        Column("item.number", _("Item"), kind="code", width=120),
        Column("item.name", _("Name")),
        Column("there", _("On hand"), kind="quantity", unit="item.unit.code", order="", width=110),
        Column("pieces", _("Pieces"), kind="quantity", unit="item.catch_unit.code", order="", width=90),
        Column(
            "held",
            _("Hold"),
            value=lambda one: _("On hold") if one.held else "",
            order="",
            width=84,
            tone=lambda one: "bad" if one.held else "",
        ),
        Column("vendor_lot", _("Vendor's lot"), kind="code", width=130),
        Column("vendor.name", _("Vendor"), hidden=True),
        Column("made_on", _("Made"), kind="date"),
        Column("expires_on", _("Expires"), kind="date", width=108),
        Column("retest_on", _("Retest"), kind="date", width=108),
        Column("created_at", _("Known since"), kind="time", hidden=True),
    )
    empty_title, empty_text = (
        _("No lot"),
        _("Lots come with receipts and with production of items tracked by lot."),
    )

    def rows(self) -> QuerySet[Any]:
        there = Balance.objects.filter(lot=OuterRef("pk")).order_by().values("lot")
        held = Hold.objects.filter(lot=OuterRef("pk"), released_at=None)
        return Lot.objects.select_related("item__unit", "item__catch_unit", "vendor").annotate(
            there=Subquery(there.annotate(sum=Sum("quantity")).values("sum")),
            pieces=Subquery(there.annotate(sum=Sum("catch_quantity")).values("sum")),
            held=Exists(held),
        )

    def record_url(self, record: Any) -> str:
        return reverse("inventory:lot", args=[record.pk])


class Holds(ListPage):
    model, title, section, slot = Hold, _("Holds"), "inventory", "holds"
    search = ("item__number", "item__name", "lot__number", "serial__number", "note", "reference")
    order = ("-id",)
    filterset_class = filters.HoldFilter
    columns = (
        Column("kind", _("Kind"), value=lambda one: one.get_kind_display(), order="kind", width=96),
        Column("blocks", _("Forbids"), value=lambda one: one.get_blocks_display(), order="blocks", width=150),
        Column("item.number", _("Item"), kind="code", width=116, href=item_url),
        Column("item.name", _("Name")),
        Column("lot.number", _("Lot"), kind="code", width=110, href=lot_url),
        Column("location.code", _("Place"), kind="code", width=104),
        Column("note", _("Note"), width=170),
        Column("placed_at", _("Since"), kind="time"),
        Column("released_at", _("Lifted"), kind="time"),
        Column("placed_by", _("By"), width=96, order="placed_by__username"),
        Column("act", "", template="inventory/cell_lift.html", value=lambda one: "", width=80),
    )
    tabs = (Tab("standing", _("Still on hold"), "standing=true", counted=True, hot=True),)
    empty_title, empty_text = _("Nothing on hold"), _("Stock on hold can be neither picked nor delivered.")

    def rows(self) -> QuerySet[Any]:
        return selectors.holds()
