"""Backflush by hand and by properties: never negative, never twice, exact at the end."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execution.engine.proposal import propose
from p2p.core.numbers import Rounding


def remaining(
    needed: str, processed: str, planned: str, issued: str, *, constant: bool = False, step: str = "1"
) -> Decimal:
    return propose(
        needed=Decimal(needed),
        constant=constant,
        processed=Decimal(processed),
        planned=Decimal(planned),
        issued=Decimal(issued),
        step=Decimal(step),
        rounding=Rounding.UP,
    ).remaining


@pytest.mark.parametrize(
    ("needed", "processed", "planned", "issued", "expected"),
    [
        ("20", "5", "10", "0", "10"),
        ("20", "20", "100", "0", "4"),  # 20 of 100 finished takes a fifth, not minus sixty
        ("20", "5", "10", "14", "0"),  # picked ahead by hand: nothing to flush, and nothing comes back
        ("5", "3", "10", "0", "2"),  # 1.5 is two started pieces
        ("5", "10", "10", "2", "3"),
        ("20", "11", "10", "20", "2"),  # more than planned was made
        ("20", "0", "10", "0", "0"),
    ],
)
def test_what_is_left_to_issue(needed: str, processed: str, planned: str, issued: str, expected: str) -> None:
    assert remaining(needed, processed, planned, issued) == Decimal(expected)


def test_a_constant_goes_whole_with_the_first_piece() -> None:
    assert remaining("3", "1", "10", "0", constant=True) == 3
    assert remaining("3", "2", "10", "3", constant=True) == 0


@given(
    st.decimals("0", "1000", places=2),
    st.integers(1, 50),
    st.lists(st.integers(0, 10), max_size=12),
    st.sampled_from(["1", "0.01"]),
)
def test_however_reports_are_cut_the_sum_is_the_same(
    needed: Decimal, planned: int, parts: list[int], step: str
) -> None:
    needed = needed.quantize(Decimal(step))
    issued = processed = Decimal(0)
    for part in parts:
        processed += part
        more = remaining(str(needed), str(processed), str(planned), str(issued), step=step)
        assert more >= 0
        issued += more
    assert issued == remaining(str(needed), str(processed), str(planned), "0", step=step)
    if processed == planned:
        assert issued == needed
