"""Numbers, dates and durations as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from p2p.core import clock
from p2p.core.templatetags import p2p as tags
from p2p.core.web import formats, states

NOW = datetime(2026, 11, 19, 9, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [
        (None, None, "–"),
        ("", None, "–"),
        (0, None, "0"),
        (1234567, None, "1,234,567"),
        (Decimal("-58.4"), 2, "−58.40"),
        (Decimal("2.50000000"), None, "2.5"),
        (Decimal("0.005"), 2, "0.01"),
        (Decimal("-0.001"), 2, "0.00"),
        (Decimal("1E+3"), None, "1,000"),
        ("nonsense", None, "–"),
        (Decimal("NaN"), None, "–"),
    ],
)
def test_numbers_have_separators_a_real_minus_and_a_dash_for_none(
    value: Any, places: Any, words: str
) -> None:
    assert formats.number(value, places) == words


def test_numbers_follow_the_language() -> None:
    with translation.override("de"):
        assert formats.number(Decimal("1234.5"), 2) == "1.234,50"


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (6, "6.00"), (Decimal("6.2000"), "6.20"), (Decimal("0.00012500"), "0.000125"), ("x", "–")],
)
def test_a_price_has_two_decimals_and_more_where_it_is_less_than_a_cent(value: Any, words: str) -> None:
    assert formats.price(value) == words


def test_variances_carry_their_sign() -> None:
    assert [tags.signed(each, 2) for each in (Decimal("3"), Decimal("-3"), 0)] == ["+3.00", "−3.00", "0.00"]
    assert [tags.tone(each) for each in (3, -3, 0, None)] == ["bad", "good", "", ""]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0, "0 s"),
        (59, "59 s"),
        (1500, "25 min"),
        (3600, "1 h"),
        (27600, "7 h 40"),
        (3 * 86400 + 6 * 3600, "3 d 6 h"),
        (86400, "1 d"),
        (-7200, "−2 h"),
        (timedelta(minutes=90), "1 h 30"),
    ],
)
def test_durations_show_their_two_largest_parts(seconds: Any, words: str) -> None:
    assert formats.duration(seconds) == words


def test_the_year_stands_only_where_it_is_another() -> None:
    with clock.frozen(NOW):
        assert formats.day(NOW) == "19 Nov"
        assert formats.day(NOW.replace(year=2025)) == "19 Nov 2025"
        assert formats.moment(NOW) == "19 Nov 09:41"
        assert formats.ago(NOW - timedelta(minutes=25)) == "25 min ago"


def test_every_state_has_one_of_nine_colours() -> None:
    assert {states.colour(each) for each in states._NAMES} <= set(states.COLOURS)
    with pytest.raises(ValueError, match="not a state colour"):
        states.name("odd", colour="pink", label="Odd")


def test_a_bar_never_grows_out_of_itself() -> None:
    drawn = tags.bar(10, good=8, scrap=5)
    assert 'width="80.0"' in drawn and 'x="80.0" width="20.0"' in drawn
    assert 'aria-label="0 %"' in tags.bar(0, good=3)


def test_in_a_tight_place_a_day_goes_without_its_year() -> None:
    far = datetime(2012, 1, 2, tzinfo=UTC)
    assert (formats.day(far), formats.daymonth(far)) == ("2 Jan 2012", "2 Jan")
    with formats.written(formats.Style(numbers="", dates="2026-11-18")):
        assert formats.daymonth(far) == "01-02"
