"""Where the nodes of a flow picture stand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from p2p.inventory.engine.layers import FULL, LEAST, STEP, arrange
from p2p.inventory.engine.tracing import Link, spread

ORE, STEEL, TUBE, FRAME = (("lot", number) for number in range(4))


def drawn(starts, links, most=300):
    totals = {key: Decimal(10) for key in (ORE, STEEL, TUBE, FRAME)}
    up = spread(starts=starts, links=links, totals=totals, up=True)
    down = spread(starts=starts, links=links, totals=totals, up=False)
    items = {ORE: 1, STEEL: 2, TUBE: 3, FRAME: 4}
    return arrange(up=up, down=down, starts=starts, items=items, most=most)


def link(giver, taker, quantity, receipt=1):
    return Link(giver, taker, receipt, Decimal(10), Decimal(quantity))


CHAIN = [link(ORE, STEEL, 10), link(STEEL, TUBE, 5, 2), link(STEEL, FRAME, 2, 3), link(TUBE, FRAME, 10, 3)]


def test_what_it_was_made_of_stands_left_and_where_it_went_right_behind_all_that_leads_there():
    boxes = {box.key: box for box in drawn([STEEL], CHAIN).boxes}
    assert set(boxes) == {ORE, STEEL, TUBE, FRAME}
    first = boxes[ORE].x
    assert [(boxes[key].x - first) / STEP for key in (ORE, STEEL, TUBE, FRAME)] == [0, 1, 2, 3]


def test_bands_are_as_wide_as_the_share_of_the_start_that_flows():
    found = drawn([STEEL], CHAIN)
    heights = {(one.band.giver, one.band.taker): one.height for one in found.ribbons}
    assert heights[STEEL, TUBE] == pytest.approx(FULL * 0.5)
    assert heights[STEEL, FRAME] == pytest.approx(FULL * 0.2)
    assert heights[TUBE, FRAME] == pytest.approx(FULL * 0.5)
    assert heights[ORE, STEEL] == pytest.approx(FULL)


def test_no_two_boxes_of_a_column_lie_on_each_other_and_none_is_lower_than_its_words():
    links = [link(STEEL, ("lot", number), 0.1, number) for number in range(10, 60)]
    boxes = sorted((box for box in drawn([STEEL], links).boxes if box.key != STEEL), key=lambda box: box.y)
    assert len(boxes) == 50 and all(box.height >= LEAST for box in boxes)
    assert all(over.y + over.height < under.y for over, under in zip(boxes, boxes[1:], strict=False))


def test_what_is_too_much_is_left_out_from_the_far_end_and_counted():
    found = drawn([STEEL], CHAIN, most=3)
    assert STEEL in {box.key for box in found.boxes} and len(found.boxes) == 3
    assert found.left_out == 1
    assert all(one.band.taker in {box.key for box in found.boxes} for one in found.ribbons)


def test_a_loop_is_drawn_and_moves_nothing():
    found = drawn([STEEL], [link(STEEL, TUBE, 5, 2), link(TUBE, STEEL, 1, 3)])
    back = {(one.band.giver, one.band.taker): one.height for one in found.ribbons if one.band.loop}
    assert back[TUBE, STEEL] == 1.5
    assert max(one.height for one in found.ribbons) == pytest.approx(FULL)
