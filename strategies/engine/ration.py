"""What one job may have of a place whose days it has to share: of each day a part of the working time, and no more."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from strategies.engine.course import Stretches, through
from strategies.engine.worktime import OutOfTime, WorkTime

WHOLE = Fraction(1)


def at_a_station(share: Fraction, stations: int) -> Fraction:
    """Of the time of the one station a job is at, the part it may have, when it may have a share of all of them."""
    return min(WHOLE, share * stations)


def rationed(
    work: WorkTime, instant: int, stretches: Stretches, share: Fraction, midnights: Sequence[int]
) -> int:
    """The instant after all stretches, of which those in working time get at most `share` of the working seconds of
    each day, as early in the day as they can; `midnights` begin the days, ascending. Raises OutOfTime, also when a day
    has less than a second for it."""
    if share >= WHOLE:
        return through(work, instant, stretches)
    return day_by_day(work, instant, stretches, share, midnights)[0]


def day_by_day(
    work: WorkTime, instant: int, stretches: Stretches, share: Fraction, midnights: Sequence[int]
) -> tuple[int, list[tuple[int, int]]]:
    """As `rationed`; beside it the working seconds had of each day, each with an instant of the day."""
    day, had = -1, 0
    found: list[tuple[int, int]] = []
    for seconds, by_clock in stretches:
        if by_clock:
            instant += seconds
            continue
        left = seconds
        while left:
            today = bisect_right(midnights, instant) - 1
            if today < 0 or today + 1 >= len(midnights):
                raise OutOfTime("outside the days laid out")
            begins, ends = midnights[today], midnights[today + 1]
            had = had if today == day else 0
            day = today
            may = min(int(work.between(begins, ends) * share) - had, work.between(instant, ends), left)
            found.append((instant, may))
            had, left = had + may, left - may
            instant = ends if left else work.add(instant, may)
    return instant, found
