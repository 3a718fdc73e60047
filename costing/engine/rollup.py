"""Standard cost roll-up: one pass from the purchased parts up, exact, rounded once per item and element."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from p2p.core.numbers import PRICE_PLACES, Exact, decimal_of
from strategies.engine.levels import low_level_codes

Amounts = dict[int, Decimal]
"""Element id -> money for one of the item's unit."""


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
    `output_share` is the good share of what is started (0 < share <= 1): inputs are divided by it.
    """

    item: int
    price: Decimal | None = None
    price_element: int = 0
    lot: Exact = 1
    output_share: Exact = 1
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
    by_item = {part.item: part for part in parts}
    levels = low_level_codes(by_item, {part.item: [use.component for use in part.uses] for part in parts})
    extra = tuple(surcharges)
    costs: dict[int, Cost] = {}
    warnings = [Warn("loop", loop[0], loop) for loop in levels.loops]
    for item in reversed(levels.top_down):
        part = by_item.get(item)
        if part is None:
            warnings.append(Warn("unknown_component", item))
            costs[item] = Cost(item, {}, {})
            continue
        cost = Cost(item, _this_level(part, extra), _lower_levels(part, costs, levels.cut))
        costs[item] = cost
        if not part.made and part.price is None:
            warnings.append(Warn("no_price", item))
        elif not cost.total:
            warnings.append(Warn("zero_cost", item))
    return Rolled(costs, tuple(sorted(warnings, key=lambda one: (one.code, one.item))))


def _this_level(part: Part, surcharges: tuple[Surcharge, ...]) -> Amounts:
    exact: dict[int, Fraction] = {}
    if part.price is not None and not part.made:
        exact[part.price_element] = Fraction(part.price)
    share, lot = Fraction(part.output_share), Fraction(part.lot)
    for step in part.steps:
        hours = Fraction(step.hours_per_piece) / share + Fraction(step.hours_per_lot) / lot
        exact[step.element] = exact.get(step.element, Fraction(0)) + hours * Fraction(step.per_hour)
    for fee in part.fees:
        exact[fee.element] = exact.get(fee.element, Fraction(0)) + Fraction(fee.per_piece) / share
    bases = dict(exact) if part.made else {}
    for one in surcharges:
        if one.base in bases:
            exact[one.element] = exact.get(one.element, Fraction(0)) + bases[one.base] * Fraction(
                one.fraction
            )
    return _rounded(exact)


def _lower_levels(part: Part, costs: Mapping[int, Cost], cut: frozenset[tuple[int, int]]) -> Amounts:
    exact: dict[int, Fraction] = {}
    share, lot = Fraction(part.output_share), Fraction(part.lot)
    for use in part.uses:
        if (part.item, use.component) in cut:
            continue
        quantity = Fraction(use.per_piece) / share + Fraction(use.per_lot) / lot
        cost = costs[use.component]
        for amounts in (cost.this, cost.lower):
            for element, amount in amounts.items():
                exact[element] = exact.get(element, Fraction(0)) + quantity * Fraction(amount)
    return _rounded(exact)


def _rounded(exact: Mapping[int, Fraction]) -> Amounts:
    """The one rounding of the roll-up."""
    return {element: decimal_of(value, PRICE_PLACES) for element, value in sorted(exact.items()) if value}
