"""Rows of the BOM designer: the lines of a bill by operation, and the levels below that open as one looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from p2p.core import access, clock
from p2p.core.access import MONEY_ROLES
from p2p.core.fields import plain
from p2p.core.numbers import decimal_of
from p2p.core.sites import may_at_record
from p2p.core.web import formats
from strategies.models import BomLine, BomVersion
from strategies.models.version import VersionState
from strategies.selectors import designing
from strategies.selectors.designing import PAGE, Figures

ROWS = "strategies/designer_rows.html"
FOLDED = {"kind": "", "flushing": ""}
SPOKEN = 5
"""Items without a cost that the foot of the table names."""


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
    critical: str = ""
    """Keys of the lines on the longest chain."""

    @property
    def sums(self) -> list[tuple[str, str]]:
        """(words, amount): materials and work add up to the standard cost."""
        own = self.figures
        if not self.money:
            return []
        known = _at_least(bool(own.missing or own.unpriced)) + formats.number(own.materials, 2)
        said = [(_("Materials"), known)]
        if own.work is not None:
            said.append((_("Work and the rest"), formats.number(own.work, 2)))
        if own.standard is not None:
            rolled = _at_least(own.standard_lacks) + formats.number(own.standard, 2)
            said.append((_("Standard cost of one"), rolled))
        return said

    @property
    def chain(self) -> str:
        """How long all of it takes, in words."""
        days = self.figures.times.total.get(self.bom.item_id, 0)
        text = _("{days} days when nothing is in stock")
        return text.format(days=formats.number(days)) if days else ""

    @property
    def unpriced(self) -> str:
        if not self.money:
            return ""
        count = self.figures.unpriced
        text = ngettext("{count} line has no cost.", "{count} lines have no cost.", count)
        said = [text.format(count=formats.number(count))] if count else []
        parts = list(dict.fromkeys(part for each in self.figures.missing.values() for part in each))
        if parts:
            named = ", ".join(parts[:SPOKEN])
            if len(parts) > SPOKEN:
                named = _("{parts} and {count} more").format(parts=named, count=len(parts) - SPOKEN)
            said.append(_("What is marked ≥ is incomplete, not costed in it: {parts}.").format(parts=named))
        return " ".join(said)


def day_of(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return clock.today()


def shown_of(request: HttpRequest, bom: BomVersion, *, start: int = 0, count: int = PAGE) -> Shown:
    """`count` lines from `start` on, with the figures of all. About a dozen queries, however long the bill."""
    day, site = day_of(request), designing.site_of(bom)
    lines = list(designing.lines_of(bom))
    figures = designing.figures(bom, lines, day=day, site=site)
    money = access.may(request.user, *MONEY_ROLES)
    editable = bom.state == VersionState.DRAFT and may_at_record(request.user, bom, access.Role.ENGINEER)
    operations = designing.operations_of(bom)
    drawn = rows_of(lines[start : start + count], figures, top=bom.pk, money=money)
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
        critical=" ".join(str(line.pk) for line in lines if line.component_id in figures.times.critical),
    )


def row_of(request: HttpRequest, bom: BomVersion, line: int) -> tuple[Shown, Row | None]:
    """One line and the sums, after it was changed."""
    whole = shown_of(request, bom, count=0)
    lines = [one for one in designing.lines_of(bom) if one.pk == line]
    drawn = rows_of(lines, whole.figures, top=bom.pk, money=whole.money)
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


def rows_of(
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
    if line.kind == BomLine.Kind.PHANTOM:
        asked["amount"] = str((figures.need[line.pk] or 0) * figures.made)
        if line.component_bom_id:
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
        cells.append(("", "n", "", _at_least(line.pk in figures.missing) + formats.number(amount, 2)))
    days = _("{days} d")
    cells.append(("", "n", "", days.format(days=formats.number(own)) if own else formats.NONE))
    cells.append(("", "n", "", days.format(days=formats.number(total)) if total else formats.NONE))
    return cells


def _at_least(incomplete: bool) -> str:
    return "≥ " if incomplete else ""


def _off(line: BomLine, day: date) -> str:
    if designing.holds(line, day):
        return ""
    return _("ended") if line.valid_to and line.valid_to < day else _("later")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _rounded(amount: Fraction | None) -> str:
    """Six places at most, as the page has room for."""
    return formats.NONE if amount is None else formats.number(decimal_of(amount, 6))
