from __future__ import annotations

from datetime import date

import pytest

from p2p.inventory.engine.patterns import Unreadable, fill, parse, words_in

DAY = date(2026, 1, 2)
WORDS = {"item": "MILK", "site": "BOT", "order": "MO-7", "vendor_lot": "V9"}


@pytest.mark.parametrize(
    ("pattern", "number", "made"),
    [
        ("{item}-{yy}{mm}{dd}-{n:3}", 7, "MILK-260102-007"),
        ("{yyyy}W{week}/{site}/{n}", 12, "2026W01/BOT/12"),
        ("{order}", 1, "MO-7"),
        ("L{n:2}-{vendor_lot}", 345, "L345-V9"),
        ("plain", 3, "plain"),
    ],
)
def test_a_pattern_is_filled_in(pattern, number, made):
    assert fill(pattern, day=DAY, words=WORDS).numbered(number) == made


def test_the_week_is_that_of_the_standard_and_not_of_the_month():
    assert fill("{week}", day=date(2027, 1, 1), words={}).before == "53"


@pytest.mark.parametrize(
    ("pattern", "what", "place", "part"),
    [
        ("{item}-{day}", Unreadable.UNKNOWN, 8, "{day}"),
        ("{item:3}", Unreadable.UNKNOWN, 1, "{item:3}"),
        ("A{n:3", Unreadable.OPEN, 2, "{n:3"),
        ("A}{n}", Unreadable.CLOSING, 2, "}"),
        ("{n:x}", Unreadable.WIDTH, 1, "{n:x}"),
        ("{n:0}", Unreadable.WIDTH, 1, "{n:0}"),
        ("{n}{n}", Unreadable.TWICE, 6, "{n}"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(pattern, what, place, part):
    with pytest.raises(Unreadable) as error:
        parse(pattern)
    assert (error.value.what, error.value.place, error.value.part) == (what, place, part)


def test_what_a_number_counts_for_is_all_but_the_number():
    assert fill("{item}-{n:3}-{site}", day=DAY, words=WORDS).key == "MILK-#-BOT"
    assert words_in("{item}-{n:3}") == {"item", "n"}
