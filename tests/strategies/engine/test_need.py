"""The need of one line: hand-checked tables, then properties."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.core.numbers import ScrapRule
from strategies.engine.need import Consumption, Row, Through, consumption_of, through_route, to_unit

PLAIN = {
    "quantity": Decimal(2),
    "consumption": "variable",
    "series": Decimal(1),
    "formula": "standard",
    "height": None,
    "width": None,
    "depth": None,
    "density": None,
    "rounding": "none",
    "rounding_multiple": Decimal(0),
    "scrap_fraction": Decimal(0),
    "scrap_quantity": Decimal(0),
}


def said(**also: object) -> Row:
    return Row(**{**PLAIN, **also})  # type: ignore[arg-type]


def need(order: object, *, batch: object = 1, **also: object) -> Fraction:
    extra = {name: also.pop(name) for name in ("steps", "rule", "through", "factor") if name in also}
    found = consumption_of(said(**also), batch=batch, **extra)  # type: ignore[arg-type]
    return found.needed(Fraction(str(order)))


@pytest.mark.parametrize(
    ("order", "also", "expected"),
    [
        (10, {}, "20"),
        (10, {"batch": 4}, "5"),
        (10, {"consumption": "constant", "quantity": Decimal(7)}, "7"),
        (2500, {"series": Decimal(1000), "quantity": Decimal(3)}, "7.5"),
        (10, {"formula": "height", "height": Decimal(3)}, "60"),
        (10, {"formula": "area", "height": Decimal(3), "width": Decimal("0.5")}, "30"),
        (
            10,
            {"formula": "volume", "height": Decimal(3), "width": Decimal(2), "depth": Decimal(5)},
            "600",
        ),
        (
            10,
            {
                "formula": "density",
                "height": Decimal(3),
                "width": Decimal(2),
                "depth": Decimal(5),
                "density": Decimal(4),
            },
            "150",
        ),
        (10, {"scrap_fraction": Decimal("0.2")}, "25"),
        (10, {"scrap_fraction": Decimal("0.2"), "rule": ScrapRule.MARKUP}, "24"),
        (10, {"scrap_fraction": Decimal("0.2"), "scrap_quantity": Decimal(3)}, "28"),
        (10, {"rounding": "quantity", "rounding_multiple": Decimal(6)}, "24"),
        # Rounded before scrap: 24 / 0.8; the whole consumption: 20 / 0.8 = 25, up to 30.
        (
            10,
            {"rounding": "quantity", "rounding_multiple": Decimal(6), "scrap_fraction": Decimal("0.2")},
            "30",
        ),
        (
            8,
            {"rounding": "consumption", "rounding_multiple": Decimal(6), "scrap_fraction": Decimal("0.2")},
            "24",
        ),
        # Two pieces of 2 m come from a tube of 4.5 m (documented example STR-03).
        (
            10,
            {
                "quantity": Decimal(1),
                "formula": "height",
                "height": Decimal(2),
                "rounding": "measurement",
                "rounding_multiple": Decimal("4.5"),
            },
            "22.5",
        ),
        (
            10,
            {"rounding": "measurement", "rounding_multiple": Decimal("4.5")},
            "22.5",
        ),
        (99, {"formula": "step", "steps": [(1, 5), (100, 8)]}, "5"),
        (100, {"formula": "step", "steps": [(1, 5), (100, 8)]}, "8"),
        (10, {"factor": Fraction(1, 12)}, "5/3"),
        # An operation that loses a fifth and one piece starts with 13.5 of an order of 10.
        (10, {"through": Through(Fraction(5, 4), Fraction(1))}, "27"),
    ],
)
def test_the_need_of_a_line_by_hand(order, also, expected):
    assert need(order, **also) == Fraction(expected)


def test_a_route_hands_its_scrap_back_to_the_first_operation():
    found = through_route({10: (0, 1), 20: (Fraction(1, 10), 5)}, [(10, 20)], ScrapRule.MARKUP)
    assert [found[key].share * 100 + found[key].fixed for key in (10, 20)] == [116, 115]


def test_a_fork_needs_what_its_hungriest_branch_needs():
    found = through_route(
        {1: (0, 0), 2: (Fraction(1, 2), 0), 3: (0, 0), 4: (0, 0)}, [(1, 2), (1, 3), (2, 4), (3, 4)]
    )
    assert [found[key].share for key in (1, 2, 3, 4)] == [2, 2, 1, 1]


def test_which_branch_of_a_fork_is_the_hungriest_depends_on_the_quantity():
    found = through_route(
        {1: (0, 0), 2: (Fraction(1, 10), 0), 3: (0, 50), 4: (0, 0)}, [(1, 2), (1, 3), (2, 4), (3, 4)]
    )
    assert [found[1].of(Fraction(quantity)) for quantity in (90, 450, 900)] == [140, 500, 1000]
    assert need(90, through=found[1]) == 140 * need(1)


def test_a_need_is_rounded_once_and_up_to_the_unit():
    assert [to_unit(Fraction(1, 3), digits) for digits in (0, 2)] == [Decimal(1), Decimal("0.34")]


amounts = st.decimals(min_value="0.001", max_value="1000", places=3)
shares = st.decimals(min_value=0, max_value="0.9", places=2)
lines = st.builds(
    said,
    quantity=amounts,
    consumption=st.sampled_from(["variable", "constant"]),
    series=st.sampled_from([Decimal(1), Decimal(100), Decimal(1000)]),
    formula=st.sampled_from(["standard", "height", "area", "volume", "density"]),
    height=amounts,
    width=amounts,
    depth=amounts,
    density=amounts,
    rounding=st.sampled_from(["none", "quantity", "measurement", "consumption"]),
    rounding_multiple=amounts,
    scrap_fraction=shares,
    scrap_quantity=st.decimals(min_value=0, max_value=10, places=2),
)


def rule_of(line: Row, factor: int = 1) -> Consumption:
    return consumption_of(line, batch=3, factor=Fraction(factor, 7))


@given(lines, amounts, amounts, st.integers(1, 30))
def test_more_pieces_never_take_less(line, one, other, factor):
    rule, less, more = rule_of(line, factor), *sorted((Fraction(one), Fraction(other)))
    assert 0 < rule.needed(less) <= rule.needed(more)


@given(lines, amounts)
def test_roundings_never_give_less_than_without_them(line, quantity):
    exact = rule_of(line._replace(rounding="none")).needed(Fraction(quantity))
    assert rule_of(line).needed(Fraction(quantity)) >= exact


@given(lines, amounts)
def test_linear_coefficients_say_what_the_formula_says(line, quantity):
    rule = rule_of(line)
    even = rule.linear()
    jumps = line.rounding != "none" and line.consumption == "variable"
    assert (even is None) == jumps
    if even is not None:
        assert even.needed(Fraction(quantity)) == rule.needed(Fraction(quantity))
