"""What a material plan is given and what it answers, as plain immutable rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple, Protocol, TypeAlias

Key: TypeAlias = int | str
"""Names an item at a site, a demand or a receipt; opaque to the engine."""

Coverage: TypeAlias = Literal["manual", "requirement", "period", "min_max"]
Source: TypeAlias = Literal["make", "buy", "transfer", "subcontract", ""]
Combine: TypeAlias = Literal["need", "day", "day_and_kind"]
Kind: TypeAlias = Literal["independent", "dependent", "both", "stock"]
SupplyKind: TypeAlias = Literal["stock", "receipt", "order"]
NeedKind: TypeAlias = Literal["demand", "order", "safety_stock"]

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotSize:
    """How a shortage becomes orders, in units of the item; zero means "no such limit".

    fixed: every order has exactly this quantity, as many orders as are needed.
    Otherwise, per order: cut at `maximum`, raised to `minimum`, rounded up to `multiple`, repeated for the
    rest.
    """

    minimum: Decimal = ZERO
    maximum: Decimal = ZERO
    multiple: Decimal = ZERO
    fixed: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item at one site: how it is supplied, when, in which lots, and what lies there now.

    places: decimals that a quantity of this item may have; every requirement is rounded once, up, to them.
    lead_days: calendar days from start (make) or order (buy) to the day the goods are there.
    coverage: "requirement" orders for each need, day, or day and kind (see Settings.combine); "period"
        gathers the shortages of `period_days` days into one order due on the first of them; "min_max" fills
        up to `maximum_stock` whenever the stock of a day ends below `minimum_stock`; "manual" never proposes.
    good_share: share of a launched quantity expected to come out good, 0 < share <= 1.
    stopped: no orders are proposed although it has settings; its source is then "".
    phantom: never ordered nor stocked: a need for it becomes needs for its components on the same day.
    alone: each need has its own supply (`tied.py`); on_hand: the sum of Demand.kept. rest: who gets what is over.
    """

    id: Key
    source: Source = "make"
    places: int = 0
    lead_days: int = 0
    on_hand: Decimal = ZERO
    safety_stock: Decimal = ZERO
    coverage: Coverage = "requirement"
    period_days: int = 1
    minimum_stock: Decimal = ZERO
    maximum_stock: Decimal = ZERO
    lot: LotSize = LotSize()
    good_share: Decimal = ONE
    phantom: bool = False
    stopped: bool = False
    alone: bool = False
    rest: Key | None = None


class Rule(Protocol):
    """A need that does not grow evenly with the order: steps, roundings, constants below a phantom."""

    def needed(self, quantity: Fraction) -> Fraction:
        """Units of the component for a launch of so many units of the parent, scrap included."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BomLine:
    """`per` units of the component for each unit of the parent that is launched, plus `constant` per order.

    per and constant may be fractions, for unit factors without an end. scrap: share of the component that is
    lost, 0 <= scrap < 1; see Settings.scrap. valid_from and valid_to are both inclusive and are compared with
    the start of the parent's order. phantom: as Item.phantom, for this line only. rule: says the need instead of
    per, constant and scrap. least and below: the line counts for launches of least <= quantity < below. started:
    pieces of the parent that are launched for one that comes out, where the parent is a phantom (an order's launch
    has that in it); least and below then mean pieces that come out.
    """

    parent: Key
    component: Key
    per: Decimal | Fraction
    constant: Decimal | Fraction = ZERO
    scrap: Decimal = ZERO
    valid_from: date | None = None
    valid_to: date | None = None
    phantom: bool = False
    rule: Rule | None = None
    least: Decimal | Fraction = ZERO
    below: Decimal | Fraction | None = None
    started: Decimal | Fraction = ONE

    @property
    def even(self) -> bool:
        """Whether per and constant say all."""
        return self.rule is None and not self.least and self.below is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A need from outside the plan. `order`: the open receipt whose remaining material this is, if any: the need then
    counts as dependent, pegs go on through that order. Lower priority numbers come first. kept: stock for it alone."""

    id: Key
    item: Key
    day: date
    quantity: Decimal
    priority: int = 100
    order: Key | None = None
    kept: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Open supply with a day: a production, purchase, transfer or subcontract order, or an approved proposal.

    firm: the plan gives no advice to move or cancel it. made_for: the demand it is for (items with `alone`).
    """

    id: Key
    item: Key
    day: date
    quantity: Decimal
    firm: bool = False
    made_for: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the run looks at. `first` and `last` are inclusive days of need; `first` is "today".

    netting: count stock, receipts and safety stock; off = order every need.
    lead_times: orders start lead_days before the need; off = they start on the day of the need, at every
        level, and are due `flat_days` later.
    lots: apply lot sizes, coverage periods and min-max; off = lot for lot.
    past: what to do with an order that should have started before `first`: "move" it (start on `first`, late
        by the difference, levels below follow) or "keep" its dates.
    overdue: plan demand dated before `first` too.
    bought: propose purchases and transfers too, not only what is made or subcontracted.
    dip: needs inside the lead time may use the safety stock, which is then rebuilt; off = it stays protected.
    late_days: a receipt that comes up to this many days later than a new order could still covers a need
        (negative days of a delay tolerance); with past="keep", than the need itself.
    scrap: "divide" = quantity / (1 - scrap), "multiply" = quantity * (1 + scrap).
    """

    first: date
    last: date
    netting: bool = True
    lead_times: bool = True
    lots: bool = True
    safety_stock: bool = True
    combine: Combine = "day"
    past: Literal["move", "keep"] = "move"
    overdue: bool = True
    bought: bool = True
    dip: bool = False
    late_days: int = 0
    flat_days: int = 0
    scrap: Literal["divide", "multiply"] = "divide"


