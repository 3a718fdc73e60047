"""One version of a bill: the designer of its lines, what it takes on all levels, its history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.web import formats
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies.models import BomVersion
from strategies.selectors import bom as selectors
from strategies.selectors import lists
from strategies.views.bom_rows import day_of, shown_of
from strategies.views.designer_words import choices, words

LABEL = BomVersion._meta.label_lower


class BomPage(RecordPage):
    """One version of a bill."""

    template_name = "strategies/bom.html"
    model, lookup, slot, section = BomVersion, "pk", "bom", "strategies"
    list_url, list_title = "strategies:boms", _("Bills of material")

    def rows(self) -> QuerySet[Any]:
        return lists.boms().select_related("item__group", "item__unit", "site__currency", "approved_by")

    def heading(self) -> str:
        return str(self.record.item.name)

    def subtitle(self) -> Any:
        return f"{self.record.item.number} · v{self.record.version}"

    def facts(self) -> list[Said]:
        bom = self.record
        said = [
            Said(_("Item"), bom.item.number, url=bom.item.get_absolute_url()),
            Said(_("Site"), bom.site or _("all")),
            Said(_("From"), formats.day(bom.valid_from)),
            Said(_("To"), formats.day(bom.valid_to)),
            Said(_("For"), f"{formats.number(bom.batch_quantity)} {bom.item.unit.code}"),
        ]
        if bom.from_quantity:
            said.append(Said(_("Orders from"), f"{formats.number(bom.from_quantity)} {bom.item.unit.code}"))
        if bom.approved_by:
            said.append(Said(_("Approved by"), bom.approved_by))
        return said

    def tabs(self) -> Sequence[RecordTab]:
        return [
            RecordTab("tree", _("Lines"), "strategies/bom_tree.html", count=self.record.line_count),
            RecordTab("sums", _("All levels"), "strategies/bom_sums.html"),
            RecordTab("history", _("History"), "strategies/version_history.html"),
        ]

    def extra(self) -> dict[str, Any]:
        bom, tab = self.record, self.tab
        if tab == "sums":
            day = day_of(self.request)
            return {"needs": selectors.explode_version(bom, day=day), "day": day}
        if tab != "tree":
            return {"journal_label": LABEL}
        shown = shown_of(self.request, bom)
        found = {
            "shown": shown,
            "outputs": bom.outputs.select_related("item", "unit").order_by("item__number"),
        }
        return {**found, "choices": choices(), "words": words()} if shown.editable else found
