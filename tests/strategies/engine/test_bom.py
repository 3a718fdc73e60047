"""Explosion, where-used, loops and overlapping versions."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.engine.bom import Bills, Line, Loop, Version, loop_through, overlapping
from strategies.engine.levels import low_level_codes

NESTED = [Line(chr(up), chr(down), Fraction(1)) for up in range(65, 91) for down in range(up + 1, 91)]


def test_a_fully_nested_bill_of_26_items_explodes_at_once() -> None:
    bills = Bills(NESTED)
    exploded = bills.explode("A")
    assert len(NESTED) == 325
    assert exploded["Z"] == 2**24
    assert sum(exploded.values()) == 2**25 - 1
    assert bills.where_used("Z")["A"] == 2**24
    assert list(bills.explode("A"))[:3] == ["B", "C", "D"]


def test_lines_outside_their_days_do_not_count() -> None:
    lines = [
        Line("A", "B", Fraction(2), date(2026, 1, 1), date(2026, 1, 31)),
        Line("A", "B", Fraction(3), date(2026, 2, 1)),
    ]
    assert Bills(lines, date(2026, 1, 31)).explode("A") == {"B": 2}
    assert Bills(lines, date(2026, 2, 1)).explode("A", Fraction(1, 3)) == {"B": 1}
    assert Bills(lines, date(2025, 1, 1)).explode("A") == {}


def test_a_loop_is_refused_with_its_path() -> None:
    lines = [Line("A", "B", Fraction(1)), Line("B", "C", Fraction(1)), Line("C", "A", Fraction(1))]
    with pytest.raises(Loop, match="A > B > C > A|B > C > A > B|C > A > B > C"):
        Bills(lines)


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


@given(graphs)
def test_an_explosion_equals_the_sum_over_all_paths(edges: list[tuple[int, int, int]]) -> None:
    lines = [Line(up, down, Fraction(per)) for up, down, per in edges if up < down]
    bills = Bills(lines)

    def walk(node: int, quantity: Fraction, sums: dict[int, Fraction]) -> None:
        for line in lines:
            if line.parent == node:
                sums[line.component] += quantity * line.per
                walk(line.component, quantity * line.per, sums)

    for top in range(10):
        sums: dict[int, Fraction] = defaultdict(Fraction)
        walk(top, Fraction(1), sums)
        assert bills.explode(top) == sums
        for component, amount in sums.items():
            assert bills.where_used(component)[top] == amount


def test_versions_overlap_when_days_and_quantities_both_meet() -> None:
    old = Version(id=1, of="A", last=date(2026, 1, 31))
    new = Version(id=2, of="A", first=date(2026, 1, 31))
    other = Version(id=3, of="B")
    big = Version(id=4, of="A", first=date(2027, 1, 1), from_quantity=Fraction(100))
    small = Version(id=5, of="A", first=date(2027, 1, 1), last=date(2027, 2, 1), to_quantity=Fraction(99))
    assert overlapping([new, old, other]) == [(old, new)]
    assert overlapping([big, small]) == []
    assert overlapping([big, new]) == [(new, big)]
