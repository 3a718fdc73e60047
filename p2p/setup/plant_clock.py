"""A demo's plant lives in the days of its data; a note in its folder tells every program how far off that is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from p2p.core import clock


def take_up(data: Path) -> bool:
    """Live in the time of the plant in `data`, if it has one of its own."""
    try:
        clock.shift_by(int(_note(data).read_text()))
    except (OSError, ValueError):
        return False
    return True


def begin(data: Path, moment: datetime) -> None:
    """From `moment` on, time goes on in this plant as it does outside."""
    _note(data).write_text(str(clock.live_at(moment)))


def forget(data: Path) -> None:
    """The plant is gone, and its time with it."""
    _note(data).unlink(missing_ok=True)


def _note(data: Path) -> Path:
    return data / "clock"
