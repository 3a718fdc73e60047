"""Rows to plain records for the roll-up: a site's structures in force on one day, in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from costing.beside import shared
from costing.categories import Machines
from costing.engine.rollup import Fee, Part, Rolled, Step, Surcharge, Use
from costing.models import CostElement, CostVersion, ItemPrice
from costing.selectors.standards import rates
from costing.services.elements import element_for
from costing.structures import Make, Structures
from costing.workprices import VendorWork, WorkPrices
from costing.worksteps import WorkSteps
from p2p.core.numbers import ScrapRule, decimal_of
from strategies.engine.need import Consumption, consumption_of
from strategies.models import (
    BomLine,
    BomOutput,
    BomVersion,
    Item,
    ItemPolicy,
    RouteOperation,
    RouteVersion,
    Unit,
    UnitConversion,
)
from strategies.selectors.needs import RouteScrap, step_tables
from strategies.selectors.outwork import OutsideRules, Procured
from strategies.selectors.settings import settings_at
from strategies.selectors.versions import Versions


@dataclass(frozen=True)
class Missing:
    """Something the snapshot could not turn into a figure: it becomes a warning of the run."""

    code: str
    item: int
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Snapshot:
    """What the engine needs, and what was wrong with the rows."""

    parts: list[Part]
    surcharges: list[Surcharge]
    missing: list[Missing]
    stand_ins: Mapping[int, int] = field(default_factory=dict)
    """Keys of parts below 0, phantoms of which a line names the version, and their items."""


def of_items(rolled: Rolled, stand_ins: Mapping[int, int]) -> Rolled:
    """Costs of items alone; what is missing of a stand-in is missing of its item."""
    warnings = {
        replace(
            one,
            item=stand_ins.get(one.item, one.item),
            path=tuple(stand_ins.get(step, step) for step in one.path),
        ): None
        for one in rolled.warnings
    }
    costs = {item: cost for item, cost in rolled.costs.items() if item not in stand_ins}
    return Rolled(costs, tuple(warnings))


def take(version: CostVersion) -> Snapshot:
    """The structure of the version's site on its first day."""
    return _Reader(version).read()


