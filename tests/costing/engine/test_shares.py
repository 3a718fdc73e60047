"""Who carries what: by-products their value, the others their share, and nothing is lost."""

from __future__ import annotations

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from costing.engine.rollup import Part, Use, roll_up
from costing.engine.shares import Out, split
from costing.engine.variances import Beside, Case, Consumed, explain

CENT = D("0.01")
money = st.decimals(min_value=-9999, max_value=99999, places=2)
counts = st.decimals(min_value=0, max_value=500, places=2)


def test_by_products_take_their_value_off_and_shares_are_of_the_rest() -> None:
    outputs = [
        Out(item=1, main=True, share=D("0.8"), standard=D(70), came=True),
        Out(item=2, main=False, share=D("0.2"), standard=D(20), came=True),
        Out(item=3, main=False, share=D(0), standard=D(10), came=True),
    ]
    assert split(D(110), outputs, CENT) == {3: D(10), 2: D(20), 1: D(80)}


def test_what_did_not_come_carries_nothing() -> None:
    outputs = [
        Out(item=1, main=True, share=D("0.8"), standard=D(70), came=True),
        Out(item=2, main=False, share=D("0.2"), standard=D(0), came=False),
    ]
    assert split(D(110), outputs, CENT) == {2: D(0), 1: D(110)}


@given(
    money,
    st.lists(st.tuples(st.integers(0, 30), money, st.booleans()), max_size=3),
    money,
)
def test_what_the_outputs_carry_is_the_actual_cost_to_the_cent(actual, beside, standard) -> None:
    outputs = [Out(item=0, main=True, share=D(1), standard=standard, came=True)]
    outputs += [
        Out(item=place, main=False, share=D(share) / 100, standard=worth, came=came)
        for place, (share, worth, came) in enumerate(beside, start=1)
    ]
    assert sum(split(actual, outputs, CENT).values()) == actual


@given(st.lists(st.tuples(counts, counts, counts, money), max_size=4), counts, money, money)
def test_outputs_and_named_differences_are_what_went_in(beside, quantity, booked, main) -> None:
    """Sum of what went into stock, and of the variances with their scrap, is what the order took in, exactly."""
    came = tuple(
        Beside(item=place, expected=expected, came=good, scrap=scrap, prices={1: abs(price)})
        for place, (expected, good, scrap, price) in enumerate(beside, start=1)
    )
    standard = main + sum((one.came * one.prices[1] for one in came), D(0)).quantize(CENT)
    case = Case(
        good=5, scrap=1, lot=1, consumed=(Consumed(99, quantity, 2, 0, {1: D(3)}, {1: booked}),), worked=(),
        outside=(), actual={1: booked}, standard={1: standard}, beside=came,
    )  # fmt: skip
    assert standard + sum(one.amount for one in explain(case, CENT)) == booked


def test_less_chips_than_expected_and_some_thrown_away_are_named_apart() -> None:
    case = Case(
        good=10, scrap=0, lot=1, consumed=(Consumed(7, 20, 2, 0, {1: D(5)}, {1: D(100)}),), worked=(), outside=(),
        actual={1: D(100)}, standard={1: D(80) + D(2) * 4},
        beside=(Beside(item=8, expected=5, came=2, scrap=1, prices={1: D(4)}),),
    )  # fmt: skip
    assert {one.kind: one.amount for one in explain(case, CENT)} == {"scrap": D(4), "beside": D(8)}


def test_a_joint_standard_is_what_went_into_it() -> None:
    # Ten wood at 2 for one board, half a chip (share 0.25), 0.2 of dust worth 5: 20 - 1 = 19 are shared out.
    joint = (Use(2, 10), Use(4, D("-0.2")))
    rolled = roll_up(
        [
            Part(1, uses=joint, carries=D("0.75")),
            Part(2, price=D(2), price_element=1),
            Part(3, uses=joint, carries=D("0.25") / D("0.5")),
            Part(4, price=D(5), price_element=1),
        ]
    )
    costs = {item: one.total for item, one in rolled.costs.items()}
    assert costs == {1: D("14.25"), 2: D(2), 3: D("9.5"), 4: D(5)}
    assert costs[1] + costs[3] * D("0.5") + costs[4] * D("0.2") == 20
