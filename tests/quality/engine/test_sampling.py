"""What sampling plans have in common, whatever the table: properties, and cells by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.engine.sampling import curves, master
from quality.engine.sampling.switching import Lot, Severity, Switch, run

SEVERITIES = ("normal", "tightened", "reduced")


@given(
    st.integers(2, 2_000_000),
    st.sampled_from(master.LEVELS),
    st.sampled_from(master.AQLS),
    st.sampled_from(SEVERITIES),
)
def test_every_lot_finds_a_plan_whose_numbers_leave_no_order(
    lot: int, level: str, aql: str, severity: str
) -> None:
    plan = master.single(master.code_letter(lot, level), aql, severity)
    assert 0 <= plan.ac < plan.re
    assert plan.re - plan.ac == 1 or severity == "reduced"
    assert plan.n >= 2


@given(st.sampled_from(master.LETTERS[:-1]), st.sampled_from(master.AQLS))
def test_tightened_inspection_is_never_easier_than_normal(letter: str, aql: str) -> None:
    normal, tight = master.single(letter, aql), master.single(letter, aql, "tightened")
    if normal.n == tight.n:
        assert tight.ac <= normal.ac


@pytest.mark.parametrize("letter", master.LETTERS[:-1])
def test_an_arrow_ends_at_a_plan_of_its_own(letter: str) -> None:
    for aql in master.AQLS:
        for severity in SEVERITIES:
            _way, found = master.arrow(letter, aql, severity)
            assert master.own_numbers(found, aql, severity) is not None


def test_a_lot_of_one_piece_and_an_unknown_letter_are_no_input() -> None:
    with pytest.raises(ValueError, match="at least two pieces"):
        master.code_letter(1, "II")
    with pytest.raises(ValueError, match="substring"):
        master.single("Z", "1.0")


@given(st.integers(1, 200), st.integers(0, 10), st.floats(0.001, 0.5), st.floats(0.001, 0.5))
def test_worse_lots_never_pass_more_often(n: int, ac: int, one: float, other: float) -> None:
    better, worse = sorted((one, other))
    assert curves.accepts(n, ac, better) >= curves.accepts(n, ac, worse) - 1e-12


@given(st.integers(1, 60), st.integers(0, 5), st.integers(0, 60))
def test_a_lot_with_fewer_bad_pieces_than_allowed_always_passes(n: int, ac: int, bad: int) -> None:
    chance = curves.accepts(n, ac, bad / 60, kind="hypergeometric", lot=60)
    assert 0 <= chance <= 1 + 1e-12
    if bad <= ac:
        assert chance == 1


def test_a_plan_that_cannot_tell_two_qualities_apart_is_not_invented() -> None:
    with pytest.raises(ValueError, match="No plan of this size"):
        curves.find_plan((0.10, 0.99), (0.105, 0.01), kind="hypergeometric", lot=50)


@given(st.lists(st.sampled_from("AR"), max_size=60), st.booleans())
def test_inspection_once_discontinued_stays_so_and_nothing_else_is_skipped(results: str, iso: bool) -> None:
    lots = [Lot(result=each, ac=3, tighter_ok=True, limit_ok=True) for each in results]
    used, after, scores = run(lots, iso=iso)
    path = [*used, after]
    if Severity.DISCONTINUED in path:
        assert set(path[path.index(Severity.DISCONTINUED) :]) == {Severity.DISCONTINUED}
    assert (Severity.REDUCED, Severity.TIGHTENED) not in zip(path, path[1:], strict=False)
    assert all(score >= 0 for score in scores)


def test_production_that_is_not_steady_leaves_reduced_inspection() -> None:
    switch = Switch(severity=Severity.REDUCED, steady=False)
    assert switch.next(Lot(result="A")) is Severity.NORMAL
