"""Sharing out stock, by hand and by properties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from p2p.inventory.engine.allocation import Pile, Want, allocate


def pile(
    key: int,
    free: int,
    *,
    item: int = 1,
    location: int = 1,
    lot: int | None = None,
    expires: date | None = None,
) -> Pile:
    return Pile(
        key=key,
        item=item,
        location=location,
        lot=lot,
        serial=None,
        unit=None,
        free=Decimal(free),
        expires=expires,
    )


def want(quantity: int, *, item: int = 1, **also: int) -> Want:
    return Want(item=item, quantity=Decimal(quantity), **also)


def test_the_older_pile_goes_first_and_the_shortage_is_told() -> None:
    shares, missing = allocate([want(5), want(4)], [pile(1, 3), pile(2, 4)])
    assert [(share.want, share.pile.key, share.quantity) for share in shares] == [
        (0, 1, 3),
        (0, 2, 2),
        (1, 2, 2),
    ]
    assert missing == [0, 2]


def test_what_expires_first_goes_first() -> None:
    soon, late = date(2026, 1, 1), date(2027, 1, 1)
    shares, _ = allocate([want(3)], [pile(1, 3), pile(2, 1, expires=late), pile(3, 1, expires=soon)])
    assert [share.pile.key for share in shares] == [3, 2, 1]


def test_a_named_place_or_lot_is_the_only_one() -> None:
    piles = [pile(1, 9, location=1), pile(2, 9, location=2, lot=7)]
    assert [share.pile.key for share in allocate([want(1, location=2)], piles)[0]] == [2]
    assert allocate([want(1, lot=8)], piles) == ([], [1])


def test_the_line_side_is_emptied_before_the_store() -> None:
    shares, _ = allocate([want(5, first_from=2)], [pile(1, 9, location=1), pile(2, 3, location=2)])
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
    shares, missing = allocate(wants, piles)
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
