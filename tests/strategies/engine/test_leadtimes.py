from __future__ import annotations

from strategies.engine.leadtimes import lead_times


def test_the_slowest_component_decides_on_every_level():
    below = {"bike": ["wheel", "frame"], "wheel": ["spoke", "rim"]}
    found = lead_times("bike", below, {"bike": 1, "wheel": 2, "frame": 9, "spoke": 5, "rim": 12})
    assert (found.total["bike"], found.total["wheel"], found.total["frame"]) == (15, 14, 9)
    assert found.critical == {"wheel", "rim"}


def test_the_nested_bill_of_26_items_is_looked_at_once():
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    below = {letter: list(letters[place + 1 :]) for place, letter in enumerate(letters)}
    found = lead_times("A", below, dict.fromkeys(letters, 1))
    assert found.total["A"] == 26
    assert found.critical == set(letters[1:])


def test_an_item_alone_takes_its_own_days_and_a_loop_ends():
    assert lead_times(1, {}, {1: 4}).total == {1: 4}
    assert lead_times(1, {1: [2], 2: [1]}, {1: 1, 2: 1}).total[1] == 2
