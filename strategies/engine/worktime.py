"""Arithmetic on working time: instants are whole seconds since the epoch, intervals are half open."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class OutOfTime(ValueError):
    """The answer lies outside the days the working time was laid out for."""


class WorkTime:
    """Sorted, disjoint working intervals with their running total, so that every question is one bisection.

    Built from any (start, end) pairs in seconds; empty ones are dropped, touching or overlapping ones merged.
    """

    __slots__ = ("ends", "starts", "total", "until")

    def __init__(self, intervals: Iterable[tuple[int, int]]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(pair for pair in intervals if pair[1] > pair[0]):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)
        self.until: list[int] = []
        """Working seconds up to the end of each interval."""
        total = 0
        for start, end in zip(self.starts, self.ends, strict=True):
            total += end - start
            self.until.append(total)
        self.total = total

    def position(self, instant: int) -> int:
        """Working seconds before an instant."""
        place = bisect_right(self.starts, instant) - 1
        if place < 0:
            return 0
        return self.until[place] - max(0, self.ends[place] - instant)

    def between(self, start: int, end: int) -> int:
        """Working seconds from start to end; negative if end comes first."""
        return self.position(end) - self.position(start)

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
        if position <= 0:
            raise OutOfTime("before the first working time")
        place = bisect_left(self.until, position)
        if place == len(self.until):
            raise OutOfTime("after the last working time")
        return self.ends[place] - (self.until[place] - position)

    def latest(self, position: int) -> int:
        """Last instant with that much working time before it: work begins at a window's start."""
        if position < 0 or position >= self.total:
            raise OutOfTime("outside the working time")
        place = bisect_right(self.until, position)
        return self.ends[place] - (self.until[place] - position)

    def add(self, instant: int, seconds: int) -> int:
        """Instant after so many working seconds; negative seconds go back. Raises OutOfTime.

        Forward, the answer may be the end of a window, never the start of the next; backward, the mirror
        image. Zero seconds give the instant itself.
        """
        if not seconds:
            return instant
        place = bisect_right(self.starts, instant) - 1
        if place >= 0 and self.starts[place] <= instant + seconds <= self.ends[place] and seconds > 0:
            return instant + seconds
        position = self.position(instant) + seconds
        return self.earliest(position) if seconds > 0 else self.latest(position)

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
        left = list(zip(self.starts, self.ends, strict=True))
        for start, end in sorted(closed):
            kept = []
            for piece_start, piece_end in left:
                if piece_end <= start or piece_start >= end:
                    kept.append((piece_start, piece_end))
                    continue
                kept += [(piece_start, min(piece_end, start)), (max(piece_start, end), piece_end)]
            left = kept
        return WorkTime(left)
