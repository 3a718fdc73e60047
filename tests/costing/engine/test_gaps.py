"""What is not costed is missing in all that takes it, and nowhere else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from costing.engine.gaps import SPOKEN, gaps
from costing.engine.rollup import Part, Use


def part(item: int, *takes: int) -> Part:
    return Part(item, uses=tuple(Use(one, 1) for one in takes))


def test_it_goes_up_all_levels_and_a_circle_ends() -> None:
    parts = [part(1, 2), part(2, 3, 4), part(3), part(4, 2), part(5, 6), part(6)]
    assert gaps(parts, {3}) == {3: (3,), 2: (3,), 1: (3,), 4: (3,)}
    assert gaps(parts, set()) == {}


def test_the_nearest_are_remembered() -> None:
    parts = [part(0, *range(1, 9), 20), part(20, 21), *(part(item) for item in (*range(1, 9), 21))]
    found = gaps(parts, {*range(1, 9), 21})
    assert found[0] == (1, 2, 3, 4, 5) and len(found[0]) == SPOKEN and found[20] == (21,)


@given(
    st.lists(st.sets(st.integers(0, 30), max_size=4), max_size=30), st.sets(st.integers(0, 30), max_size=6)
)
def test_an_item_is_incomplete_when_something_below_it_is_not_costed(takes, lacking) -> None:
    parts = [part(item, *(one for one in below if one < item)) for item, below in enumerate(takes)]

    def below(item: int) -> set[int]:
        own = {item} & lacking
        return own.union(*(below(use.component) for use in parts[item].uses)) if item < len(parts) else own

    found = gaps(parts, lacking)
    for item in range(len(parts)):
        wanted = below(item)
        assert bool(wanted) == (item in found)
        assert set(found.get(item, ())) <= wanted
        assert len(found.get(item, ())) == min(len(wanted), SPOKEN)
