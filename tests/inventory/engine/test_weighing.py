"""What scales type is read as numbers with units."""

from __future__ import annotations

from decimal import Decimal

import pytest

from p2p.inventory.engine.weighing import NoWeight, Weighing, weighings_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12.35 kg", [("12.35", "kg")]),
        ("12,35 kg", [("12.35", "kg")]),
        ("+0012.350kg", [("12.350", "kg")]),
        ("ST,GS,+  12.35 kg", [("12.35", "kg")]),
        ("12.35", [("12.35", "")]),
        ("12.35 kg\n12.1 kg\n", [("12.35", "kg"), ("12.1", "kg")]),
        ("12.35 kg, 12.1 kg, ", [("12.35", "kg"), ("12.1", "kg")]),
        ("12,35 kg; 12,1 kg", [("12.35", "kg"), ("12.1", "kg")]),
        (" \n ", []),
    ],
)
def test_several_weighings_in_the_ways_of_scales(text: str, found: list[tuple[str, str]]) -> None:
    assert weighings_in(text) == [Weighing(Decimal(weight), unit) for weight, unit in found]


@pytest.mark.parametrize("text", ["heavy", "12.35.1 kg", "-0.5 kg", "12 kg 13 kg", "1e9 kg"])
def test_what_is_no_weight_is_quoted(text: str) -> None:
    with pytest.raises(NoWeight) as no:
        weighings_in(f"1 kg\n{text}")
    assert no.value.text == text
