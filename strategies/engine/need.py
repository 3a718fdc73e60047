"""What one line of a bill takes for an order, exactly: the one function that planning, costing and pages ask."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import NamedTuple, Protocol, TypeVar, cast

from p2p.core.numbers import Exact, ScrapRule, rounded
from p2p.core.numbers import Rounding as Direction
from strategies.engine.consumption import Dimensions, Formula, by_formula, gross, stepped, to_multiple

ZERO, ONE = Fraction(0), Fraction(1)
Node = TypeVar("Node", bound=Hashable)
Steps = Iterable[tuple[Exact, Exact]]


class Spoken(Protocol):
    """What the columns of a BOM line say; a record of the line or a row read without one."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def consumption(self) -> str: ...
    @property
    def series(self) -> Decimal: ...
    @property
    def formula(self) -> str: ...
    @property
    def height(self) -> Decimal | None: ...
    @property
    def width(self) -> Decimal | None: ...
    @property
    def depth(self) -> Decimal | None: ...
    @property
    def density(self) -> Decimal | None: ...
    @property
    def rounding(self) -> str: ...
    @property
    def rounding_multiple(self) -> Decimal: ...
    @property
    def scrap_fraction(self) -> Decimal: ...
    @property
    def scrap_quantity(self) -> Decimal: ...


COLUMNS = (
    "quantity", "consumption", "series", "formula", "height", "width", "depth", "density", "rounding",
    "rounding_multiple", "scrap_fraction", "scrap_quantity",
)  # fmt: skip


class Row(NamedTuple):
    """The columns of `COLUMNS`, in their order: a line without its record."""

    quantity: Decimal
    consumption: str
    series: Decimal
    formula: str
    height: Decimal | None
    width: Decimal | None
    depth: Decimal | None
    density: Decimal | None
    rounding: str
    rounding_multiple: Decimal
    scrap_fraction: Decimal
    scrap_quantity: Decimal


