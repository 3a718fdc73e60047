"""Arithmetic on working time: instants are whole seconds since the epoch, intervals are half open."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from fractions import Fraction
from math import lcm
from typing import TypeAlias

ONE = Fraction(1)


class OutOfTime(ValueError):
    """The answer lies outside the days the working time was laid out for."""


Interval: TypeAlias = tuple[int, int] | tuple[int, int, Fraction]
"""(start, end) or (start, end, efficiency): seconds of work done in a second of the clock, 1 when not given."""


class WorkTime:
    """Sorted, disjoint working intervals with their running total, so that every question is one bisection.

    Built from any (start, end) pairs in seconds, or triples with an efficiency; empty ones are dropped,
    touching or overlapping ones of one efficiency merged. Where efficiencies differ, the interval that began
    first keeps the time both want. Work is counted exactly, in parts of a second where efficiencies ask for it;
    ends are rounded up to a whole second and beginnings down, so that a job always has all of its time.
    """

    __slots__ = ("ends", "scale", "speeds", "starts", "total", "until")

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        rates: list[Fraction] = []
        for start, end, *given in sorted(one for one in intervals if one[1] > one[0]):
            rate = given[0] if given else ONE
            if self.ends and start <= self.ends[-1]:
                if rate == rates[-1]:
                    self.ends[-1] = max(self.ends[-1], end)
                    continue
                start = self.ends[-1]  # noqa: PLW2901 (the later one gives way where two efficiencies meet)
                if start >= end:
                    continue
            self.starts.append(start)
            self.ends.append(end)
            rates.append(rate)
        self.scale = lcm(*(rate.denominator for rate in rates))
        self.speeds: list[int] | None = None
        """Work done in a second of each interval, in parts of 1/scale; None where every speed is 1."""
        if any(rate != ONE for rate in rates):
            self.speeds = [int(rate * self.scale) for rate in rates]
        self.until: list[int] = []
        """Work up to the end of each interval, in parts of 1/scale."""
        total = 0
        for place, (start, end) in enumerate(zip(self.starts, self.ends, strict=True)):
            total += (end - start) * (self.speeds[place] if self.speeds else 1)
            self.until.append(total)
        self.total = total // self.scale

    def _done(self, instant: int) -> int:
        """Work before an instant, exactly: in parts of 1/scale."""
        place = bisect_right(self.starts, instant) - 1
        if place < 0:
            return 0
        left = max(0, self.ends[place] - instant)
        return self.until[place] - left * (self.speeds[place] if self.speeds else 1)

    def position(self, instant: int) -> int:
        """Working seconds before an instant, whole ones."""
        return self._done(instant) // self.scale

    def triples(self) -> list[tuple[int, int, Fraction]]:
        """The intervals with their efficiency, as a WorkTime is built from."""
        if self.speeds is None:
            return [(start, end, ONE) for start, end in zip(self.starts, self.ends, strict=True)]
        rates = [Fraction(speed, self.scale) for speed in self.speeds]
        return list(zip(self.starts, self.ends, rates, strict=True))

    def between(self, start: int, end: int) -> int:
        """Working seconds from start to end, whole ones; negative if end comes first."""
        if end < start:
            return -self.between(end, start)
        return (self._done(end) - self._done(start)) // self.scale

    def opening(self, instant: int) -> int:
        """First working instant at or after this one. Raises OutOfTime."""
        place = bisect_right(self.starts, instant) - 1
        if place >= 0 and instant < self.ends[place]:
            return instant
        if place + 1 >= len(self.starts):
            raise OutOfTime("no working time after this instant")
        return self.starts[place + 1]

    def earliest(self, position: int) -> int:
        """First instant with that much working time before it: work ends where a window ends."""
        return self._earliest(position * self.scale)

    def _earliest(self, done: int) -> int:
        if done <= 0:
            raise OutOfTime("before the first working time")
        place = bisect_left(self.until, done)
        if place == len(self.until):
            raise OutOfTime("after the last working time")
        return self.ends[place] - (self.until[place] - done) // (self.speeds[place] if self.speeds else 1)

    def latest(self, position: int) -> int:
        """Last instant with that much working time before it: work begins at a window's start."""
        return self._latest(position * self.scale)

    def _latest(self, done: int) -> int:
        if done < 0 or not self.until or done >= self.until[-1]:
            raise OutOfTime("outside the working time")
        place = bisect_right(self.until, done)
        return self.ends[place] + (done - self.until[place]) // (self.speeds[place] if self.speeds else 1)

    def add(self, instant: int, seconds: int) -> int:
        """Instant after so many working seconds; negative seconds go back. Raises OutOfTime.

        Forward, the answer may be the end of a window, never the start of the next; backward, the mirror
        image. Zero seconds give the instant itself.
        """
        if not seconds:
            return instant
        place = bisect_right(self.starts, instant) - 1
        inside = self.speeds is None and place >= 0 and seconds > 0
        if inside and self.starts[place] <= instant + seconds <= self.ends[place]:
            return instant + seconds
        done = self._done(instant) + seconds * self.scale
        return self._earliest(done) if seconds > 0 else self._latest(done)

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The working intervals between two instants, cut to them."""
        place = max(0, bisect_right(self.starts, start) - 1)
        found = []
        while place < len(self.starts) and self.starts[place] < end:
            piece = (max(start, self.starts[place]), min(end, self.ends[place]))
            if piece[0] < piece[1]:
                found.append(piece)
            place += 1
        return found

    def without(self, closed: Iterable[tuple[int, int]]) -> WorkTime:
        """The same working time with some intervals taken out, such as downtime."""
        left = self.triples()
        for start, end in sorted(closed):
            kept = []
            for piece_start, piece_end, rate in left:
                if piece_end <= start or piece_start >= end:
                    kept.append((piece_start, piece_end, rate))
                    continue
                kept += [(piece_start, min(piece_end, start), rate), (max(piece_start, end), piece_end, rate)]
            left = kept
        return WorkTime(left)
