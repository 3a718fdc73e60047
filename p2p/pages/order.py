"""The order page: one production order as all six areas see it, each in its own tab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.access import at_sites
from p2p.core.web import formats
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.pages import selectors
from planning import words
from planning.models import ProductionOrder


class OrderPage(RecordPage):
    """Head and facts are planning's; tabs and verbs come from every area through its places."""

    model, lookup, slot, section = ProductionOrder, "number", "order", "planning"
    list_url, list_title = "planning:orders", _("Production orders")
    annex = ("journal", "talk", "files")

    def rows(self) -> QuerySet[Any]:
        related = ("item", "unit", "site", "bom__item", "route__item", "parent", "output_location")
        return at_sites(ProductionOrder.objects.select_related(*related), self.request.user)

    def tabs(self) -> Sequence[RecordTab]:
        return (RecordTab("overview", _("Overview"), "pages/order_overview.html"),)

    def badges(self) -> list[tuple[str, Any]]:
        order = self.record
        shown = [(order.state, order.get_state_display())]
        days = selectors.days_late(order, order.site)
        if days:
            shown.append(("late", _("{days} d late").format(days=days)))
        return shown

    def subtitle(self) -> Any:
        return f"{self.record.item.number} {self.record.item.name}"

    def facts(self) -> list[Said]:
        order = self.record
        good = _("{good} of {all}").format(
            good=formats.number(order.good_quantity), all=formats.number(order.quantity)
        )
        late = selectors.days_late(order, order.site) > 0
        return [
            Said(_("Good"), f"{good} {order.unit.code}"),
            Said(_("Scrap"), formats.number(order.scrap_quantity)),
            Said(_("Due"), formats.day(order.due_on), "bad" if late else ""),
            Said(
                _("Starts"),
                formats.moment(order.starts_at) if order.starts_at else formats.day(order.start_on),
            ),
            Said(_("Ends"), formats.moment(order.ends_at) if order.ends_at else formats.NONE),
            *(
                Said(title, f"v{version.version}", url=version.get_absolute_url())
                if version
                else Said(title, formats.NONE)
                for title, version in ((_("BOM"), order.bom), (_("Route"), order.route))
            ),
            *([Said(_("Demand names"), words.named(order))] if order.named else []),
            *(Said(_("Made for"), need, url=url) for need, url in [words.need(order)] if need),
            Said(_("Site"), order.site.name),
        ]
