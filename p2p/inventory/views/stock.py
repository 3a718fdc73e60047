"""Stock added up: by item, also as of a past day, by lot with what expires, and by place as a tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import quote

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from p2p.core import access, clock, digits
from p2p.core.access import MONEY_ROLES, at_sites
from p2p.core.web import formats, keyset
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from p2p.core.web.page import Page, who
from p2p.inventory import selectors
from p2p.inventory.models import Lot, Move
from p2p.inventory.narrowing import ItemStockFilter, LotStockFilter, MoveFilter
from p2p.inventory.selectors.past import end_of
from p2p.inventory.selectors.stocklists import (
    Figures,
    PlaceSum,
    Sites,
    items_in_stock,
    items_then,
    lots_in_stock,
    places_in,
    shown_sites,
)
from p2p.inventory.words import item_url, lot_url
from strategies.models import Item, Location, Site


def figure(name: str) -> Callable[[Any], Decimal | None]:
    """Reads one of the added-up figures of a row."""
    return lambda row: getattr(Figures(row), name)


def _figures(unit: str) -> tuple[Column, ...]:
    there = figure("on_hand")
    return (
        Column("on_hand", _("On hand"), kind="quantity", unit=unit, value=there, total=True, width=120),
        Column("reserved", _("Reserved"), kind="quantity", value=figure("reserved"), total=True),
        Column(
            "held",
            _("On hold"),
            kind="quantity",
            value=figure("held"),
            total=True,
            tone=lambda row: "bad" if Figures(row).held else "",
        ),
    )


class _AddedUp(ListPage):
    """A list whose rows are sums over the places of some sites."""

    section = "inventory"

    def asked_site(self) -> Site | None:
        key = digits.whole(self.request.GET.get("site", ""))
        return Site.objects.filter(pk=key).first() if key is not None else None

    @cached_property
    def sites(self) -> Sites:
        return shown_sites(who(self.request), self.asked_site())


class StockByItem(_AddedUp):
    model, title, slot, page_key = Item, _("Stock by item"), "stock-items", "inventory.stock-items"
    search = ("number", "name")
    order = ("number",)
    filterset_class = ItemStockFilter
    columns = (
        Column("number", _("Item"), kind="code", link=True, width=130),
        Column("name", _("Name")),
        Column("group.name", _("Group"), width=150, hidden=True),
        *_figures("unit.code"),
        Column("pieces", _("Pieces"), kind="quantity", unit="catch_unit.code", order="", width=90),
        Column("claimed", _("Claimed"), kind="quantity", value=figure("claimed"), total=True),
        Column(
            "available",
            _("Available"),
            kind="quantity",
            value=figure("available"),
            total=True,
            tone=lambda row: "bad" if (Figures(row).available or 0) < 0 else "",
        ),
    )
    empty_title, empty_text = (
        _("No stock"),
        _("Stock comes from receipts, from production, or is opened by an import."),
    )

    @cached_property
    def day(self) -> date | None:
        try:
            return parse_date(self.request.GET.get("as_of", ""))
        except ValueError:
            return None

    def rows(self) -> QuerySet[Any]:
        if self.day is None:
            return items_in_stock(self.sites)
        site = self.asked_site()
        return items_then(end_of(self.day, site.time_zone if site else "UTC"), self.sites)

    def record_url(self, record: Any) -> str:
        return reverse("inventory:card", args=[record.number])

    def _counted(self, part: keyset.Slice) -> dict[str, Any]:
        """How many items lay there then is not counted: that would be a balance of every item."""
        if self.day is None or not (part.next or part.previous):
            return super()._counted(part)
        first, last = part.start + 1, part.start + len(part.rows)
        where = f"{formats.number(first)}–{formats.number(last)}"
        return {"found_words": "", "found_number": last, "where": where}


class StockByLot(_AddedUp):
    model, title, slot, page_key = Lot, _("Stock by lot"), "stock-lots", "inventory.stock-lots"
    search = ("number", "vendor_lot", "item__number", "item__name")
    order = ("item__number", "number")
    filterset_class = LotStockFilter
    columns = (
        Column("item.number", _("Item"), kind="code", width=120, href=item_url),
        Column("item.name", _("Name")),
        Column("number", _("Lot"), kind="code", link=True, width=140),
        Column("vendor_lot", _("Vendor's lot"), kind="code", width=120, hidden=True),
        Column("made_on", _("Made"), kind="date", hidden=True),
        Column("expires_on", _("Expires"), kind="date", width=108, tone=lambda lot: _late(lot.expires_on)),
        Column("retest_on", _("Retest"), kind="date", width=108, tone=lambda lot: _late(lot.retest_on)),
        *_figures("item.unit.code"),
        Column("free", _("Available"), kind="quantity", value=figure("free"), total=True),
    )
    tabs = (
        Tab("past", _("Past its day"), "days=-1&sort=expires_on", counted=True, hot=True),
        Tab("soon", _("Within 30 days"), "days=30&sort=expires_on", counted=True),
        Tab("later", _("Within 90 days"), "days=90&sort=expires_on"),
    )
    empty_title, empty_text = _("No lot in stock"), _("Lots come with receipts and with production.")

    def rows(self) -> QuerySet[Any]:
        return lots_in_stock(self.sites)

    def record_url(self, record: Any) -> str:
        return reverse("inventory:lot", args=[record.pk])


def _late(day: date | None) -> str:
    if day is None:
        return ""
    left = (day - clock.today()).days
    return "bad" if left < 0 else "warn" if left <= 30 else ""


class Moves(ListPage):
    model, title, section, slot = Move, _("Movements"), "inventory", "moves"
    order = ("-effective_at", "-id")
    filterset_class = MoveFilter
    columns = (
        Column("id", _("Move"), kind="text", width=84, link=True, order=""),
        Column("kind", _("Kind"), value=lambda one: one.get_kind_display(), order="", width=150),
        Column("item.number", _("Item"), kind="code", width=116, href=item_url, order=""),
        Column("item.name", _("Name"), order=""),
        Column("lot.number", _("Lot"), kind="code", width=96, href=lot_url, order=""),
        Column("serial.number", _("Serial"), kind="code", width=96, order="", hidden=True),
        Column("source.code", _("From"), kind="code", width=104, order=""),
        Column("target.code", _("To"), kind="code", width=104, order=""),
        Column("quantity", _("Quantity"), kind="quantity", unit="item.unit.code", width=110, order=""),
        Column("reference", _("Document"), kind="code", width=104, order=""),
        Column("effective_at", _("When"), kind="time", order="effective_at"),
        Column("posted_at", _("Entered"), kind="time", order="", hidden=True),
        Column("by", _("By"), order="", width=110, hidden=True),
        Column("reason.name", _("Reason"), order="", hidden=True),
        Column("handling_unit.number", _("Out of unit"), kind="code", order="", hidden=True),
        Column("into_unit.number", _("Into unit"), kind="code", order="", hidden=True),
        Column("reverses_id", _("Takes back"), order="", hidden=True),
    )
    tabs = (
        Tab("issue", _("Issues"), "kind=issue"),
        Tab("output", _("Outputs"), "kind=output"),
        Tab("scrap", _("Scrap"), "kind=scrap"),
        Tab("count", _("Counts"), "kind=count"),
    )
    empty_title, empty_text = _("Nothing has moved"), _("Every movement of stock is kept here for good.")

    def rows(self) -> QuerySet[Any]:
        """What left or reached a site of this person."""
        codes = access.sites_of(who(self.request))
        rows = selectors.moves()
        if codes is None:
            return rows
        return rows.filter(Q(source__site__code__in=codes) | Q(target__site__code__in=codes))

    def record_url(self, record: Any) -> str:
        return reverse("inventory:move", args=[record.pk])


class StockPlaces(Page):
    """The places of a site as a tree; each opens to its parts and to what lies right there."""

    section, title = "inventory", _("Stock by place")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        sites = list(at_sites(Site.objects.filter(active=True), who(request), path="code").order_by("code"))
        asked = request.GET.get("site", "")
        site = next((one for one in sites if one.code == asked), sites[0] if sites else None)
        rows = _branches(places_in(site, None, clock.today()), 1, _money(request)) if site else []
        context = {"page": self, "sites": sites, "site": site, "rows": rows}
        return render(request, "inventory/stock_places.html", context)


class PlaceParts(Page):
    """Rows of the tree: the parts of a place, and what lies right there."""

    SHOWN = 100

    def get(self, request: HttpRequest, pk: int, level: int) -> HttpResponseBase:
        places = at_sites(Location.objects.select_related("site__currency"), who(request))
        place = get_object_or_404(places, pk=pk)
        parts = places_in(place.site, place, clock.today())
        lying = list(selectors.balances().filter(location=place)[: self.SHOWN + 1])
        rows = _branches(parts, level + 1, _money(request))
        rows += [_leaf(row, level + 1) for row in lying[: self.SHOWN]]
        if len(lying) > self.SHOWN:
            rows.append(
                {
                    "level": level + 1,
                    "title": _("All that lies here"),
                    "url": f"{reverse('inventory:stock')}?place={quote(place.code)}",
                    "cells": [("", "")] * 7,
                }
            )
        return render(request, "inventory/stock_place_rows.html", {"rows": rows})


def _branches(level: Sequence[PlaceSum], number: int, money: bool) -> list[dict[str, Any]]:
    return [
        {
            "level": number,
            "title": f"{one.place.code} · {one.place.name}"
            if one.place.name != one.place.code
            else one.place.code,
            "children": reverse("inventory:stock-place", args=[one.place.pk, number])
            if one.parts or one.lines
            else "",
            "cells": [
                (one.place.get_kind_display(), ""),
                (formats.number(one.parts) if one.parts else formats.NONE, "n"),
                (formats.number(one.lines) if one.lines else _("empty"), "n"),
                ("", "n"),
                ("", "n"),
                (formats.number(one.worth, 2) if money else formats.NONE, "n"),
                (_("On hold") if one.held else "", "bad"),
            ],
            "counted": formats.day(one.last_counted) if one.last_counted else formats.NONE,
        }
        for one in level
    ]


def _leaf(row: Any, level: int) -> dict[str, Any]:
    piece = row.lot or row.serial or ""
    unit = row.item.unit.code
    return {
        "level": level,
        "title": f"{row.item.number} {row.item.name}",
        "url": reverse("inventory:card", args=[row.item.number])
        + f"?site={row.location.site_id}&place={quote(row.location.code)}",
        "cells": [
            (str(piece), "mono"),
            ("", "n"),
            (f"{formats.number(row.quantity)} {unit}", "n"),
            (formats.number(row.reserved), "n"),
            (formats.number(row.available), "n"),
            ("", "n"),
            (_("On hold") if row.held else "", "bad"),
        ],
        "counted": "",
    }


def _money(request: HttpRequest) -> bool:
    return access.may(who(request), *MONEY_ROLES, access.Role.SUPERVISOR)