class Through(NamedTuple):
    """Pieces that an operation starts with so that q leave the route: `share` x q + `fixed`, or what one of `others`
    (share, fixed) asks for if that is more: which branch of a fork is the hungriest may depend on q."""

    share: Fraction = ONE
    fixed: Fraction = ZERO
    others: tuple[tuple[Fraction, Fraction], ...] = ()

    def of(self, quantity: Fraction) -> Fraction:
        """Pieces for `quantity` (at least 0) that leave."""
        return max(share * quantity + fixed for share, fixed in self.branches)

    @property
    def branches(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """(share, fixed) of every branch that may decide."""
        return ((self.share, self.fixed), *self.others)


class Linear(NamedTuple):
    """A need that grows evenly: `per` for each piece of the order, and `constant` once."""

    per: Fraction
    constant: Fraction

    def needed(self, quantity: Fraction) -> Fraction:
        return quantity * self.per + self.constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """A line's need, in the component's own unit.

    amount: for one piece of the order, or for a whole order (`constant`); scrap is not in it.
    measure: with rounding "measurement", the size of one finished piece cut from raw pieces of `multiple`; then
        `amount` counts such pieces.
    steps: (from order quantity, amount for the whole order), in place of `amount`.
    gross: 1 / (1 - scrap), or 1 + scrap; lost: once for each order.
    through: how many pieces reach the operation that takes the component.
    factor: component units for one unit of the line, for `multiple` and `measure`.
    """

    amount: Fraction
    constant: bool = False
    measure: Fraction = ONE
    steps: tuple[tuple[Fraction, Fraction], ...] | None = None
    rounding: str = "none"
    multiple: Fraction = ZERO
    gross: Fraction = ONE
    lost: Fraction = ZERO
    through: Through = Through()
    factor: Fraction = ONE

    def needed(self, quantity: Fraction) -> Fraction:
        """For an order of `quantity`, scrap included; round it once, up, to the component's unit.

        Order of the calculation (Dynamics 365, consumption): formula, series, rounding "quantity" of what goes
        in, scrap, rounding "measurement" or "consumption" of the whole.
        """
        net = self.net(quantity)
        if self.rounding == "quantity":
            net = to_multiple(net, self.multiple)
        if self.rounding == "measurement":
            return self._cut(net)
        whole = net * self.gross + self.lost
        return to_multiple(whole, self.multiple) if self.rounding == "consumption" else whole

    def net(self, quantity: Fraction) -> Fraction:
        """Without scrap and roundings; with rounding "measurement" a count of finished pieces."""
        if self.steps is not None:
            return stepped(quantity, self.steps)
        if self.constant:
            return self.amount
        return self.through.of(quantity) * self.amount

    def _cut(self, pieces: Fraction) -> Fraction:
        """Whole raw pieces: none is joined from two; what is lost once is cut from raw pieces, too. A raw piece
        shorter than the finished one is refused when the line is saved; here such pieces are joined."""
        whole = pieces * self.gross
        fitting = self.multiple // self.measure
        taken = ceil(whole / fitting) * self.multiple if fitting else whole * self.measure
        return to_multiple(taken + self.lost, self.multiple)

    def linear(self) -> Linear | None:
        """Coefficients of `needed`, or None where steps, roundings or a fork make it jump or bend."""
        if self.constant and self.steps is None:
            return Linear(ZERO, self.needed(ONE))
        if self.steps is not None or self.rounding != "none" or self.through.others:
            return None
        each = self.amount * self.gross
        return Linear(each * self.through.share, each * self.through.fixed + self.lost)


def consumption_of(
    line: Spoken,
    *,
    batch: Exact,
    factor: Fraction = ONE,
    steps: Steps = (),
    rule: ScrapRule = ScrapRule.DIVISOR,
    through: Through | None = None,
) -> Consumption:
    """What a line says as a need.

    batch: pieces of the parent its quantity is for; factor: units of the component for one of the line.
    through: for components of an operation, what is scrapped from there to the end (only of what is needed per
    piece: what is needed once per order does not grow). Raises ValueError for a scrap share of 1 or more.
    """
    constant = line.consumption == "constant"
    kind = line.formula if line.formula in ("height", "area", "volume", "density") else "standard"
    measure = by_formula(cast(Formula, kind), ONE, _size(line)) if kind != "standard" else ONE
    amount = Fraction(line.quantity) * factor
    if not constant:
        amount /= Fraction(batch) * Fraction(line.series)
    cut = line.rounding == "measurement"
    if cut and kind == "standard":
        # A length per piece without a formula: the piece itself is what is cut.
        amount, measure = (ONE, amount) if amount else (ZERO, ONE)
    elif cut:
        amount, measure = amount / factor, measure * factor
    else:
        amount *= measure
    scrap = Fraction(line.scrap_fraction)
    return Consumption(
        amount=amount,
        constant=constant,
        measure=measure,
        steps=tuple((Fraction(start), Fraction(value) * factor) for start, value in steps)
        if line.formula == "step"
        else None,
        rounding=line.rounding,
        multiple=Fraction(line.rounding_multiple) * factor,
        gross=gross(ONE, scrap=scrap, divide=rule is ScrapRule.DIVISOR) if scrap else ONE,
        lost=Fraction(line.scrap_quantity) * factor,
        through=through or Through(),
        factor=factor,
    )


def _size(line: Spoken) -> Dimensions:
    height, width, depth, density = line.height, line.width, line.depth, line.density
    return Dimensions(*(ONE if each is None else Fraction(each) for each in (height, width, depth, density)))


def to_unit(need: Fraction, digits: int) -> Decimal:
    """A need as the order says it: rounded once, up, to the digits of the component's unit."""
    return rounded(need, Decimal(1).scaleb(-digits), Direction.UP)


def through_route(
    operations: Mapping[Node, tuple[Exact, Exact]],
    links: Iterable[tuple[Node, Node]],
    rule: ScrapRule = ScrapRule.DIVISOR,
) -> dict[Node, Through]:
    """For each operation (scrap share, fixed scrap) the pieces it starts with so that one piece more leaves the
    route: input = output / (1 - scrap) + fixed, or output x (1 + scrap) + fixed (Business Central, "routing
    scrap"), accumulated from the last operation back.

    A fork needs what its hungriest branch needs, for each quantity. Operations in a circle are left as they are.
    """
    after: dict[Node, list[Node]] = defaultdict(list)
    before: dict[Node, list[Node]] = defaultdict(list)
    for first, second in links:
        after[first].append(second)
        before[second].append(first)
    waiting = {node: len(after[node]) for node in operations}
    ready = deque(node for node, count in waiting.items() if not count)
    found: dict[Node, Through] = {}
    while ready:
        node = ready.popleft()
        scrap, fixed = operations[node]
        more = gross(ONE, scrap=Fraction(scrap), divide=rule is ScrapRule.DIVISOR)
        wanted = {branch for one in after[node] for branch in found[one].branches} or {(ONE, ZERO)}
        found[node] = _hungriest((share * more, once * more + Fraction(fixed)) for share, once in wanted)
        for one in before[node]:
            waiting[one] -= 1
            if not waiting[one]:
                ready.append(one)
    return {node: found.get(node, Through()) for node in operations}


def _hungriest(branches: Iterable[tuple[Fraction, Fraction]]) -> Through:
    """Those that ask for most at some quantity: the more they take once, the less of each piece."""
    kept: list[tuple[Fraction, Fraction]] = []
    for share, fixed in sorted(branches, reverse=True):
        if not kept or fixed > kept[-1][1]:
            kept.append((share, fixed))
    return Through(*kept[0], tuple(kept[1:]))
