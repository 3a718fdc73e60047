"""Which control plan asks: the most specific that applies, decided by hand-made tables."""

from __future__ import annotations

import itertools

from quality.engine.matching import Scope, Spot, choose, closeness, upwards

SPOT = Spot(site=1, item=7, item_groups=(30, 20), group=5, operation_number=40, inspection_point=True)


def scope(key: int, **also: int) -> Scope:
    return Scope(key=key, code=f"P{key}", site=1, **also)


def test_a_plan_for_the_item_outranks_everything_else_that_is_named() -> None:
    item = scope(1, item=7)
    rivals = [scope(2, item_group=30, group=5, operation_number=40), scope(3, group=5), scope(4)]
    assert choose([*rivals, item], SPOT) == item


def test_the_importance_is_item_then_item_group_then_work_centre_then_operation() -> None:
    plans = [
        scope(1, operation_number=40),
        scope(2, group=5),
        scope(3, item_group=20),
        scope(4, item_group=30),
        scope(5, item=7),
        scope(6, item=7, operation_number=40),
    ]
    for weaker, stronger in itertools.pairwise(plans):
        assert choose([stronger, weaker], SPOT) == stronger
        assert choose([weaker, stronger], SPOT) == stronger


def test_a_plan_for_another_item_site_work_centre_or_operation_does_not_apply() -> None:
    assert closeness(scope(1, item=8), SPOT) is None
    assert closeness(scope(1, group=6), SPOT) is None
    assert closeness(scope(1, operation_number=50), SPOT) is None
    assert closeness(scope(1, item_group=99), SPOT) is None
    assert closeness(Scope(key=1, code="P1", site=2), SPOT) is None


def test_a_plan_that_names_only_a_product_inspects_at_inspection_points_only() -> None:
    elsewhere = Spot(site=1, item=7, group=5, operation_number=10)
    assert choose([scope(1, item=7)], elsewhere) is None
    assert choose([scope(1, item=7, operation_number=10)], elsewhere) == scope(1, item=7, operation_number=10)
    assert choose([scope(2, group=5)], elsewhere) == scope(2, group=5)


def test_of_equal_plans_the_lower_code_wins_whatever_the_order_of_rows() -> None:
    one, other = scope(1, item=7), scope(2, item=7)
    assert choose([one, other], SPOT) == choose([other, one], SPOT) == one


def test_without_any_plan_nothing_is_inspected() -> None:
    assert choose([], SPOT) is None


def test_a_group_is_followed_to_its_parents_and_a_ring_of_parents_ends() -> None:
    assert upwards(3, {3: 2, 2: 1, 1: None}) == (3, 2, 1)
    assert upwards(3, {3: 2, 2: 3}) == (3, 2)
    assert upwards(None, {}) == ()
