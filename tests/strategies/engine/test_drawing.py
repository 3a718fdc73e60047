from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.engine.drawing import lay_out


def test_a_chain_is_one_straight_line():
    drawn = lay_out([10, 20, 30], [(10, 20), (20, 30)])
    assert drawn.places == {10: (0, 0), 20: (1, 0), 30: (2, 0)}
    assert (drawn.columns, drawn.rows) == (3, 1)


def test_branches_stand_above_each_other_and_the_fork_between_them():
    drawn = lay_out([10, 20, 30, 40], [(10, 20), (10, 30), (20, 40), (30, 40)])
    assert drawn.places == {10: (0, 0.5), 20: (1, 0), 30: (1, 1), 40: (2, 0.5)}


def test_a_second_start_stands_beside_what_it_leads_to_not_at_the_far_left():
    assert lay_out([10, 20, 30, 40], [(10, 20), (20, 30), (40, 30)]).places[40][0] == 1


def test_a_long_line_goes_around_what_lies_between():
    drawn = lay_out([10, 20, 30], [(10, 20), (20, 30), (10, 30)])
    passed = drawn.lines[10, 30]
    assert [column for column, _row in passed] == [0, 1, 2]
    assert abs(passed[1][1] - drawn.places[20][1]) >= 0.5


def test_lines_that_need_not_cross_do_not():
    edges = [(10, 40), (10, 50), (20, 60), (40, 70), (50, 70), (60, 80)]
    row = {number: row for number, (_column, row) in lay_out(range(10, 90, 10), edges).places.items()}
    assert (row[10] < row[20]) == (row[40] < row[60]) == (row[50] < row[60])


graphs = st.integers(1, 14).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.sets(st.tuples(st.integers(1, size), st.integers(1, size)).filter(lambda pair: pair[0] < pair[1])),
        st.dictionaries(st.integers(1, size), st.sampled_from([1.0, 2.0, 2.5])),
    )
)


@settings(max_examples=60)
@given(graphs)
def test_lines_lead_right_boxes_do_not_overlap_and_the_same_graph_is_drawn_the_same(graph):
    size, edges, tall = graph
    drawn = lay_out(range(1, size + 1), sorted(edges), tall)
    assert all(drawn.places[before][0] < drawn.places[after][0] for before, after in edges)
    for column in range(drawn.columns):
        stack = sorted((row, number) for number, (at, row) in drawn.places.items() if at == column)
        for (row, number), (following, _other) in zip(stack, stack[1:], strict=False):
            assert following - row >= tall.get(number, 1.0) - 1e-9
    assert drawn == lay_out(range(1, size + 1), sorted(edges), tall)
