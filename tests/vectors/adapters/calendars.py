"""Calendar vectors: week of local windows and holidays, minutes and wall times without a zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from strategies.engine.calendar import (
    Calendar,
    Exceptional,
    Slot,
    add_working_time,
    instant,
    seconds,
    work_time,
)

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def calendar_of(given: dict[str, Any]) -> Calendar:
    """A week of named days with windows, and closed holidays."""
    days = tuple(
        tuple(
            Slot(time.fromisoformat(start), time() if end == "24:00" else time.fromisoformat(end))
            for start, end in given["week"].get(name, [])
        )
        for name in WEEKDAYS
    )
    closed = tuple(
        Exceptional(date.fromisoformat(day), date.fromisoformat(day)) for day in given.get("holidays", [])
    )
    return Calendar(days=days, exceptions=closed)


def wall(text: str) -> datetime:
    """Wall time of a vector as an instant; vectors have no zone and no change of clocks."""
    return datetime.fromisoformat(f"{text}+00:00")


def text(when: datetime) -> str:
    """The way back."""
    return when.strftime("%Y-%m-%dT%H:%M")


def add(inputs: dict[str, Any]) -> list[str]:
    calendar = calendar_of(inputs["calendar"])
    return [
        text(add_working_time(calendar, wall(start), timedelta(minutes=minutes)))
        for start, minutes in inputs["cases"]
    ]


def capacity(inputs: dict[str, Any]) -> dict[str, float]:
    first, last = wall(inputs["from"]), wall(inputs["to"])
    laid_out = work_time(calendar_of(inputs["calendar"]), first.date(), last.date())
    minutes = laid_out.between(seconds(first), seconds(last)) / 60
    return {
        "minutes": minutes,
        "effective_minutes": minutes * inputs["efficiency"] * inputs["resources"],
    }


OPS = {("scheduling", "cal_add"): add, ("scheduling", "cal_capacity"): capacity}

__all__ = ["OPS", "calendar_of", "instant", "text", "wall"]
