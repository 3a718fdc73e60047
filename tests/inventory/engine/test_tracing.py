"""Sharing quantities out along a trace: hand-checked tables."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from p2p.inventory.engine.tracing import Link, spread

STEEL, OTHER, TUBE, FRAME, BIKE = (("lot", number) for number in range(1, 6))
PIECE = ("serial", 9)


def link(giver, taker, receipt, came, quantity, blended=False):
    return Link(giver, taker, receipt, Decimal(came), Decimal(quantity), blended)


def totals(**also):
    known = {"steel": STEEL, "other": OTHER, "tube": TUBE, "frame": FRAME, "bike": BIKE, "piece": PIECE}
    return {known[name]: Decimal(quantity) for name, quantity in also.items()}


def up(starts, links, **also):
    return spread(starts=starts, links=links, totals=totals(**also), up=True)


def down(starts, links, **also):
    return spread(starts=starts, links=links, totals=totals(**also), up=False)


def test_what_goes_straight_into_a_product_is_exact():
    found = up([STEEL], [link(STEEL, TUBE, 10, 8, 6)], steel=20, tube=8)
    assert found.reaches[TUBE].quantity == 6 and found.reaches[TUBE].exact
    assert found.bands[0].share == 6


def test_even_pieces_pass_it_on_exactly_however_they_are_divided():
    links = [link(STEEL, TUBE, 10, 8, 6), link(TUBE, FRAME, 11, 3, 3)]
    found = up([STEEL], links, steel=20, tube=8, frame=3)
    assert found.reaches[FRAME].quantity == Fraction(9, 4) and found.reaches[FRAME].exact


def test_a_blend_that_is_divided_is_known_by_proportion_only():
    links = [
        link(STEEL, TUBE, 10, 8, 6, blended=True),
        link(TUBE, FRAME, 11, 4, 4),
        link(TUBE, BIKE, 12, 4, 4),
    ]
    found = up([STEEL], links, steel=20, tube=8, frame=4, bike=4)
    assert found.reaches[TUBE].exact
    assert found.reaches[FRAME].quantity == 3 and not found.reaches[FRAME].exact


def test_a_blend_that_goes_on_whole_stays_exact():
    links = [link(STEEL, TUBE, 10, 8, 6, blended=True), link(TUBE, FRAME, 11, 4, 8)]
    found = up([STEEL], links, steel=20, tube=8, frame=4)
    assert found.reaches[FRAME].quantity == 6 and found.reaches[FRAME].exact


def test_a_lot_of_which_only_a_part_was_made_of_it_is_uneven():
    links = [link(STEEL, TUBE, 10, 8, 6), link(TUBE, FRAME, 11, 8, 8)]
    found = up([STEEL], links, steel=20, tube=16, frame=8)
    assert found.reaches[FRAME].quantity == 3 and not found.reaches[FRAME].exact


def test_two_ways_to_one_product_add_up():
    links = [
        link(STEEL, TUBE, 10, 5, 10),
        link(STEEL, FRAME, 11, 5, 10),
        link(TUBE, BIKE, 12, 5, 5),
        link(FRAME, BIKE, 12, 5, 5),
    ]
    found = up([STEEL], links, steel=20, tube=5, frame=5, bike=5)
    assert found.reaches[BIKE].quantity == 20 and found.reaches[BIKE].exact
    assert [found.reaches[key].depth for key in (STEEL, TUBE, FRAME, BIKE)] == [0, 1, 1, 2]


def test_a_single_piece_has_all_of_what_went_into_it():
    links = [link(STEEL, PIECE, 10, 1, 3, blended=True), link(PIECE, BIKE, 11, 1, 1)]
    found = up([STEEL], links, steel=20, piece=1, bike=1)
    assert found.reaches[BIKE].quantity == 3 and found.reaches[BIKE].exact


def test_what_a_product_is_made_of_is_shared_out_the_same_way_down():
    links = [link(STEEL, TUBE, 10, 8, 6), link(TUBE, FRAME, 11, 2, 4)]
    found = down([FRAME], links, steel=20, tube=8, frame=2)
    assert found.reaches[TUBE].quantity == 4 and found.reaches[TUBE].exact
    assert found.reaches[STEEL].quantity == 3 and found.reaches[STEEL].exact


def test_down_through_a_part_of_a_blend_is_a_proportion():
    links = [
        link(STEEL, TUBE, 10, 8, 6, blended=True),
        link(OTHER, TUBE, 10, 8, 2, blended=True),
        link(TUBE, FRAME, 11, 2, 4),
    ]
    found = down([FRAME], links, steel=20, other=5, tube=8, frame=2)
    assert found.reaches[STEEL].quantity == 3 and not found.reaches[STEEL].exact
    assert found.reaches[OTHER].quantity == 1 and not found.reaches[OTHER].exact


def test_rework_that_gives_a_lot_back_to_itself_makes_nothing_and_ends_nothing():
    links = [link(TUBE, TUBE, 10, 2, 2), link(STEEL, TUBE, 9, 8, 8), link(TUBE, FRAME, 11, 4, 4)]
    found = up([STEEL], links, steel=8, tube=10, frame=4)
    assert found.reaches[TUBE].quantity == 8 and found.reaches[FRAME].quantity == 4
    assert [band.loop for band in found.bands if band.giver == band.taker] == [True]


def test_a_ring_is_cut_where_it_comes_back():
    links = [
        link(STEEL, TUBE, 10, 4, 4),
        link(TUBE, FRAME, 11, 4, 4),
        link(FRAME, TUBE, 12, 2, 2),
        link(FRAME, BIKE, 13, 2, 2),
    ]
    found = up([STEEL], links, steel=4, tube=6, frame=4, bike=2)
    assert set(found.reaches) == {STEEL, TUBE, FRAME, BIKE}
    assert {(band.giver, band.taker) for band in found.bands if band.loop} == {(FRAME, TUBE)}
    assert found.reaches[BIKE].quantity > 0


def test_what_is_not_connected_is_not_reached():
    found = up([STEEL], [link(OTHER, TUBE, 10, 8, 6)], steel=20, other=9, tube=8)
    assert set(found.reaches) == {STEEL}
