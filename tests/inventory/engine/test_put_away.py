"""Where goods are put, reckoned by hand and then with anything that fits the types."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from p2p.inventory.engine.put_away import Goods, Put, Shelf, Store, Wanted, propose

SITE, DOCK, BOLT, NUT = 1, 9, 100, 200


def goods(quantity: Any, item: int = BOLT, **also: Any) -> Goods:
    return Goods(item=item, site=SITE, place=DOCK, quantity=D(quantity), **also)


def shelf(place: int, **also: Any) -> Shelf:
    return Shelf(site=SITE, place=place, **also)


def test_who_waits_comes_first_then_the_rule() -> None:
    store = Store(
        wanted=[Wanted(item=BOLT, site=SITE, place=5, quantity=D(30), reference="MO-1")],
        shelves=[shelf(1, item=BOLT)],
    )
    assert propose([goods(100)], store) == [[Put(5, D(30), "MO-1"), Put(1, D(70))]]


def test_a_full_place_sends_the_rest_on_and_what_is_on_its_way_counts() -> None:
    store = Store(
        lying={1: {BOLT: D(40)}},
        shelves=[shelf(1, item=BOLT, capacity=D(60)), shelf(2, item=BOLT, capacity=D(50))],
        homes={(SITE, BOLT): [1, 3]},
    )
    first, second = propose([goods(50), goods(50)], store)
    assert first == [Put(1, D(20)), Put(2, D(30))]
    assert second == [Put(2, D(20)), Put(3, D(30))]


def test_the_items_rule_goes_before_its_groups_and_that_before_everybodys() -> None:
    store = Store(
        shelves=[shelf(3), shelf(2, group=7), shelf(1, item=BOLT, capacity=D(1)), shelf(4, group=8)]
    )
    (puts,) = propose([goods(2, groups=(8, 7))], store)
    assert [put.place for put in puts] == [1, 4]


def test_a_place_for_one_item_is_not_shared() -> None:
    store = Store(lying={1: {NUT: D(1)}}, shelves=[shelf(1, only_same_item=True), shelf(2)])
    assert propose([goods(5)], store) == [[Put(2, D(5))]]


def test_a_pallet_goes_whole_or_elsewhere_and_pieces_are_not_broken() -> None:
    store = Store(shelves=[shelf(1, capacity=D("7.5"))], empties={SITE: [3, 4]})
    assert propose([goods(10, whole=True)], store) == [[Put(3, D(10))]]
    store = Store(shelves=[shelf(1, capacity=D("7.5"))], empties={SITE: [3, 4]})
    assert propose([goods(10)], store) == [[Put(1, D(7)), Put(3, D(3))]]


def test_two_items_do_not_get_the_same_empty_place_and_without_one_nobody_knows() -> None:
    store = Store(empties={SITE: [3]})
    assert propose([goods(1), goods(1, NUT)], store) == [[Put(3, D(1))], [Put(None, D(1))]]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 50), st.booleans()), max_size=8),
    st.lists(
        st.tuples(st.integers(1, 5), st.none() | st.integers(1, 3), st.none() | st.integers(1, 60)),
        max_size=6,
    ),
)
def test_nothing_is_lost_and_no_rules_place_is_overfilled(lines: Any, rules: Any) -> None:
    shelves = [
        shelf(place, item=item, capacity=D(capacity) if capacity else None) for place, item, capacity in rules
    ]
    store = Store(shelves=shelves, empties={SITE: [11, 12]})
    wanted = [goods(quantity, item, whole=whole) for item, quantity, whole in lines]
    found = propose(wanted, store)
    for one, puts in zip(wanted, found, strict=True):
        assert sum((put.quantity for put in puts), D(0)) == one.quantity
        assert all(put.quantity > 0 for put in puts)
        assert not one.whole or len(puts) == 1
    for one in shelves:
        loose = [each for each in shelves if each.place == one.place and each.capacity is None]
        if one.capacity is not None and one.item is not None and not loose:
            most = max(each.capacity or D(0) for each in shelves if each.place == one.place)
            assert store.lying.get(one.place, {}).get(one.item, D(0)) <= most
