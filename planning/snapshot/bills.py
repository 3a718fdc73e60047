"""Lines of bills for a material plan: each with the days, quantities and rule by which it counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, cast

from p2p.core.numbers import ScrapRule
from planning.engine.mrp import BomLine, Item
from planning.measures import Measures
from planning.models.made_for import has_its_own
from planning.snapshot.holes import Holes
from planning.snapshot.keys import made_from, phantom_of, tied
from planning.snapshot.notices import Notice, gap_facts
from strategies import models as strategies
from strategies.engine.need import COLUMNS, ONE, Consumption, Linear, Row, Through, consumption_of
from strategies.engine.units import MissingConversion
from strategies.selectors.needs import RouteScrap, step_tables
from strategies.selectors.outwork import OutsideRules, Procured
from strategies.selectors.versions import Versions, Window

DAY = timedelta(days=1)
USABLE = ("active", "approved")
HEAD = (
    "bom_id", "component_id", "kind", "unit_id", "valid_from", "valid_to", "operation_number", "pk",
    "component_bom_id", "bom__batch_quantity", "component_route_id",
    "bom__yield_fraction",
)  # fmt: skip


class _Named(NamedTuple):
    """A phantom of which a line wants a certain bill, route or both."""

    component: int
    bom: int | None
    route: int | None

    @property
    def key(self) -> str:
        return phantom_of(*self)


class BillLines:
    """The lines of the versions that count at a site, in five queries."""

    def __init__(
        self,
        site: strategies.Site,
        first: date,
        measures: Measures,
        boms: Versions,
        routes: Versions,
        units: Mapping[int, int],
        named: Collection[str] = (),
        to_order: Collection[int] = (),
        wanted: Collection[str] = (),
    ) -> None:
        """named: keys of items that demand wants of certain versions; to_order: items of which every need has supply
        of its own; wanted: keys of items as such needs want them."""
        self.first, self.measures, self.boms, self.routes, self.units = first, measures, boms, routes, units
        self.rule = ScrapRule(site.scrap_rule)
        self.scrap = RouteScrap(site)
        self.procured = Procured(OutsideRules(site))
        self.steps = step_tables()
        self.notices: list[Notice] = []
        self.holes = Holes(boms, USABLE)
        self.stand_ins: list[Item] = []
        """A phantom whose line names a certain bill or route stands in the plan as an item of its own."""
        self.twins = set(wanted)
        """Keys of items as needs want them that have supply of their own."""
        self._asked = named
        self._to_order = to_order
        self._done: set[str] = set()
        self._by_bom: dict[int, list[tuple[Any, ...]]] = {}
        self._named: dict[str, _Named] = {}
        self._known: dict[tuple[Any, ...], Consumption | Linear] = {}

    def lines(self) -> Iterator[BomLine]:
        rows = strategies.BomLine.objects.filter(bom__state__in=USABLE).exclude(kind="vendor")
        for row in rows.order_by("bom", "position").values_list(*HEAD, *COLUMNS):
            self._by_bom.setdefault(row[0], []).append(row)
        for parent in sorted(self.boms.items & self.units.keys()):
            for window in self.boms.windows(parent):
                yield from self._within(parent, parent, window)
        for key in sorted(self._asked):
            item, bom, route = made_from(key)
            for window in self._windows(item, bom):
                yield from self._within(key, item, window, route)
        while (self._named.keys() | self.twins) - self._done:
            yield from self._certain_versions()
            yield from self._of_their_own()

    def _of_their_own(self) -> Iterator[BomLine]:
        """Lines of the items as tied needs want them, which may name others."""
        for key in sorted(self.twins - self._done):
            self._done.add(key)
            item, bom, route = made_from(key)
            for window in self._windows(item, bom):
                yield from self._within(key, item, window, route)

    def _windows(self, item: int, bom: int | None) -> list[Window]:
        return [Window(date.min, date.max, bom)] if bom else self.boms.windows(item)

    def _certain_versions(self) -> Iterator[BomLine]:
        """Lines of the phantoms whose bill or route is named, which may name others."""
        while self._named.keys() - self._done:
            for key in sorted(self._named.keys() - self._done):
                self._done.add(key)
                component, bom, route = self._named[key]
                self.stand_ins.append(Item(id=key, source="", phantom=True, places=12))
                for window in self._windows(component, bom):
                    yield from self._within(key, component, window, route)

    def _within(
        self, parent: int | str, item: int, window: Window, route: int | None = None
    ) -> Iterator[BomLine]:
        """Lines of a version, cut to the days on which it counts; made on the route in force, or on one that is
        named."""
        for part, made_on in self._routed(item, window, route):
            for row in self._by_bom.get(window.version, ()):
                first = max(part.first, row[4] or part.first)
                last = min(part.last, row[5] or part.last)
                theirs = self.procured.at(made_on, row[6], max(part.first, self.first))
                if first <= last and not theirs:
                    through = self.scrap.at(made_on, row[6])
                    yield from self._line(parent, item, row, (first, last), part, through)

    def _routed(self, item: int, window: Window, named: int | None) -> list[tuple[Window, int | None]]:
        """The days and quantities of a version, cut where another route comes into force, or another policy of an item
        for which vendors procure; whole where no route loses anything and none do."""
        policies = self.procured.cuts(item)
        if not policies and (named or not self.scrap):
            return [(window, named)]
        routes = [] if named else self.routes.windows(item)
        start = max(window.first, self.first)
        edges = policies | {one.first for one in routes}
        edges |= {one.last + DAY for one in routes if one.last < date.max}
        cuts = [window.first, *sorted(edge for edge in edges if start < edge <= window.last)]
        ends = [*(cut - DAY for cut in cuts[1:]), window.last]
        upto = window.below
        rungs = {
            one.least for one in routes if one.least > window.least and (upto is None or one.least < upto)
        }
        ladder = [window.least, *sorted(rungs)]
        parts = [
            (
                Window(first, last, window.version, least, below),
                named or self.routes.on(item, max(first, self.first), least),
            )
            for first, last in zip(cuts, ends, strict=True)
            for least, below in zip(ladder, [*ladder[1:], upto], strict=True)
        ]
        alike = not policies and len({route for _part, route in parts}) == 1
        return [(window, parts[0][1])] if alike else parts

    def _line(
        self,
        parent: int | str,
        item: int,
        row: Sequence[Any],
        days: tuple[date, date],
        window: Window,
        through: Through,
    ) -> Iterator[BomLine]:
        component, kind, named = row[1], row[2], _Named(row[1], row[8], row[10])
        if component not in self.units:
            self.notices.append(Notice("unknown_component", item, {"component": component}))
            return
        try:
            factor = self.measures.factor(component, row[3], self.units[component])
        except MissingConversion as gap:
            facts = gap_facts(self.measures, gap) | {"component": component}
            self.notices.append(Notice("no_conversion", item, facts))
            return
        need = self._need(row, factor, through)
        even = isinstance(need, Linear)
        key: int | str = component
        if kind == "phantom" and (named.bom or named.route):
            key = named.key
            self._named[key] = named
        elif has_its_own(kind, component in self._to_order):
            key = tied(component)
            self.twins.add(key)
        if kind == "phantom":
            self.holes.look(parent, key, component, named.bom, days, named.bom in self._by_bom)
        # The engine reckons with any exact number here; a third of a metre must not become 0.333333333333.
        yield BomLine(
            parent=parent,
            component=key,
            per=cast(Decimal, need.per if isinstance(need, Linear) else Fraction(0)),
            constant=cast(Decimal, need.constant if isinstance(need, Linear) else Fraction(0)),
            valid_from=None if days[0] == date.min else days[0],
            valid_to=None if days[1] == date.max else days[1],
            phantom=kind == "phantom",
            rule=None if even else cast(Consumption, need),
            least=window.least,
            below=window.below,
            started=ONE if row[11] == 1 else 1 / Fraction(row[11]),
        )

    def _need(self, row: Sequence[Any], factor: Fraction, through: Through) -> Consumption | Linear:
        """Coefficients, or the rule where there are none. Most lines of a plant say the same few things."""
        said = Row(*row[len(HEAD) :])
        table = self.steps.get(row[7], ())
        spot = (said, row[9], factor, through, table)
        known = self._known.get(spot)
        if known is None:
            rule = consumption_of(
                said, batch=row[9], factor=factor, steps=table, rule=self.rule, through=through
            )
            known = self._known[spot] = rule.linear() or rule
        return known
