"""The standard cost of random products against what one order takes, written down as the guides tell it: level by
level, in plain fractions."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from random import Random

import pytest

from costing.engine.rollup import roll_up
from costing.models import CostElement
from costing.services.version import Hourly, Price, open_version, set_prices, set_rates
from costing.snapshot import of_items, take
from strategies.models import BomLine, BomStep, BomVersion, Item, PlanningCost, RouteVersion
from strategies.selectors.costs import phantom_costs
from tests.factories import (
    make_bom,
    make_cost_category,
    make_group,
    make_item,
    make_policy,
    make_route,
    make_site,
    make_user,
    make_vendor,
    make_vendor_price,
)

D, DAY, RATE = Decimal, date(2026, 1, 1), 36
ONE = Fraction(1)


class Plant:
    """Four bought parts and six levels of products, some of them taken as phantoms."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        for kind in ("material", "outsourcing", "labour"):
            CostElement.objects.create(code=kind, name=kind, kind=kind)
        self.site = make_site(scrap_rule=self.chance.choice(["divisor", "markup"]))
        self.category = make_cost_category()
        self.group = make_group(self.site, cost_category=self.category)
        self.vendor = make_vendor(preferred=True)
        self.prices = {make_item(): 10**place for place in range(4)}
        self.known: list[Item] = [*self.prices]
        for _level in range(6):
            self.add_product()

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def share(self, *shares: str) -> Decimal:
        return D(self.chance.choice(shares))

    def add_product(self) -> None:
        item = make_item()
        lot = D(self.chance.choice([1, 1, 6, 20]))
        make_policy(
            item, supply="make", minimum_quantity=lot, yield_fraction=self.share("1", "1", "0.8", "0.5")
        )
        steps = [D(0), D(7)] if self.maybe(0.4) else [D(0)]
        for number, start in enumerate(steps, 1):
            make_route(item, [self.operation() for _ in range(2)], version=number, from_quantity=start)
            self.add_bom(item, version=number, from_quantity=start)
        for operation in (10, 20):
            for least, price in ((0, 5), (9, 3)):
                make_vendor_price(
                    self.vendor, item, price, operation_number=operation, minimum_quantity=D(least)
                )
        self.known.append(item)

    def operation(self) -> dict[str, object]:
        return {
            "group": self.group,
            "setup_seconds": self.chance.choice([0, 0, 600]),
            "run_seconds": self.chance.choice([0, 30]),
            "run_quantity": D(self.chance.choice([1, 4])),
            "run_basis": self.chance.choice(["piece", "piece", "batch", "order"]),
            "scrap_fraction": self.share("0", "0", "0.2"),
            "scrap_quantity": self.share("0", "0", "0", "3"),
            "outside": self.maybe(0.3),
        }

    def add_bom(self, item: Item, **head: object) -> None:
        parts = self.chance.sample(self.known, min(3, len(self.known)))
        batch, yields = D(self.chance.choice([1, 5])), self.share("1", "1", "0.9", "0.3")
        lines = {part: self.line(part) for part in parts}
        bom = make_bom(item, lines, batch_quantity=batch, yield_fraction=yields, **head)
        for line in bom.lines.filter(formula="step"):
            for start, amount in ((0, 4), (10, 30)):
                BomStep.objects.create(line=line, from_quantity=start, quantity=amount)

    def line(self, part: Item) -> dict[str, object]:
        said: dict[str, object] = {
            "quantity": D(self.chance.randint(1, 3)),
            "consumption": self.chance.choice(["variable", "variable", "constant"]),
            "formula": self.chance.choice(["standard", "standard", "standard", "step"]),
            "scrap_fraction": self.share("0", "0", "0.1"),
            "scrap_quantity": self.share("0", "0", "2"),
            "operation_number": self.chance.choice([None, 10, 20]),
        }
        if self.maybe(0.2):
            said |= {"rounding": "consumption", "rounding_multiple": D(4)}
        if part not in self.prices and self.maybe(0.6):
            said["kind"] = "phantom"
        return said

    def standards(self) -> dict[int, Fraction]:
        by = make_user("cost_accountant")
        version = open_version(code="STD", name="Standard", site=self.site, valid_from=DAY, by=by)
        prices = [Price(item, D(price)) for item, price in self.prices.items()]
        set_prices(version=version, prices=prices, by=by)
        labour = CostElement.objects.get(code="labour")
        set_rates(version=version, hourly=[Hourly(self.category, labour, D(RATE))], surcharges=[], by=by)
        snapshot = take(version)
        costs = of_items(roll_up(snapshot.parts, snapshot.surcharges), snapshot.stand_ins).costs
        return {item: Fraction(cost.total) for item, cost in costs.items()}


