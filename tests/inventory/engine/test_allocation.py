"""Sharing out stock, by hand and by properties."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.inventory.engine.allocation import Claim, Pile, Want, allocate
from p2p.inventory.engine.fitting import Reason, has


def pile(key: int, free: int, *, item: int = 1, location: int = 1, **also: Any) -> Pile:
    given = {"lot": None, "serial": None, "unit": None, **also}
    return Pile(key=key, item=item, location=location, free=Decimal(free), **given)


def want(quantity: int, *, item: int = 1, **also: Any) -> Want:
    return Want(item=item, quantity=Decimal(quantity), **also)


def taken(wants: list[Want], piles: list[Pile], **also: Any) -> list[tuple[int, int, int]]:
    return [
        (share.want, share.pile.key, int(share.quantity)) for share in allocate(wants, piles, **also).shares
    ]


def test_the_older_pile_goes_first_and_the_shortage_is_told() -> None:
    done = allocate([want(5), want(4)], [pile(1, 3), pile(2, 4)])
    shares, missing = done.shares, done.missing
    assert [(share.want, share.pile.key, share.quantity) for share in shares] == [
        (0, 1, 3),
        (0, 2, 2),
        (1, 2, 2),
    ]
    assert missing == [0, 2]


def test_what_expires_first_goes_first() -> None:
    soon, late = date(2026, 1, 1), date(2027, 1, 1)
    shares = allocate([want(3)], [pile(1, 3), pile(2, 1, expires=late), pile(3, 1, expires=soon)]).shares
    assert [share.pile.key for share in shares] == [3, 2, 1]


def test_a_named_place_or_lot_is_the_only_one() -> None:
    piles = [pile(1, 9, location=1), pile(2, 9, location=2, lot=7)]
    assert [share.pile.key for share in allocate([want(1, location=2)], piles).shares] == [2]
    nothing = allocate([want(1, lot=8)], piles)
    assert (nothing.shares, nothing.missing, nothing.reasons) == ([], [1], {0: Reason.LOT})


def test_the_line_side_is_emptied_before_the_store() -> None:
    shares = allocate([want(5, first_from=2)], [pile(1, 9, location=1), pile(2, 3, location=2)]).shares
    assert [(share.pile.location, share.quantity) for share in shares] == [(2, 3), (1, 2)]


quantities = st.integers(0, 20)
piles_ = st.lists(st.tuples(quantities, st.integers(1, 3), st.integers(1, 2)), max_size=12)
wants_ = st.lists(
    st.tuples(st.integers(1, 20), st.integers(1, 3), st.sampled_from([None, 1, 2])), max_size=12
)


@given(piles_, wants_)
def test_nothing_is_given_twice_and_nobody_gets_more_than_wanted(
    stock: list[tuple[int, int, int]], needs: list[tuple[int, int, int | None]]
) -> None:
    piles = [pile(key, free, item=item, location=place) for key, (free, item, place) in enumerate(stock)]
    wants = [Want(item=item, quantity=Decimal(quantity), location=place) for quantity, item, place in needs]
    done = allocate(wants, piles)
    shares, missing = done.shares, done.missing
    for one in piles:
        assert sum(share.quantity for share in shares if share.pile is one) <= one.free
    for index, each in enumerate(wants):
        mine = [share for share in shares if share.want == index]
        assert sum(share.quantity for share in mine) + missing[index] == each.quantity
        assert all(
            share.pile.item == each.item and each.location in (None, share.pile.location) for share in mine
        )
        left = {
            one.key: one.free - sum(share.quantity for share in shares if share.pile is one)
            for one in piles
            if one.item == each.item and each.location in (None, one.location)
        }
        assert not (missing[index] and any(left.values())), "short although stock is left"


@pytest.mark.parametrize(
    ("rule", "order"), [("fefo", [2, 3, 1]), ("fifo", [1, 2, 3]), ("lifo", [3, 2, 1]), ("", [2, 3, 1])]
)
def test_the_rule_of_the_item_says_what_goes_first(rule: str, order: list[int]) -> None:
    piles = [
        pile(1, 1, since=datetime(2026, 1, 1, tzinfo=UTC), expires=date(2026, 9, 1)),
        pile(2, 1, since=datetime(2026, 2, 1, tzinfo=UTC), expires=date(2026, 7, 1)),
        pile(3, 1, since=datetime(2026, 3, 1, tzinfo=UTC), expires=date(2026, 8, 1)),
    ]
    assert [key for _want, key, _quantity in taken([want(3)], piles, picking={1: rule})] == order


def test_a_hold_on_delivery_leaves_stock_for_production_and_a_hold_on_use_for_nobody() -> None:
    piles = [pile(1, 5, blocked=frozenset({"delivery"})), pile(2, 5, blocked=frozenset({"use"}))]
    wants = [want(9, purpose="delivery"), want(9, purpose="production")]
    done = allocate(wants, piles)
    assert [(share.want, share.pile.key, share.quantity) for share in done.shares] == [(1, 1, 5)]
    assert done.reasons == {0: Reason.HELD, 1: Reason.SHORT}


def test_shelf_life_must_last_until_it_is_needed() -> None:
    piles = [pile(1, 5, expires=date(2026, 6, 30)), pile(2, 5, expires=date(2026, 7, 31))]
    assert taken([want(5, use_by=date(2026, 7, 1))], piles) == [(0, 2, 5)]
    assert allocate([want(5, use_by=date(2026, 8, 1))], piles).reasons == {0: Reason.TOO_OLD}


def test_one_lot_serves_the_whole_want_or_none_does() -> None:
    piles = [pile(1, 3, lot=1), pile(2, 4, lot=2, location=1), pile(3, 4, lot=2, location=2)]
    assert taken([want(6, same_lot=True)], piles) == [(0, 2, 4), (0, 3, 2)]
    assert allocate([want(9, same_lot=True)], piles).reasons == {0: Reason.SAME_LOT}


def test_a_unit_is_named_with_what_stands_in_it() -> None:
    piles = [pile(1, 3, unit=None), pile(2, 4, unit=8), pile(3, 4, unit=9)]
    assert taken([want(9, units=frozenset({8, 9}))], piles) == [(0, 2, 4), (0, 3, 4)]
    assert allocate([want(1, units=frozenset({7}))], piles).reasons == {0: Reason.UNIT}


@pytest.mark.parametrize(
    ("attributes", "wanted", "fitting"),
    [
        ({"colour": "Red"}, {"colour": "red"}, True),
        ({"colour": "red"}, {"colour": "blue"}, False),
        ({}, {"colour": "red"}, False),
        ({"ph": "7.10"}, {"ph": 7.1}, True),
        ({"ph": 7}, {"ph": {"min": 6.5, "max": 7}}, True),
        ({"ph": 7.2}, {"ph": {"max": "7"}}, False),
        ({"ph": "acid"}, {"ph": {"min": 1}}, False),
        ({"ph": 7, "colour": "red"}, {"ph": {"min": 7}, "colour": "blue"}, False),
    ],
)
def test_attributes_are_values_or_limits(
    attributes: dict[str, Any], wanted: dict[str, Any], fitting: bool
) -> None:
    assert has(attributes, wanted) is fitting
    done = allocate([want(1, wanted=wanted)], [pile(1, 1, attributes=attributes)])
    assert done.reasons == ({} if fitting else {0: Reason.ATTRIBUTES})


def test_what_others_claimed_is_left_for_them_and_the_claimant_gets_it() -> None:
    piles, claims = [pile(1, 10)], [Claim(1, None, "MO-1", Decimal(7))]
    done = allocate([want(5, owner="MO-2"), want(7, owner="MO-1")], piles, claims=claims)
    assert [(share.want, share.quantity) for share in done.shares] == [(0, 3), (1, 7)]
    assert done.missing == [2, 0]


def test_a_claim_on_a_lot_binds_that_lot_only() -> None:
    piles = [pile(1, 5, lot=1), pile(2, 5, lot=2)]
    claims = [Claim(1, 1, "MO-1", Decimal(4))]
    assert taken([want(6)], piles, claims=claims) == [(0, 1, 1), (0, 2, 5)]
    assert taken([want(6), want(4, owner="MO-1", lot=1)], piles, claims=claims) == [
        (0, 1, 1),
        (0, 2, 5),
        (1, 1, 4),
    ]


def test_stock_that_planning_does_not_count_is_no_cover_for_claims() -> None:
    piles, claims = [pile(1, 5, counts=False), pile(2, 3)], [Claim(1, None, "MO-1", Decimal(3))]
    assert taken([want(8)], piles, claims=claims) == [(0, 1, 5)]


claims_ = st.lists(
    st.tuples(
        st.integers(1, 8), st.integers(1, 3), st.sampled_from(["A", "B"]), st.sampled_from([None, 1, 2])
    ),
    max_size=6,
)


@given(piles_, wants_, claims_)
def test_claims_that_stock_covers_are_still_covered_after_anybody_was_served(
    stock: list[tuple[int, int, int]], needs: list[tuple[int, int, int | None]], promised: list[Any]
) -> None:
    piles = [pile(key, free, item=item, lot=place) for key, (free, item, place) in enumerate(stock)]
    owed: list[Claim] = []
    for quantity, item, owner, lot in promised:
        fresh = Claim(item, lot, owner, Decimal(quantity))
        if not _uncovered([*owed, fresh], piles, {}):
            owed.append(fresh)
    wants = [Want(item=item, quantity=Decimal(quantity)) for quantity, item, _place in needs]
    done = allocate(wants, piles, claims=owed)
    gone: dict[int, Decimal] = {}
    for share in done.shares:
        gone[share.pile.key] = gone.get(share.pile.key, Decimal(0)) + share.quantity
    assert not _uncovered(owed, piles, gone)


def _uncovered(claims: list[Claim], piles: list[Pile], gone: dict[int, Decimal]) -> bool:
    for item in {claim.item for claim in claims}:
        for lot in {None, *(claim.lot for claim in claims if claim.item == item)}:
            mine = [claim for claim in claims if claim.item == item and lot in (None, claim.lot)]
            there = [pile for pile in piles if pile.item == item and lot in (None, pile.lot)]
            if sum(claim.quantity for claim in mine) > sum(one.free - gone.get(one.key, 0) for one in there):
                return True
    return False
