"""Serial numbers typed as a list or a range."""

from __future__ import annotations

import pytest

from p2p.inventory.engine.ranges import NoRange, numbers_in


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("", []),
        (" SN-7 ", ["SN-7"]),
        ("A1, A2;A3\nA4  A5", ["A1", "A2", "A3", "A4", "A5"]),
        ("SN-0009..SN-0011", ["SN-0009", "SN-0010", "SN-0011"]),
        ("SN-0009 … SN-0011", ["SN-0009", "SN-0010", "SN-0011"]),
        ("SN-0010..12", ["SN-0010", "SN-0011", "SN-0012"]),
        ("98..101", ["98", "99", "100", "101"]),
        ("7X..9X", ["7X", "8X", "9X"]),
        ("X1, X5..X6", ["X1", "X5", "X6"]),
        ("A-1", ["A-1"]),
    ],
)
def test_lists_and_ranges_are_read_as_people_type_them(typed: str, numbers: list[str]) -> None:
    assert numbers_in(typed) == numbers


@pytest.mark.parametrize("typed", ["A1..B9", "A9..A1", "X..Y", "A1..", "..A1", "A1..A99999", "7X..9Y"])
def test_what_is_no_range_is_named(typed: str) -> None:
    with pytest.raises(NoRange) as no:
        numbers_in(typed)
    assert no.value.text == typed


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("A1..A9000, B1..B1001", "B1..B1001"),
        ("A1..A10000 B7", "B7"),
        ("1..1" + "0" * 5000, "1..1" + "0" * 5000),
        ("A" + "1" * 19 + "..A" + "1" * 18 + "2", "A" + "1" * 19 + "..A" + "1" * 18 + "2"),
    ],
)
def test_more_than_anybody_types_is_no_range_in_the_whole_text_nor_in_its_digits(
    typed: str, named: str
) -> None:
    with pytest.raises(NoRange) as no:
        numbers_in(typed)
    assert no.value.text == named


def test_as_many_numbers_as_a_text_may_have_are_read() -> None:
    assert len(numbers_in("A1..A9000, B1..B999, C")) == 10_000
    assert numbers_in("S999999999999999998..S999999999999999999")[-1] == "S999999999999999999"