def lot_for_lot(*, first: date, last: date, flat_days: int = 0) -> Settings:
    """The plain explosion: what is made, lot for lot, all levels on one day, no stock, by kind of need."""
    return Settings(
        first=first,
        last=last,
        netting=False,
        lead_times=False,
        lots=False,
        safety_stock=False,
        combine="day_and_kind",
        overdue=False,
        bought=False,
        flat_days=flat_days,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything a plan depends on. The order of the sequences breaks ties: same rows, same plan."""

    items: Sequence[Item]
    lines: Sequence[BomLine]
    demands: Sequence[Demand]
    settings: Settings
    receipts: Sequence[Receipt] = ()


class PlannedOrder(NamedTuple):
    """A proposal. A named tuple and not a dataclass because a plan holds hundreds of thousands of them.

    number: 1, 2, 3 ... in the order of the answer, parents before children. quantity: to launch; good:
    expected to be usable (quantity x good share, rounded down). need_on: the first day it is needed; due may
    be later.
    """

    number: int
    item: Key
    source: Source
    quantity: Decimal
    good: Decimal
    start: date
    due: date
    need_on: date
    kind: Kind
    level: int
    priority: int


class Peg(NamedTuple):
    """`quantity` of one supply is meant for one need.

    supply: receipt id or planned order number (None for stock). need: demand id or number of the planned
    order that consumes it (None for safety stock). day: the day of the need.
    """

    item: Key
    supply_kind: SupplyKind
    supply: Key | None
    need_kind: NeedKind
    need: Key | None
    quantity: Decimal
    day: date


class Need(NamedTuple):
    """One line of gross requirement: from a demand, or from a planned order (then need is its number)."""

    item: Key
    need_kind: NeedKind
    need: Key | None
    quantity: Decimal
    day: date


MessageCode: TypeAlias = Literal[
    "advance",
    "cancel",
    "demand_overdue",
    "late",
    "lot_conflict",
    "loop",
    "no_bom",
    "no_source",
    "postpone",
    "short",
    "start_overdue",
    "stopped",
    "too_many_ways",
    "unknown_component",
    "unknown_item",
]


class Message(NamedTuple):
    """Something a planner should know. The caller puts it into words.

    advance, postpone: move the receipt by `days` to `day`. cancel: `quantity` of the receipt serves nothing.
    demand_overdue: the demand was needed `days` before the run. start_overdue: the order should have started
    `days` ago. late: the demand can be met on `day`, `days` late; `path` leads from it down through orders
    and receipts ("order:7", "receipt:12") to the cause. short: `quantity` of the demand or order has no supply.
    lot_conflict: the lot sizes of the item contradict each other; the maximum was left out. loop: `path` names the
    items round the loop; its last line was left out. no_bom: ordered to be made, but nothing goes into it. no_source:
    short, and neither made, bought nor transferred; stopped: short, and its settings say that no new orders are
    planned. too_many_ways: needs that do not grow evenly come through phantoms in so many ways that they were left
    out. unknown_item, unknown_component: named, but not among the items.
    """

    code: MessageCode
    item: Key
    subject: Key | None = None
    quantity: Decimal = ZERO
    days: int = 0
    day: date | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer: proposals, who is meant for whom, gross requirements, what a planner should know."""

    orders: list[PlannedOrder]
    pegs: list[Peg]
    needs: list[Need]
    messages: list[Message]
    levels: Mapping[Key, int] = field(default_factory=dict)
