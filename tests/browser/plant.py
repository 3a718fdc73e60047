"""A made-up plant for the Gantt: any number of operations on shifts, laid out so that nothing overlaps."""

from __future__ import annotations

import random
from typing import Any

DAY = 1440
GROUPS = (
    ("Frame Forming", 3, 3, 1),
    ("Frame Welding", 4, 3, 1),
    ("Debur and Polish", 2, 2, 1),
    ("Paint", 2, 2, 1),
    ("Subassembly", 3, 2, 1),
    ("Final Assembly", 2, 2, 3),
)
STATES = ["finished", "started", "released", "scheduled", "firm", "hold", "outside"]


def closed(shifts: int, days: int) -> list[int]:
    """Nights of two-shift rows and every weekend; minute 0 is a Monday."""
    found: list[int] = []
    for day in range(days):
        start = day * DAY
        if day % 7 >= 5:
            found += [start, start + DAY]
        elif shifts == 2:
            found += [start, start + 360, start + 1320, start + DAY]
        else:
            found += [start + 720, start + 750]
    return merged(found)


def merged(spans: list[int]) -> list[int]:
    found: list[int] = []
    for start, end in zip(spans[::2], spans[1::2], strict=True):
        if found and found[-1] == start:
            found[-1] = end
        else:
            found += [start, end]
    return found


def finish(off: list[int], start: int, work: int) -> tuple[int, int]:
    """First open minute at or after start, and when `work` open minutes are done."""
    begin, at = -1, start
    for low, high in [*zip(off[::2], off[1::2], strict=True), (10**9, 10**9)]:
        if high <= at:
            continue
        if low > at:
            begin = at if begin < 0 else begin
            if low - at >= work:
                return begin, at + work
            work -= low - at
        at = max(at, high)
    raise ValueError("no open time left")


def payload(operations: int = 1500, *, days: int = 0, seed: int = 7) -> dict[str, Any]:
    """The Gantt's JSON with about so many bars over the days, late ones among them."""
    days = days or max(28, operations // 50)
    chance = random.Random(seed)
    calendars = [closed(3, days * 3), closed(2, days * 3)]
    rows = [
        {
            "id": len(GROUPS) * group + number,
            "code": f"{name[:2].upper()}-{number + 1:02}",
            "name": f"{name} {number + 1}",
            "group": name,
            "calendar": 0 if shifts == 3 else 1,
            "capacity": capacity,
            "note": "",
        }
        for group, (name, count, shifts, capacity) in enumerate(GROUPS)
        for number in range(count)
    ]
    rows[5]["note"] = "down 6 h"
    bars: dict[str, list[Any]] = {
        key: [] for key in ("id", "row", "start", "end", "setup", "order", "op", "state", "late", "name")
    }
    orders: dict[str, dict[str, Any]] = {}
    lanes = [(row, lane) for row, each in enumerate(rows) for lane in range(each["capacity"])]
    mean = days * DAY * 0.55 * len(lanes) / operations
    now = 3 * DAY + 581
    for row, _lane in lanes:
        fill(bars, orders, rows, calendars, row, mean, now, days, chance)
    end = max(bars["end"])
    return {
        "origin": "2026-11-16T00:00:00-08:00",
        "zone": "America/Los_Angeles",
        "now": now,
        "from": 0,
        "to": max(end, days * DAY),
        "span": [0, max(end, days * DAY)],
        "rows": rows,
        "calendars": calendars,
        "outages": [[5, now - 200, now + 160, "DT-0558 spindle"]],
        "states": STATES,
        "names": [name for name, *_rest in GROUPS],
        "orders": orders,
        "bars": bars,
    }


def fill(
    bars: dict[str, list[Any]],
    orders: dict[str, dict[str, Any]],
    rows: list[dict[str, Any]],
    calendars: list[list[int]],
    row: int,
    mean: float,
    now: int,
    days: int,
    chance: random.Random,
) -> None:
    at = chance.randint(0, 300)
    group = [name for name, *_rest in GROUPS].index(rows[row]["group"])
    while at < days * DAY - 2 * DAY:
        setup = chance.choice((0, 0, 15, 30, 45))
        work = setup + max(10, int(mean * (0.3 + 1.4 * chance.random())))
        start, end = finish(calendars[rows[row]["calendar"]], at, work)
        number = f"MO-{104120 + len(bars['id']) // len(GROUPS)}"
        late = start > now and chance.random() < 0.07
        order = orders.setdefault(
            number,
            {
                "number": number,
                "item": "HL Mountain Frame - Black, 38",
                "due": end + 900,
                "late": -900,
                "url": "",
            },
        )
        if late:
            order.update(due=end - 4680, late=4680)
        state = 0 if end < now else 1 if start < now else 2 if start < now + 900 else 3
        values = (
            len(bars["id"]) + 1,
            row,
            start,
            end,
            setup,
            number,
            10 * (group + 1),
            state,
            int(late),
            group,
        )
        for key, value in zip(bars, values, strict=True):
            bars[key].append(value)
        at = end + chance.choice((0, 5, 60, 150))
