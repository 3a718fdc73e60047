"""A route on calendars: nights, parts by the clock, first pieces, and the place that is done first."""

from __future__ import annotations

from fractions import Fraction

import pytest

from strategies.engine.laying import Place, lay
from strategies.engine.phases import Phases
from strategies.engine.routing import Join, Step
from strategies.engine.worktime import OutOfTime, WorkTime

DAYS = Place(WorkTime([(day * 24, day * 24 + 8) for day in range(100)]))
"""From midnight to 8, every day; a second stands for an hour."""
ALWAYS = Place(WorkTime([(0, 10**6)]))
HOLDS = frozenset({"setup", "run"})


def laid(*steps: Step, place: Place = DAYS, output: int = 8) -> list[tuple[int, int]]:
    joins = [Join(one.number, other.number) for one, other in zip(steps, steps[1:], strict=False)]
    found = lay(steps, joins, {one.number: [place] for one in steps}, Fraction(output), 0)
    return [(one.start, one.end) for _number, one in sorted(found.items())]


def once(number: int, run: int, **more: object) -> Step:
    return Step(number=number, run=Fraction(run), basis="order", **more)  # type: ignore[arg-type]


def test_cooling_over_night_costs_nothing_by_the_clock_and_days_in_working_time() -> None:
    by_day = Phases(frozenset({"transit"}), HOLDS)
    assert laid(once(10, 6, queue_after=10), once(20, 2)) == [(0, 6), (24, 26)]
    assert laid(once(10, 6, queue_after=10, phases=by_day), once(20, 2)) == [(0, 6), (48, 50)]


def test_a_run_by_the_clock_goes_on_at_night() -> None:
    curing = Phases(frozenset({"run", "queue_after", "transit"}), frozenset())
    assert laid(once(10, 8), once(20, 10, phases=curing)) == [(0, 8), (8, 18)]


def test_the_next_begins_with_the_first_pieces_and_does_not_wait_for_the_last() -> None:
    first = once(10, 8, transfer=Fraction(2))
    assert laid(first, once(20, 16), place=ALWAYS) == [(0, 8), (2, 18)]
    assert laid(first, once(20, 4), place=ALWAYS) == [(0, 8), (5, 9)]


def test_the_place_that_is_done_first_is_taken_with_its_efficiency() -> None:
    slow = Place(ALWAYS.work, Fraction(1, 2))
    found = lay([once(10, 6)], [], {10: [slow, DAYS, ALWAYS]}, Fraction(1), 10)
    assert found[10][:2] == (10, 16)
    assert lay([once(10, 6)], [], {10: [slow]}, Fraction(1), 10)[10].end == 22


def test_one_job_has_only_its_share_of_each_day() -> None:
    shared = DAYS._replace(share=Fraction(1, 2), midnights=[day * 24 for day in range(100)])
    assert laid(once(10, 10, setup=2), once(20, 2, queue=1), place=shared) == [(0, 52), (53, 55)]
    slow = [DAYS._replace(work=WorkTime([(day * 24, day * 24 + 5) for day in range(100)])), shared]
    assert lay([once(10, 8)], [], {10: slow}, Fraction(1), 0)[10][:2] == (0, 27)  # five hours beat four
    first = once(10, 8, transfer=Fraction(6))
    assert laid(first, once(20, 16), place=shared)[1][0] == 26  # two of six hours are the second day's


def test_no_working_time_is_said_and_nothing_loops() -> None:
    with pytest.raises(OutOfTime):
        laid(once(10, 6), place=Place(WorkTime([])))
