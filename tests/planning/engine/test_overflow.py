"""Which operations go out for want of capacity: the decision alone, without a database."""

from __future__ import annotations

from fractions import Fraction

from planning.engine.overflow import Job, Limit, Loads, Place, Step, decide
from strategies.engine.worktime import WorkTime

HOUR, DAY, WEEK = 3600, 86_400, 604_800
USUAL = WorkTime([(day * DAY + 8 * HOUR, day * DAY + 16 * HOUR) for day in range(28) if day % 7 < 5])
FULL = [Fraction(40 * HOUR)] * 4
EDGES = [week * WEEK for week in range(5)]


def places(work=USUAL):
    return {1: Place(USUAL, work)}


def loads(**also):
    return Loads(EDGES, {1: FULL}, **also)


def job(key, hours, *, start=0, limit="0.9", **also):
    allowed = Limit(Fraction(limit), **also) if limit else None
    return Job(start, (Step(key=key, place=1, seconds=hours * HOUR, limit=allowed),))


def test_what_stays_below_the_limit_stays_inside_and_what_exceeds_it_goes():
    assert decide([job("a", 36)], places(), loads()) == {}
    said = decide([job("a", 37)], places(), loads())
    assert (said["a"].cause, said["a"].load, said["a"].week) == ("load", Fraction(37, 40), 0)


def test_the_order_that_tips_it_over_goes_and_the_one_before_stays():
    said = decide([job("a", 20), job("b", 20), job("c", 16)], places(), loads())
    assert sorted(said) == ["b"]
    assert said["b"].load == 1


def test_booked_work_counts_and_so_does_what_cannot_go_out_wherever_it_stands():
    booked = {1: [Fraction(20 * HOUR), *[Fraction(0)] * 3]}
    assert sorted(decide([job("a", 17)], places(), loads(booked=booked))) == ["a"]
    assert sorted(decide([job("a", 17), job("b", 20, limit=None)], places(), loads())) == ["a"]


def test_an_operation_counts_in_the_week_it_starts_in_and_its_rest_in_the_next():
    said = decide([job("a", 16, start=3 * DAY), job("b", 30, start=WEEK)], places(), loads())
    assert said == {}
    long = decide([job("a", 56), job("b", 24, start=WEEK)], places(), loads(), )  # fmt: skip
    assert sorted(long) == ["a"]  # 40 of its 56 hours fill the first week
    kept = decide([job("a", 56, limit=None), job("b", 24, start=WEEK)], places(), loads())
    assert kept["b"].load == 1  # the other 16 lie in the second


def test_a_place_that_is_shut_for_all_of_the_time_sends_out_where_the_policy_wants_that():
    shut = USUAL.without([(0, DAY)])
    assert decide([job("a", 4)], places(shut), loads())["a"].cause == "downtime"
    assert decide([job("a", 4, on_downtime=False)], places(shut), loads()) == {}
    assert decide([job("a", 12)], places(shut), loads()) == {}  # its second half could be worked on


def test_a_vendor_takes_its_days_before_the_next_operation():
    second = Step(key="next", place=1, seconds=4 * HOUR, after=("a",), limit=Limit(Fraction(0)))
    first = Step(key="a", place=1, seconds=40 * HOUR, limit=Limit(Fraction("0.9"), away=10 * DAY))
    said = decide([Job(0, (second, first))], places(), loads())
    assert (said["a"].week, said["next"].week) == (0, 1)
    assert said["next"].start == 10 * DAY + 8 * HOUR


def test_what_nobody_could_take_is_said_and_stays_booked():
    said = decide([job("a", 37, kept=True), job("b", 1)], places(), loads())
    assert (said["a"].kept, said["b"].kept) == (True, False)


def test_a_place_without_end_is_never_too_full_and_work_without_a_place_goes_nowhere():
    assert decide([job("a", 999)], places(), Loads(EDGES, {})) == {}
    nowhere = Step(key="a", place=None, seconds=HOUR, limit=Limit(Fraction(0)))
    assert decide([Job(0, (nowhere,))], places(), loads()) == {}


def test_what_lies_farther_than_the_weeks_looked_at_stays():
    assert decide([job("a", 99, start=27 * DAY)], places(), loads()) == {}
