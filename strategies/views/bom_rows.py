"""Rows of the BOM designer: the lines of a bill by operation, and the levels below that open as one looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from p2p.core import access, clock
from p2p.core.access import MONEY_ROLES
from p2p.core.fields import plain
from p2p.core.numbers import decimal_of
from p2p.core.sites import may_at_record
from p2p.core.web import formats
from p2p.core.web.page import Page
from strategies.models import BomLine, BomVersion, Item, Site
from strategies.models.version import VersionState
from strategies.selectors import designing
from strategies.selectors.bom import named_bill, opened_bill
from strategies.selectors.designing import PAGE, Figures
from strategies.views.asked import count_of, fraction, key_of

ROWS = "strategies/designer_rows.html"
FOLDED = {"kind": "", "flushing": ""}


@dataclass(frozen=True)
class Row:
    """One line, or the head of an operation (`line` None)."""

    level: int = 1
    line: BomLine | None = None
    operation: int | None = None
    title: str = ""
    url: str = ""
    children: str = ""
    cells: Sequence[tuple[str, str, str, str]] = ()
    """(field to edit or "", class, value as typed, as shown)."""
    alternates: int = 0
    steps: int = 0
    off: str = ""
    """Why it does not hold on the day."""
    critical: bool = False
    work: bool = False

    @property
    def folded(self) -> list[tuple[str, str, str]]:
        """(field, word before it, as shown): columns that a narrow page shows below the name, empty ones left out."""
        before = FOLDED | {"valid_from": _("from"), "valid_to": _("until"), "scrap_fraction": _("scrap")}
        plain_item = ("kind", BomLine.Kind.ITEM)
        given = ((each[0], each[3]) for each in self.cells if each[2] and (each[0], each[2]) != plain_item)
        return [(field, before[field], shown) for field, shown in given if field in before]


@dataclass(frozen=True)
class Shown:
    """What the page draws: rows, the offset of the next page (0: no more), sums."""

    bom: BomVersion
    figures: Figures
    rows: Sequence[Row]
    following: int
    count: int
    money: bool
    editable: bool
    currency: str
    operations: dict[int, str] = field(default_factory=dict)

    @property
    def sums(self) -> list[tuple[str, str]]:
        """(words, amount): materials and work add up to the standard cost."""
        own = self.figures
        if not self.money:
            return []
        said = [(_("Materials"), formats.number(own.materials, 2))]
        if own.work is not None:
            said.append((_("Work and the rest"), formats.number(own.work, 2)))
        if own.standard is not None:
            said.append((_("Standard cost of one"), formats.number(own.standard, 2)))
        return said

    @property
    def lead(self) -> int:
        return self.figures.times.total.get(self.bom.item_id, 0)


def day_of(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return clock.now().date()


def shown_of(request: HttpRequest, bom: BomVersion, *, start: int = 0, count: int = PAGE) -> Shown:
    """`count` lines from `start` on, with the figures of all. About a dozen queries, however long the bill."""
    day, site = day_of(request), designing.site_of(bom)
    lines = list(designing.lines_of(bom))
    figures = designing.figures(bom, lines, day=day, site=site)
    money = access.may(request.user, *MONEY_ROLES)
    editable = bom.state == VersionState.DRAFT and may_at_record(request.user, bom, access.Role.ENGINEER)
    operations = designing.operations_of(bom)
    drawn = _drawn(lines[start : start + count], figures, top=bom.pk, money=money)
    before = lines[start - 1].operation_number if start else None
    last = start + count >= len(lines)
    grouped = bool(operations) or any(line.operation_number for line in lines)
    rows = _grouped(drawn, operations, before, start=start, last=last) if grouped else drawn
    return Shown(
        bom=bom,
        figures=figures,
        rows=rows,
        following=0 if last else start + count,
        count=len(lines),
        money=money,
        editable=editable,
        currency=site.currency.code if site else "",
        operations=operations,
    )


def row_of(request: HttpRequest, bom: BomVersion, line: int) -> tuple[Shown, Row | None]:
    """One line and the sums, after it was changed."""
    whole = shown_of(request, bom, count=0)
    lines = [one for one in designing.lines_of(bom) if one.pk == line]
    drawn = _drawn(lines, whole.figures, top=bom.pk, money=whole.money)
    return whole, (drawn[0] if drawn else None)


def _grouped(
    drawn: Sequence[Row], operations: dict[int, str], before: int | None, *, start: int, last: bool
) -> list[Row]:
    """A head before the lines of each operation; an operation without lines has one, too, to drop lines on."""
    rows: list[Row] = []
    waiting = [number for number in sorted(operations) if before is None or number > before]
    if not start:
        rows.append(_head(None, operations))
    seen = before
    for row in drawn:
        number = row.line.operation_number if row.line else None
        if number is not None and number != seen:
            while waiting and waiting[0] < number:
                rows.append(_head(waiting.pop(0), operations))
            if waiting and waiting[0] == number:
                waiting.pop(0)
            rows.append(_head(number, operations))
            seen = number
        rows.append(row)
    if last:
        rows += [_head(number, operations) for number in waiting]
    return rows


def _head(number: int | None, operations: dict[int, str]) -> Row:
    if number is None:
        return Row(title=_("At no operation"))
    name = operations.get(number)
    words = f"{number} · {name}" if name else _("{number} · not in the route").format(number=number)
    return Row(operation=number, title=words)


def _drawn(
    lines: Sequence[BomLine],
    figures: Figures,
    *,
    top: int,
    money: bool,
    level: int = 1,
    factor: Fraction = Fraction(1),
    critical: bool = True,
) -> list[Row]:
    alternates, steps, made = designing.beside(lines)
    marked = figures.times.critical if critical else frozenset()
    return [
        Row(
            level=level,
            line=line,
            operation=line.operation_number,
            title=line.component.name,
            url=line.component.get_absolute_url(),
            children=_children(line, figures, level, factor, top, critical=line.component_id in marked)
            if line.component_id in made
            else "",
            cells=_cells(line, figures, factor, money=money),
            alternates=alternates.get(line.pk, 0),
            steps=steps.get(line.pk, 0),
            off=_off(line, figures.day),
            critical=line.component_id in marked,
        )
        for line in lines
    ]


def _children(
    line: BomLine, figures: Figures, level: int, factor: Fraction, top: int, *, critical: bool
) -> str:
    asked = {
        "day": figures.day.isoformat(),
        "site": figures.site.code if figures.site else "",
        "level": level + 1,
        "factor": str(factor * (figures.need[line.pk] or 0)),
        "critical": int(critical),
        "top": top,
    }
    if line.kind == BomLine.Kind.PHANTOM and line.component_bom_id:
        asked["bom"] = line.component_bom_id
    return f"{reverse('strategies:designer-level', args=[line.component_id])}?{urlencode(asked)}"


def _cells(
    line: BomLine, figures: Figures, factor: Fraction, *, money: bool
) -> list[tuple[str, str, str, str]]:
    item, need, cost = line.component, figures.need[line.pk], figures.cost[line.pk]
    own, total = figures.times.own.get(item.pk, 0), figures.times.total.get(item.pk, 0)
    scrap = plain(line.scrap_fraction * 100) if line.scrap_fraction else ""
    cells = [
        ("component", "code", item.number, item.number),
        ("quantity", "n", plain(line.quantity), formats.number(line.quantity)),
        ("unit", "", line.unit.code, line.unit.code),
        ("kind", "", line.kind, str(line.get_kind_display())),
        ("scrap_fraction", "n", scrap, formats.percent(line.scrap_fraction, 1) if scrap else formats.NONE),
        ("operation_number", "n", str(line.operation_number or ""), formats.number(line.operation_number)),
        ("flushing", "", line.flushing, str(line.get_flushing_display()) if line.flushing else formats.NONE),
        ("valid_from", "n", _iso(line.valid_from), formats.day(line.valid_from)),
        ("valid_to", "n", _iso(line.valid_to), formats.day(line.valid_to)),
        ("", "n", item.unit.code, _rounded(need * factor if need is not None else None)),
    ]
    if money:
        amount = None if cost is None else decimal_of(Fraction(cost) * factor)
        cells.append(("", "n", "", formats.number(amount, 2)))
    days = _("{days} d")
    cells.append(("", "n", "", days.format(days=formats.number(own)) if own else formats.NONE))
    cells.append(("", "n", "", days.format(days=formats.number(total)) if total else formats.NONE))
    return cells


def _off(line: BomLine, day: date) -> str:
    if designing.holds(line, day):
        return ""
    return _("ended") if line.valid_to and line.valid_to < day else _("later")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _rounded(amount: Fraction | None) -> str:
    """Six places at most, as the page has room for."""
    return formats.NONE if amount is None else formats.number(decimal_of(amount, 6))


class Lines(Page):
    """The next lines of a long bill, or the first so many again: `?start=200`, `?to=400`."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        bom = get_object_or_404(BomVersion.objects.select_related("item__unit", "site__currency"), pk=pk)
        start, to = count_of(request.GET.get("start", "")), count_of(request.GET.get("to", ""))
        shown = shown_of(request, bom, start=start, count=max(PAGE, to))
        context = {"shown": shown, "rows": shown.rows, "record": bom, "sums": bool(to)}
        response = render(request, ROWS, context)
        response["P2P-Revision"] = str(bom.revision)
        return response


