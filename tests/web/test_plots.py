"""Plots: the picture adds up, carries its sentence and its table, and uses no colour of its own."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.core.web import plots, series
from p2p.core.web.scales import Scale, ticks

STEPS = [("Price", Decimal("214.30")), ("Rate", Decimal("-58.40")), ("Scrap", Decimal("65.05"))]


def test_bars_show_what_stands_over_the_limit_and_say_so() -> None:
    drawn = plots.bars([("19", 47), ("20", 30), ("21", None)], title="Paint, hours", limit=38)
    assert drawn.count("fill-plain") == 2
    assert drawn.count("fill-over") == 1
    assert "+9" in drawn
    assert "Paint, hours: 2 values, from 30 (20) to 47 (19). Over 38: 19." in drawn
    assert '<td class="n">–</td>' in drawn


def test_a_waterfall_that_does_not_add_up_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="make 220.95"):
        plots.waterfall(("Standard", Decimal("0")), STEPS, ("Actual", Decimal("222")), title="Variance")


def test_a_waterfall_signs_every_step_and_names_its_cut_axis() -> None:
    start, end = Decimal("22908.60"), Decimal("22908.60") + sum(value for _label, value in STEPS)
    drawn = plots.waterfall(("Standard", start), STEPS, ("Actual", end), title="Variance")
    assert [word in drawn for word in ("+214.30", "−58.40", "+65.05")] == [True] * 3
    assert (drawn.count("fill-more"), drawn.count("fill-less"), drawn.count("fill-total")) == (2, 1, 2)
    assert re.search(r"axis cut at 22,\d{3}", drawn)


def test_a_waterfall_from_zero_keeps_its_axis_whole() -> None:
    drawn = plots.waterfall(("Now", 0), [("More", 10)], ("Then", 10), title="T", places=0)
    assert "axis cut" not in drawn


def test_a_line_leaves_a_gap_where_nothing_is_known() -> None:
    drawn = series.line(
        [("1", 1), ("2", None), ("3", 2), ("4", 9)], title="X", limits=[("UCL", 5)], out={"4"}
    )
    assert re.search(r'd="M[\d.,]+M[\d.,]+L[\d.,]+"', drawn)
    assert drawn.count("pt out") == 1
    assert "UCL 5.0" in drawn and "out of limits" in drawn


@pytest.mark.parametrize(
    ("values", "least", "most"),
    [
        ([0, 40, 100], "0", "150"),
        ([5, 5], "4.6", "5.4"),
        ([0, 0], "0", "1"),
        ([-100, -40, 0], "−150", "0"),
        ([-5, 100], "−50", "150"),
    ],
)
def test_the_axis_of_a_line_goes_beyond_zero_only_where_values_do(
    values: list[int], least: str, most: str
) -> None:
    drawn = series.line([(str(turn), value) for turn, value in enumerate(values)], title="Stock", places=0)
    marks = re.findall(r'text-anchor="end">([^<]*)<', drawn)
    assert (marks[0], marks[-1]) == (least, most)


def test_a_load_strip_marks_overload_and_work_without_capacity() -> None:
    drawn = series.load_strip([("Th", 8, 10), ("Fr", 12, 10), ("Sa", 3, 0)], title="Paint")
    assert drawn.count("fill-over") == 2
    assert "Over capacity: Fr 120" in drawn


@pytest.mark.parametrize("points", [[], [("a", None)], [("a", 0)], [("a", -3), ("b", -3)]])
def test_plots_of_nothing_and_of_one_value_are_drawn(points: list[tuple[str, int | None]]) -> None:
    for drawn in (
        plots.bars(points, title="T"),
        series.line(points, title="T"),
        series.spark([value for _label, value in points], title="T", floor=0),
    ):
        assert "nan" not in drawn.lower() and "inf" not in drawn


def test_plots_carry_no_style_and_escape_what_they_are_given() -> None:
    drawn = plots.bars([("<b>", 1)], title='"><script>')
    assert "style=" not in drawn and "<script>" not in drawn and "<b>" not in drawn


@given(
    st.floats(-1e6, 1e6, allow_nan=False),
    st.floats(1e-3, 1e6, allow_nan=False),
    st.integers(1, 8),
)
def test_marks_of_an_axis_cover_it_evenly(low: float, span: float, about: int) -> None:
    high = low + span
    marks = ticks(low, high, about)
    assert marks[0] <= low + span * 1e-6 and marks[-1] >= high - span * 1e-6
    assert len(marks) <= about + 3
    assert Scale(0, 10, 100, 0)(5) == 50
