"""What an order takes of one version, line by line: the figures planning will come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from p2p.core import clock
from p2p.core.numbers import ScrapRule, decimal_of
from strategies.engine.need import Consumption, consumption_of, to_unit
from strategies.engine.units import Conversions, MissingConversion
from strategies.models import BomLine, BomVersion, Item, RouteVersion
from strategies.selectors.needs import RouteScrap, step_tables
from strategies.selectors.units import conversions
from strategies.selectors.versions import Versions
from strategies.services.bom_checks import no_way


@dataclass(frozen=True)
class LineNeed:
    """`quantity` of the component's unit, rounded as an order rounds; linear: for each piece and once, or None
    where the need jumps."""

    line: BomLine
    quantity: Decimal
    linear: tuple[Decimal, Decimal] | None


def rules_of(bom: BomVersion, *, day: date | None = None) -> list[tuple[BomLine, Consumption]]:
    """The lines with what each says, those that hold on a day or all of them. Seven queries at most."""
    lines = [
        line
        for line in bom.lines.select_related("component__unit", "unit").order_by("position", "pk")
        if day is None
        or (
            (line.valid_from is None or line.valid_from <= day)
            and (line.valid_to is None or day <= line.valid_to)
        )
    ]
    ways, tables = conversions(), step_tables([bom.pk])
    rule = ScrapRule(bom.site.scrap_rule) if bom.site else ScrapRule.DIVISOR
    route = _route_of(bom, day)
    scrap = RouteScrap(bom.site, [route] if route else [])
    return [
        (
            line,
            consumption_of(
                line,
                batch=bom.batch_quantity,
                factor=_factor(ways, line.unit.code, line.component),
                steps=tables.get(line.pk, ()),
                rule=rule,
                through=scrap.at(route, line.operation_number),
            ),
        )
        for line in lines
    ]


def needs_of(bom: BomVersion, quantity: Decimal, *, day: date | None = None) -> list[LineNeed]:
    """What an order of `quantity` pieces takes, phantoms as one line each. A fixed number of queries."""
    found = []
    for line, rule in rules_of(bom, day=day):
        need, even = rule.needed(Fraction(quantity)), rule.linear()
        linear = (decimal_of(even.per), decimal_of(even.constant)) if even else None
        found.append(LineNeed(line, to_unit(need, line.component.unit.digits), linear))
    return found


def _route_of(bom: BomVersion, day: date | None) -> int | None:
    site = bom.site_id or 0
    versions = Versions(RouteVersion, site, [bom.item_id])
    return versions.on(bom.item_id, day or bom.valid_from or clock.today(), bom.from_quantity)


def _factor(ways: Conversions, unit: str, item: Item) -> Fraction:
    try:
        return ways.factor(unit, item.unit.code, item.number)
    except MissingConversion:
        raise no_way(item.number, item.unit.code, unit) from None
