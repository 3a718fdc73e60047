"""Random plants in which some needs have supply of their own: nothing is lost, nothing twice, nothing goes astray."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.engine.mrp import BomLine, Demand, Item, LotSize, Plan, Problem, Receipt, Settings, plan

TODAY = date(2026, 3, 2)
D = Decimal
numbers = st.integers
TIED = 100
"""Item n as needs want it that have supply of their own: 100 + n."""


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


@st.composite
def plants(draw: st.DrawFn) -> Problem:
    count = draw(numbers(1, 4))
    items, lines = [], []
    for place in range(count):
        lot = LotSize(
            minimum=D(draw(numbers(0, 6))), maximum=D(draw(numbers(0, 12))), multiple=D(draw(numbers(0, 4)))
        )
        shape = {
            "source": draw(st.sampled_from(("make", "make", "buy", ""))),
            "lead_days": draw(numbers(0, 5)),
            "lot": lot,
            "good_share": draw(st.sampled_from((D(1), D("0.9"), D("0.5")))),
        }
        coverage = draw(st.sampled_from(("requirement", "period", "min_max")))
        items.append(
            Item(
                id=place,
                on_hand=D(draw(numbers(0, 20))),
                safety_stock=D(draw(st.sampled_from((0, 4)))),
                coverage=coverage,
                maximum_stock=D(draw(numbers(0, 9))),
                phantom=place > 0 and draw(numbers(0, 7)) == 0,
                **shape,
            )
        )
        items.append(Item(id=TIED + place, alone=True, rest=place, **shape))
    for parent in range(count - 1):
        for component in range(parent + 1, count):
            if draw(st.booleans()):
                below = component + TIED * draw(numbers(0, 1))
                per = D(draw(numbers(1, 3)))
                lines += [
                    BomLine(parent=above, component=below, per=per) for above in (parent, parent + TIED)
                ]
    demands = [
        Demand(
            id=f"d{place}",
            item=draw(numbers(0, count - 1)) + TIED * draw(numbers(0, 1)),
            day=day(draw(numbers(-3, 30))),
            quantity=D(draw(numbers(1, 15))),
            priority=draw(numbers(0, 9)),
            order=draw(st.sampled_from((None, "r0"))),
        )
        for place in range(draw(numbers(0, 6)))
    ]
    return _with_supply(draw, items, lines, demands, count)


def _with_supply(
    draw: st.DrawFn, items: list[Item], lines: list[BomLine], demands: list[Demand], count: int
) -> Problem:
    kept: dict[int | str, Decimal] = defaultdict(Decimal)
    wanting = []
    for demand in demands:
        own = D(draw(numbers(0, int(demand.quantity)))) if int(demand.item) >= TIED else D(0)
        kept[demand.item] += own
        wanting.append(
            Demand(
                id=demand.id,
                item=demand.item,
                day=demand.day,
                quantity=demand.quantity,
                priority=demand.priority,
                order=demand.order,
                kept=own,
            )  # fmt: skip
        )
    receipts = [
        Receipt(
            id=f"r{place}", item=draw(numbers(0, count - 1)), day=day(draw(numbers(-3, 30))), quantity=D(3)
        )
        for place in range(draw(numbers(0, 3)))
    ]
    for demand in wanting:
        if int(demand.item) >= TIED and draw(st.booleans()):
            receipts.append(
                Receipt(
                    id=f"for {demand.id}",
                    item=demand.item,
                    day=day(draw(numbers(-3, 40))),
                    quantity=D(draw(numbers(1, 20))),
                    made_for=demand.id,
                )  # fmt: skip
            )
    stocked = [
        Item(**{name: getattr(one, name) for name in Item.__dataclass_fields__} | {"on_hand": kept[one.id]})
        if one.alone
        else one
        for one in items
    ]
    netting = draw(st.sampled_from((True, True, False)))
    rules = Settings(first=TODAY, last=day(60), netting=netting, lots=netting or draw(st.booleans()))
    return Problem(items=stocked, lines=lines, demands=wanting, receipts=receipts, settings=rules)


def short_of(answer: Plan) -> dict[tuple[object, object], Decimal]:
    found: dict[tuple[object, object], Decimal] = defaultdict(Decimal)
    for message in answer.messages:
        if message.code == "short":
            found[message.item, message.subject] += message.quantity
    return found


@given(plants())
@settings(max_examples=250, deadline=None)
def test_every_tied_need_is_served_in_full_by_its_own_supply_or_said_to_be_short(problem):
    answer = plan(problem)
    pegged: dict[tuple[object, object], Decimal] = defaultdict(Decimal)
    needed: dict[tuple[object, object], Decimal] = defaultdict(Decimal)
    for peg in answer.pegs:
        pegged[peg.item, peg.need] += peg.quantity
    for need in answer.needs:
        needed[need.item, need.need] += need.quantity
    short = short_of(answer)
    for key, quantity in needed.items():
        if int(str(key[0])) >= TIED:
            assert pegged[key] + short[key] == quantity


@given(plants())
@settings(max_examples=250, deadline=None)
def test_no_supply_of_one_need_serves_another_that_is_tied(problem):
    answer = plan(problem)
    kept = {demand.id: demand.kept for demand in problem.demands}
    made_for = {receipt.id: receipt.made_for for receipt in problem.receipts}
    served: dict[object, set[object]] = defaultdict(set)
    from_stock: dict[object, Decimal] = defaultdict(Decimal)
    for peg in answer.pegs:
        if int(peg.item) < TIED:
            continue
        assert peg.need_kind != "safety_stock"
        if peg.supply_kind == "receipt":
            assert made_for[str(peg.supply)] == peg.need
        elif peg.supply_kind == "order":
            served[peg.supply].add((peg.need_kind, peg.need))
        else:
            from_stock[peg.need] += peg.quantity
    assert all(len(needs) == 1 for needs in served.values())
    assert all(quantity <= kept[need] for need, quantity in from_stock.items())


@given(plants())
@settings(max_examples=250, deadline=None)
def test_supply_of_both_is_what_is_pegged_and_what_is_left_over(problem):
    answer = plan(problem)
    used: dict[object, Decimal] = defaultdict(Decimal)
    for peg in answer.pegs:
        source = int(peg.item) if peg.supply_kind == "stock" else peg.supply
        used[peg.supply_kind, source] += peg.quantity
    for order in answer.orders:
        assert used["order", order.number] <= order.good
        tied = sum(
            peg.quantity
            for peg in answer.pegs
            if (peg.supply_kind, peg.supply) == ("order", order.number) and int(peg.item) >= TIED
        )
        assert (tied > 0) == (int(order.item) >= TIED)
    for receipt in problem.receipts:
        assert used["receipt", receipt.id] <= (receipt.quantity if problem.settings.netting else 0)
    for item in problem.items:
        assert used["stock", item.id] <= item.on_hand
    lacking = {peg.need for peg in answer.pegs if int(peg.item) >= TIED and peg.supply_kind == "order"}
    for receipt in problem.receipts:
        if receipt.made_for in lacking and problem.settings.netting:
            assert used["receipt", receipt.id] == receipt.quantity  # spent before anything is ordered


@given(plants())
@settings(max_examples=50, deadline=None)
def test_the_same_plant_gives_the_same_plan(problem):
    assert plan(problem) == plan(problem)
