"""One move, one lot, and the panel on the item page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import at_sites, sites_of
from p2p.core.web import formats
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, Said
from p2p.inventory import selectors
from p2p.inventory.models import Move
from p2p.inventory.selectors.on_order import coming, on_order
from p2p.inventory.selectors.past import Scope
from p2p.inventory.selectors.stocklists import figures_of
from p2p.inventory.words import lot_url
from strategies.models import Item


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


class ItemStock(Page):
    """On the item page: where it lies, and its stock card."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item = get_object_or_404(Item.objects.select_related("unit"), pk=pk)
        ordered = on_order([item.pk], who(request)).get(item.pk, [])
        context = {
            "item": item,
            "ordered": ordered,
            "to_come": coming(ordered),
            "totals": figures_of(item, sites_of(who(request))),
            "balances": at_sites(selectors.stock_by_place(item), who(request), path="location__site__code")[
                :200
            ],
            "card": selectors.stock_card(
                item, limit=50, scope=Scope(item=item, sites=sites_of(who(request)))
            ),
        }
        return render(request, "inventory/item_stock.html", context)


class ItemPlaces(Page):
    """On the item page, at a glance: how much of it lies where, and whether it may be used."""

    SHOWN = 10

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item = get_object_or_404(Item.objects.select_related("unit"), pk=pk)
        rows = at_sites(selectors.stock_by_place(item), who(request), path="location__site__code")
        found = list(rows[: self.SHOWN + 1])
        context = {"item": item, "balances": found[: self.SHOWN], "more": len(found) > self.SHOWN}
        return render(request, "inventory/item_places.html", context)
