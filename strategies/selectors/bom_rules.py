"""What the lines of opened bills take, each by its own rule, read for many bills at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from p2p.core.numbers import ScrapRule, decimal_of
from p2p.core.refusal import Refused
from strategies.engine.need import Consumption, Row, Through, consumption_of
from strategies.engine.units import Conversions, MissingConversion
from strategies.models import BomLine, BomStep, Item, Site
from strategies.selectors.needs import Amount, Losses
from strategies.selectors.units import conversions

Steps = tuple[tuple[Decimal, Decimal], ...]
Even = tuple[Amount, Amount]
"""For each piece, and once."""


class Node(NamedTuple):
    """An item; for a phantom also the version and the route that its line names."""

    item: int
    bom: int | None = None
    route: int | None = None


class Taken(NamedTuple):
    """One line as it was read: `said` are the columns of `COLUMNS`."""

    below: Node
    line: int
    operation: int | None
    unit: str
    said: Row


class Rules:
    """What lines take: their steps, conversions and the scrap of the routes they feed, read for all at once."""

    def __init__(
        self,
        site: Site | None,
        day: date,
        lines: Sequence[tuple[int, Taken]],
        ways: Conversions | None = None,
    ) -> None:
        """lines: with the item whose bill each is in. Two queries, with steps or route scrap up to seven."""
        self._rule = ScrapRule(site.scrap_rule) if site else ScrapRule.DIVISOR
        self._ways = ways or conversions()
        self._steps = _steps(
            [line.line for _item, line in lines if line.said.formula == BomLine.Formula.STEP]
        )
        self._losses = Losses(site, day, {item for item, line in lines if line.operation is not None})
        self._even: dict[tuple[int, Decimal], tuple[Row, Even | None, Consumption]] = {}

    def plain(self, line: Taken, item: Item, batch: Decimal) -> tuple[Row, Even | None, Consumption] | None:
        """What a line says of itself, whatever is ordered: its need as coefficients, None where it jumps or bends;
        None for a line that goes by more than its own columns. A big plant has few different ones."""
        said = line.said
        if line.unit != item.unit.code or said.formula == "step" or (line.operation and self._losses):
            return None
        # By identity, for rows are read once and hashing their twelve columns takes longer than all the rest.
        known = self._even.get((id(said), batch))
        if known is None or known[0] is not said:
            rule = self.of(line, item, batch, Node(0), 1)
            known = self._even[id(said), batch] = (said, _even(rule), rule)
        return known

    def evenly(self, line: Taken, item: Item, batch: Decimal) -> Even | None:
        """What a line takes for each piece and once; None where that depends on what is ordered."""
        plain = self.plain(line, item, batch)
        if plain is not None:
            return plain[1]
        if line.said.formula == "step" or (line.operation and self._losses):
            return None
        return _even(self.of(line, item, batch, Node(0), 1))

    def need(
        self, line: Taken, item: Item, batch: Decimal, parent: Node, amount: Amount, launch: Amount
    ) -> Amount:
        """What `launch` pieces take, of an order of `amount` good ones. Refused without a conversion."""
        plain = self.plain(line, item, batch)
        if plain is None:
            return self.of(line, item, batch, parent, amount).needed(Fraction(launch))
        even = plain[1]
        return launch * even[0] + even[1] if even else plain[2].needed(Fraction(launch))

    def of(self, line: Taken, item: Item, batch: Decimal, parent: Node, amount: Amount) -> Consumption:
        """For an order of `amount` of the parent. Refused without a conversion."""
        through = self._losses.at(parent.item, parent.route, amount, line.operation)
        factor = _factor(self._ways, line.unit, item)
        return _spoken(line.said, batch, factor, self._rule, self._steps.get(line.line, ()), through)


@lru_cache(maxsize=65_536)  # a big plant has few different lines, and fractions are slow
def _spoken(
    row: Row, batch: Decimal, factor: Fraction, rule: ScrapRule, steps: Steps, through: Through
) -> Consumption:
    return consumption_of(row, batch=batch, factor=factor, steps=steps, rule=rule, through=through)


def _even(rule: Consumption) -> Even | None:
    linear = rule.linear()
    return (whole(linear.per), whole(linear.constant)) if linear else None


def whole(number: Amount) -> Amount:
    """An integer where it is one: ten times quicker to reckon with than a fraction, and as exact."""
    return number.numerator if number.denominator == 1 else number


def decimal_amount(amount: Amount) -> Decimal:
    return Decimal(amount) if isinstance(amount, int) else decimal_of(amount)


def _factor(ways: Conversions, unit: str, item: Item) -> Fraction:
    try:
        return ways.factor(unit, item.unit.code, item.number)
    except MissingConversion:
        raise Refused(
            _("{item} is counted in {wanted}, and nothing says how many {wanted} one {given} is."),
            code="no_conversion",
            item=item.number,
            wanted=item.unit.code,
            given=unit,
        ) from None


def _steps(lines: Sequence[int]) -> dict[int, Steps]:
    if not lines:
        return {}
    rows = BomStep.objects.filter(line__in=lines).order_by("line", "from_quantity")
    found: dict[int, Steps] = {}
    for line, start, quantity in rows.values_list("line", "from_quantity", "quantity"):
        found[line] = (*found.get(line, ()), (start, quantity))
    return found
