"""What an order takes: the lines of its bill, phantoms dissolved, each with the rule that says how much."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from p2p.core.facts import Refused
from p2p.core.numbers import ScrapRule, decimal_of
from planning.measures import Measures
from planning.snapshot.forks import Forks, no_bill
from planning.snapshot.reach import USABLE, Reach
from strategies.engine.need import Consumption, consumption_of
from strategies.engine.units import MissingConversion
from strategies.models import BomLine, BomOutput, BomVersion, Item, Site
from strategies.selectors.needs import RouteScrap, step_tables
from strategies.selectors.outwork import Procured
from strategies.selectors.versions import Versions

OWN = 0
"""The order's own route; the routes of phantoms are counted from 1."""


@dataclass(frozen=True, slots=True)
class Part:
    """A component of the order. `chain`: the needs of the phantoms it lies in and what is started of each for them,
    outermost first, then its own.

    host and number: the route (the order's own, or a phantom's that became part of it) and its operation that
    takes the component.
    """

    line: BomLine
    item: Item
    chain: tuple[Consumption, ...]
    host: int = OWN
    number: int | None = None
    procured: bool = False
    """The vendor of its operation brings it: a phantom then as a whole."""

    def needed(self, quantity: Fraction) -> Fraction:
        """For a launch of `quantity`, scrap included, not yet rounded; in the component's own unit."""
        return through(self.chain, quantity)

    @property
    def once(self) -> bool:
        """Needed once per order, whatever its size."""
        return any(rule.constant or rule.steps is not None for rule in self.chain)

    def said(self, quantity: Fraction) -> Fraction:
        """What one piece takes (or the order, when `once`) before the scrap of the line: for people, and for what
        a finished piece should have cost."""
        whole = self.needed(quantity) / self.chain[-1].gross
        return whole if self.once else self._each(quantity) or whole / quantity

    def _each(self, quantity: Fraction) -> Fraction | None:
        """Without what is lost once, where the need grows evenly."""
        each = Fraction(1)
        for rule in self.chain:
            even = rule.linear()
            if even is None:
                return None
            each *= even.per
        return each / self.chain[-1].gross


@dataclass(frozen=True, slots=True)
class Merged:
    """A phantom whose route becomes part of the order's, before the operation of `host` that takes it."""

    host: int
    number: int | None
    route: int
    item: Item
    chain: tuple[Consumption, ...]


