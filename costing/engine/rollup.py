"""Standard cost roll-up: one pass from the purchased parts up, exact, rounded once per item and element."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import lcm

from p2p.core.numbers import PRICE_PLACES, Exact, from_scaled
from strategies.engine.collection import uncollected
from strategies.engine.levels import low_level_codes

Amounts = dict[int, Decimal]
"""Element id -> money for one of the item's unit."""

Scaled = dict[int, int]
"""The same in steps of 1e-8, whole numbers."""

STEPS = 10**PRICE_PLACES


@dataclass(frozen=True, slots=True)
class Use:
    """A component: `per_piece` of its own unit for one piece of the parent, `per_lot` once per costing lot.

    Both include scrap already (q / (1 - s) or the site's other rule), exactly.
    """

    component: int
    per_piece: Exact
    per_lot: Exact = 0


@dataclass(frozen=True, slots=True)
class Step:
    """An operation: hours for one piece and once per lot, at money per hour, under an element."""

    element: int
    per_hour: Decimal
    hours_per_piece: Exact
    hours_per_lot: Exact = 0


@dataclass(frozen=True, slots=True)
class Fee:
    """Money per piece that is neither component nor hour: a vendor's price for an operation."""

    element: int
    per_piece: Exact


@dataclass(frozen=True, slots=True)
class Part:
    """One item. `price` with `price_element` for what is bought; uses, steps and fees for what is made.

    `lot` is the costing lot size that per-lot quantities and hours are spread over (> 0).
    `output_share` is the good share of what is started (0 < share <= 1): inputs are divided by it. `carries` is how
    much of what they cost one piece bears, where other items come out beside it (0 or more); a use below 0 is a
    by-product that takes its value off.
    """

    item: int
    price: Decimal | None = None
    price_element: int = 0
    lot: Exact = 1
    output_share: Exact = 1
    carries: Exact = 1
    uses: tuple[Use, ...] = ()
    steps: tuple[Step, ...] = ()
    fees: tuple[Fee, ...] = ()

    @property
    def made(self) -> bool:
        """Whether its cost is built up rather than given."""
        return bool(self.uses or self.steps or self.fees)


@dataclass(frozen=True, slots=True)
class Surcharge:
    """Overhead: a fraction of what another element costs at the same level."""

    base: int
    element: int
    fraction: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """One item's standard: added at its own level, and brought along from its components, by element."""

    item: int
    this: Mapping[int, Decimal]
    lower: Mapping[int, Decimal]

    @property
    def total(self) -> Decimal:
        """Both levels, all elements."""
        return sum((*self.this.values(), *self.lower.values()), Decimal(0))


@dataclass(frozen=True, slots=True)
class Warn:
    """What the roll-up could not know: `code` is no_price, loop, unknown_component or zero_cost."""

    code: str
    item: int
    path: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rolled:
    """Every item's cost, and what is missing."""

    costs: Mapping[int, Cost]
    warnings: tuple[Warn, ...]


def roll_up(parts: Sequence[Part], surcharges: Iterable[Surcharge] = ()) -> Rolled:
    """Cost every part once, components before parents (topological, O(items + lines)).

    Money per unit; each (item, element, level) is rounded once, half up, to 1e-8. A loop does not stop the
    others: the line that closes it is left out and named. An item without price or structure costs nothing
    and is named.
    """
    with uncollected():
        return _rolled(parts, surcharges)


