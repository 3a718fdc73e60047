from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from strategies.engine.balancing import Ingredient, balanced

ACTIVE = Ingredient(name="B", quantity=Fraction(30), role="active", target=Fraction(30), potency=Fraction(35))


def test_a_weak_active_takes_from_what_compensates_and_fills():
    weak = Ingredient(
        name="B", quantity=Fraction(30), role="active", target=Fraction(30), potency=Fraction(25)
    )
    lines = [
        weak,
        Ingredient(name="C", quantity=Fraction(10), role="compensating", compensates="B"),
        Ingredient(name="D", quantity=Fraction(60), role="filler"),
    ]
    assert balanced(lines, Fraction(100), 2) == {"B": Decimal(36), "C": Decimal(4), "D": Decimal(60)}


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([Ingredient(name="B", quantity=Fraction(1), role="active")], "no potency"),
        ([Ingredient(name="C", quantity=Fraction(1), role="compensating", compensates="Z")], "not active"),
        ([Ingredient(name="D", quantity=Fraction(1), role="filler")] * 2, "one filler"),
        ([Ingredient(name="A", quantity=Fraction(200)), Ingredient(name="D", quantity=Fraction(0), role="filler")],
         "nothing is left"),
    ],
)  # fmt: skip
def test_a_batch_that_cannot_be_balanced_says_why(lines, sentence):
    with pytest.raises(ValueError, match=sentence):
        balanced(lines, Fraction(100), 2)


def test_a_batch_at_its_target_stays_as_it_is():
    level = Ingredient(
        name="B", quantity=Fraction(30), role="active", target=Fraction(30), potency=Fraction(30)
    )
    assert balanced([level], Fraction(100), 3) == {"B": Decimal(30)}
    assert balanced([ACTIVE], Fraction(100), 3) == {"B": Decimal("25.714")}
