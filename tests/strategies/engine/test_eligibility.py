from __future__ import annotations

from fractions import Fraction

from strategies.engine.eligibility import Candidate, Need, applicable, judged

DRILL, MILL, WELDER = 1, 2, 7


def machine(key: int, *, level: int | None = None, priority: int = 1, **also) -> Candidate:
    able = {} if level is None else {DRILL: (Fraction(level), priority)}
    columns = {"key": key, "code": f"M{key}", "kind": "machine", "group": 1, "capabilities": able, **also}
    return Candidate(**columns)


def keys(found) -> list[int]:
    return [one.key for one in found]


def test_a_level_has_to_be_reached_and_without_one_any_level_does():
    machines = [machine(1, level=2), machine(2, level=11), machine(3)]
    assert keys(applicable([Need("capability", DRILL, Fraction(10))], machines)) == [2]
    assert keys(applicable([Need("capability", DRILL)], machines)) == [1, 2]


def test_of_several_the_lowest_priority_comes_first_then_the_code():
    machines = [machine(1, level=1, priority=3), machine(3, level=1), machine(2, level=1)]
    assert keys(applicable([Need("capability", DRILL)], machines)) == [2, 3, 1]


def test_all_conditions_have_to_hold():
    machines = [machine(1, level=5, group=2), machine(2, level=5), machine(3, level=5, kind="tool")]
    needs = [Need("capability", DRILL), Need("group", 1), Need("type", "machine")]
    assert keys(applicable(needs, machines)) == [2]


def test_a_person_needs_the_skill_at_its_level():
    people = [
        machine(1, kind="person", skills={WELDER: Fraction(2)}),
        machine(2, kind="person", skills={WELDER: Fraction(1)}),
        machine(3, kind="person"),
    ]
    assert keys(applicable([Need("skill", WELDER, Fraction(2))], people)) == [1]


def test_those_that_do_not_fit_say_what_they_lack_the_nearest_first():
    needs = [Need("capability", DRILL), Need("group", 2)]
    found = judged(needs, [machine(1), machine(2, level=1), machine(3, level=1, group=2)])
    assert [(each.candidate.key, each.missing) for each in found] == [
        (3, ()),
        (2, (needs[1],)),
        (1, tuple(needs)),
    ]
