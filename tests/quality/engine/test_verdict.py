"""What readings say so far, line by line and together."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quality.engine.verdict import Tally, Verdict, overall, sample_size, within


def tally(read: int, bad: int, *, size: int = 5, accept: int = 0) -> Tally:
    return Tally(key=1, sample_size=size, read=read, nonconforming=bad, accept_number=accept)


@pytest.mark.parametrize(
    ("read", "bad", "accept", "said"),
    [
        (0, 0, 0, Verdict.PENDING),
        (4, 0, 0, Verdict.PENDING),
        (5, 0, 0, Verdict.PASS),
        (1, 1, 0, Verdict.FAIL),
        (5, 1, 1, Verdict.PASS),
        (4, 1, 1, Verdict.PENDING),
        (5, 2, 1, Verdict.FAIL),
    ],
)
def test_a_line_fails_at_once_and_passes_only_when_every_piece_is_read(
    read: int, bad: int, accept: int, said: Verdict
) -> None:
    assert tally(read, bad, accept=accept).verdict is said


def test_one_failed_line_fails_the_inspection_even_while_others_wait() -> None:
    assert overall([tally(5, 0), tally(0, 0), tally(1, 1)]) is Verdict.FAIL
    assert overall([tally(5, 0), tally(0, 0)]) is Verdict.PENDING
    assert overall([tally(5, 0), tally(5, 0)]) is Verdict.PASS


def test_an_inspection_without_lines_is_never_passed() -> None:
    assert overall([]) is Verdict.PENDING


@pytest.mark.parametrize(
    ("value", "good"), [("6.98", False), ("6.99", True), ("7", True), ("7.01", True), ("7.0100000001", False)]
)
def test_limits_belong_to_the_good_side(value: str, good: bool) -> None:
    assert within(Decimal(value), Decimal("6.99"), Decimal("7.01")) is good


def test_a_missing_limit_limits_nothing() -> None:
    assert within(Decimal("-1e9"), None, Decimal(0))
    assert within(Decimal("1e9"), Decimal(0), None)


@pytest.mark.parametrize(
    ("quantity", "fixed", "fraction", "size"),
    [
        ("100", 5, None, 5),
        ("3", 5, None, 3),
        ("100", None, "0.1", 10),
        ("101", None, "0.1", 11),
        ("1", None, "0.01", 1),
        ("7", None, "1", 7),
    ],
)
def test_a_sample_is_fixed_or_a_share_rounded_up_and_never_more_than_there_is(
    quantity: str, fixed: int | None, fraction: str | None, size: int
) -> None:
    share = Decimal(fraction) if fraction else None
    assert sample_size(Decimal(quantity), fixed=fixed, fraction=share) == size


def test_of_what_is_weighed_one_may_draw_more_samples_than_kilograms() -> None:
    assert sample_size(Decimal("0.5"), fixed=3, fraction=None, countable=False) == 3
