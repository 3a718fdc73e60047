"""What every material plan must satisfy, over random plants: nothing lost, nothing twice, the same twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.engine.mrp import (
    BomLine,
    Demand,
    Item,
    LotSize,
    Plan,
    PlannedOrder,
    Problem,
    Receipt,
    Settings,
    balances,
    plan,
)

TODAY = date(2026, 3, 2)
numbers = st.integers


def _day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def _item(draw: st.DrawFn, place: int) -> Item:
    low = draw(numbers(0, 9))
    minimum, maximum, multiple = draw(numbers(0, 6)), draw(numbers(0, 12)), draw(numbers(0, 4))
    return Item(
        id=place,
        source=draw(st.sampled_from(("make", "make", "buy", "transfer", "subcontract", ""))),
        places=draw(numbers(0, 2)),
        lead_days=draw(numbers(0, 6)),
        on_hand=Decimal(draw(numbers(-3, 30))),
        safety_stock=Decimal(draw(st.sampled_from((0, 0, 5)))),
        coverage=draw(st.sampled_from(("requirement", "requirement", "period", "min_max", "manual"))),
        period_days=draw(numbers(1, 9)),
        minimum_stock=Decimal(low),
        maximum_stock=Decimal(low + draw(numbers(0, 9))),
        lot=draw(
            st.sampled_from(
                (
                    LotSize(),
                    LotSize(fixed=Decimal(max(1, maximum))),
                    LotSize(minimum=Decimal(minimum), maximum=Decimal(maximum), multiple=Decimal(multiple)),
                )
            )
        ),
        good_share=draw(st.sampled_from((Decimal(1), Decimal(1), Decimal("0.9"), Decimal("0.5")))),
        phantom=draw(numbers(0, 6)) == 0,
    )


def _line(draw: st.DrawFn, parent: int, component: int) -> BomLine:
    first = draw(st.one_of(st.none(), numbers(-5, 20)))
    last = draw(st.one_of(st.none(), numbers(0, 40)))
    return BomLine(
        parent=parent,
        component=component,
        per=Decimal(draw(numbers(0, 30))) / 10,
        constant=Decimal(draw(st.sampled_from((0, 0, 2)))),
        scrap=draw(st.sampled_from((Decimal(0), Decimal("0.1"), Decimal("0.5")))),
        valid_from=None if first is None else _day(first),
        valid_to=None if last is None else _day(last),
        phantom=draw(numbers(0, 9)) == 0,
    )


@st.composite
def plants(draw: st.DrawFn) -> Problem:
    size = draw(numbers(1, 7))
    items = [_item(draw, place) for place in range(size)]
    edges = draw(st.lists(st.tuples(numbers(0, size - 1), numbers(0, size - 1)), max_size=12))
    demands = [
        Demand(
            id=place, item=draw(numbers(0, size - 1)), day=_day(draw(numbers(-3, 40))),
            quantity=Decimal(draw(numbers(1, 20))), priority=draw(numbers(0, 3)),
        )
        for place in range(draw(numbers(0, 8)))
    ]  # fmt: skip
    receipts = [
        Receipt(
            id=place, item=draw(numbers(0, size - 1)), day=_day(draw(numbers(-3, 40))),
            quantity=Decimal(draw(numbers(1, 20))), firm=draw(st.booleans()),
        )
        for place in range(draw(numbers(0, 5)))
    ]  # fmt: skip
    rules = Settings(
        first=TODAY,
        last=_day(35),
        netting=draw(st.booleans()),
        lead_times=draw(st.booleans()),
        lots=draw(st.booleans()),
        safety_stock=draw(st.booleans()),
        combine=draw(st.sampled_from(("need", "day", "day_and_kind"))),
        past=draw(st.sampled_from(("move", "keep"))),
        overdue=draw(st.booleans()),
        bought=draw(st.booleans()),
        dip=draw(st.booleans()),
        late_days=draw(st.sampled_from((0, 0, 3))),
        scrap=draw(st.sampled_from(("divide", "multiply"))),
    )
    return Problem(
        items=items,
        lines=[_line(draw, *sorted(edge)) for edge in edges if edge[0] != edge[1]],
        demands=demands,
        receipts=receipts,
        settings=rules,
    )


def _short(answer: Plan) -> Mapping[Any, Decimal]:
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for message in answer.messages:
        if message.code == "short":
            sums[message.item, message.path[0], message.subject] += message.quantity
    return sums


@settings(max_examples=200, deadline=None)
@given(plants())
def test_every_need_is_served_once_or_reported_short(problem: Problem) -> None:
    answer = plan(problem)
    served: dict[Any, Decimal] = defaultdict(Decimal)
    for peg in answer.pegs:
        assert peg.quantity > 0
        served[peg.item, peg.need_kind, peg.need] += peg.quantity
    needed: dict[Any, Decimal] = defaultdict(Decimal)
    for need in answer.needs:
        needed[need.item, need.need_kind, need.need] += need.quantity
    for key, quantity in needed.items():
        assert served[key] + _short(answer).get(key, 0) == quantity
    assert {key for key in served if key[1] != "safety_stock"} <= set(needed)


@settings(max_examples=200, deadline=None)
@given(plants())
def test_no_supply_gives_more_than_it_has_and_stock_adds_up(problem: Problem) -> None:
    answer = plan(problem)
    supply: dict[Any, Decimal] = {}
    if problem.settings.netting:
        supply |= {(item.id, "stock", None): max(item.on_hand, Decimal(0)) for item in problem.items}
        supply |= {(row.item, "receipt", row.id): row.quantity for row in problem.receipts}
    supply |= {(order.item, "order", order.number): order.good for order in answer.orders}
    given_out: dict[Any, Decimal] = defaultdict(Decimal)
    for peg in answer.pegs:
        given_out[peg.item, peg.supply_kind, peg.supply] += peg.quantity
    assert all(quantity <= supply[key] for key, quantity in given_out.items())
    rows = balances(problem, answer, [item.id for item in problem.items])
    for item in problem.items:
        opening = item.on_hand if problem.settings.netting else Decimal(0)
        for row in rows[item.id]:
            assert opening + row.receipts + row.planned == row.issues + row.closing
            opening = row.closing


@settings(max_examples=200, deadline=None)
@given(plants())
def test_each_order_needs_exactly_what_its_bill_says_on_its_start(problem: Problem) -> None:
    answer = plan(problem)
    items = {item.id: item for item in problem.items}
    needed: dict[Any, Decimal] = defaultdict(Decimal)
    for need in answer.needs:
        if need.need_kind == "order":
            needed[need.need, need.item] += need.quantity
    expected: dict[Any, Decimal] = {}
    for order in answer.orders:
        for component, quantity in _walk(problem, items, order).items():
            step = 10 ** items[component].places
            steps = ceil(quantity * step)
            if steps and _is_planned(problem, items[component]):
                expected[order.number, component] = Decimal(steps) / step
    assert needed == expected


def _walk(problem: Problem, items: dict[Any, Item], order: PlannedOrder) -> dict[int, Fraction]:
    """Component quantities by walking every path through phantoms, with fractions."""
    sums: dict[int, Fraction] = defaultdict(Fraction)

    def down(parent: Any, quantity: Fraction) -> None:
        for line in problem.lines:
            if line.parent != parent or not (line.valid_from or TODAY.min) <= order.start <= (
                line.valid_to or date.max
            ):
                continue
            scrap = Fraction(line.scrap)
            gross = 1 + scrap if problem.settings.scrap == "multiply" else 1 / (1 - scrap)
            need = (quantity * Fraction(line.per) + Fraction(line.constant)) * gross
            if line.phantom or items[line.component].phantom:
                down(line.component, need)
            else:
                sums[int(line.component)] += need

    down(order.item, Fraction(order.quantity))
    return sums


def _is_planned(problem: Problem, item: Item) -> bool:
    return problem.settings.bought or item.source in ("make", "subcontract")


@settings(max_examples=200, deadline=None)
@given(plants())
def test_dates_and_lots_follow_the_rules(problem: Problem) -> None:
    answer = plan(problem)
    rules = problem.settings
    items = {item.id: item for item in problem.items}
    receipts = {receipt.id: receipt for receipt in problem.receipts}
    orders = {order.number: order for order in answer.orders}
    for order in answer.orders:
        lead = timedelta(days=items[order.item].lead_days if rules.lead_times else rules.flat_days)
        assert order.due - order.start == lead
        assert rules.past == "keep" or order.start >= rules.first or not rules.lead_times
        assert order.good >= 0
        assert order.quantity > 0
        lot = items[order.item].lot
        if rules.lots and lot.fixed and order.good:
            assert order.quantity == lot.fixed or order.quantity % lot.fixed == 0
        elif rules.lots and lot.multiple and not lot.fixed:
            assert order.quantity % lot.multiple == 0
            assert order.quantity >= lot.minimum
    for peg in answer.pegs:
        if peg.supply_kind == "receipt":
            rule = items[peg.item]
            if not rule.source or rule.coverage == "manual":
                continue
            latest = peg.day
            if rules.past == "move":
                lead = timedelta(days=rule.lead_days if rules.lead_times else 0)
                latest = max(latest, rules.first + lead)
            latest += timedelta(days=rules.late_days)
            assert receipts[peg.supply].day <= latest
        if peg.supply_kind == "order" and peg.need_kind != "safety_stock":
            assert orders[int(str(peg.supply))].need_on <= max(peg.day, rules.first) + timedelta(days=6)


@settings(max_examples=100, deadline=None)
@given(plants())
def test_a_demand_without_a_late_message_is_in_time(problem: Problem) -> None:
    answer = plan(problem)
    if not problem.settings.lead_times:
        return
    items = {item.id: item for item in problem.items}
    receipts = {receipt.id: receipt for receipt in problem.receipts}
    orders = {order.number: order for order in answer.orders}

    def ready(peg: Any) -> date:
        if peg.supply_kind == "stock":
            return TODAY
        if peg.supply_kind == "receipt":
            return max(TODAY, receipts[peg.supply].day)
        order = orders[peg.supply]
        feeding = [
            ready(below) for below in answer.pegs if (below.need_kind, below.need) == ("order", order.number)
        ]
        material = max(feeding, default=date.min)
        if material <= order.start:
            return order.due
        return max(order.due, material + timedelta(days=items[order.item].lead_days))

    late = {message.subject: message.day for message in answer.messages if message.code == "late"}
    for demand in problem.demands:
        ends = [ready(peg) for peg in answer.pegs if (peg.need_kind, peg.need) == ("demand", demand.id)]
        day = max(ends, default=date.min)
        assert late.get(demand.id) == (day if day > max(demand.day, TODAY) else None)


@settings(max_examples=100, deadline=None)
@given(plants())
def test_the_same_problem_gives_the_same_plan(problem: Problem) -> None:
    assert plan(problem) == plan(problem)
