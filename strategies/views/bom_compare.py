"""Two versions of bills side by side, on the page, as CSV and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.web import exports, formats
from p2p.core.web.columns import Column
from p2p.core.web.page import Page
from strategies.engine.differences import Difference
from strategies.models import BomVersion
from strategies.selectors import comparing
from strategies.views.bom_rows import day_of

SIGNS = {
    "added": ("+", "finished", gettext_lazy("Added")),
    "removed": ("−", "late", gettext_lazy("Removed")),
    "changed": ("≠", "started", gettext_lazy("Changed")),
    "same": ("", "", gettext_lazy("Same")),
}
TITLES = {
    "head": gettext_lazy("Head"),
    "lines": gettext_lazy("Lines"),
    "alternates": gettext_lazy("Alternates"),
    "steps": gettext_lazy("Steps"),
    "outputs": gettext_lazy("Co- and by-products"),
    "operations": gettext_lazy("Operations of the routes"),
    "sums": gettext_lazy("All levels, for one batch"),
}
SHARES = ("scrap_fraction", "cost_share", "percent", "yield_fraction")


@dataclass(frozen=True)
class Line:
    """One difference as it is drawn."""

    part: str
    sign: str
    colour: str
    word: Any
    title: str
    before: str
    after: str
    changes: Sequence[tuple[str, str, str]]


class Compare(Page):
    """`?left=WHEEL v1&right=WHEEL v2`, with `levels=1` the sums over all levels, with `all=1` what is the same, too."""

    section, title = "strategies", gettext_lazy("Compare two bills")
    list_url = "strategies:boms"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        asked = [request.GET.get(name, "") for name in ("left", "right")]
        left, right = (comparing.version_typed(text) if text.strip() else None for text in asked)
        problems = [
            _("There is no bill “{text}”.").format(text=text)
            for text, found in zip(asked, (left, right), strict=True)
            if text.strip() and found is None
        ]
        parts = self._parts(left, right, day_of(request)) if left and right else []
        if request.GET.get("export") == "csv" and left and right:
            return exports.as_csv([line for _key, lines in parts for line in lines], COLUMNS, "comparison")
        context = {
            "page": self,
            "left": left,
            "right": right,
            "typed": [_typed(found, text) for found, text in zip((left, right), asked, strict=True)],
            "problems": problems,
            "parts": [(TITLES[key], lines, _counts(lines)) for key, lines in parts if lines],
            "same": bool(left and right) and not any(lines for _key, lines in parts),
            "levels": bool(request.GET.get("levels")),
            "whole": bool(request.GET.get("all")),
            "versions": _others(left or right),
            "day": day_of(request),
        }
        return render(request, "strategies/bom_compare.html", context)

    def _parts(self, left: BomVersion, right: BomVersion, day: date) -> list[tuple[str, list[Line]]]:
        found = comparing.versions_compared(left, right)
        if self.request.GET.get("levels"):
            found.append(comparing.sums_compared(left, right, day=day))
        whole = bool(self.request.GET.get("all"))
        return [
            (part.key, [_line(part, each) for each in (part.found if whole else part.differing)])
            for part in found
        ]


def _typed(found: BomVersion | None, text: str) -> str:
    return f"{found.item.number} v{found.version}" if found else text


def _others(bom: BomVersion | None) -> list[str]:
    if bom is None:
        return []
    rows = (
        BomVersion.objects.filter(item=bom.item_id)
        .order_by("-version")
        .values_list("item__number", "version")
    )
    return [f"{number} v{version}" for number, version in rows[:50]]


def _counts(lines: Sequence[Line]) -> list[tuple[str, str, Any, int]]:
    return [
        (sign, colour, word, sum(line.sign == sign for line in lines))
        for sign, colour, word in SIGNS.values()
        if sign and any(line.sign == sign for line in lines)
    ]


def _line(part: comparing.Part, each: Difference) -> Line:
    sign, colour, word = SIGNS[each.sign]
    changes = [(_field(part, name), _said(name, old), _said(name, new)) for name, old, new in each.changes]
    amounts = [
        _amount(side.values) if side and part.key not in ("head", "operations") else ""
        for side in (each.before, each.after)
    ]
    title = each.title or str(TITLES[part.key])
    return Line(str(TITLES[part.key]), sign, colour, word, title, amounts[0], amounts[1], changes)


def _amount(values: Any) -> str:
    amount = values.get("quantity", values.get("ratio"))
    unit = values.get("unit")
    return (
        f"{formats.number(amount)} {getattr(unit, 'code', unit) or ''}".strip() if amount is not None else ""
    )


def _field(part: comparing.Part, name: str) -> str:
    words = str(part.model._meta.get_field(name).verbose_name)
    return words[:1].upper() + words[1:]


def _said(name: str, value: Any) -> str:
    if value is None:
        return formats.NONE
    if name in SHARES:
        return formats.percent(value, 2)
    if isinstance(value, Decimal):
        return formats.number(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return formats.day(value)
    return getattr(value, "code", "") or str(value) if isinstance(value, Model) else str(value)


def _spelled(line: Line) -> str:
    return "; ".join(f"{name}: {old} → {new}" for name, old, new in line.changes)


COLUMNS = (
    Column("part", gettext_lazy("Part")),
    Column("word", gettext_lazy("Difference"), value=lambda line: str(line.word)),
    Column("title", gettext_lazy("What")),
    Column("before", gettext_lazy("Before")),
    Column("after", gettext_lazy("After")),
    Column("changes", gettext_lazy("Changes"), value=_spelled),
)


class CompareWith(Page):
    """The verb of a bill: beside the version before it, or the one that is active now."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        bom = get_object_or_404(BomVersion.objects.select_related("item"), pk=pk)
        others = BomVersion.objects.filter(item=bom.item_id).exclude(pk=pk)
        other = others.filter(version__lt=bom.version).order_by("-version").first() or others.last()
        asked = {"left": other.pk if other else "", "right": pk}
        return HttpResponseRedirect(f"{reverse('strategies:compare-boms')}?{urlencode(asked)}")
