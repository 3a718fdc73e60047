"""All bills below one version, each read once: what a file of the tree is written from."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from strategies.models import BomLine, BomVersion, Site
from strategies.selectors.bom import opened_below, taken_of
from strategies.selectors.bom_rules import Node, Rules
from strategies.selectors.designing import needs

Bill = list[tuple[BomLine, Fraction]]


def bills_below(bom: BomVersion, *, day: date, site: Site | None) -> dict[Node, Bill]:
    """Node -> its lines on the day with what one piece takes; the version itself first, as `top_of` names it. Nothing
    walks paths: an item that goes into many others is in here once. What vendors supply is left out."""
    opened = opened_below(bom, day=day, site=site)
    keys = [key for _bom, lines in opened.values() for key in lines]
    rows = BomLine.objects.filter(pk__in=keys).select_related("component__unit", "unit", "bom")
    lines = {line.pk: line for line in rows}
    taken = [(line.bom.item_id, each) for line in lines.values() if (each := taken_of(line))]
    rules = Rules(site, day, taken)
    found: dict[Node, Bill] = {}
    for node, (_bom, own) in opened.items():
        mine = [lines[key] for key in own]
        version = mine[0].bom if mine else bom
        need = needs(version, mine, day=day, site=site, rules=rules, route=node.route)
        found[node] = [(line, need[line.pk] or Fraction(0)) for line in mine]
    return found


def top_of(bom: BomVersion) -> Node:
    """Where the tree of a version begins."""
    return Node(bom.item_id, bom.pk)