class Level(Page):
    """The rows below one item: what its bill takes for one piece at the top, and what work adds to it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item, day = get_object_or_404(Item, pk=pk), day_of(request)
        sites = Site.objects.select_related("currency")
        site = sites.filter(code=request.GET.get("site", "")).first()
        named = named_bill(item, key_of(request.GET.get("bom", "")))
        top = key_of(request.GET.get("top", ""))
        bom = named or opened_bill(item, top=top, day=day, site=site)
        if bom is None:
            return render(request, ROWS, {"rows": []})
        level, factor = count_of(request.GET.get("level", "")) or 2, fraction(request.GET.get("factor", ""))
        lines = [line for line in designing.lines_of(bom) if designing.holds(line, day)]
        figures = designing.figures(bom, lines, day=day, site=site)
        money = access.may(request.user, *MONEY_ROLES)
        critical = request.GET.get("critical") == "1"
        drawn = {"level": level, "factor": factor, "critical": critical, "top": top or bom.pk}
        rows = _drawn(lines, figures, money=money, **drawn)
        if money and figures.work:
            rows.append(_work(rows[0] if rows else None, figures.work, factor, level))
        return render(request, ROWS, {"rows": rows, "shown": {"editable": False, "money": money}})


def _work(like: Row | None, work: Decimal, factor: Fraction, level: int) -> Row:
    """The row that makes the level add up to its parent."""
    blank = [("", css, "", "") for _field, css, _value, _shown in (like.cells if like else ())]
    amount = formats.number(decimal_of(Fraction(work) * factor), 2)
    cells = [(*cell[:3], amount) if place == len(blank) - 3 else cell for place, cell in enumerate(blank)]
    return replace(Row(level=level, title=_("Work and the rest"), work=True), cells=cells)
