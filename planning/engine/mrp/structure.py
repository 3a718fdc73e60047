"""Turns items and bills of material into scaled integers: levels, phantoms dissolved, lines by date."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

from planning.engine.mrp.flows import Chained, Flow, Inside, Within, crowded
from planning.engine.mrp.model import BomLine, Item, Key, Message, Problem
from strategies.engine.levels import low_level_codes

EVER = 4_000_000
"""A day number after every date."""

Use = tuple[int, int, int, int]
"""Component index, numerator, denominator, constant: a launch of q needs ceil((q x num + constant) / den)."""


@dataclass(frozen=True, slots=True)
class Structure:
    """Items by position with their level, and the lines of each parent by the days they are valid."""

    index: dict[Key, int]
    level: list[int]
    top_down: list[int]
    breaks: list[list[int]]
    uses: list[list[list[Use]]]
    uneven: dict[int, list[Flow]]
    messages: list[Message]

    def of(self, parent: int, day: int) -> list[Use]:
        """Lines of a parent that are valid on a day."""
        breaks = self.breaks[parent]
        if not breaks:
            return []
        return self.uses[parent][bisect_right(breaks, day) - 1]

    def uneven_needs(
        self, parent: int, day: int, launch: int, items: Sequence[Item]
    ) -> Iterator[tuple[int, int]]:
        """(component, need in its smallest steps) of the lines that do not grow evenly, for one launch."""
        quantity = Fraction(launch, 10 ** items[parent].places)
        for flow in self.uneven[parent]:
            if flow.first <= day <= flow.last:
                need = flow.needed(quantity) * 10 ** items[flow.component].places
                if need:
                    yield flow.component, ceil(need)


def scaled(quantity: Decimal, places: int) -> int:
    """A quantity in steps of 10**-places; more digits than that are refused."""
    shifted = quantity.scaleb(places)
    whole = int(shifted)
    if whole != shifted:
        raise ValueError(f"{quantity} has more than {places} decimals")
    return whole


def build(problem: Problem) -> Structure:
    """Number the items, find their levels, dissolve phantoms, and scale every line to its items' decimals.

    Raises ValueError naming the row for quantities that make no sense. Loops and unknown components become
    messages; their lines are left out.
    """
    index = {item.id: position for position, item in enumerate(problem.items)}
    if len(index) != len(problem.items):
        raise ValueError("two items share an id")
    for item in problem.items:
        _check_item(item)
    messages: list[Message] = []
    lines = _known_lines(problem.lines, index, messages)
    children: dict[int, list[int]] = defaultdict(list)
    for line in lines:
        children[index[line.parent]].append(index[line.component])
    for item in problem.items:
        if item.rest in index:
            children[index[item.id]].append(index[item.rest])  # netted after the one that has too much
    levels = low_level_codes(range(len(problem.items)), children)
    ids = [item.id for item in problem.items]
    messages += [
        Message("loop", ids[loop[0]], path=tuple(str(ids[step]) for step in loop)) for loop in levels.loops
    ]
    whole = [line for line in lines if _edge(line, index) not in levels.cut]
    flows, cut = _flows(problem, index, whole, levels.top_down)
    messages += [Message("too_many_ways", ids[parent]) for parent in cut]
    for parent, item in enumerate(problem.items):
        if item.phantom:
            flows[parent] = [_asked(flow) for flow in flows[parent]]
    breaks: list[list[int]] = []
    uses: list[list[list[Use]]] = []
    for parent, item in enumerate(problem.items):
        cuts = sorted(
            {flow.first for flow in flows[parent]} | {flow.last + 1 for flow in flows[parent]} | {0}
        )
        breaks.append(cuts if flows[parent] else [])
        uses.append([_valid(flows[parent], day, item, problem.items) for day in breaks[-1]])
    codes = [levels.codes[position] for position in range(len(ids))]
    uneven = {
        parent: odd for parent, each in enumerate(flows) if (odd := [flow for flow in each if flow.rule])
    }
    return Structure(index, codes, levels.top_down, breaks, uses, uneven, messages)


def _edge(line: BomLine, index: dict[Key, int]) -> tuple[int, int]:
    return index[line.parent], index[line.component]


def _check_item(item: Item) -> None:
    if not 0 < item.good_share <= 1:
        raise ValueError(
            f"item {item.id}: the good share must be above 0 and at most 1, not {item.good_share}"
        )
    lot = item.lot
    if min(lot.minimum, lot.maximum, lot.multiple, lot.fixed, item.safety_stock) < 0 or item.lead_days < 0:
        raise ValueError(f"item {item.id}: lot sizes, safety stock and lead time cannot be negative")
    if item.coverage == "period" and item.period_days < 1:
        raise ValueError(f"item {item.id}: a coverage period has at least one day")
    if item.coverage == "min_max" and item.maximum_stock < item.minimum_stock:
        raise ValueError(f"item {item.id}: the maximum stock is below the minimum")


def _known_lines(lines: Sequence[BomLine], index: dict[Key, int], messages: list[Message]) -> list[BomLine]:
    known = []
    for line in lines:
        if line.per < 0 or line.constant < 0 or not 0 <= line.scrap < 1:
            raise ValueError(f"line {line.parent} - {line.component}: quantities and scrap must make sense")
        if line.parent in index and line.component in index:
            known.append(line)
        elif line.parent in index:
            messages.append(Message("unknown_component", line.parent, subject=line.component))
    return known


def _flows(
    problem: Problem, index: dict[Key, int], lines: Sequence[BomLine], top_down: Sequence[int]
) -> tuple[list[list[Flow]], list[int]]:
    """Lines of every parent; for a phantom its own lines stand in, multiplied. Children come first. And the parents
    whose needs that do not grow evenly were left out, because they come in too many ways."""
    by_parent: dict[int, list[BomLine]] = defaultdict(list)
    for line in lines:
        by_parent[index[line.parent]].append(line)
    flows: list[list[Flow]] = [[] for _ in problem.items]
    cut: list[int] = []
    for parent in reversed(top_down):
        dissolved = [
            flow for line in by_parent.get(parent, ()) for flow in _dissolved(line, problem, index, flows)
        ]
        uneven = [flow for flow in dissolved if flow.rule]
        if crowded(uneven):
            cut.append(parent)
            uneven = []
        flows[parent] = [*_merged(dissolved), *uneven]
    return flows, cut


def _merged(flows: Sequence[Flow]) -> list[Flow]:
    """Flows that grow evenly, those of one component and the same days as one."""
    sums: dict[tuple[int, int, int, tuple[int, int]], tuple[Fraction, Fraction]] = {}
    for flow in flows:
        if flow.rule is None:
            spot = (flow.component, flow.first, flow.last, flow.started.as_integer_ratio())
            per, constant = sums.get(spot, (Fraction(0), Fraction(0)))
            sums[spot] = (per + flow.per, constant + flow.constant)
    return [
        Flow(component, *amounts, first, last, started=Fraction(*started))
        for (component, first, last, started), amounts in sums.items()
    ]


def _asked(flow: Flow) -> Flow:
    """As a need for the phantom itself takes it."""
    if flow.rule is not None:
        return replace(flow, rule=Inside(flow))
    return replace(flow, per=flow.per * flow.started)


def _dissolved(
    line: BomLine, problem: Problem, index: dict[Key, int], flows: Sequence[Sequence[Flow]]
) -> list[Flow]:
    component = index[line.component]
    first = line.valid_from.toordinal() if line.valid_from else 0
    last = line.valid_to.toordinal() if line.valid_to else EVER
    if last < first:
        return []
    own = _flow(line, problem, component, first, last)
    if not (line.phantom or problem.items[component].phantom):
        return [own]
    return [
        _through(own, below, max(first, below.first), min(last, below.last))
        for below in flows[component]
        if max(first, below.first) <= min(last, below.last)
    ]


def _flow(line: BomLine, problem: Problem, component: int, first: int, last: int) -> Flow:
    scrap = Fraction(line.scrap)
    gross = 1 + scrap if problem.settings.scrap == "multiply" else 1 / (1 - scrap)
    per, constant = Fraction(line.per) * gross, Fraction(line.constant) * gross
    flow = Flow(component, per, constant, first, last, line.rule, Fraction(line.started))
    if line.even or not (line.least or line.below is not None):
        return flow
    below = None if line.below is None else Fraction(line.below)
    return replace(flow, rule=Within(flow, Fraction(line.least), below))


def _through(own: Flow, below: Flow, first: int, last: int) -> Flow:
    """A component of a phantom as a component of the phantom's parent."""
    if own.rule or below.rule:
        chained = Chained(own, below)
        return Flow(below.component, Fraction(0), Fraction(0), first, last, chained, own.started)
    per, constant = own.per * below.started, own.constant * below.started
    return Flow(
        below.component,
        per * below.per,
        constant * below.per + below.constant,
        first,
        last,
        None,
        own.started,
    )


def _valid(flows: Sequence[Flow], day: int, parent: Item, items: Sequence[Item]) -> list[Use]:
    """Lines valid on a day, one per component, in the order of the bill, as integers."""
    sums: dict[int, tuple[Fraction, Fraction]] = {}
    for flow in flows:
        if flow.rule is None and flow.first <= day <= flow.last:
            per, constant = sums.get(flow.component, (Fraction(0), Fraction(0)))
            sums[flow.component] = (per + flow.per, constant + flow.constant)
    uses = []
    for component, (per, constant) in sums.items():
        step = 10 ** items[component].places
        rate = per * step / 10**parent.places
        extra = constant * step
        common = rate.denominator * extra.denominator
        uses.append((component, int(rate * common), common, int(extra * common)))
    return uses
