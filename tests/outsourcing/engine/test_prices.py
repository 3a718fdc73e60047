"""The lowest price that qualifies, by hand-made price lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from outsourcing.engine.prices import Obstacle, Offer, lowest, obstacle

DAY = date(2026, 3, 2)


def offer(key: int, price: str, **also: Any) -> Offer:
    return Offer(key=key, price=Decimal(price), **{"valid_from": date(2026, 1, 1), **also})


def test_the_lowest_qualifying_price_is_taken_not_the_highest_tier() -> None:
    list_ = [offer(1, "5.00"), offer(2, "4.20", minimum_quantity=Decimal(100)), offer(3, "4.00")]
    choice = lowest(list_, Decimal(150), DAY)
    assert choice is not None
    assert (choice.offer.key, choice.price, choice.qualifying, choice.offered) == (3, Decimal("4.00"), 3, 3)


def test_a_tier_counts_from_its_quantity_on() -> None:
    list_ = [offer(1, "5.00"), offer(2, "4.20", minimum_quantity=Decimal(100))]
    few, many = lowest(list_, Decimal(99), DAY), lowest(list_, Decimal(100), DAY)
    assert few is not None and few.offer.key == 1
    assert many is not None and many.offer.key == 2


@pytest.mark.parametrize(
    ("also", "why"),
    [
        ({"valid_from": date(2026, 3, 3)}, Obstacle.NOT_YET),
        ({"valid_to": date(2026, 3, 1)}, Obstacle.EXPIRED),
        ({"valid_to": DAY}, None),
        ({"minimum_quantity": Decimal(11)}, Obstacle.TOO_FEW),
        ({"order_minimum": Decimal(11)}, Obstacle.BELOW_MINIMUM),
        ({"order_maximum": Decimal(9)}, Obstacle.ABOVE_MAXIMUM),
        ({"factor": None}, Obstacle.NO_CONVERSION),
        ({"rate": None}, Obstacle.NO_RATE),
    ],
)
def test_what_keeps_a_price_from_holding_is_named(also: dict[str, Any], why: Obstacle | None) -> None:
    assert obstacle(offer(1, "1", **also), Decimal(10), DAY) is why


def test_a_price_per_carton_is_turned_into_one_per_piece_and_money_into_the_orders() -> None:
    carton = offer(1, "10", factor=Fraction(24), rate=Fraction(11, 10), minimum_quantity=Decimal(2))
    assert lowest([carton], Decimal(47), DAY) is None  # not two cartons
    choice = lowest([carton], Decimal(48), DAY)
    assert choice is not None and choice.price == Decimal("0.45833333")


def test_nothing_that_qualifies_is_no_price_at_all() -> None:
    assert lowest([], Decimal(1), DAY) is None
    assert lowest([offer(1, "1", factor=None)], Decimal(1), DAY) is None


def test_equal_prices_are_decided_by_tier_then_youth_then_key() -> None:
    rows = [offer(3, "4"), offer(2, "4", valid_from=date(2026, 2, 1)), offer(1, "4")]
    first = lowest(rows, Decimal(10), DAY)
    again = lowest(reversed(rows), Decimal(10), DAY)
    assert first is not None and again is not None
    assert first.offer.key == again.offer.key == 2
