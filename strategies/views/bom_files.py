"""A bill as a file: its lines level by level, and what it takes on all levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.numbers import decimal_of
from p2p.core.refusal import Refused
from p2p.core.web import exports
from p2p.core.web.columns import Column
from p2p.core.web.page import Page, sentence
from strategies.models import BomLine, BomVersion
from strategies.selectors import bom as bills
from strategies.selectors import designing
from strategies.selectors.bom_tree import bills_below, top_of
from strategies.views.bom_rows import day_of

MOST = 20_000
"""Rows of a tree: the nested bill of 26 items would have 33 millions."""


@dataclass(frozen=True)
class Leaf:
    """One row of the written tree."""

    level: int
    line: BomLine
    per_root: Decimal


TREE = (
    Column("level", _("Level"), kind="number"),
    Column("line.position", _("Position"), kind="number"),
    Column("line.component.number", _("Number"), kind="code"),
    Column("line.component.name", _("Component")),
    Column("line.quantity", _("Quantity"), value=lambda leaf: plain(leaf.line.quantity)),
    Column("line.unit.code", _("Unit")),
    Column("line.get_kind_display", _("Kind")),
    Column("line.scrap_fraction", _("Scrap"), value=lambda leaf: plain(leaf.line.scrap_fraction)),
    Column("line.operation_number", _("Operation"), kind="number"),
    Column("line.valid_from", _("From"), kind="date"),
    Column("line.valid_to", _("To"), kind="date"),
    Column("per_root", _("For one"), value=lambda leaf: plain(leaf.per_root)),
    Column("line.component.unit.code", _("Counted in")),
)
SUMS = (
    Column("item.number", _("Number"), kind="code"),
    Column("item.name", _("Component")),
    Column("level", _("Deepest level"), kind="number"),
    Column("direct", _("Directly"), kind="yes"),
    Column("quantity", _("Quantity"), value=lambda need: plain(need.quantity)),
    Column("item.unit.code", _("Unit")),
)


def _written(kind: str, rows: Any, columns: Any, name: str) -> HttpResponseBase:
    write = {"csv": exports.as_csv, "xlsx": exports.as_xlsx}.get(kind)
    if write is None:
        raise Http404
    return write(rows, columns, name)


class Tree(Page):
    """The lines of all levels as they stand below each other; each item's bill is read once."""

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
        bom = get_object_or_404(BomVersion.objects.select_related("item__unit", "site"), pk=pk)
        try:
            rows = list(self._rows(bom))
        except Refused as no:
            return sentence(no, 409)
        return _written(kind, rows, TREE, f"{bom.item.number}-v{bom.version}-tree")

    def _rows(self, bom: BomVersion) -> Iterator[Leaf]:
        day, site = day_of(self.request), designing.site_of(bom)
        known = bills_below(bom, day=day, site=site)
        waiting = [(1, line, Fraction(1)) for line in reversed(known.get(top_of(bom), []))]
        count = 0
        while waiting:
            level, (line, per), factor = waiting.pop()
            count += 1
            if count > MOST:
                raise Refused(
                    _("The tree has more than {most} rows: take the file of all levels instead."), most=MOST
                )
            yield Leaf(level, line, decimal_of(per * factor, 12))
            deeper = known.get(bills.node_of(line), [])
            waiting += [(level + 1, below, factor * per) for below in reversed(deeper)]


class Sums(Page):
    """Each component once, with what one batch takes."""

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
        bom = get_object_or_404(BomVersion.objects.select_related("item__unit", "site"), pk=pk)
        rows = bills.explode_version(bom, day=day_of(request))
        return _written(kind, rows, SUMS, f"{bom.item.number}-v{bom.version}-all-levels")