class Naive:
    """What an order costs, by the sentences of the guides; `known`: what items in store cost."""

    def __init__(self, plant: Plant, *, work: bool = True) -> None:
        self.plant, self.work = plant, work
        self.known = {item.pk: Fraction(price) for item, price in plant.prices.items()}
        self.missing: set[str] = set()

    def standard(self, item: Item) -> Fraction:
        policy = item.policies.get()
        lot = Fraction(policy.minimum_quantity)
        return self.order(item, lot, Fraction(policy.yield_fraction)) / lot

    def order(self, item: Item, good: Fraction, share: Fraction = ONE) -> Fraction:
        bom, route = self.version(BomVersion, item, good), self.version(RouteVersion, item, good)
        launch = good / share / Fraction(bom.yield_fraction)
        entering, leaving = self.flow(route, launch)
        total = Fraction(0)
        for line in bom.lines.all():
            need = self.need(line, bom, launch, entering)
            if line.kind == "phantom":
                total += self.order(line.component, need) if need else 0
            elif line.component_id in self.known:
                total += need * self.known[line.component_id]
            else:
                self.missing.add(line.component.number)
        for step in route.operations.all() if self.work else ():
            if step.outside:
                fee = 3 if ceil(entering[step.number]) >= 9 else 5
                total += fee * leaving[step.number]
            else:
                total += self.hours(step, entering[step.number]) * RATE
        return total

    def version(self, model, item, quantity):
        """The highest step that is reached."""
        found = model.objects.filter(
            item=item, from_quantity__lte=D(quantity.numerator) / quantity.denominator
        )
        return found.order_by("-from_quantity").first()

    def more(self, share: Decimal) -> Fraction:
        share = Fraction(share)
        return 1 / (1 - share) if self.plant.site.scrap_rule == "divisor" else 1 + share

    def flow(self, route: RouteVersion, launch: Fraction) -> tuple[dict[int, Fraction], dict[int, Fraction]]:
        entering, leaving, pieces = {}, {}, launch
        for step in route.operations.order_by("-number"):
            leaving[step.number] = pieces
            pieces = pieces * self.more(step.scrap_fraction) + Fraction(step.scrap_quantity)
            entering[step.number] = pieces
        return entering, leaving

    def need(
        self, line: BomLine, bom: BomVersion, launch: Fraction, entering: dict[int, Fraction]
    ) -> Fraction:
        if line.formula == "step":
            net = Fraction(30 if launch >= 10 else 4)
        elif line.consumption == "constant":
            net = Fraction(line.quantity)
        else:
            each = Fraction(line.quantity) / Fraction(bom.batch_quantity)
            net = entering.get(line.operation_number or 0, launch) * each
        whole = net * self.more(line.scrap_fraction) + Fraction(line.scrap_quantity)
        return Fraction(ceil(whole / 4) * 4) if line.rounding == "consumption" else whole

    def hours(self, step, entering: Fraction) -> Fraction:
        runs = {"order": ONE, "batch": Fraction(ceil(entering / Fraction(step.run_quantity)))}
        run = runs.get(step.run_basis, entering / Fraction(step.run_quantity)) * Fraction(step.run_seconds)
        return (step.setup_seconds + run) / 3600


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(30))
def test_the_standard_is_what_an_order_of_the_costing_lot_takes_by_the_piece(seed: int) -> None:
    plant = Plant(seed)
    naive, found = Naive(plant), plant.standards()
    for item in plant.known[4:]:
        wanted = naive.standard(item)
        assert abs(found[item.pk] - wanted) <= wanted / 10**6, item
        # What goes into others is what the standard says, so that roundings do not add up.
        naive.known[item.pk] = found[item.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_the_designer_counts_a_phantom_with_what_is_known_of_it_and_names_the_rest(seed: int) -> None:
    plant = Plant(seed)
    for item, price in plant.prices.items():
        PlanningCost.objects.create(item=item, site=plant.site, valid_from=DAY, unit_cost=price)
    for item, quantity in itertools.product(plant.known[4:], (1, 8, 30)):
        line = BomLine(pk=1, component=item, kind="phantom")
        found = phantom_costs({line: Fraction(quantity)}, {}, day=DAY, site=plant.site)[1]
        naive = Naive(plant, work=False)
        assert found.cost * quantity == naive.order(item, Fraction(quantity)), (item, quantity)
        assert set(found.missing) == naive.missing
