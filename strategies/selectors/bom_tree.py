"""All bills below one version, each read once: what a file of the tree is written from."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.db.models import QuerySet

from strategies.engine.units import Conversions
from strategies.models import BomLine, BomVersion, Site
from strategies.selectors import bom as bills
from strategies.selectors.designing import holds, needs
from strategies.selectors.units import conversions

Bill = list[tuple[BomLine, Fraction]]


def bills_below(bom: BomVersion, *, day: date, site: Site | None) -> dict[int, Bill]:
    """Item -> its lines on the day with what one piece takes; the version itself first. Nothing walks paths: an
    item that goes into many others is in here once."""
    own = [line for line in _with_items(bom.lines.all()) if holds(line, day)]
    ways = conversions()
    found = {bom.item_id: _bill(bom, own, site, ways)}
    keys = bills.lines_below([line.component_id for line in own], bom, day=day, site=site)
    rows = _with_items(BomLine.objects.filter(pk__in=keys)).select_related("bom")
    by_bom: dict[BomVersion, list[BomLine]] = {}
    for line in rows:
        by_bom.setdefault(line.bom, []).append(line)
    deeper = {version.item_id: _bill(version, lines, site, ways) for version, lines in by_bom.items()}
    return {**deeper, **found}


def _with_items(rows: QuerySet[BomLine]) -> QuerySet[BomLine]:
    return rows.select_related("component__unit", "unit").order_by("bom", "position")


def _bill(bom: BomVersion, lines: list[BomLine], site: Site | None, ways: Conversions) -> Bill:
    need = needs(bom, lines, site, ways)
    return [(line, need[line.pk] or Fraction(0)) for line in lines]
