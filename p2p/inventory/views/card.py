"""The stock card of an item through time: filters, running balance, the balance as a line, files."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import sites_of
from p2p.core.digits import whole
from p2p.core.web import chips, exports, formats, series
from p2p.core.web.columns import Column
from p2p.core.web.page import Page, who
from p2p.inventory.forms.card import CardForm
from p2p.inventory.selectors.card import balance_line, stock_card, whole_card
from p2p.inventory.selectors.on_order import coming, on_order
from p2p.inventory.selectors.past import Scope, balance_at
from p2p.inventory.selectors.stocklists import figures_of, pieces_of
from strategies.models import Item

COLUMNS = (
    Column("move.pk", _("Move")),
    Column("move.get_kind_display", _("Kind")),
    Column("move.source.code", _("From"), kind="code"),
    Column("move.target.code", _("To"), kind="code"),
    Column("move.lot.number", _("Lot"), kind="code"),
    Column("move.serial.number", _("Serial"), kind="code"),
    Column("move.reference", _("Document"), kind="code"),
    Column("move.effective_at", _("When"), kind="time"),
    Column("move.posted_at", _("Entered"), kind="time"),
    Column("change", _("Change"), kind="quantity"),
    Column("pieces", _("Pieces"), kind="quantity"),
    Column("balance", _("Balance"), kind="quantity"),
    Column("move.item.unit.code", _("Unit")),
    Column("move.by", _("By")),
)
A_YEAR = 365


class StockCard(Page):
    section, title = "inventory", _("Stock card")
    SHOWN = 50

    @cached_property
    def item(self) -> Item:
        return get_object_or_404(
            Item.objects.select_related("unit", "catch_unit"), number=self.kwargs["number"]
        )

    def get(self, request: HttpRequest, number: str) -> HttpResponseBase:
        form = CardForm(request.GET, item=self.item, user=who(request))
        given = form.cleaned_data if form.is_valid() else {}
        scope = form.scope()
        since, until = form.ends()
        wanted = request.GET.get("export")
        if wanted:
            return self._file(wanted, scope, since, until)
        before = whole(request.GET.get("before", ""))
        lines = stock_card(
            self.item,
            scope=scope,
            since=since,
            until=until,
            before=before,
            limit=self.SHOWN,
        )
        ordered = on_order([self.item.pk], who(request)).get(self.item.pk, [])
        context = {
            "page": self,
            "item": self.item,
            "ordered": ordered,
            "to_come": coming(ordered),
            "form": form,
            "lines": lines,
            "totals": figures_of(self.item, sites_of(who(request))),
            "pieces": pieces_of(self.item, sites_of(who(request))) if self.item.catch_unit else None,
            "at_end": balance_at(scope, until or clock.now()),
            "plot": self._plot(scope, given),
            "older": chips.query(request.GET, before=str(lines[-1].move.pk))
            if len(lines) == self.SHOWN
            else "",
            "newest": chips.query(request.GET, before="") if before is not None else "",
            "csv": chips.query(request.GET, export="csv", before=""),
            "xlsx": chips.query(request.GET, export="xlsx", before=""),
            "narrowed": any(request.GET.get(name) for name in form.fields),
        }
        return render(request, "inventory/stock_card.html", context, status=200 if form.is_valid() else 422)

    def _plot(self, scope: Scope, given: dict[str, Any]) -> Any:
        # The line counts days of UTC: the plant's own day would end it before what happened this evening.
        until: date = given.get("until") or clock.today("UTC")
        since: date = given.get("since") or until - timedelta(days=A_YEAR)
        if since >= until:
            return ""
        points = [(formats.day(day), quantity) for day, quantity in balance_line(scope, since, until)]
        title = _now("{item} in stock, {unit}").format(item=self.item.number, unit=self.item.unit.code)
        return series.line(points, title=title, places=self.item.unit.digits, width=1000)

    def _file(
        self, wanted: str, scope: Scope, since: datetime | None, until: datetime | None
    ) -> HttpResponseBase:
        if wanted not in ("csv", "xlsx"):
            raise Http404
        rows = whole_card(scope, since=since, until=until)
        name = f"card-{self.item.number}"
        return (
            exports.as_csv(rows, COLUMNS, name) if wanted == "csv" else exports.as_xlsx(rows, COLUMNS, name)
        )
