"""The stock card of an item through time: filters, running balance, the balance as a line, files."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import at_sites, sites_of
from p2p.core.web import chips, exports, formats, series
from p2p.core.web.columns import Column
from p2p.core.web.page import Page, who
from p2p.inventory import selectors
from p2p.inventory.forms import places
from p2p.inventory.models import Lot, Serial
from p2p.inventory.selectors.card import balance_line, stock_card, whole_card
from p2p.inventory.selectors.past import Scope, balance_at, end_of
from p2p.inventory.selectors.stocklists import shown_sites
from strategies.models import Item, Location, Site

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
    Column("balance", _("Balance"), kind="quantity"),
    Column("move.item.unit.code", _("Unit")),
    Column("move.by", _("By")),
)
A_YEAR = 365


class CardForm(forms.Form):
    """What of the item is shown. Empty: all of it, the last year as a line."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False)
    place = forms.CharField(label=_("Place, with what is in it"), max_length=30, required=False)
    lot = forms.CharField(label=_("Lot or serial number"), max_length=60, required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, *, item: Item, user: Any) -> None:
        super().__init__(data)
        self.item = item
        fields: Any = self.fields
        fields["site"].queryset = at_sites(Site.objects.order_by("code"), user, path="code")
        self.places = at_sites(places(), user)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", _("It ends before it begins."))
        given["place"] = self._place(given.get("site"), (given.get("place") or "").strip())
        number = (given.get("lot") or "").strip()
        given["serial"] = None
        if number:
            given["lot"] = Lot.objects.filter(item=self.item, number__iexact=number).first()
            given["serial"] = Serial.objects.filter(item=self.item, number__iexact=number).first()
            if not given["lot"] and not given["serial"]:
                self.add_error(
                    "lot", _("{item} has no {number}.").format(item=self.item.number, number=number)
                )
        return {**given, "lot": given.get("lot") or None}

    def _place(self, site: Site | None, code: str) -> Location | None:
        """Codes repeat from site to site: then the site is asked for."""
        if not code:
            return None
        rows = self.places.filter(code__iexact=code)
        found = list((rows.filter(site=site) if site else rows)[:2])
        if not found:
            self.add_error("place", _("There is no place {code}.").format(code=code))
        elif len(found) > 1:
            self.add_error("site", _("{code} is a place of several sites: choose one.").format(code=code))
        return found[0] if len(found) == 1 else None


class StockCard(Page):
    section, title = "inventory", _("Stock card")
    SHOWN = 50

    @cached_property
    def item(self) -> Item:
        return get_object_or_404(Item.objects.select_related("unit"), number=self.kwargs["number"])

    def get(self, request: HttpRequest, number: str) -> HttpResponseBase:
        form = CardForm(request.GET, item=self.item, user=who(request))
        given = form.cleaned_data if form.is_valid() else {}
        scope = self._scope(given)
        since, until = self._ends(given)
        wanted = request.GET.get("export")
        if wanted:
            return self._file(wanted, scope, since, until)
        before = request.GET.get("before", "")
        lines = stock_card(
            self.item,
            scope=scope,
            since=since,
            until=until,
            before=int(before) if before.isdecimal() else None,
            limit=self.SHOWN,
        )
        context = {
            "page": self,
            "item": self.item,
            "form": form,
            "lines": lines,
            "totals": selectors.totals(self.item) if sites_of(who(request)) is None else None,
            "at_end": balance_at(scope, until or clock.now()),
            "plot": self._plot(scope, given),
            "older": chips.query(request.GET, before=str(lines[-1].move.pk))
            if len(lines) == self.SHOWN
            else "",
            "newest": chips.query(request.GET, before="") if before else "",
            "csv": chips.query(request.GET, export="csv", before=""),
            "xlsx": chips.query(request.GET, export="xlsx", before=""),
            "narrowed": any(request.GET.get(name) for name in form.fields),
        }
        return render(request, "inventory/stock_card.html", context, status=200 if form.is_valid() else 422)

    def _scope(self, given: dict[str, Any]) -> Scope:
        return Scope(
            item=self.item,
            sites=shown_sites(who(self.request), given.get("site")),
            location=given.get("place"),
            lot=given.get("lot"),
            serial=given.get("serial"),
        )

    def _ends(self, given: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
        """Whole days at the site that was asked for; in UTC without one."""
        site = given.get("site") or (given["place"].site if given.get("place") else None)
        zone = site.time_zone if site else "UTC"
        since, until = given.get("since"), given.get("until")
        begin = datetime.combine(since, time(0), ZoneInfo(zone)) if since else None
        return begin, end_of(until, zone) if until else None

    def _plot(self, scope: Scope, given: dict[str, Any]) -> Any:
        until: date = given.get("until") or clock.now().date()
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
