"""Loops and levels."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from strategies.engine.bom import Line, loop_through
from strategies.engine.levels import low_level_codes

NESTED = [Line(chr(up), chr(down), Fraction(1)) for up in range(65, 91) for down in range(up + 1, 91)]


def test_the_line_that_would_close_a_loop_is_named_before_it_is_saved() -> None:
    assert loop_through("Z", "A", NESTED) == ("Z", "A", "Z")
    assert loop_through("A", "A", []) == ("A", "A")
    assert loop_through("A", "NEW", NESTED) == ()


def test_one_loop_does_not_stop_the_levels_of_everything_else() -> None:
    levels = low_level_codes("XABC", {"X": ["A"], "A": ["B"], "B": ["A", "C"]})
    assert levels.loops in {(("A", "B", "A"),), (("B", "A", "B"),)}
    assert set(levels.codes) == set("XABC")
    assert levels.codes["C"] > levels.codes["B"]


graphs = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 4)), max_size=25, unique_by=lambda e: e[:2]
)


@given(graphs)
def test_levels_are_one_below_the_deepest_parent_and_every_loop_is_real(
    edges: list[tuple[int, int, int]],
) -> None:
    children: dict[int, list[int]] = defaultdict(list)
    for parent, component, _ in edges:
        children[parent].append(component)
    levels = low_level_codes(range(10), children)
    for loop in levels.loops:
        assert loop[0] == loop[-1]
        assert all(down in children[up] for up, down in zip(loop, loop[1:], strict=False))
    kept = [(up, down) for up, down, _ in edges if (up, down) not in levels.cut]
    for node in range(10):
        parents = [levels.codes[up] for up, down in kept if down == node]
        assert levels.codes[node] == (max(parents) + 1 if parents else 0)
