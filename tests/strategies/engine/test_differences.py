from __future__ import annotations

from strategies.engine.differences import Entry, differences


def entry(key, **values):
    return Entry(key, str(key), values)


def told(before, after):
    return [(each.sign, each.title, each.changes) for each in differences(before, after)]


def test_added_removed_changed_and_same_are_told_apart():
    before = [entry("bolt", quantity=2), entry("nut", quantity=2), entry("gone", quantity=1)]
    after = [entry("nut", quantity=2), entry("bolt", quantity=3), entry("new", quantity=1)]
    assert told(before, after) == [
        ("same", "nut", ()),
        ("changed", "bolt", (("quantity", 2, 3),)),
        ("added", "new", ()),
        ("removed", "gone", ()),
    ]


def test_among_lines_of_one_component_the_most_alike_are_paired():
    before = [entry("bolt", quantity=2, operation=10), entry("bolt", quantity=4, operation=20)]
    after = [entry("bolt", quantity=4, operation=20), entry("bolt", quantity=5, operation=10)]
    assert [(sign, changes) for sign, _title, changes in told(before, after)] == [
        ("same", ()),
        ("changed", (("quantity", 2, 5),)),
    ]


def test_nothing_against_something_and_back():
    rows = [entry("bolt", quantity=1)]
    assert [each.sign for each in differences([], rows)] == ["added"]
    assert [each.sign for each in differences(rows, [])] == ["removed"]
    assert differences([], []) == []
