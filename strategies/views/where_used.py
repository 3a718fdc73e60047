"""Where an item goes: line by line, over all levels, and where it may stand in for another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.fields import plain
from p2p.core.web import chips, exports
from p2p.core.web.columns import Column
from p2p.core.web.page import Page
from strategies.models import BomAlternate, BomLine, Item, Site
from strategies.models.version import VersionState
from strategies.selectors import bom as bills
from strategies.selectors.bom import Needed
from strategies.selectors.halves import left_by
from strategies.views.bom_rows import day_of

SHOWN = 500
ALL = (
    Column("item.number", gettext_lazy("Number"), kind="code"),
    Column("item.name", gettext_lazy("Goes into")),
    Column("item.group", gettext_lazy("Group"), value=lambda row: str(row.item.group or "")),
    Column("level", gettext_lazy("Levels up"), kind="number"),
    Column("direct", gettext_lazy("Directly"), kind="yes"),
    Column("top", gettext_lazy("Top"), kind="yes"),
    Column(
        "quantity", gettext_lazy("One piece takes"), kind="quantity", value=lambda row: plain(row.quantity)
    ),
)
DIRECT = (
    Column("bom.item.number", gettext_lazy("Number"), kind="code"),
    Column("bom.item.name", gettext_lazy("Goes into")),
    Column("bom.version", gettext_lazy("Version"), kind="number"),
    Column("bom.get_state_display", gettext_lazy("State")),
    Column("position", gettext_lazy("Position"), kind="number"),
    Column("quantity", gettext_lazy("Quantity"), kind="quantity", value=lambda line: plain(line.quantity)),
    Column("unit.code", gettext_lazy("Unit")),
    Column(
        "bom.batch_quantity",
        gettext_lazy("For"),
        kind="quantity",
        value=lambda line: plain(line.bom.batch_quantity),
    ),
    Column("operation_number", gettext_lazy("Operation"), kind="number"),
    Column("valid_from", gettext_lazy("From"), kind="date"),
    Column("valid_to", gettext_lazy("To"), kind="date"),
)


class WhereUsed(Page):
    """`?item=SPOKE`, `?how=direct` for the lines of all versions, `?tops=1` for what is not used further."""

    section, title = "strategies", gettext_lazy("Where used")
    list_url = "strategies:where-used"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.GET
        typed = asked.get("item", "").strip()
        item = Item.objects.select_related("unit").filter(number__iexact=typed).first() if typed else None
        site = Site.objects.filter(code=asked.get("site", "")).first()
        direct = asked.get("how") == "direct"
        rows = (self._direct(item, site) if direct else self._all(item, site)) if item else []
        if item and asked.get("export") in ("csv", "xlsx"):
            write = exports.as_csv if asked["export"] == "csv" else exports.as_xlsx
            return write(rows, DIRECT if direct else ALL, f"where-used-{item.number}")
        count = rows.count() if isinstance(rows, QuerySet) else len(rows)
        context = {
            "page": self,
            "item": item,
            "typed": typed,
            "missing": _("There is no item “{text}”.").format(text=typed) if typed and item is None else "",
            "day": day_of(request),
            "site": site,
            "sites": Site.objects.order_by("code"),
            "direct": direct,
            "tops": bool(asked.get("tops")),
            "rows": rows[:SHOWN],
            "count": count,
            "more": max(0, count - SHOWN),
            "alternates": self._alternates(item) if item else (),
            "left_by": left_by(item, day=day_of(request), site=site)[:SHOWN] if item else (),
            "csv": chips.query(asked, export="csv"),
            "xlsx": chips.query(asked, export="xlsx"),
        }
        return render(request, "strategies/where_used.html", context)

    def _all(self, item: Item, site: Site | None) -> Sequence[Needed]:
        found = bills.where_used(item, day=day_of(self.request), site=site)
        chosen = [row for row in found if row.top] if self.request.GET.get("tops") else found
        return sorted(chosen, key=lambda row: (row.level, row.item.number))

    def _direct(self, item: Item, site: Site | None) -> QuerySet[BomLine]:
        day = day_of(self.request)
        rows = BomLine.objects.filter(_on(day), component=item).exclude(bom__state=VersionState.RETIRED)
        if site is not None:
            rows = rows.filter(Q(bom__site=site) | Q(bom__site=None))
        rows = rows.select_related("bom__item__unit", "bom__site", "unit")
        return rows.order_by("bom__item__number", F("bom__version").desc(), "position", "pk")

    def _alternates(self, item: Item) -> Sequence[Any]:
        rows = BomAlternate.objects.filter(_on(day_of(self.request)), component=item)
        rows = rows.exclude(line__bom__state=VersionState.RETIRED)
        rows = rows.select_related("line__bom__item", "line__component", "approved_by")
        return list(rows.order_by("line__bom__item__number", "priority", "pk")[:SHOWN])


class WhereUsedOf(Page):
    """The verb of an item."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item = get_object_or_404(Item, pk=pk)
        return HttpResponseRedirect(f"{reverse('strategies:where-used')}?{urlencode({'item': item.number})}")


def _on(day: Any) -> Q:
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(valid_to=None) | Q(valid_to__gte=day))
