"""The roll-up against figures worked by hand and against a plain recursive reference."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from costing.engine.rollup import Fee, Part, Step, Surcharge, Use, roll_up
from p2p.core.numbers import with_scrap

MATERIAL, LABOUR, OVERHEAD, OUTSIDE = 1, 2, 3, 4


def test_two_levels_with_scrap_setup_and_overhead_cost_what_the_hand_says() -> None:
    # PLATE 9.50 / 0.95 = 10; SUB: (1.0/100 + 0.1) h x 24 = 2.64, overhead 150 % = 3.96
    # X: 2 SUB + 8 bolts 0.049 / 0.98 = 0.40; (0.5/50 + 0.25) h x 30 = 7.80, overhead 150 % = 11.70
    parts = [
        Part(1, price=D("9.5"), price_element=MATERIAL),
        Part(2, price=D("0.049"), price_element=MATERIAL),
        Part(
            3,
            lot=100,
            uses=(Use(1, with_scrap(1, D("0.05"))),),
            steps=(Step(LABOUR, D(24), D("0.1"), D(1)),),
        ),
        Part(
            4,
            lot=50,
            uses=(Use(3, 2), Use(2, with_scrap(8, D("0.02")))),
            steps=(Step(LABOUR, D(30), D("0.25"), D("0.5")),),
        ),
    ]
    rolled = roll_up(parts, [Surcharge(LABOUR, OVERHEAD, D("1.5"))])
    assert rolled.costs[3].this == {LABOUR: D("2.64"), OVERHEAD: D("3.96")}
    assert rolled.costs[3].lower == {MATERIAL: D(10)}
    assert rolled.costs[4].lower == {MATERIAL: D("20.4"), LABOUR: D("5.28"), OVERHEAD: D("7.92")}
    assert rolled.costs[4].this == {LABOUR: D("7.8"), OVERHEAD: D("11.7")}
    assert rolled.costs[4].total == D("53.1")
    assert rolled.warnings == ()


def test_a_vendors_fee_and_a_yield_enter_at_this_level() -> None:
    rolled = roll_up([Part(1, output_share=D("0.8"), fees=(Fee(OUTSIDE, D(4)),))])
    assert rolled.costs[1].this == {OUTSIDE: D(5)}


def test_a_loop_is_named_and_the_rest_is_costed() -> None:
    parts = [
        Part(1, uses=(Use(2, 1),)),
        Part(2, uses=(Use(1, 1), Use(3, 2))),
        Part(3, price=D(7), price_element=1),
    ]
    rolled = roll_up(parts)
    assert [(one.code, one.path) for one in rolled.warnings if one.code == "loop"] == [("loop", (1, 2, 1))]
    assert rolled.costs[2].total == D(14)


def test_what_has_no_price_costs_nothing_and_is_named() -> None:
    rolled = roll_up([Part(1, uses=(Use(2, 1), Use(9, 1))), Part(2)])
    assert {(one.code, one.item) for one in rolled.warnings} == {
        ("no_price", 2),
        ("unknown_component", 9),
        ("zero_cost", 1),
    }


@st.composite
def plants(draw: st.DrawFn) -> list[Part]:
    size = draw(st.integers(2, 12))
    parts = []
    for item in range(size):
        below = list(range(item))
        chosen = draw(st.lists(st.sampled_from(below), unique=True, max_size=4)) if below else []
        if not chosen:
            price = draw(st.decimals(0, 1000, places=4))
            parts.append(Part(item, price=price, price_element=MATERIAL))
            continue
        uses = tuple(
            Use(one, draw(st.fractions(Fraction(1, 97), 20)), draw(st.integers(0, 3))) for one in chosen
        )
        step = Step(
            LABOUR, draw(st.decimals(1, 90, places=2)), draw(st.fractions(0, 3)), draw(st.integers(0, 2))
        )
        parts.append(Part(item, lot=draw(st.integers(1, 50)), uses=uses, steps=(step,)))
    return parts


def _reference(parts: dict[int, Part], item: int) -> Fraction:
    part = parts[item]
    if not part.made:
        return Fraction(part.price or 0)
    lot = Fraction(part.lot)
    work = sum(
        (Fraction(one.hours_per_piece) + Fraction(one.hours_per_lot) / lot) * Fraction(one.per_hour)
        for one in part.steps
    )
    return work + sum(
        (Fraction(one.per_piece) + Fraction(one.per_lot) / lot) * _reference(parts, one.component)
        for one in part.uses
    )


@settings(max_examples=60, deadline=None)
@given(plants())
def test_every_item_costs_what_walking_its_paths_costs_but_for_the_named_rounding(parts: list[Part]) -> None:
    rolled = roll_up(parts)
    by_item = {part.item: part for part in parts}
    # Each item and element is rounded to 1e-8 once; a component's rounding is multiplied by what uses it.
    for part in parts:
        exact = _reference(by_item, part.item)
        allowed = Fraction(1, 10**7) * (1 + _depth_weight(by_item, part.item))
        assert abs(Fraction(rolled.costs[part.item].total) - exact) <= allowed
    assert dict(rolled.costs) == dict(roll_up(list(reversed(parts))).costs)


def _depth_weight(parts: dict[int, Part], item: int) -> Fraction:
    part = parts[item]
    lot = Fraction(part.lot)
    return sum(
        (
            (Fraction(one.per_piece) + Fraction(one.per_lot) / lot)
            * (1 + _depth_weight(parts, one.component))
            for one in part.uses
        ),
        Fraction(0),
    )
