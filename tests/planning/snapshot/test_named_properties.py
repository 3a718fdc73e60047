"""Demand that names versions, over random plants: nothing lost, nothing twice, nothing of another version, the same
twice; and what a naive reckoning of small plants says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.engine.mrp import BomLine, Demand, Item, LotSize, Plan, Problem, Receipt, Settings, plan
from planning.rules import Rules
from planning.snapshot.keys import made_from, named_of, of_version
from planning.snapshot.known import Known
from planning.snapshot.named import share
from tests.planning.snapshot.naive import TODAY, Naive, serves

BIKE, KIT, TUBE, BOLT = 1, 2, 3, 4
BILLS, ROUTES = (11, 12), (21, 22)
NAMED = [(None, None), (11, None), (12, None), (None, 21), (None, 22), (11, 21), (12, 22)]
FEW = [(None, None), (11, None), (11, None), (11, 21)]
MADE_OF = [(11, 21, "bom"), (11, 21, "both"), (11, 21, ""), (12, 22, ""), (None, None, "")]
"""Of a small plant: what its demand names and its supply is made of, such that they meet often."""
ZERO = Decimal(0)
numbers = st.integers


def _day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


@dataclass
class Plant:
    """What a snapshot reads of two products, bicycles that take kits; both are wanted of certain versions."""

    items: dict[int, Item]
    lines: list[BomLine]
    demands: list[Demand]
    receipts: list[Receipt]
    stock: list[Known]
    origins: dict[str, Any]
    in_force: tuple[int, int]

    @property
    def rules(self) -> Rules:
        return Rules(first=TODAY, last=_day(60), safety_stock=False)

    def problem(self) -> Problem:
        made = {key: self.items[key] for key in (BIKE, KIT)}
        parts = share(
            rules=self.rules, items=made, demands=self.demands, receipts=self.receipts, stock=self.stock,
            origins=self.origins, in_force={BIKE: self.in_force, KIT: self.in_force},
        )  # fmt: skip
        plain = [replace(one, on_hand=one.on_hand - parts.gone[int(one.id)]) for one in self.items.values()]
        beside = [
            replace(made[made_from(key)[0]], id=key, on_hand=there) for key, there in parts.stock.items()
        ]
        return Problem(
            items=[*plain, *beside],
            lines=[*self.lines, *self._lines_of(parts.stock)],
            demands=self.demands,
            receipts=parts.receipts,
            settings=Settings(first=TODAY, last=_day(60), safety_stock=False, combine="need"),
        )

    def _lines_of(self, keys: Any) -> list[BomLine]:
        """Version 12 takes bolts instead of what else the item takes."""
        return [
            BomLine(parent=key, component=BOLT, per=Decimal(3))
            if made_from(key)[1] == BILLS[1]
            else replace(line, parent=key)
            for key in keys
            for line in self.lines
            if line.parent == made_from(key)[0]
        ]


@st.composite
def plants(draw: st.DrawFn, plain: bool = False) -> Plant:
    """plain: nothing but the products, lot for lot, all good."""
    items, products = {}, (BIKE,) if plain else (BIKE, KIT)
    for key in (BIKE, KIT, TUBE, BOLT):
        fancy = not plain and draw(st.booleans())
        items[key] = Item(
            id=key, source="make" if key in (BIKE, KIT) else "buy", places=draw(numbers(0, 2)),
            lead_days=draw(numbers(0, 6)), on_hand=Decimal(draw(numbers(-2, 20))),
            lot=LotSize(multiple=Decimal(draw(numbers(1, 4)))) if fancy else LotSize(),
            good_share=draw(st.sampled_from((Decimal(1), Decimal("0.8")))) if fancy else Decimal(1),
        )  # fmt: skip
    lines = [
        BomLine(parent=BIKE, component=KIT, per=Decimal(draw(numbers(1, 3)))),
        BomLine(parent=BIKE, component=TUBE, per=Decimal("0.3")),
        BomLine(parent=KIT, component=BOLT, per=Decimal(2), scrap=Decimal("0.1")),
    ]
    named = st.sampled_from(FEW if plain else NAMED)
    demands = [
        Demand(
            id=f"D{place}", item=of_version(draw(st.sampled_from(products)), *draw(named)),
            day=_day(draw(numbers(-3, 40))), quantity=Decimal(draw(numbers(1, 9))), priority=draw(numbers(0, 2)),
        )
        for place in range(draw(numbers(1, 8)))
    ]  # fmt: skip
    received = st.sampled_from(products if plain else (BIKE, KIT, KIT, BOLT))
    receipts = [
        Receipt(
            id=f"O{place}", item=draw(received), day=_day(draw(numbers(-3, 40))),
            quantity=Decimal(draw(numbers(1, 9))), firm=draw(st.booleans()),
        )
        for place in range(draw(numbers(0, 6)))
    ]  # fmt: skip
    wide = st.tuples(
        st.sampled_from((None, *BILLS)),
        st.sampled_from((None, *ROUTES)),
        st.sampled_from(("", "", "bom", "both")),
    )
    origin = st.sampled_from(MADE_OF) if plain else wide
    origins = {str(one.id): draw(origin) for one in receipts if one.item in (BIKE, KIT)}
    in_force = st.tuples(st.sampled_from(BILLS), st.sampled_from(ROUTES))
    stock = []
    for _place in range(draw(numbers(0, 4))):
        bom, route, named = draw(origin)
        stock.append(
            Known(
                item=draw(st.sampled_from(products)), quantity=Decimal(draw(numbers(1, 9))), bom=bom, route=route,
                made_for=named_of(bom, route, named),
            )
        )  # fmt: skip
    return Plant(items, [] if plain else lines, demands, receipts, stock, origins, draw(in_force))


@settings(max_examples=200, deadline=None)
@given(plants())
def test_nothing_is_lost_nothing_is_there_twice_and_the_plan_is_the_same_twice(plant: Plant) -> None:
    problem = plant.problem()
    answer = plan(problem)
    assert repr(plan(plant.problem())) == repr(answer)
    for key, item in plant.items.items():
        mine = [one for one in problem.items if made_from(one.id)[0] == key]
        assert sum(one.on_hand for one in mine) == item.on_hand
        assert all(one.on_hand >= 0 for one in mine if one.id != key)
    for receipt in plant.receipts:
        parts = [one for one in problem.receipts if one.id == receipt.id]
        assert sum(one.quantity for one in parts) == receipt.quantity
        assert {(made_from(one.item)[0], one.day, one.firm) for one in parts} == {
            (receipt.item, receipt.day, receipt.firm)
        }
    _balanced(plant, answer)
    _all_served(plant, answer)


def _balanced(plant: Plant, answer: Plan) -> None:
    """Opening + receipts + planned = issues + closing of every item, all versions together, with nothing below 0."""
    given: dict[Any, Decimal] = defaultdict(Decimal)
    for peg in answer.pegs:
        given[made_from(peg.item)[0], peg.supply_kind, peg.supply] += peg.quantity
    for key, item in plant.items.items():
        assert given[key, "stock", None] <= max(item.on_hand, ZERO)
    for receipt in plant.receipts:
        assert given[receipt.item, "receipt", receipt.id] <= receipt.quantity
    for order in answer.orders:
        assert given[made_from(order.item)[0], "order", order.number] <= order.good


def _all_served(plant: Plant, answer: Plan) -> None:
    served: dict[Any, Decimal] = defaultdict(Decimal)
    for peg in answer.pegs:
        served[peg.need_kind, peg.need] += peg.quantity
    for demand in plant.demands:
        assert served["demand", demand.id] == demand.quantity
    for need in answer.needs:
        if need.need_kind == "order":
            pegged = sum(
                peg.quantity for peg in answer.pegs
                if peg.need_kind == "order" and peg.need == need.need and peg.item == need.item
            )  # fmt: skip
            needed = sum(
                one.quantity for one in answer.needs
                if one.need_kind == "order" and one.need == need.need and one.item == need.item
            )  # fmt: skip
            assert pegged == needed


@settings(max_examples=200, deadline=None)
@given(plants())
def test_demand_that_names_a_version_is_served_by_nothing_else(plant: Plant) -> None:
    answer = plan(plant.problem())
    orders = {order.number: order for order in answer.orders}
    taken: dict[Any, Decimal] = defaultdict(Decimal)
    for peg in answer.pegs:
        if made_from(peg.item)[1:] == (None, None):
            continue
        if peg.supply_kind == "order":
            assert orders[peg.supply].item == peg.item
        elif peg.supply_kind == "receipt":
            bom, route, named = plant.origins[str(peg.supply)]
            assert serves(peg.item, bom, route, named_of(bom, route, named))
        else:
            taken[peg.item] += peg.quantity
    for key, quantity in taken.items():
        fitting = [one for one in plant.stock if one.item == made_from(key)[0]]
        assert quantity <= sum(
            one.quantity for one in fitting if serves(key, one.bom, one.route, one.made_for)
        )


@settings(max_examples=300, deadline=None)
@given(plants(plain=True))
def test_small_plants_are_planned_as_a_naive_reckoning_does(plant: Plant) -> None:
    plant.items = {key: replace(item, on_hand=max(item.on_hand, ZERO)) for key, item in plant.items.items()}
    answer = plan(plant.problem())
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for peg in answer.pegs:
        supply = {"stock": "stock", "order": "new"}.get(peg.supply_kind, peg.supply)
        found[peg.need, supply] += peg.quantity
    assert dict(found) == Naive(plant, BIKE).reckon()