class _Reader:
    """Reads the tables once and joins them in memory."""

    def __init__(self, version: CostVersion) -> None:
        self.version = version
        self.site = version.site
        self.day = version.valid_from
        self.rates = rates(version)
        self.material = element_for(CostElement.Kind.MATERIAL).pk
        self.outsourcing = element_for(CostElement.Kind.OUTSOURCING).pk
        self.missing: list[Missing] = []
        self._said: set[tuple[object, ...]] = set()

    def _miss(self, code: str, item: int, **facts: str) -> None:
        """Said once, in however many versions of the item it is."""
        key = (code, item, *sorted(facts.items()))
        if key not in self._said:
            self._said.add(key)
            self.missing.append(Missing(code, item, facts))

    def read(self) -> Snapshot:
        """All parts: every active item, with its BOM, route and price."""
        self.factors = _factors()
        self.scrap = RouteScrap(self.site)
        policies = settings_at(self.site)
        boms, routes = Versions(BomVersion, self.site.pk), Versions(RouteVersion, self.site.pk)
        self.tables = step_tables()
        shares = good_shares(policies)
        procured = Procured(OutsideRules(self.site))
        made = Structures(
            self.day, boms, routes, lambda item: _lot(policies.get(item)), self._need, shares, procured
        )
        uses = self._uses(made)
        steps, fees = self._work(made)
        prices = dict(ItemPrice.objects.filter(version=self.version).values_list("item_id", "price"))
        items = list(Item.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
        used = set(items)
        for item in sorted(made.too_many):
            self._miss("too_many_ways", item)
        beside = [(key, item) for key, item in made.stand_ins.items() if item in used]
        parts = []
        for key, item in [*zip(items, items, strict=True), *beside]:
            make = made.makes.get(key) or Make(item, None, None, Fraction(_lot(policies.get(item))))
            parts.append(
                Part(
                    item=key,
                    price=prices.get(item),
                    price_element=self.material,
                    lot=make.lot,
                    output_share=make.share,
                    uses=tuple(uses.get(key, ())),
                    steps=tuple(steps.get(key, ())),
                    fees=tuple(fees.get(key, ())),
                )
            )
        surcharges = [Surcharge(base, element, share) for base, element, share in self.rates.surcharges]
        return Snapshot(shared(parts, made.makes, self._factor_of), surcharges, self.missing, made.stand_ins)

    def _uses(self, made: Structures) -> dict[int, list[Use]]:
        found: dict[int, list[Use]] = defaultdict(list)
        for key, make in made.makes.items():
            for line in made.lines(key):
                need = self._need(make, line)
                if need is not None:
                    found[key].append(use_of(made.component(key, line), need, make.launch))
        return found

    def _need(self, make: Make, line: BomLine) -> Consumption | None:
        """What a line of the bill takes; None without a conversion."""
        factor = self._factor(line)
        if factor is None:
            return None
        return consumption_of(
            line,
            batch=line.bom.batch_quantity,
            factor=factor,
            steps=self.tables.get(line.pk, ()),
            rule=ScrapRule(self.site.scrap_rule),
            through=self.scrap.at(make.route.pk if make.route else None, line.operation_number),
        )

    def _factor(self, line: BomLine) -> Fraction | None:
        return self._convert(line.bom.item_id, line.unit, line.component)

    def _factor_of(self, output: BomOutput) -> Fraction | None:
        return self._convert(output.bom.item_id, output.unit, output.item)

    def _convert(self, of: int, unit: Unit, component: Item) -> Fraction | None:
        """Component units per BOM unit; a missing conversion is named, never taken as 1:1."""
        if unit.pk == component.unit_id:
            return Fraction(1)
        for item in (component.pk, None):
            factor = self.factors.get((item, unit.pk, component.unit_id))
            if factor is not None:
                return factor
        self._miss("no_conversion", of, unit=unit.code, component=component.number)
        return None

    def _work(self, made: Structures) -> tuple[dict[int, list[Step]], dict[int, list[Fee]]]:
        by_route = self._operations({make.route.pk for make in made.makes.values() if make.route})
        prices = WorkPrices(self.site, self.day, {make.item for make in made.makes.values() if make.route})
        machines = Machines(self.site, self.day)
        work_of = WorkSteps(self.rates, self.scrap, machines, self._miss)
        steps: dict[int, list[Step]] = defaultdict(list)
        fees: dict[int, list[Fee]] = defaultdict(list)
        for key, make in made.makes.items():
            for operation in by_route.get(make.route.pk, ()) if make.route else ():
                outside, vendor = prices.decided(make.item, operation.number, operation.outside)
                if not outside:
                    steps[key] += work_of.of(operation, make.item, make.launch)
                    continue
                work = VendorWork.of(self.scrap, operation.route_id, operation.number, make.launch)
                fee = prices.fee(make.item, operation.number, vendor, decimal_of(work.sent))
                if fee is not None:
                    fees[key].append(Fee(self.outsourcing, fee * work.paid / make.launch))
                    continue
                self._miss("no_vendor_price", make.item, operation=str(operation.number))
        return steps, fees

    def _operations(self, routes: Iterable[int]) -> dict[int, list[RouteOperation]]:
        # An order takes the operation itself or one alternate, never both: the standard is the operation's.
        rows = (
            RouteOperation.objects.filter(route__in=list(routes), alternate_of=None)
            .select_related("group", "route_group")
            .prefetch_related("route_group__phases")
            .order_by("route", "number")
        )
        found: dict[int, list[RouteOperation]] = defaultdict(list)
        for operation in rows:
            found[operation.route_id].append(operation)
        return found


def use_of(component: int, need: Consumption, launch: Fraction) -> Use:
    """A line as the roll-up takes it: evenly, or as an order of the costing lot (`launch` pieces) would."""
    even = need.linear()
    return Use(component, *even) if even else Use(component, 0, need.needed(launch))


def _factors() -> dict[tuple[int | None, int, int], Fraction]:
    """(item or None, source, target) -> target units per source unit, both ways."""
    found: dict[tuple[int | None, int, int], Fraction] = {}
    rows = UnitConversion.objects.values_list("item_id", "source_id", "target_id", "numerator", "denominator")
    for item, source, target, numerator, denominator in rows:
        found[item, source, target] = Fraction(numerator, denominator)
        found.setdefault((item, target, source), Fraction(denominator, numerator))
    return found


def good_shares(policies: Mapping[int, ItemPolicy]) -> dict[int, Fraction]:
    """Item -> share of what its orders start with that comes out good, where that is not all."""
    shares = {item: policy.yield_fraction for item, policy in policies.items()}
    return {item: Fraction(share) for item, share in shares.items() if share != 1}


def _lot(policy: ItemPolicy | None) -> Decimal:
    """The costing lot size: the fixed lot, else the minimum, else one."""
    if policy is None:
        return Decimal(1)
    return policy.fixed_quantity or policy.minimum_quantity or Decimal(1)