@dataclass(slots=True)
class Unfolded:
    """A bill without phantoms; `merged[n - 1]` is route n."""

    parts: list[Part] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    lacking: list[tuple[Item, BomLine]] = field(default_factory=list)
    """Phantoms without a bill on the day, with the lines that take them: nobody stocks a phantom."""
    refusal: Refused | None = None
    """Why there is no end of it, or none in known units: said again of every order like it."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where lines are being unfolded: the route they speak of, and what is above them."""

    route: int | None
    on: int | None
    """The route of its operations: below a phantom without one that of the parent."""
    host: int = OWN
    forced: int | None = None
    chain: tuple[Consumption, ...] = ()
    above: frozenset[int] = frozenset()
    """Bills that are being unfolded: a phantom whose bill is among them closes a loop."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """One order being unfolded."""

    day: date
    quantity: Fraction
    forks: Forks
    found: Unfolded = field(default_factory=Unfolded)


def through(chain: tuple[Consumption, ...], quantity: Fraction) -> Fraction:
    """A need for a need; nothing takes nothing."""
    for rule in chain:
        if not quantity:
            return quantity
        quantity = rule.needed(quantity)
    return quantity


class Bills:
    """The bills that orders of some items may use at a site, read once for all the orders of a call."""

    def __init__(
        self,
        site: Site,
        reach: Reach,
        boms: Versions,
        routes: Versions,
        scrap: RouteScrap,
        procured: Procured,
    ) -> None:
        self.boms, self._routes, self.scrap, self._procured = boms, routes, scrap, procured
        self._rule = ScrapRule(site.scrap_rule)
        self._lines = reach.lines
        self._steps = step_tables(
            {bom for bom, lines in reach.lines.items() if any(line.formula == "step" for line in lines)}
        )
        used = BomVersion.objects.filter(reach.made_here | Q(pk__in=reach.lines), state__in=USABLE)
        heads = used.values_list("pk", "batch_quantity", "yield_fraction", "item_id")
        self._item_of: dict[int, int] = {}
        self._batch: dict[int, Decimal] = {}
        self._launches: dict[int, Consumption] = {}
        """Version -> pieces to start so that so many come out, where less does than goes in."""
        for key, batch, share, item in heads:
            self._batch[key], self._item_of[key] = batch, item
            if share != 1:
                self._launches[key] = Consumption(amount=1 / Fraction(share))
        self._outputs: dict[int, list[BomOutput]] = defaultdict(list)
        for output in BomOutput.objects.filter(bom__in=self._batch.keys()).order_by("pk"):
            self._outputs[output.bom_id].append(output)
        self._items = Item.objects.select_related("unit").in_bulk(
            reach.items | {output.item_id for each in self._outputs.values() for output in each}
        )
        self.measures = Measures(self._items.keys())
        self._known: dict[tuple[int, int | None, date, Fraction | None], Unfolded] = {}

    def unfolded(
        self, bom: int | None, route: int | None, day: date, quantity: Fraction, *, standing: bool = False
    ) -> Unfolded:
        """Components of an order of `quantity` on a day. Refused where phantoms lie in phantoms in so many ways that
        their lines would come again too often, and where a phantom has no bill then; of an order that is `standing`
        already, its bill may have gone since."""
        if bom is None or bom not in self._item_of:
            return Unfolded()
        key = (bom, route, day, quantity if self.boms.stepped or self._routes.stepped else None)
        known = self._known.get(key)
        if known is None:
            walk = _Walk(day, quantity, Forks(self._items[self._item_of[bom]]))
            known = self._known[key] = walk.found
            try:
                self._unfold(walk, bom, _Spot(route, route, above=frozenset((bom,))))
            except Refused as no:
                known.refusal = no
        if known.refusal:
            raise known.refusal
        if known.lacking and not standing:
            raise no_bill(self._items[self._item_of[bom]], *known.lacking[0], day)
        return known

    def item(self, key: int) -> Item:
        return self._items[key]

    def outputs(self, bom: int | None) -> list[BomOutput]:
        return self._outputs.get(bom, []) if bom else []

    def batch(self, bom: int) -> Decimal:
        return self._batch[bom]

    def _unfold(self, walk: _Walk, bom: int, spot: _Spot) -> None:
        for line in self._lines.get(bom, ()):
            if (line.valid_from and walk.day < line.valid_from) or (
                line.valid_to and walk.day > line.valid_to
            ):
                continue
            item = self._items[line.component_id]
            walk.forks.look(line, item)
            # Below a phantom without a route, operations are those of its parent, where the phantom is taken.
            number = line.operation_number if spot.forced is None else spot.forced
            chain = (*spot.chain, self._rule_of(line, item, self._batch[bom], spot))
            procured = self._procured.at(spot.on, number, walk.day)
            if line.kind == BomLine.Kind.PHANTOM and not procured:
                self._open(walk, line, item, chain, number, spot)
            else:
                walk.found.parts.append(Part(line, item, chain, spot.host, number, procured))

    def _open(
        self,
        walk: _Walk,
        line: BomLine,
        item: Item,
        chain: tuple[Consumption, ...],
        number: int | None,
        spot: _Spot,
    ) -> None:
        """What a phantom is made of stands in for it."""
        wanted = through(chain, walk.quantity)
        inner = line.component_bom_id or self.boms.on(item.pk, walk.day, decimal_of(wanted))
        if wanted and (inner is None or inner not in self._batch):
            walk.found.lacking.append((item, line))
        if inner is None or inner in spot.above:
            walk.found.parts.append(Part(line, item, chain, spot.host, number))
            return
        if inner in self._launches:
            # Of an order the planner launches more; of a phantom its parent's order does.
            chain = (*chain, self._launches[inner])
        route = line.component_route_id or self._routes.on(item.pk, walk.day, decimal_of(wanted))
        below = self._below(walk.found, route, item, chain, number, spot)
        self._unfold(walk, inner, replace(below, above=spot.above | {inner}))

    def _below(
        self,
        into: Unfolded,
        route: int | None,
        item: Item,
        chain: tuple[Consumption, ...],
        number: int | None,
        spot: _Spot,
    ) -> _Spot:
        if route is None:
            return _Spot(None, spot.on, spot.host, number, chain)
        into.merged.append(Merged(spot.host, number, route, item, chain))
        return _Spot(route, route, len(into.merged), None, chain)

    def _rule_of(self, line: BomLine, item: Item, batch: Decimal, spot: _Spot) -> Consumption:
        return consumption_of(
            line,
            batch=batch,
            factor=self._factor(item, line),
            steps=self._steps.get(line.pk, ()),
            rule=self._rule,
            through=self.scrap.at(spot.route, line.operation_number),
        )

    def _factor(self, item: Item, line: BomLine) -> Fraction:
        try:
            return self.measures.factor(item.pk, line.unit_id, item.unit_id)
        except MissingConversion as gap:
            no: Refused = self.measures.refusal(item.number, gap)
            raise no from gap
