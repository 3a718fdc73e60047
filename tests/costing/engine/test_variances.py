"""Variances: worked by hand, and always adding up to actual minus standard."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from costing.engine.variances import Case, Consumed, Outside, Worked, explain

CENT = D("0.01")


def _amounts(case: Case) -> dict[str, D]:
    found: dict[str, D] = {}
    for one in explain(case, CENT):
        found[one.kind] = found.get(one.kind, D(0)) + one.amount
    return found


def test_a_worked_order_splits_into_usage_scrap_lot_size_efficiency_and_rate() -> None:
    # 8 good, 2 scrapped; 2 tubes a piece at 5.00, 21 used; setup 1 h and 0.1 h a piece at 30.00, lot 10, 2.3 h booked.
    case = Case(
        good=8,
        scrap=2,
        lot=10,
        consumed=(Consumed(7, 21, 2, 0, {1: D(5)}, {1: D(105)}),),
        worked=(Worked(40, 2, D("2.3"), D("0.1"), 1, D(30), D("69.00")),),
        outside=(),
        actual={1: D(105), 2: D(69)},
        standard={1: D(80), 2: D(48)},
    )
    # usage (21 - 20) x 5; scrap 4 x 5 + 0.2 x 30; efficiency (2.3 - 1 - 1) x 30; lot size 1 x (1 - 8/10) x 30
    assert _amounts(case) == {"usage": D(5), "scrap": D(26), "efficiency": D(9), "lot_size": D(6)}


def test_a_dearer_price_a_dearer_rate_and_a_dearer_vendor_are_named_apart() -> None:
    case = Case(
        good=10,
        scrap=0,
        lot=1,
        consumed=(Consumed(7, 20, 2, 0, {1: D(5)}, {1: D(110)}),),
        worked=(Worked(40, 2, 1, D("0.1"), 0, D(30), D(33)),),
        outside=(Outside(50, 3, D(45), 4),),
        actual={1: D(110), 2: D(33), 3: D(45)},
        standard={1: D(100), 2: D(30), 3: D(40)},
    )
    assert _amounts(case) == {"price": D(10), "rate": D(3), "outside": D(5)}


def test_a_component_nobody_planned_is_substitution() -> None:
    case = Case(
        good=1,
        scrap=0,
        lot=1,
        consumed=(Consumed(8, 3, 0, 0, {1: D(2)}, {1: D(6)}, planned=False),),
        worked=(),
        outside=(),
        actual={1: D(6)},
        standard={},
    )
    assert _amounts(case) == {"substitution": D(6)}


def test_cents_that_rounding_leaves_are_called_rounding() -> None:
    case = Case(
        good=3,
        scrap=0,
        lot=1,
        consumed=(Consumed(7, 3, 1, 0, {1: D("0.333")}, {1: D("1.00")}),),
        worked=(),
        outside=(),
        actual={1: D("1.00")},
        standard={1: D("0.99")},
    )
    assert _amounts(case) == {"rounding": D("0.01")}


money = st.decimals(0, 5000, places=2)
rates = st.decimals(0, 200, places=4)
some = st.fractions(0, 50, max_denominator=64)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    consumed = tuple(
        Consumed(
            item, draw(some), draw(some), draw(some), {1: draw(rates)}, {1: draw(money)}, draw(st.booleans())
        )
        for item in range(draw(st.integers(0, 4)))
    )
    worked = tuple(
        Worked(100 + index, 2, draw(some), draw(some), draw(some), draw(rates), draw(money))
        for index in range(draw(st.integers(0, 3)))
    )
    outside = tuple(
        Outside(200 + index, 3, draw(money), draw(rates)) for index in range(draw(st.integers(0, 2)))
    )
    return Case(
        good=draw(st.integers(0, 40)),
        scrap=draw(st.integers(0, 10)),
        lot=draw(st.fractions(Fraction(1, 3), 60)),
        consumed=consumed,
        worked=worked,
        outside=outside,
        actual={1: draw(money), 2: draw(money), 3: draw(money), None: draw(money)},
        standard={1: draw(money), 2: draw(money)},
    )


@settings(max_examples=150, deadline=None)
@given(cases())
def test_the_parts_add_up_to_actual_minus_standard_to_the_cent_whatever_happened(case: Case) -> None:
    found = explain(case, CENT)
    assert sum((one.amount for one in found), D(0)) == sum(case.actual.values(), D(0)) - sum(
        case.standard.values(), D(0)
    )
    assert all(one.amount % CENT == 0 for one in found)
    assert found == explain(case, CENT)
