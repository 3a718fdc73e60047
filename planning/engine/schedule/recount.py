"""Working time counted from the bare intervals, once more: the arithmetic of the checker, which shares none with the
scheduler."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from planning.engine.schedule.model import Operation, Resource

Parts: TypeAlias = Sequence[tuple[int, bool]]
"""Seconds, and whether they pass by the clock."""
FAR = 1 << 62


def parts(operation: Operation, resource: Resource) -> tuple[Parts, Parts, Parts, Parts]:
    """What passes before it has its place, while it keeps it, while it lies there, and behind that."""
    setup, run = seconds(operation, resource)
    named = {
        "queue_before": operation.queue,
        "setup": setup,
        "run": run,
        "queue_after": operation.rest,
        "transit": operation.transit,
    }
    order = list(named)
    keeping = [order.index(name) for name in order if name in operation.phases.holds] or [1]
    begin = keeping[0]
    leave = keeping[-1] + 1 if operation.phases.holds else begin
    stop = max(leave, order.index("run") + 1)
    each = [(named[name], name in operation.phases.by_clock) for name in order]
    return each[:begin], each[begin:leave], each[begin:stop], each[stop:]


def seconds(operation: Operation, resource: Resource) -> tuple[int, int]:
    """Setup and run at a resource, slowed down by its efficiency."""
    for choice in operation.alternatives:
        if choice.resource == resource.id:
            return (
                _ceiling(choice.setup, resource.setup_efficiency.as_integer_ratio()),
                _ceiling(choice.run, resource.efficiency.as_integer_ratio()),
            )
    return 0, 0


def _ceiling(seconds: int, efficiency: tuple[int, int]) -> int:
    numerator, denominator = efficiency
    whole, rest = divmod(seconds * denominator, numerator)
    return whole + (1 if rest else 0)


def works(resource: Resource, instant: int) -> bool:
    place = bisect_right(resource.work.starts, instant)
    return place > 0 and instant < resource.work.ends[place - 1]


def lasts(resource: Resource, start: int, end: int, needed: int) -> bool:
    """Whether so much work is done from start to end and not a second before; to the second where every second
    counts whole."""
    if resource.work.speeds is None:
        return worked(resource, start, end) == needed
    enough = worked(resource, start, end) >= needed
    return enough and (end <= start or not needed or worked(resource, start, end - 1) < needed)


def passing(resource: Resource, instant: int, parts: Parts) -> int:
    """The instant after all parts; far away where the working time ends before."""
    together: list[tuple[int, bool]] = []
    for seconds, clock in parts:
        if seconds and together and together[-1][1] == clock:
            together[-1] = (together[-1][0] + seconds, clock)
        elif seconds:
            together.append((seconds, clock))
    for seconds, clock in together:
        instant = instant + seconds if clock else _after_work(resource, instant, seconds)
    return min(instant, FAR)


def _after_work(resource: Resource, instant: int, seconds: int) -> int:
    starts, ends, speeds = resource.work.starts, resource.work.ends, resource.work.speeds
    left = seconds * resource.work.scale
    for place in range(max(0, bisect_right(starts, instant) - 1), len(starts)):
        begin, speed = max(instant, starts[place]), speeds[place] if speeds else 1
        room = max(0, ends[place] - begin) * speed
        if room >= left:
            return begin - (-left // speed)
        left -= room
    return FAR


def worked(resource: Resource, start: int, end: int) -> int | Fraction:
    """Work in seconds between two instants, counted window by window."""
    starts, ends, speeds = resource.work.starts, resource.work.ends, resource.work.speeds
    place = max(0, bisect_right(starts, start) - 1)
    total = 0
    while place < len(starts) and starts[place] < end:
        length = max(0, min(end, ends[place]) - max(start, starts[place]))
        total += length * speeds[place] if speeds else length
        place += 1
    return Fraction(total, resource.work.scale) if speeds else total


def last_open(resource: Resource, before: int) -> int:
    """The last working second that begins before an instant; -1 where there is none."""
    place = bisect_left(resource.work.starts, before) - 1
    return min(before, resource.work.ends[place]) - 1 if place >= 0 else -1