def _rolled(parts: Sequence[Part], surcharges: Iterable[Surcharge]) -> Rolled:
    by_item = {part.item: part for part in parts}
    levels = low_level_codes(by_item, {part.item: [use.component for use in part.uses] for part in parts})
    extra = [(one.base, one.element, *one.fraction.as_integer_ratio()) for one in surcharges]
    whole: dict[int, Scaled] = {}
    costs: dict[int, Cost] = {}
    warnings = [Warn("loop", loop[0], loop) for loop in levels.loops]
    for item in reversed(levels.top_down):
        part = by_item.get(item)
        if part is None:
            warnings.append(Warn("unknown_component", item))
            whole[item], costs[item] = {}, Cost(item, {}, {})
            continue
        this, lower = _this_level(part, extra), _lower_levels(part, whole, levels.cut)
        whole[item] = both = dict(lower)
        for element, steps in this.items():
            both[element] = both.get(element, 0) + steps
        costs[item] = Cost(item, _amounts(this), _amounts(lower))
        if not part.made and part.price is None:
            warnings.append(Warn("no_price", item))
        elif not sum(both.values()):
            warnings.append(Warn("zero_cost", item))
    return Rolled(costs, tuple(sorted(warnings, key=lambda one: (one.code, one.item))))


def _this_level(part: Part, surcharges: list[tuple[int, int, int, int]]) -> Scaled:
    """Price, or hours and fees, and the surcharges on them; (element, numerator, denominator) until rounded."""
    if not part.made:
        if part.price is None:
            return {}
        return _rounded([(part.price_element, *part.price.as_integer_ratio())])
    terms = []
    for step in part.steps:
        hours, per = _quantity(step.hours_per_piece, step.hours_per_lot, part)
        rate, of = step.per_hour.as_integer_ratio()
        terms.append((step.element, hours * rate, per * of))
    for fee in part.fees:
        terms.append((fee.element, *_quantity(fee.per_piece, 0, part)))
    on_top = [
        (element, numerator * share, denominator * of)
        for base, element, share, of in surcharges
        for named, numerator, denominator in terms
        if named == base
    ]
    return _rounded(terms + on_top)


def _lower_levels(part: Part, whole: Mapping[int, Scaled], cut: frozenset[tuple[int, int]]) -> Scaled:
    """Components at their rounded cost, over one common denominator for all lines."""
    lines = [
        (*_quantity(use.per_piece, use.per_lot, part), whole[use.component])
        for use in part.uses
        if not cut or (part.item, use.component) not in cut
    ]
    common = lcm(*(per for _, per, _ in lines))
    sums: Scaled = {}
    for quantity, per, costs in lines:
        factor = quantity * (common // per)
        for element, steps in costs.items():
            sums[element] = sums.get(element, 0) + factor * steps
    return {element: _half_up(total, common) for element, total in sorted(sums.items()) if total}


def _quantity(per_piece: Exact, per_lot: Exact, part: Part) -> tuple[int, int]:
    """per_piece / output_share + per_lot / lot as numerator and denominator: exact, and faster than fractions."""
    numerator, denominator = per_piece.as_integer_ratio()
    if part.output_share != 1:
        share, of = part.output_share.as_integer_ratio()
        numerator, denominator = numerator * of, denominator * share
    if per_lot:
        once, once_of = per_lot.as_integer_ratio()
        lot, lot_of = part.lot.as_integer_ratio()
        once, once_of = once * lot_of, once_of * lot
        numerator, denominator = numerator * once_of + once * denominator, denominator * once_of
    if part.carries != 1:
        share, of = part.carries.as_integer_ratio()
        numerator, denominator = numerator * share, denominator * of
    return numerator, denominator


def _rounded(terms: list[tuple[int, int, int]]) -> Scaled:
    """Sums by element in steps of 1e-8: with `_half_up` below, the one rounding of the roll-up."""
    common = lcm(*(denominator for _, _, denominator in terms))
    sums: Scaled = {}
    for element, numerator, denominator in terms:
        sums[element] = sums.get(element, 0) + numerator * (common // denominator)
    return {element: _half_up(total * STEPS, common) for element, total in sorted(sums.items()) if total}


def _half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number; a tie goes away from zero."""
    nearest = (2 * abs(numerator) + denominator) // (2 * denominator)
    return nearest if numerator >= 0 else -nearest


def _amounts(scaled: Scaled) -> Amounts:
    return {element: from_scaled(steps, PRICE_PLACES) for element, steps in scaled.items()}
